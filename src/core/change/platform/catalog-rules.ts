import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  type CatalogPort,
  type Pods,
  profileLabel,
} from '../../catalog/index.ts';
import type { LabelSelector } from '../../catalog/render/document.ts';
import { EVERY_POD, withAccess, withProfile } from '../../catalog/render/selectors.ts';
import { compile } from '../../engine/index.ts';
import { worldOf } from '../../manifest/world.ts';
import { podIdentityLabels } from '../../model/identity.ts';
import type { AgentOptions } from '../../model/options.ts';
import type { Direction } from '../../model/policy.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import type { OwnRule } from './own-rule.ts';

/** What the catalog says of a namespace: rules at its end of a model that has two. */
interface Role {
  readonly direction: Direction;
  /** For people. */
  readonly peer: string;
  readonly selectors: readonly LabelSelector[];
  readonly ports: readonly CatalogPort[];
  /** Pods of the namespace that it is about. */
  readonly own: Pods;
  /** Labels of a namespace that must be admitted. */
  readonly probe: Readonly<Record<string, string>>;
}

/**
 * Rules that a namespace needs for what the catalog says it is: where a shared resource runs, the DNS server,
 * Prometheus, a gateway. What another policy admits already is left out.
 */
export function catalogRules(
  catalog: Catalog,
  namespace: string,
  { read, options }: { readonly read: RepositoryRead; readonly options: AgentOptions },
): readonly OwnRule[] {
  const roles = rolesOf(catalog, namespace);
  if (roles.length === 0) return [];
  const world = worldOf(read, options);
  const pod = (id: string, of: string, podLabels: Pods['labels'], labels: Pods['labels']) => ({
    id,
    labels: podIdentityLabels({
      namespace: of,
      podLabels,
      namespaceLabels: labels,
      cluster: options.clusterName,
    }),
  });
  const declared = read.namespaces.find(({ name }) => name === namespace)?.labels ?? {};
  const probes = roles.flatMap(({ own, probe }, i) => [
    pod(`own ${i}`, namespace, own.labels, declared),
    pod(`probe ${i}`, PROBE, {}, { 'kubernetes.io/metadata.name': PROBE, ...probe }),
  ]);
  const engine = compile({ ...world, endpoints: [...world.endpoints, ...probes] }, options);
  return roles.flatMap((role, i): readonly OwnRule[] => {
    const { direction, peer, selectors, ports } = role;
    const ids = [`own ${i}`, `probe ${i}`];
    const [from, to] = (direction === 'egress' ? ids : ids.toReversed()).map((id) => engine.find(id));
    const [port] = ports;
    if (from === undefined || to === undefined || port === undefined) return [];
    const decision = engine.decide({ from, to, protocol: port.protocol, port: port.port });
    const isAdmitted = decision[direction].reason === 'allow-rule';
    const peers = { kind: 'endpoints', selectors } as const;
    return isAdmitted ? [] : [{ direction, peer, ports, peers, origin: 'catalog', evidence: undefined }];
  });
}

/** A name that no namespace of a cluster has: it begins with what such names may not begin with. */
const PROBE = '-propolis-probe';

function rolesOf(catalog: Catalog, namespace: string): readonly Role[] {
  const { resources, dns, prometheus, gateways, profiles } = catalog;
  const roles: Role[] = resources.flatMap(({ name, target, ports }) =>
    target.kind !== 'pods' || target.namespace !== namespace
      ? []
      : [
          {
            direction: 'ingress' as const,
            peer: `namespaces with access to ${name}`,
            selectors: [withAccess(catalog, name)],
            ports,
            own: target,
            probe: { [accessLabel(catalog, name)]: ACCESS_GRANTED },
          },
        ],
  );
  const everyPod = { selectors: [EVERY_POD], probe: {} };
  if (dns.namespace === namespace) {
    roles.push({ direction: 'ingress', peer: 'every pod, for DNS', ports: dns.ports, own: dns, ...everyPod });
  }
  if (prometheus.namespace === namespace) {
    const { ports } = prometheus;
    roles.push({ direction: 'egress', peer: 'every pod, to scrape', ports, own: prometheus, ...everyPod });
  }
  for (const gateway of gateways.filter((one) => one.namespace === namespace)) {
    for (const { name, ingress } of profiles) {
      const ports = ingress.find((one) => one.gateway === gateway.name)?.ports ?? [];
      roles.push({
        direction: 'egress',
        peer: `namespaces with profile ${name}`,
        selectors: [withProfile(catalog, name)],
        ports,
        own: gateway,
        probe: { [profileLabel(catalog)]: name },
      });
    }
  }
  // Two gateways of one namespace come to one rule, as its policy is for all of its pods.
  const keys = roles.map(({ direction, selectors, ports }) => JSON.stringify([direction, selectors, ports]));
  return roles.filter(({ ports }, i) => ports.length > 0 && keys.indexOf(keys[i] ?? '') === i);
}
