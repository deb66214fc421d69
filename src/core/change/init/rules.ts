import { type CatalogEntity, type CatalogPort, type EgressTarget } from '../../catalog/index.ts';
import { CATALOG_ENTITIES, PORT_PROTOCOLS } from '../../catalog/types.ts';
import { formatCidr } from '../../model/cidr.ts';
import { NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import type { Peer, Policy, PolicySpec, Rule } from '../../model/policy.ts';
import type { Selector } from '../../model/selector.ts';

/** A spec with the policy that it stands in. */
export interface Written {
  readonly policy: Policy;
  readonly spec: PolicySpec;
}

/** A selector as labels with one value each, where it is no more than that. */
export interface PlainSelector {
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it says nothing else. */
  readonly isWhole: boolean;
}

export function plainSelector({ requirements }: Selector): PlainSelector {
  const labels: [string, string][] = [];
  for (const { key, operator, values } of requirements) {
    const [value, second] = values;
    if (operator === 'In' && value !== undefined && second === undefined) labels.push([key, value]);
  }
  return { labels: Object.fromEntries(labels), isWhole: labels.length === requirements.length };
}

/** Labels of namespaces that a selector asks for, by their own keys. */
export function namespaceLabels({
  requirements,
}: Selector): readonly (readonly [string, readonly string[]])[] {
  return requirements
    .filter(({ key, operator }) => key.startsWith(NAMESPACE_LABELS_PREFIX) && operator === 'In')
    .map(({ key, values }) => [key.slice(NAMESPACE_LABELS_PREFIX.length), values] as const);
}

/** Pods of one namespace, by the rest of their labels. */
export interface PodsPeer {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A peer that is pods of one namespace and nothing else. */
export function podsPeer(peer: Peer): PodsPeer | undefined {
  if (peer.kind !== 'endpoints') return undefined;
  const { labels, isWhole } = plainSelector(peer.selector);
  const { [NAMESPACE_KEY]: namespace, ...rest } = labels;
  return isWhole && namespace !== undefined ? { namespace, labels: rest } : undefined;
}

export function peersOf({ peers }: Rule): readonly Peer[] {
  return peers.kind === 'some' ? peers.peers : [];
}

/** What a catalog can say of an egress peer, besides pods. */
export function egressTarget(peer: Peer): EgressTarget | undefined {
  switch (peer.kind) {
    case 'entity': {
      const entity = CATALOG_ENTITIES.find((one): one is CatalogEntity => one === peer.entity);
      return entity === undefined ? undefined : { kind: 'entity', entity };
    }
    case 'cidr':
      return peer.except.length === 0 ? { kind: 'cidr', cidr: formatCidr(peer.cidr) } : undefined;
    case 'fqdn': {
      const pattern = peer.pattern.matchName ?? peer.pattern.matchPattern;
      return pattern === undefined ? undefined : { kind: 'fqdn', pattern };
    }
    case 'endpoints':
    case 'nodes':
    case 'cidr-group':
    case 'service':
    case 'service-selector':
    case 'pods':
    case 'cloud-group':
      return undefined;
  }
}

/** Ports as a catalog has them; undefined where a rule has none, or one that no catalog can have. */
export function catalogPorts({ ports }: Rule): readonly CatalogPort[] | undefined {
  const all: CatalogPort[] = [];
  for (const match of (ports ?? []).flatMap((one) => one.ports)) {
    if (match.kind !== 'port' || match.port === 0) return undefined;
    const { port, endPort } = match;
    const protocols = PORT_PROTOCOLS.filter((one) => match.protocol === 'ANY' || match.protocol === one);
    if (protocols.length === 0) return undefined;
    for (const protocol of protocols) {
      all.push(endPort === undefined || endPort === port ? { protocol, port } : { protocol, port, endPort });
    }
  }
  return all.length === 0 ? undefined : all;
}

export function isPort(ports: readonly CatalogPort[] | undefined, port: number): boolean {
  return ports?.some((one) => one.port === port) ?? false;
}

export function allows({ rules }: PolicySpec, direction: Rule['direction']): readonly Rule[] {
  return rules.filter((rule) => rule.direction === direction && rule.effect === 'allow');
}

/** The most frequent of these, the first of those that are equally frequent. */
export function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: string | undefined;
  for (const [text, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = text;
  return best;
}
