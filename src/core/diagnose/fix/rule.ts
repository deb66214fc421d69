import { ACCESS_GRANTED, accessLabel, isPlatform, resourceAt } from '../../catalog/index.ts';
import { addPolicyRule } from '../../manifest/edit/policy-rule.ts';
import type { PlainRule } from '../../manifest/edit/types.ts';
import type { SideDecision } from '../../model/decision.ts';
import { CLUSTER_KEY, kubernetesLabel, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import { DIRECTIONS, type Policy } from '../../model/policy.ts';
import { labelsOf } from '../cause-context.ts';
import type { End } from '../ends.ts';
import { type Judged, protocolOf } from '../judged.ts';
import { entriesOfSubject } from '../state.ts';
import type { FixStep } from '../types.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { LabelContext } from './labels.ts';

/** A rule for exactly this peer and port, in a policy that the subject's namespace has of its own. */
export function ruleAttempts(
  members: readonly Judged[],
  { judged, side }: { readonly judged: Judged; readonly side: SideDecision },
  context: LabelContext,
): readonly Attempt[] {
  const isEgress = side.direction === 'egress';
  const [subject, peer] = isEgress ? [judged.from, judged.to] : [judged.to, judged.from];
  const own = ownSpec(subject, context);
  const file = context.state.files.find(({ path }) => path === own?.policy.place.file);
  if (own === undefined || file === undefined) return [];
  const { kind, namespace, name, place } = own.policy;
  const step: FixStep = { kind: 'rule', policy: { kind, namespace, name }, list: side.direction, place };
  const names = isEgress ? outsideNames(members) : [];
  return peerRules(judged, { peer, isEgress, namespace, names }, context).flatMap((rule) =>
    attemptOf(step, file, addPolicyRule(file, { ...own, list: side.direction }, rule)),
  );
}

interface OwnSpec {
  readonly policy: Policy;
  readonly document: number;
  readonly specPath: readonly (string | number)[];
}

/** The spec of the namespace's own that selects the subject; the widest first, which is the platform's own. */
function ownSpec(subject: End, { state, inputs }: LabelContext): OwnSpec | undefined {
  const { namespace } = subject.party;
  if (namespace === '' || subject.party.cluster !== '') return undefined;
  const entries = DIRECTIONS.flatMap((direction) => entriesOfSubject(state, subject, direction)).filter(
    ({ policy }) => policy.namespace === namespace && policy.kind === 'CiliumNetworkPolicy',
  );
  const platform = isPlatform(inputs.catalog, namespace);
  const width = ({ spec }: (typeof entries)[number]): number => spec.subject.selector.requirements.length;
  const [first] = entries.sort((a, b) => (platform ? width(a) - width(b) : width(b) - width(a)));
  const document = first?.policy.document;
  if (first === undefined || document === undefined) return undefined;
  const { policy, rule } = first;
  return { policy, document, specPath: [...(policy.root ?? []), ...rule.path.slice(0, -2)] };
}

/** More names than this are no list that a person would write. */
const FQDNS_MAX = 8;

/** The names that the destinations outside were asked for by; none where one of them has no name. */
function outsideNames(members: readonly Judged[]): readonly string[] {
  const names = new Set<string>();
  for (const { to } of members) {
    const its = to.names.filter(isOutsideName);
    if (its.length === 0) return [];
    for (const name of its) names.add(name);
  }
  return names.size > FQDNS_MAX ? [] : [...names].sort();
}

/** Rules that admit the peer on the port, the narrowest first. */
function peerRules(
  { edge, to }: Judged,
  {
    peer,
    isEgress,
    namespace,
    names,
  }: {
    readonly peer: End;
    readonly isEgress: boolean;
    readonly namespace: string;
    readonly names: readonly string[];
  },
  context: LabelContext,
): readonly PlainRule[] {
  const isIcmp = edge.protocol === 'ICMP' || edge.protocol === 'ICMPv6';
  const family = edge.protocol === 'ICMP' ? 'IPv4' : 'IPv6';
  const ports: PlainRule = isIcmp
    ? { icmps: [{ fields: [{ type: edge.port, family }] }] }
    : { toPorts: [{ ports: [{ port: String(edge.port), protocol: edge.protocol }] }] };
  const side = isEgress ? 'to' : 'from';
  const { party } = peer;
  const granted = isEgress ? undefined : grantedLabel({ edge, from: peer, to }, context);
  if (granted !== undefined) return [{ fromEndpoints: [granted], ...ports }];
  if (party.kind === 'pod') {
    return [{ [`${side}Endpoints`]: [selectorOf(peer, namespace, context)], ...ports }];
  }
  if (party.kind === 'reserved') return [{ [`${side}Entities`]: [party.name], ...ports }];
  if (party.kind !== 'outside') return [];
  const world: PlainRule = { [`${side}Entities`]: ['world'], ...ports };
  return names.length === 0
    ? [world]
    : [{ toFQDNs: names.map((matchName) => ({ matchName })), ...ports }, world];
}

/**
 * The source's namespace has the access label for this, and only the resource's own end lacks the rule: then the
 * rule is for the label, as the model has it, not for one workload.
 */
function grantedLabel(
  { edge, from, to }: Pick<Judged, 'edge' | 'from' | 'to'>,
  context: LabelContext,
): PlainRule | undefined {
  const { catalog } = context.inputs;
  const protocol = protocolOf(edge);
  if (protocol === undefined) return undefined;
  const labels = labelsOf(to, context);
  const resource = resourceAt(catalog, { namespace: to.party.namespace, labels, port: edge.port, protocol });
  if (resource === undefined) return undefined;
  const key = `${NAMESPACE_LABELS_PREFIX}${accessLabel(catalog, resource.name)}`;
  if (kubernetesLabel(labelsOf(from, context), key) !== ACCESS_GRANTED) return undefined;
  return { matchExpressions: [{ key, operator: 'In', values: [ACCESS_GRANTED] }] };
}

/** A name that search domains have been added to is not the one that was meant. */
function isOutsideName(name: string): boolean {
  return name.includes('.') && !name.endsWith('.cluster.local') && !name.endsWith('.cluster.local.');
}

/** Labels by which people know a workload, the most telling first. */
const TELLING = ['app.kubernetes.io/name', 'app', 'k8s-app', 'app.kubernetes.io/instance', 'name'];

function selectorOf(peer: End, namespace: string, context: LabelContext): PlainRule {
  const labels = labelsOf(peer, context);
  const matchLabels: Record<string, string> = {};
  if (peer.party.namespace !== namespace) matchLabels[NAMESPACE_KEY] = peer.party.namespace;
  if (peer.party.cluster !== '') {
    matchLabels[NAMESPACE_KEY] = peer.party.namespace;
    matchLabels[CLUSTER_KEY] = peer.party.cluster;
  }
  const telling = TELLING.find((key) => kubernetesLabel(labels, key) !== undefined);
  if (telling !== undefined) matchLabels[telling] = kubernetesLabel(labels, telling) ?? '';
  return Object.keys(matchLabels).length === 0 ? {} : { matchLabels };
}
