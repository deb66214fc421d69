import { type Catalog, DEFAULT_CATALOG, type Gateway, type PodsWithPorts } from '../../catalog/index.ts';
import { BASELINES, HEALTH_ENTITIES } from '../../catalog/types.ts';
import { formatCidr } from '../../model/cidr.ts';
import type { Rule } from '../../model/policy.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import type { Classified } from './classify.ts';
import type { InitNote } from './found.ts';
import {
  allows,
  catalogPorts,
  isPort,
  mostFrequent,
  type PodsPeer,
  peersOf,
  podsPeer,
  type Written,
} from './rules.ts';

type Surroundings = Pick<Catalog, 'gateways' | 'baselines' | 'dns' | 'prometheus' | 'health' | 'mesh'>;

export interface FoundSurroundings {
  readonly surroundings: Surroundings;
  readonly notes: readonly InitNote[];
}

/** Who else is in the cluster, as the policies name them. */
export function findSurroundings(
  classified: Classified,
  { namespaces }: Pick<RepositoryRead, 'namespaces'>,
): FoundSurroundings {
  const notes: InitNote[] = [];
  const { baselines, access } = classified;
  const dns = findDns(classified);
  const scrape = findScrape(baselines);
  const prometheus = findPrometheus(classified, scrape, notes);
  const probes = findProbes(baselines);
  const isThere = {
    'dns-egress': baselines.some(({ spec }) =>
      allows(spec, 'egress').some((rule) => isPort(catalogPorts(rule), 53)),
    ),
    'health-probes': probes !== undefined,
    'prometheus-scrape': scrape !== undefined,
    'kube-api-access': access.some(({ spec }) =>
      allows(spec, 'egress').some((rule) =>
        peersOf(rule).some((peer) => peer.kind === 'entity' && peer.entity === 'kube-apiserver'),
      ),
    ),
  };
  const found = BASELINES.filter((name) => isThere[name]);
  return {
    surroundings: {
      gateways: findGateways(classified),
      baselines: found.length === 0 ? DEFAULT_CATALOG.baselines : found,
      dns: dns ?? DEFAULT_CATALOG.dns,
      prometheus,
      health: probes ?? DEFAULT_CATALOG.health,
      mesh: findMesh(classified, namespaces),
    },
    notes,
  };
}

function findDns({ baselines, profiles, own }: Classified): PodsWithPorts | undefined {
  for (const all of [baselines, profiles, own]) {
    const rules = all
      .flatMap(({ spec }) => allows(spec, 'egress'))
      .filter((rule) => isPort(catalogPorts(rule), 53));
    const pods = commonPods(rules);
    const rule = rules.find((one) => peersOf(one).some((peer) => isSamePods(podsPeer(peer), pods)));
    const ports = rule === undefined ? undefined : catalogPorts(rule);
    if (pods !== undefined && ports !== undefined) {
      const isDefault = pods.namespace === DEFAULT_CATALOG.dns.namespace;
      return { ...pods, ports: isDefault ? samePorts(ports, DEFAULT_CATALOG.dns.ports) : ports };
    }
  }
  return undefined;
}

/** The default order where the ports are the same, so that nothing is written for it. */
function samePorts(ports: PodsWithPorts['ports'], usual: PodsWithPorts['ports']): PodsWithPorts['ports'] {
  const texts = (list: PodsWithPorts['ports']): string =>
    list
      .map((one) => JSON.stringify(one))
      .sort()
      .join();
  return texts(ports) === texts(usual) ? usual : ports;
}

const SCRAPER = /prometheus|vmagent|scrape|metrics/i;

interface Scrape {
  readonly written: Written;
  readonly rule: Rule;
  readonly pods: PodsPeer;
}

function findScrape(baselines: readonly Written[]): Scrape | undefined {
  for (const written of baselines) {
    for (const rule of allows(written.spec, 'ingress')) {
      for (const peer of peersOf(rule)) {
        const pods = podsPeer(peer);
        if (pods !== undefined && (SCRAPER.test(written.policy.name) || isScraper(pods)))
          return { written, rule, pods };
      }
    }
  }
  return undefined;
}

function isScraper({ labels }: PodsPeer): boolean {
  return Object.values(labels).some((value) => SCRAPER.test(value));
}

function findPrometheus({ own }: Classified, scrape: Scrape | undefined, notes: InitNote[]): PodsWithPorts {
  const { ports: usual } = DEFAULT_CATALOG.prometheus;
  if (scrape === undefined) {
    const rules = own.flatMap(({ spec }) => allows(spec, 'ingress'));
    const pods = commonPods(rules, isScraper);
    return pods === undefined ? DEFAULT_CATALOG.prometheus : { ...pods, ports: usual };
  }
  const ports = catalogPorts(scrape.rule);
  if (ports === undefined) {
    notes.push({ code: 'any-port', place: scrape.rule.place, detail: scrape.written.policy.name });
  }
  return { ...scrape.pods, ports: ports ?? usual };
}

function findProbes(baselines: readonly Written[]): Catalog['health'] | undefined {
  for (const { spec } of baselines) {
    const peers = allows(spec, 'ingress').flatMap(peersOf);
    const names = peers.flatMap((peer) => (peer.kind === 'entity' ? [peer.entity] : []));
    const entities = HEALTH_ENTITIES.filter((one) => names.includes(one));
    if (!names.includes('health') && !names.includes('host')) continue;
    const ranges = peers.flatMap((peer) => (peer.kind === 'cidr' ? [formatCidr(peer.cidr)] : []));
    return { entities, ranges };
  }
  return undefined;
}

export const GATEWAY_KEY = 'gateway.networking.k8s.io/gateway-name';

/** Gateways that rules let in, by the label that the Gateway API gives their pods. */
function findGateways({ profiles, own }: Classified): readonly Gateway[] {
  const found = new Map<string, Gateway>();
  for (const { spec } of [...profiles, ...own]) {
    for (const peer of allows(spec, 'ingress').flatMap(peersOf)) {
      const pods = podsPeer(peer);
      const name = pods?.labels[GATEWAY_KEY];
      if (pods !== undefined && name !== undefined && !found.has(name)) found.set(name, { name, ...pods });
    }
  }
  return found.size === 0 ? DEFAULT_CATALOG.gateways : [...found.values()];
}

function findMesh({ baselines, own }: Classified, namespaces: RepositoryRead['namespaces']): Catalog['mesh'] {
  const { mesh } = DEFAULT_CATALOG;
  const ambient = namespaces.some(({ labels }) => labels['istio.io/dataplane-mode'] === 'ambient');
  const rules = [...baselines, ...own]
    .flatMap(({ spec }) => [...allows(spec, 'ingress'), ...allows(spec, 'egress')])
    .filter((rule) => isPort(catalogPorts(rule), mesh.port));
  const ztunnel = commonPods(rules, ({ labels }) =>
    Object.values(labels).some((value) => /ztunnel/.test(value)),
  );
  return { ...mesh, ...ztunnel, ambient };
}

/** The pods that most of these rules are about. */
function commonPods(
  rules: readonly Rule[],
  isMeant: (pods: PodsPeer) => boolean = () => true,
): PodsPeer | undefined {
  const pods = rules
    .flatMap(peersOf)
    .flatMap((peer) => podsPeer(peer) ?? [])
    .filter(isMeant);
  const common = mostFrequent(pods.map((one) => JSON.stringify(one)));
  return pods.find((one) => JSON.stringify(one) === common);
}

function isSamePods(a: PodsPeer | undefined, b: PodsPeer | undefined): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
