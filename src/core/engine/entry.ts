import type { EngineAssumption, RuleRef } from '../model/decision.ts';
import type { L7Rules } from '../model/l7.ts';
import { type AgentOptions, isAtLeast } from '../model/options.ts';
import type { Direction, Policy, PolicyRef, PolicySpec, Rule } from '../model/policy.ts';
import { ANY_PROTOCOLS, highestPort, type PortMatch, type Protocol } from '../model/port.ts';
import { type Selector, WILDCARD } from '../model/selector.ts';
import type { World } from '../model/world.ts';
import { type IdentitySelector, type PeerContext, resolvePeer, subjectSelector } from './peer-selector.ts';

/**
 * One rule with its policy's subject, ready to be matched: what Cilium calls an entry
 * (`pkg/policy/types/policyentry.go`, `pkg/policy/utils/parserules.go`).
 */
export interface Entry {
  readonly index: number;
  readonly policy: Policy;
  readonly spec: PolicySpec;
  readonly rule: Rule;
  readonly direction: Direction;
  readonly isDeny: boolean;
  /** A rule about nodes, which only the local host can be the subject of. */
  readonly isNode: boolean;
  readonly subject: Selector;
  /** Any of these. None: the rule matches nobody, and only makes the direction default-deny. */
  readonly peers: readonly IdentitySelector[];
  /** Whether `peers` come from endpoint selectors, to which 1.18 adds `fromRequires`. */
  readonly hasEndpointPeers: boolean;
  /** Absent: every protocol and port. */
  readonly ports: readonly PortTerm[] | undefined;
  readonly defaultDeny: boolean;
  readonly assumptions: readonly EngineAssumption[];
}

/** A line of ports with the protocols spelt out. */
export type PortTerm =
  | {
      readonly kind: 'range';
      readonly protocol: Protocol;
      readonly low: number;
      readonly high: number;
      readonly l7: L7Rules | undefined;
    }
  | {
      readonly kind: 'named';
      readonly protocol: Protocol;
      readonly name: string;
      /** 0 for none. */
      readonly endPort: number;
      readonly l7: L7Rules | undefined;
    };

/** All rules of all policies, flat, in the order of policies, specs and rules. */
export function entriesOf(world: World, options: AgentOptions): readonly Entry[] {
  const entries: Entry[] = [];
  const services = world.services ?? [];
  const cidrGroups = world.cidrGroups ?? [];
  for (const policy of world.policies) {
    for (const spec of policy.specs) {
      const subject = subjectSelector(policy, spec);
      for (const rule of spec.rules) {
        const context = { policy, spec, options, services, cidrGroups };
        entries.push(entryOf(entries.length, rule, { subject, context }));
      }
    }
  }
  return entries;
}

function entryOf(
  index: number,
  rule: Rule,
  { subject, context }: { readonly subject: Selector; readonly context: PeerContext },
): Entry {
  const { policy, spec, options } = context;
  const { peers, hasEndpointPeers, assumptions } = peersOf(rule, context);
  const written =
    rule.direction === 'ingress' ? spec.enableDefaultDeny.ingress : spec.enableDefaultDeny.egress;
  return {
    index,
    policy,
    spec,
    rule,
    direction: rule.direction,
    isDeny: rule.effect === 'deny',
    isNode: spec.subject.kind === 'nodes',
    subject,
    peers,
    hasEndpointPeers,
    ports: rule.ports?.flatMap(({ ports, l7 }) => ports.flatMap((match) => termsOf(match, l7, options))),
    defaultDeny: options.nonDefaultDeny ? (written ?? true) : true,
    assumptions,
  };
}

/** Semantics of nil, empty and omitted peers: Cilium PR #29608, `mergeEndpointSelectors`. */
function peersOf(
  rule: Rule,
  context: PeerContext,
): Pick<Entry, 'peers' | 'hasEndpointPeers' | 'assumptions'> {
  const everyone: IdentitySelector = { kind: 'labels', selector: WILDCARD };
  const omitted = rule.ports === undefined ? [] : [everyone];
  switch (rule.peers.kind) {
    case 'none':
      return { peers: [], hasEndpointPeers: false, assumptions: [] };
    case 'omitted':
      return { peers: omitted, hasEndpointPeers: false, assumptions: [] };
    case 'some': {
      const assumptions: EngineAssumption[] = [];
      const selectors: IdentitySelector[] = [];
      let failsOpen = true;
      for (const peer of rule.peers.peers) {
        const resolved = resolvePeer(peer, context);
        selectors.push(...resolved.selectors);
        if (resolved.unresolved !== undefined) assumptions.push(assumptionOf(resolved.unresolved, context));
        if (peer.kind !== 'service' && peer.kind !== 'service-selector') failsOpen = false;
      }
      // A toServices that finds no Service is as if no peer were written (1.17 and later).
      const peers = selectors.length === 0 && failsOpen ? omitted : selectors;
      const hasEndpointPeers = rule.peers.peers.some(({ kind }) => kind === 'endpoints');
      return { peers, hasEndpointPeers, assumptions };
    }
  }
}

function assumptionOf(
  unresolved: NonNullable<ReturnType<typeof resolvePeer>['unresolved']>,
  { policy: { kind, namespace, name } }: PeerContext,
): EngineAssumption {
  const policy = { kind, namespace, name };
  switch (unresolved.kind) {
    case 'service':
      return { code: 'service-unknown', policy, service: unresolved.name };
    case 'cidr-group':
      return { code: 'cidr-group-unknown', policy, group: unresolved.name };
    case 'cloud-group':
      return { code: 'cloud-group-unresolved', policy };
  }
}

function termsOf(match: PortMatch, l7: L7Rules | undefined, options: AgentOptions): readonly PortTerm[] {
  if (match.kind === 'icmp') {
    const protocol = match.family === 'IPv4' ? 'ICMP' : 'ICMPv6';
    // Type 0 becomes port 0, the wildcard: a rule for it admits every type (cilium#41304).
    const [low, high] = match.type === 0 ? [0, highestPort(protocol)] : [match.type, match.type];
    return [{ kind: 'range', protocol, low, high, l7 }];
  }
  const protocols = match.protocol === 'ANY' ? ANY_PROTOCOLS : [match.protocol];
  if (match.kind === 'named') {
    const { name, endPort = 0 } = match;
    return protocols.map((protocol) => ({ kind: 'named', protocol, name, endPort, l7 }));
  }
  return protocols.map((protocol) => {
    const [low, high] = portRange(match.port, match.endPort ?? 0, options);
    return { kind: 'range', protocol, low, high: Math.min(high, highestPort(protocol)), l7 };
  });
}

/** Cilium `pkg/policy/l4.go` (`keysForRange`): an end at or below the port is none. */
function portRange(
  port: number,
  endPort: number,
  { version }: AgentOptions,
): readonly [low: number, high: number] {
  if (port === 0) {
    const isRange = !isAtLeast(version, '1.20') && endPort > 0;
    return isRange ? [0, endPort] : [0, 65_535];
  }
  return endPort > port ? [port, Math.min(endPort, 65_535)] : [port, port];
}

/** `TCP/5432`, `UDP/8000-8100`, `TCP/*`, `TCP/http`. */
export function formatTerm(term: PortTerm): string {
  if (term.kind === 'named') return `${term.protocol}/${term.name}`;
  if (term.low === 0 && term.high === highestPort(term.protocol)) return `${term.protocol}/*`;
  return term.low === term.high
    ? `${term.protocol}/${term.low}`
    : `${term.protocol}/${term.low}-${term.high}`;
}

/** A rule by its policy, list, index and place. */
export function ruleOf({ policy, rule }: Entry): RuleRef {
  return { policy: refOf(policy), list: rule.list, index: rule.index, place: rule.place };
}

/** Which object a policy is, and no more. */
export function refOf({ kind, namespace, name }: Policy): PolicyRef {
  return { kind, namespace, name };
}
