import { type IdentitySelector, resolvePeer, subjectSelector } from '../../src/core/engine/peer-selector.ts';
import type { AgentOptions } from '../../src/core/model/options.ts';
import type { Direction, Policy, PolicySpec, Rule } from '../../src/core/model/policy.ts';
import type { PortMatch } from '../../src/core/model/port.ts';
import type { Selector } from '../../src/core/model/selector.ts';
import type { Endpoint, World } from '../../src/core/model/world.ts';
import { isInside, isNamedBy, type PlainLabel, plainLabels } from './slow-labels.ts';

export type SlowVerdict = 'allowed' | 'denied' | 'not-enforced' | 'unjudged';

export interface SlowQuestion {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly protocol: string;
  readonly port: number;
}

/**
 * The engine once more, as slow and as plain as can be: every question walks every rule of every policy and matches
 * labels as text. Only what a policy adds to the selectors that people wrote (its namespace, its cluster) is shared
 * with the engine. L7 rules count as allows.
 */
export function slowVerdict(
  world: World,
  options: AgentOptions,
  question: SlowQuestion,
  direction: Direction,
): SlowVerdict {
  const subject = direction === 'egress' ? question.from : question.to;
  const labels = plainLabels(subject.labels);
  const isReserved = (name: string): boolean => has(labels, 'reserved', name);
  const isEndpoint =
    labels.some(({ key }) => key === 'io.kubernetes.pod.namespace') ||
    ['host', 'health', 'ingress', 'init'].some(isReserved);
  if (!isEndpoint || ['world', 'world-ipv4', 'world-ipv6'].some(isReserved)) return 'unjudged';
  if (labels.some(({ key }) => key === 'host') && !options.hostFirewall) return 'not-enforced';
  if (options.enforcement === 'never') return 'not-enforced';

  const mine = rulesAbout(world, labels, direction);
  const isForced =
    options.enforcement === 'always' || (!isReserved('host') && labels.some(({ key }) => key === 'init'));
  if (mine.length === 0 && !isForced) return 'not-enforced';
  const isDefaultDeny = isForced || mine.some(({ spec }) => switchesDefaultDenyOn(spec, direction, options));
  const hits = mine.filter((one) => matches(one, mine, { world, options, question, direction }));
  if (hits.some(({ rule }) => rule.effect === 'deny')) return 'denied';
  if (hits.length > 0) return 'allowed';
  if (
    direction === 'ingress' &&
    !isReserved('host') &&
    has(plainLabels(question.from.labels), 'reserved', 'host')
  ) {
    const isLetIn =
      options.allowLocalhost !== 'policy' &&
      (options.version === '1.18' || options.version === '1.19' || mine.length > 0);
    if (isLetIn) return 'allowed';
  }
  return isDefaultDeny ? 'denied' : 'allowed';
}

/** The rules that match, whatever comes of it. */
export function slowHits(
  world: World,
  options: AgentOptions,
  question: SlowQuestion,
  direction: Direction,
): readonly Rule[] {
  const subject = direction === 'egress' ? question.from : question.to;
  const mine = rulesAbout(world, plainLabels(subject.labels), direction);
  return mine
    .filter((one) => matches(one, mine, { world, options, question, direction }))
    .map(({ rule }) => rule);
}

interface Mine {
  readonly policy: Policy;
  readonly spec: PolicySpec;
  readonly rule: Rule;
}

/** Rules about nodes are for the local host, all others for everyone else. */
function rulesAbout(world: World, subject: readonly PlainLabel[], direction: Direction): readonly Mine[] {
  const isHost = has(subject, 'reserved', 'host');
  return world.policies.flatMap((policy) =>
    policy.specs.flatMap((spec) =>
      (spec.subject.kind === 'nodes') === isHost && selectsLabels(subjectSelector(policy, spec), subject)
        ? spec.rules.filter((rule) => rule.direction === direction).map((rule) => ({ policy, spec, rule }))
        : [],
    ),
  );
}

function switchesDefaultDenyOn(
  { enableDefaultDeny }: PolicySpec,
  direction: Direction,
  { nonDefaultDeny }: AgentOptions,
): boolean {
  return !nonDefaultDeny || (enableDefaultDeny[direction] ?? true);
}

interface Asked {
  readonly world: World;
  readonly options: AgentOptions;
  readonly question: SlowQuestion;
  readonly direction: Direction;
}

function matches(one: Mine, mine: readonly Mine[], asked: Asked): boolean {
  return matchesPeer(one, mine, asked) && matchesPort(one.rule, asked);
}

function matchesPeer({ policy, spec, rule }: Mine, mine: readonly Mine[], asked: Asked): boolean {
  const { world, options, question, direction } = asked;
  const peer = plainLabels((direction === 'egress' ? question.to : question.from).labels);
  const isOnPorts = rule.ports !== undefined;
  if (rule.peers.kind === 'none') return false;
  if (rule.peers.kind === 'omitted') return isOnPorts;
  const context = {
    policy,
    spec,
    options,
    services: world.services ?? [],
    cidrGroups: world.cidrGroups ?? [],
  };
  const kinds = new Set(rule.peers.peers.map(({ kind }) => kind));
  const selectors = rule.peers.peers.flatMap((one) => resolvePeer(one, context).selectors);
  const isServices = [...kinds].every((kind) => kind === 'service' || kind === 'service-selector');
  if (isServices && selectors.length === 0) return isOnPorts;
  const required =
    options.version === '1.18' && kinds.has('endpoints')
      ? mine.flatMap((other) => other.rule.requires ?? [])
      : [];
  return (
    selectors.some((selector) => selectsPeer(selector, peer, options)) &&
    required.every((selector) => selectsLabels(selector, peer))
  );
}

function selectsPeer(
  selector: IdentitySelector,
  peer: readonly PlainLabel[],
  options: AgentOptions,
): boolean {
  const isWorld = ['world', 'world-ipv4', 'world-ipv6'].some((name) => has(peer, 'reserved', name));
  const isPod = peer.some(({ key }) => key === 'io.kubernetes.pod.namespace');
  switch (selector.kind) {
    case 'labels': {
      const prefixes = isAddressed(peer, options) ? peer : peer.filter(({ source }) => source !== 'cidr');
      const byAggregate = options.version === '1.20' || options.version === 'main';
      return (
        selectsLabels(selector.selector, prefixes) || (selector.aggregate === true && byAggregate && isPod)
      );
    }
    case 'cidr': {
      if (!isAddressed(peer, options)) return false;
      const own = peer.filter(({ source }) => source === 'cidr').map(({ key }) => key);
      const group = `io.cilium.policy.cidrgroupname/${selector.group}`;
      const isIn =
        own.some((inner) => selector.cidrs.some((outer) => isInside(inner, outer))) ||
        (selector.group !== '' && has(peer, 'cidrgroup', group));
      return isIn && !own.some((inner) => selector.except.some((outer) => isInside(inner, outer)));
    }
    case 'fqdn':
      return (
        isWorld &&
        peer.some(({ source, key }) => source === 'fqdn' && isNamedBy(selector.pattern, key, options.version))
      );
  }
}

/** Whom rules on addresses are about: the world; nodes and pods where the agent is told so. */
function isAddressed(peer: readonly PlainLabel[], { cidrMatchMode }: AgentOptions): boolean {
  if (['world', 'world-ipv4', 'world-ipv6'].some((name) => has(peer, 'reserved', name))) return true;
  if (has(peer, 'reserved', 'host') || has(peer, 'reserved', 'remote-node'))
    return cidrMatchMode.includes('nodes');
  return peer.some(({ key }) => key === 'io.kubernetes.pod.namespace') && cidrMatchMode.includes('pods');
}

function selectsLabels({ requirements }: Selector, labels: readonly PlainLabel[]): boolean {
  return requirements.every(({ source, key, operator, values }) => {
    const found =
      source === 'cidr'
        ? labels.find((label) => label.source === 'cidr' && isInside(label.key, key))
        : labels.find((label) => label.key === key && (source === 'any' || label.source === source));
    switch (operator) {
      case 'In':
        return found !== undefined && values.includes(found.value);
      case 'NotIn':
        return found === undefined || !values.includes(found.value);
      case 'Exists':
        return found !== undefined;
      case 'DoesNotExist':
        return found === undefined;
    }
  });
}

function has(labels: readonly PlainLabel[], source: string, key: string): boolean {
  return labels.some((label) => label.source === source && label.key === key);
}

function matchesPort(rule: Rule, asked: Asked): boolean {
  return rule.ports?.some(({ ports }) => ports.some((match) => matchesOne(match, asked))) ?? true;
}

function matchesOne(match: PortMatch, asked: Asked): boolean {
  const { protocol, port } = asked.question;
  const isBefore120 = asked.options.version === '1.18' || asked.options.version === '1.19';
  if (match.kind === 'icmp') {
    const wanted = match.family === 'IPv4' ? 'ICMP' : 'ICMPv6';
    return protocol === wanted && (match.type === 0 || match.type === port);
  }
  const isAny = match.protocol === 'ANY' && ['TCP', 'UDP', 'SCTP'].includes(protocol);
  if (!isAny && match.protocol !== protocol) return false;
  const end = match.endPort ?? 0;
  if (match.kind === 'named')
    return numbersOf(match.name, asked).some(
      (one) => port === one || (isReceived(asked) && port > one && port <= end),
    );
  if (match.port === 0) return !isBefore120 || end === 0 || port <= end;
  return port === match.port || (port > match.port && port <= end);
}

function isReceived({ direction }: Asked): boolean {
  return direction === 'ingress';
}

/** What a name stands for: of the receiving pod, of the peer's identity from 1.20, of all pods alike before. */
function numbersOf(name: string, { world, options, question, direction }: Asked): readonly number[] {
  const declared = ({ ports }: Endpoint): readonly number[] =>
    (ports ?? [])
      .filter((one) => one.name === name && one.protocol === question.protocol)
      .map(({ port }) => port);
  if (direction === 'ingress') return declared(question.to);
  if (options.version === '1.18' || options.version === '1.19') {
    const all = new Set(world.endpoints.flatMap(declared));
    return all.size === 1 ? [...all] : [];
  }
  const identity = [...question.to.labels].sort().join('\n');
  return world.endpoints.filter(({ labels }) => [...labels].sort().join('\n') === identity).flatMap(declared);
}
