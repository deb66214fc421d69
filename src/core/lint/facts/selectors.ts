import {
  CLUSTER_KEY,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  SERVICE_ACCOUNT_KEY,
} from '../../model/label.ts';
import type { Path } from '../../model/place.ts';
import type { Peer, Rule } from '../../model/policy.ts';
import type { Requirement, Selector } from '../../model/selector.ts';
import { specPath } from '../at.ts';
import type { LintContext, RuleSite, SpecSite } from '../context.ts';

/** A selector of pods as it is written, with its place. */
export interface SelectorSite {
  readonly selector: Selector;
  readonly site: SpecSite;
  /** The rule, where the selector is one of its peers. */
  readonly rule: Rule | undefined;
  /** From the object's root. */
  readonly path: Path;
}

/** All selectors of pods: of subjects, and of peers. Those of nodes and of Services are not among them. */
export function* podSelectors({ specs, rules }: LintContext): Generator<SelectorSite> {
  for (const site of specs) {
    const { policy, spec } = site;
    if (spec.subject.kind !== 'endpoints') continue;
    const name = policy.kind === 'NetworkPolicy' ? 'podSelector' : 'endpointSelector';
    yield {
      selector: spec.subject.selector,
      site,
      rule: undefined,
      path: [...specPath(policy, spec), name],
    };
  }
  for (const site of rules) {
    if (site.rule.peers.kind !== 'some') continue;
    for (const [i, peer] of site.rule.peers.peers.entries()) {
      const selector =
        peer.kind === 'endpoints' ? peer.selector : peer.kind === 'pods' ? peer.pods : undefined;
      if (selector !== undefined) {
        yield { selector, site, rule: site.rule, path: [...site.rule.path, ...peerPath(site, i)] };
      }
    }
  }
}

/** The path of a peer within its rule. Only one kind of peer may stand in a rule, so its index is the list's. */
export function peerPath({ policy, rule }: RuleSite, index: number): Path {
  const peer = rule.peers.kind === 'some' ? rule.peers.peers[index] : undefined;
  const isIngress = rule.direction === 'ingress';
  if (policy.kind === 'NetworkPolicy') return [isIngress ? 'from' : 'to', index];
  const field = peer === undefined ? '' : peerField(peer);
  return field === '' ? [] : [`${isIngress ? 'from' : 'to'}${field}`, index];
}

function peerField(peer: Peer): string {
  switch (peer.kind) {
    case 'endpoints':
      return 'Endpoints';
    case 'nodes':
      return 'Nodes';
    case 'entity':
      return 'Entities';
    case 'cidr':
      return 'CIDR';
    case 'cidr-group':
      return 'CIDRSet';
    case 'fqdn':
      return 'FQDNs';
    case 'service':
    case 'service-selector':
      return 'Services';
    case 'pods':
      return 'Endpoints';
    case 'cloud-group':
      return 'Groups';
  }
}

/** Requirements for labels that pods themselves have, not those that Cilium derives. */
export function ownLabels({ requirements }: Selector): readonly Requirement[] {
  return requirements.filter(
    ({ source, key }) =>
      (source === 'any' || source === 'k8s') &&
      key !== NAMESPACE_KEY &&
      key !== CLUSTER_KEY &&
      key !== SERVICE_ACCOUNT_KEY &&
      !key.startsWith(NAMESPACE_LABELS_PREFIX),
  );
}

/** Whether a selector asks for a label of the namespace. */
export function asksNamespaceLabel({ requirements }: Selector, label: string): boolean {
  return requirements.some(
    ({ key, operator }) =>
      key === `${NAMESPACE_LABELS_PREFIX}${label}` && (operator === 'In' || operator === 'Exists'),
  );
}

/** Names of namespaces that a selector asks for. */
export function namespacesAsked({ requirements }: Selector): readonly string[] {
  return requirements.flatMap(({ source, key, operator, values }) =>
    (source === 'any' || source === 'k8s') &&
    operator === 'In' &&
    (key === NAMESPACE_KEY || key === `${NAMESPACE_LABELS_PREFIX}kubernetes.io/metadata.name`)
      ? values
      : [],
  );
}
