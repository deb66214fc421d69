import type { Catalog } from '../../catalog/index.ts';
import { fieldAt } from '../../manifest/yaml/fields.ts';
import {
  type Cidr,
  containsCidr,
  formatCidr,
  parseAddress,
  parseAddressOrCidr,
  parseCidr,
} from '../../model/cidr.ts';
import type { Path } from '../../model/place.ts';
import type { LintContext, RuleSite } from '../context.ts';

/** One CIDR of a rule, as it is written. */
export interface CidrSite {
  readonly site: RuleSite;
  readonly cidr: Cidr;
  /** Within the rule. */
  readonly path: Path;
  /** As the file has it, before variables are put in. */
  readonly written: string;
}

/** Every CIDR that a rule names as a peer. Exceptions within one are not among them. */
export function* cidrSites({ rules, documents }: LintContext): Generator<CidrSite> {
  for (const site of rules) {
    const { policy, rule } = site;
    const peers = rule.peers.kind === 'some' ? rule.peers.peers : [];
    if (!peers.some(({ kind }) => kind === 'cidr')) continue;
    const side = rule.direction === 'ingress' ? 'from' : 'to';
    const element = fieldAt(documents.written(policy), rule.path);
    for (const [i, peer] of peers.entries()) {
      if (peer.kind !== 'cidr') continue;
      const paths: readonly Path[] = [
        [`${side}CIDR`, i],
        [`${side}CIDRSet`, i, 'cidr'],
        [side, i, 'ipBlock', 'cidr'],
      ];
      const path = paths.find((one) => typeof fieldAt(element, one) === 'string') ?? [];
      const text = fieldAt(element, path);
      yield { site, cidr: peer.cidr, path, written: typeof text === 'string' ? text : formatCidr(peer.cidr) };
    }
  }
}

const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'].flatMap((text) => parseCidr(text) ?? []);

/** Link-local addresses are the same on every machine, so naming them names no machine. */
export function isLinkLocal(cidr: Cidr): boolean {
  return LINK_LOCAL.some((range) => containsCidr(range, cidr));
}

/** Ranges that the catalog documents: `externalRanges`, and those of probes. */
export function isDocumented(catalog: Catalog, cidr: Cidr): boolean {
  return [...catalog.externalRanges.flatMap(({ cidrs }) => cidrs), ...catalog.health.ranges].some((text) => {
    const range = parseAddressOrCidr(text);
    return range !== undefined && containsCidr(range, cidr);
  });
}

/** What a CIDR seems to be for, if that is something that CIDR rules never match. */
export interface ClusterRange {
  readonly what: 'pods' | 'services' | 'nodes' | 'api-server';
  /** `default`: a usual range. `service`: a Service has such an address. `catalog`: so the catalog says. `variable`: its name says. `port`: the API server's port. */
  readonly because: 'default' | 'service' | 'catalog' | 'variable' | 'port';
  readonly detail: string;
}

/** Usual ranges of pods and Services, with whose they are. Broader private ranges are none: a LAN may be there. */
const DEFAULT_RANGES: readonly (readonly [cidr: string, what: 'pods' | 'services', whose: string])[] = [
  ['10.42.0.0/16', 'pods', 'k3s and RKE2'],
  ['10.43.0.0/16', 'services', 'k3s and RKE2'],
  ['10.244.0.0/16', 'pods', 'kubeadm and Talos'],
  ['10.96.0.0/12', 'services', 'kubeadm and Talos'],
];

const PARSED_DEFAULTS = DEFAULT_RANGES.flatMap(([text, what, detail]) => {
  const range = parseCidr(text);
  return range === undefined ? [] : [{ range, what, detail }];
});

/** Finds out whether a CIDR is aimed at pods, Services, nodes or the API server. */
export function clusterRangeOf(
  { read, catalog }: LintContext,
  { site, cidr, written }: CidrSite,
): ClusterRange | undefined {
  if (cidr.length === 0 || isLinkLocal(cidr)) return undefined;
  const variable = /\$\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)/.exec(written)?.[1] ?? '';
  const named = /(?:^|_)(pod|service|svc|node)s?(?:_|$)/i.exec(variable)?.[1]?.toLowerCase();
  if (named !== undefined) {
    const what = named === 'pod' ? 'pods' : named === 'node' ? 'nodes' : 'services';
    return { what, because: 'variable', detail: variable };
  }
  for (const { range, what, detail } of PARSED_DEFAULTS) {
    if (containsCidr(range, cidr)) return { what, because: 'default', detail };
  }
  const service = read.services.find(({ clusterIPs = [] }) =>
    clusterIPs.some((text) => contains(cidr, text)),
  );
  if (service !== undefined) {
    return { what: 'services', because: 'service', detail: `${service.namespace}/${service.name}` };
  }
  const server = catalog.clusters.map(({ server: url }) => hostOf(url)).find((host) => contains(cidr, host));
  if (server !== undefined) return { what: 'api-server', because: 'catalog', detail: server };
  const isApiPort =
    site.rule.direction === 'egress' &&
    isPrivate(cidr) &&
    site.rule.ports?.every(({ ports }) =>
      ports.every((match) => match.kind === 'port' && match.port === 6443),
    ) === true;
  return isApiPort ? { what: 'api-server', because: 'port', detail: '6443' } : undefined;
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].flatMap(
  (text) => parseCidr(text) ?? [],
);

function isPrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => containsCidr(range, cidr));
}

function contains(cidr: Cidr, address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && containsCidr(cidr, { ...parsed, length: parsed.family === 4 ? 32 : 128 });
}

/** `192.168.10.11` of `https://192.168.10.11:6443`. */
function hostOf(url: string): string {
  return /^[a-z]+:\/\/\[?([0-9a-f.:]+?)\]?(?::\d+)?(?:\/|$)/i.exec(url)?.[1] ?? '';
}
