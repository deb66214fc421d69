import { ACCESS_GRANTED, accessLabel, isPlatform, resourceAt } from '../../catalog/index.ts';
import { addPolicyRule } from '../../manifest/edit/policy-rule.ts';
import type { PlainRule } from '../../manifest/edit/types.ts';
import type { SideDecision } from '../../model/decision.ts';
import { kubernetesLabel, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import type { Policy } from '../../model/policy.ts';
import { labelsOf } from '../cause.ts';
import type { End } from '../ends.ts';
import { type Judged, protocolOf } from '../judged.ts';
import type { State } from '../state.ts';
import type { FixStep } from '../types.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { LabelContext } from './labels.ts';

/** A rule for exactly this peer and port, in a policy that the subject's namespace has of its own. */
export function ruleAttempts(judged: Judged, side: SideDecision, context: LabelContext): readonly Attempt[] {
  const isEgress = side.direction === 'egress';
  const [subject, peer] = isEgress ? [judged.from, judged.to] : [judged.to, judged.from];
  const policy = ownPolicy(subject, context);
  if (policy === undefined) return [];
  const file = context.state.files.find(({ path }) => path === policy.place.file);
  const target = targetOf(policy, context.state);
  if (file === undefined || target === undefined) return [];
  const { kind, namespace, name, place } = policy;
  const step: FixStep = { kind: 'rule', policy: { kind, namespace, name }, list: side.direction, place };
  return peerRules(judged, { peer, isEgress, namespace }, context).flatMap((rule) =>
    attemptOf(step, file, addPolicyRule(file, { ...target, list: side.direction }, rule)),
  );
}

/** The namespace's policy that selects the subject; the widest selector first, which is the platform's own. */
function ownPolicy(subject: End, { state, inputs }: LabelContext): Policy | undefined {
  const { namespace } = subject.party;
  const { engine } = state;
  const index = engine.find(subject.id);
  if (namespace === '' || index === undefined) return undefined;
  const { compiled } = engine;
  const entries = [
    ...(compiled.egress[compiled.egressClassOf[index] as number]?.entries ?? []),
    ...(compiled.ingress[compiled.ingressClassOf[index] as number]?.entries ?? []),
  ];
  const own = entries
    .map(({ policy }) => policy)
    .filter((policy) => policy.namespace === namespace && policy.kind === 'CiliumNetworkPolicy');
  const platform = isPlatform(inputs.catalog, namespace);
  const width = (policy: Policy): number =>
    Math.min(...policy.specs.map(({ subject: { selector } }) => selector.requirements.length));
  return own.sort((a, b) => (platform ? width(a) - width(b) : width(b) - width(a)))[0];
}

/** Which document of its file a policy is, and which of its specs. */
function targetOf(
  policy: Policy,
  { files }: State,
): { readonly document: number; readonly specPath: readonly (string | number)[] } | undefined {
  const file = files.find(({ path }) => path === policy.place.file);
  const [path] = policy.specs[0]?.rules.map((rule) => rule.path) ?? [];
  if (file === undefined || path === undefined || policy.document === undefined) return undefined;
  return { document: policy.document, specPath: [...(policy.root ?? []), ...path.slice(0, -2)] };
}

/** Rules that admit the peer on the port, the narrowest first. */
function peerRules(
  { edge, to }: Judged,
  {
    peer,
    isEgress,
    namespace,
  }: { readonly peer: End; readonly isEgress: boolean; readonly namespace: string },
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
  const names = isEgress ? to.names.filter(isOutsideName) : [];
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
  const telling = TELLING.find((key) => kubernetesLabel(labels, key) !== undefined);
  if (telling !== undefined) matchLabels[telling] = kubernetesLabel(labels, telling) ?? '';
  return Object.keys(matchLabels).length === 0 ? {} : { matchLabels };
}
