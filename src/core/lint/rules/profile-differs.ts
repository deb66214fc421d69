import { type Catalog, type CatalogPort, profileLabel } from '../../catalog/index.ts';
import type { EndpointIndex, Engine } from '../../engine/index.ts';
import { DIRECTIONS, type Direction } from '../../model/policy.ts';
import { isProtocol, PROTOCOLS } from '../../model/port.ts';
import {
  intersectPorts,
  isAllPorts,
  isNoPorts,
  NO_PORTS,
  normalizeRanges,
  type PortSet,
  pairsOf,
  subtractPorts,
  unionPorts,
} from '../../model/port-set.ts';
import { atPlace, atPolicy, atRule } from '../at.ts';
import type { LintContext } from '../context.ts';
import { labelUsers } from '../facts/label-users.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { portSetNotation } from '../facts/notation.ts';
import { portPath, siteOf } from '../facts/sites.ts';
import { type At, defineRule, type Rule } from '../rule.ts';

export interface ProfileDiffersFields {
  readonly profile: string;
  readonly direction: Direction;
  /** `world`, `gateway external`, `another app`. */
  readonly peers: readonly string[];
  /** `opens-more` than the catalog says, or `opens-nothing` where the catalog says that it does. */
  readonly how: 'opens-more' | 'opens-nothing';
  readonly ports: readonly string[];
}

/** Computed: what a pod of the profile may do besides what a pod without one may. */
export const profileDiffers: Rule<'profile-differs', ProfileDiffersFields> = defineRule({
  id: 'profile-differs',
  name: 'Profile that is not what the catalog says',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'profile.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: profile-internal-egress
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.network-policy.homelab/profile: internal-egress
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
            gateway.networking.k8s.io/gateway-name: internal
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
  egress:
    - toEntities:
        - world
      toPorts:
        - ports:
            - port: "80"
              protocol: TCP
            - port: "443"
              protocol: TCP
`,
    },
    right: {
      'profile.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: profile-internal-egress
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.network-policy.homelab/profile: internal-egress
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
            gateway.networking.k8s.io/gateway-name: internal
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
  egress:
    - toEntities:
        - world
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const users = labelUsers(context);
    const label = profileLabel(context.catalog);
    for (const { name } of context.catalog.profiles) {
      if (!users.isSelected(label, name)) continue;
      const world = context.world();
      const differences = peersOf(context.catalog, world, name).flatMap((peer) => {
        const found = compare(world, name, peer);
        return found === undefined ? [] : [differenceOf(context, world, { profile: name, peer, ...found })];
      });
      for (const [first, ...others] of groupByKey(differences)) {
        if (first === undefined) continue;
        const { at, direction, how, ports } = first;
        const peers = [first, ...others].map(({ peer }) => peer);
        report({
          at,
          fields: { profile: name, direction, peers, how, ports },
          key: `${name} ${direction} ${peers.join(',')} ${how}`,
        });
      }
    }
  },
});

interface Difference {
  readonly at: At;
  readonly direction: Direction;
  readonly peer: string;
  readonly how: ProfileDiffersFields['how'];
  readonly ports: readonly string[];
}

function differenceOf(
  context: LintContext,
  world: LintWorld,
  {
    profile,
    peer,
    how,
    ports,
  }: {
    readonly profile: string;
    readonly peer: Peer;
    readonly how: ProfileDiffersFields['how'];
    readonly ports: PortSet;
  },
): Difference {
  const opened = how === 'opens-more' ? ports : NO_PORTS;
  return {
    at: placeOf(context, world, { profile, peer, ports: opened }),
    direction: peer.direction,
    peer: peer.name,
    how,
    ports: portSetNotation(ports),
  };
}

/** One rule may open the same to several. */
function groupByKey(differences: readonly Difference[]): readonly (readonly Difference[])[] {
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const { at, direction, how, ports } = difference;
    const key = JSON.stringify([at.place, direction, how, ports]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [difference]);
    else known.push(difference);
  }
  return [...groups.values()];
}

/** Somebody at the other end, and what the catalog says about them. */
interface Peer {
  readonly name: string;
  readonly direction: Direction;
  readonly endpoint: EndpointIndex;
  readonly expected: PortSet;
}

function peersOf(catalog: Catalog, { engine, probes }: LintWorld, profileName: string): readonly Peer[] {
  const profile = catalog.profiles.find(({ name }) => name === profileName);
  const egressTo = (entity: string): PortSet =>
    portsOf(
      (profile?.egress ?? []).flatMap(({ to, ports }) =>
        to.kind === 'entity' && to.entity === entity ? ports : [],
      ),
    );
  const world = engine.find('world') ?? engine.find('world-ipv4');
  const gateways = [...probes.gateways].map(([name, endpoint]) => ({
    name: `gateway ${name}`,
    direction: 'ingress' as const,
    endpoint,
    expected: portsOf(
      (profile?.ingress ?? []).flatMap(({ gateway, ports }) => (gateway === name ? ports : [])),
    ),
  }));
  const outside = DIRECTIONS.flatMap((direction) =>
    world === undefined
      ? []
      : [
          {
            name: 'world',
            direction,
            endpoint: world,
            expected: direction === 'egress' ? egressTo('world') : NO_PORTS,
          },
        ],
  );
  const others = DIRECTIONS.map((direction) => ({
    name: 'another app',
    direction,
    endpoint: probes.blank,
    expected: NO_PORTS,
  }));
  return [...gateways, ...outside, ...others];
}

function compare(
  world: LintWorld,
  profile: string,
  peer: Peer,
): { readonly how: ProfileDiffersFields['how']; readonly ports: PortSet } | undefined {
  const { probes } = world;
  const pod = probes.profiles.get(profile);
  if (pod === undefined) return undefined;
  const engine = world.strict();
  const actual = portsBetween(engine, peer.direction, pod, peer.endpoint);
  const without = portsBetween(engine, peer.direction, probes.blank, peer.endpoint);
  // Without baselines a pod is open to everyone, which says nothing about the profile.
  const given = isAllPorts(without) ? NO_PORTS : without;
  if (isNoPorts(intersectPorts(actual, peer.expected)) && !isNoPorts(peer.expected)) {
    return { how: 'opens-nothing', ports: peer.expected };
  }
  // A rule without ports is what `any-port` is about; one that is not enforced is open by no rule of the profile.
  const more = subtractPorts(actual, unionPorts(given, peer.expected));
  return isAllPorts(actual) || isNoPorts(more) ? undefined : { how: 'opens-more', ports: more };
}

function portsBetween(
  engine: Engine,
  direction: Direction,
  pod: EndpointIndex,
  other: EndpointIndex,
): PortSet {
  const { ports } = engine.compiled;
  return ports.get(direction === 'egress' ? engine.egressPorts(pod, other) : engine.ingressPorts(other, pod));
}

/** The line that opens the first of the ports, or the profile's policy. */
function placeOf(
  context: LintContext,
  world: LintWorld,
  { profile, peer, ports }: { readonly profile: string; readonly peer: Peer; readonly ports: PortSet },
): At {
  const pod = world.probes.profiles.get(profile) as EndpointIndex;
  const at = ports.findIndex((ranges) => ranges.length > 0);
  const protocol = PROTOCOLS[at];
  const port = pairsOf(ports[at] ?? [])[0]?.[0];
  if (protocol !== undefined && port !== undefined) {
    const [from, to] = peer.direction === 'egress' ? [pod, peer.endpoint] : [peer.endpoint, pod];
    const decision = world.strict().decide({ from, to, protocol, port });
    const [rule] = (peer.direction === 'egress' ? decision.egress : decision.ingress).rules;
    const site = rule === undefined ? undefined : siteOf(context, rule);
    if (site !== undefined) return atRule(context, site, portPath(site, protocol, port));
  }
  const label = profileLabel(context.catalog);
  const own = context.specs.find(({ spec }) =>
    spec.subject.selector.requirements.some(
      ({ key, values }) => key.endsWith(`.${label}`) && values.includes(profile),
    ),
  );
  return own === undefined
    ? atPlace({ file: 'propolis.yaml', line: 1, column: 1 })
    : atPolicy(context, own.policy);
}

function portsOf(ports: readonly CatalogPort[]): PortSet {
  return PROTOCOLS.map((protocol) =>
    normalizeRanges(
      ports
        .filter((port) => isProtocol(port.protocol) && port.protocol === protocol)
        .map(({ port, endPort = port }) => [port, endPort]),
    ),
  );
}
