import type { Party } from '../catalog/index.ts';
import { gatewayOf, isDns, isPlatform, isPrometheus, profileLabel, resourceAt } from '../catalog/index.ts';
import { containsCidr, formatCidr, parseAddressOrCidr } from '../model/cidr.ts';
import type { Decision, SideDecision } from '../model/decision.ts';
import { dropReasonByName } from '../model/drop-reason.ts';
import { kubernetesLabel, type LabelText, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import { formatPolicyRef, type Policy, type PolicyRef, type Rule } from '../model/policy.ts';
import type { Protocol } from '../model/port.ts';
import { disagreementOf } from './disagreement.ts';
import type { End } from './ends.ts';
import { type Judged, protocolOf, refusingSide } from './judged.ts';
import { servicePortRule } from './service-port.ts';
import type { Inputs, State } from './state.ts';
import type { Cause } from './types.ts';

export interface CauseContext {
  readonly inputs: Inputs;
  readonly state: State;
  /** The same policies over the labels that the flows recorded; made when it is first asked for. */
  readonly recorded: () => State;
  /** The namespace that was asked about. */
  readonly namespace: string;
}

/** Names why an edge was dropped. The order of the questions is the order of certainty. */
export function causeOf(judged: Judged, context: CauseContext): Cause {
  const { edge, decision } = judged;
  const byRecord = causeByRecord(judged);
  if (byRecord !== undefined) return byRecord;
  const unknown = unknownEnd(judged);
  if (decision === undefined) return unknown ?? { code: 'not-policy', reason: edge.dropReason };
  const side = refusingSide(decision);
  if (side === undefined) {
    return (
      unknown ??
      lostBaseline(judged, context) ?? { code: 'disagreement', because: disagreementOf(judged, context) }
    );
  }
  if (side.reason === 'deny-rule') return { code: 'denied-by-rule', policy: policyOf(side) };
  if (side.reason === 'l7-refused') {
    const policies = uniquePolicies(side);
    return { code: 'l7-refused', policies, request: requestText(judged) };
  }
  if (!side.isCertain) return { code: 'undecidable', because: side.assumptions };
  return causeOfMiss(judged, { decision, side, unknown }, context);
}

/** What the record alone says: reasons that are no matter of policy. */
function causeByRecord(judged: Judged): Cause | undefined {
  const { edge, decision } = judged;
  if (edge.verdict === 'ERROR') return { code: 'proxy-error', request: requestText(judged) };
  const klass = dropReasonByName(edge.dropReason)?.klass ?? 'none';
  switch (klass) {
    case 'policy':
    case 'policy-deny':
      return undefined;
    case 'authentication': {
      const rules = decision === undefined ? [] : [...decision.egress.rules, ...decision.ingress.rules];
      return { code: 'authentication', policies: distinct(rules.map(({ policy }) => policy)) };
    }
    case 'none':
      // The proxy gives no reason, and old agents leave it out of drops.
      return undefined;
    default:
      return { code: 'not-policy', reason: edge.dropReason };
  }
}

/** What only a baseline is for was dropped, and the files have that baseline: the cluster had it not. */
function lostBaseline({ edge, from, to }: Judged, context: CauseContext): Cause | undefined {
  const { catalog } = context.inputs;
  const asParty = (end: End): Party => ({ namespace: end.party.namespace, labels: labelsOf(end, context) });
  if (edge.direction === 'egress' && isDns(catalog, asParty(to)) && DNS_PORTS.includes(edge.port)) {
    return { code: 'missing-dns-baseline', namespace: from.party.namespace, isInFiles: true };
  }
  if (
    edge.direction === 'ingress' &&
    isPrometheus(catalog, asParty(from)) &&
    !isPlatform(catalog, to.party.namespace)
  ) {
    return { code: 'missing-scrape-baseline', namespace: to.party.namespace, isInFiles: true };
  }
  return undefined;
}

/** Where DNS is asked; the pods behind may listen elsewhere. */
const DNS_PORTS: readonly number[] = [53];

/** Nobody allowed it. Who would have to, and by which of the product's own means? */
function causeOfMiss(
  judged: Judged,
  {
    decision,
    side,
    unknown,
  }: { readonly decision: Decision; readonly side: SideDecision; readonly unknown: Cause | undefined },
  context: CauseContext,
): Cause {
  const { from, to } = judged;
  const [subject, peer] = side.direction === 'egress' ? [from, to] : [to, from];
  const { namespace } = subject.party;
  const bySpecialRule = misdirectedRule(judged, { side, subject, peer }, context);
  if (bySpecialRule !== undefined) return bySpecialRule;
  const byModel = causeByModel(judged, { side, subject, peer }, context);
  if (byModel !== undefined) return byModel;
  if (unknown !== undefined) return unknown;
  const isOther = namespace !== context.namespace && otherSideAllows(decision, side);
  if (isOther) return { code: 'other-end-refuses', namespace: context.namespace, other: namespace };
  return isPlatform(context.inputs.catalog, namespace)
    ? { code: 'missing-platform-rule', namespace }
    : { code: 'no-rule', namespace };
}

function otherSideAllows({ egress, ingress }: Decision, side: SideDecision): boolean {
  const other = side.direction === 'egress' ? ingress : egress;
  return other.verdict !== 'denied';
}

interface Sides {
  readonly side: SideDecision;
  readonly subject: End;
  readonly peer: End;
}

/** The rows of the mission's table: what the product's own labels and baselines are for. */
function causeByModel(
  judged: Judged,
  { side, subject, peer }: Sides,
  context: CauseContext,
): Cause | undefined {
  const { catalog } = context.inputs;
  const { namespace } = subject.party;
  const peerLabels = labelsOf(peer, context);
  const party = { namespace: peer.party.namespace, labels: peerLabels };
  const platform = isPlatform(catalog, namespace);
  if (side.direction === 'egress') {
    if (
      isDns(catalog, party) &&
      [...DNS_PORTS, ...catalog.dns.ports.map(({ port }) => port)].includes(judged.edge.port)
    ) {
      return { code: 'missing-dns-baseline', namespace, isInFiles: false };
    }
    const resource = resourceOf(judged, party, context);
    if (resource !== undefined && !platform && !hasAccess(context, namespace, resource)) {
      return { code: 'missing-access-label', namespace, resource };
    }
    if (peer.party.kind === 'outside' && !platform) {
      return { code: 'profile-without-egress', namespace, profile: profileOf(context, namespace) };
    }
    return undefined;
  }
  if (isPrometheus(catalog, party) && !platform)
    return { code: 'missing-scrape-baseline', namespace, isInFiles: false };
  const gateway = gatewayOf(catalog, party);
  if (gateway !== undefined && !platform) {
    return {
      code: 'profile-without-gateway',
      namespace,
      profile: profileOf(context, namespace),
      gateway: gateway.name,
    };
  }
  // The resource's side admits by the label that the source's namespace lacks.
  const resource = resourceOf(judged, { namespace, labels: labelsOf(subject, context) }, context);
  const source = peer.party.namespace;
  if (
    resource !== undefined &&
    source !== '' &&
    !isPlatform(catalog, source) &&
    !hasAccess(context, source, resource)
  ) {
    return { code: 'missing-access-label', namespace: source, resource };
  }
  return undefined;
}

function resourceOf(
  { edge }: Judged,
  party: { readonly namespace: string; readonly labels: readonly LabelText[] },
  { inputs }: CauseContext,
): string | undefined {
  const protocol = protocolOf(edge);
  return protocol === undefined
    ? undefined
    : resourceAt(inputs.catalog, { ...party, port: edge.port, protocol })?.name;
}

function hasAccess({ inputs, state }: CauseContext, namespace: string, resource: string): boolean {
  const labels = state.read.namespaces.find(({ name }) => name === namespace)?.labels ?? {};
  const key = `access.${inputs.catalog.labelPrefix}/${resource}`;
  return Object.hasOwn(labels, key) && labels[key] === 'true';
}

export function profileOf(
  { inputs, state }: Pick<CauseContext, 'inputs' | 'state'>,
  namespace: string,
): string {
  const labels = state.read.namespaces.find(({ name }) => name === namespace)?.labels ?? {};
  const key = profileLabel(inputs.catalog);
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
}

/** A rule that was meant for this and cannot match: the Service's port, or a CIDR for a pod or node. */
function misdirectedRule(
  judged: Judged,
  { side, subject, peer }: Sides,
  context: CauseContext,
): Cause | undefined {
  const byPort = servicePortRule(judged, side, context.state);
  if (byPort !== undefined) {
    const { policy, service, servicePort } = byPort;
    return { code: 'service-port', policy: refOf(policy), service, servicePort, podPort: judged.edge.port };
  }
  const { engine } = context.state;
  const { compiled } = engine;
  const index = engine.find(subject.id);
  if (index === undefined) return undefined;
  const isEgress = side.direction === 'egress';
  const classIndex = (isEgress ? compiled.egressClassOf : compiled.ingressClassOf)[index] as number;
  const entries = (isEgress ? compiled.egress : compiled.ingress)[classIndex]?.entries ?? [];
  const protocol = protocolOf(judged.edge);
  for (const { rule, policy, isDeny } of entries) {
    if (isDeny) continue;
    const cidr = cidrCovering(rule, peer);
    if (cidr !== undefined && admitsPort(rule, protocol, judged.edge.port)) {
      return { code: 'cidr-on-cluster-peer', policy: refOf(policy), cidr };
    }
  }
  return undefined;
}

function refOf({ kind, namespace, name }: Policy): PolicyRef {
  return { kind, namespace, name };
}

/** The prefix of a CIDR rule that covers the peer's address, where the peer is in the cluster. */
function cidrCovering({ peers }: Rule, peer: End): string | undefined {
  if (
    peers.kind !== 'some' ||
    peer.ip === '' ||
    (peer.party.kind !== 'pod' && peer.party.kind !== 'reserved')
  ) {
    return undefined;
  }
  const address = parseAddressOrCidr(peer.ip);
  if (address === undefined) return undefined;
  for (const wanted of peers.peers) {
    if (wanted.kind !== 'cidr' || !containsCidr(wanted.cidr, address)) continue;
    // Everything and everything but private ranges are meant for the world.
    if (wanted.cidr.length === 0 || wanted.except.some((except) => containsCidr(except, address))) continue;
    return formatCidr(wanted.cidr);
  }
  return undefined;
}

function admitsPort({ ports }: Rule, protocol: Protocol | undefined, port: number): boolean {
  if (ports === undefined) return true;
  return ports.some((portRule) =>
    portRule.ports.some(
      (match) =>
        match.kind === 'port' &&
        (match.protocol === 'ANY' || match.protocol === protocol) &&
        (match.port === 0 || (port >= match.port && port <= Math.max(match.port, match.endPort ?? 0))),
    ),
  );
}

function unknownEnd({ from, to }: Judged): Cause | undefined {
  for (const end of [from, to]) {
    if (end.party.kind === 'unknown') return { code: 'unknown-peer', address: end.ip, isUnmanaged: false };
    if (end.party.name === 'unmanaged') return { code: 'unknown-peer', address: end.ip, isUnmanaged: true };
  }
  return undefined;
}

/** The end's labels with the files applied. */
export function labelsOf(end: End, { state }: Pick<CauseContext, 'state'>): readonly LabelText[] {
  const { engine } = state;
  const index = engine.find(end.id);
  return index === undefined ? end.recorded : (engine.endpoints[index]?.labels ?? []);
}

/** A namespace's label, as an identity has it. */
export function namespaceLabelOf(labels: readonly LabelText[], key: string): string | undefined {
  return kubernetesLabel(labels, `${NAMESPACE_LABELS_PREFIX}${key}`);
}

function policyOf(side: SideDecision): PolicyRef {
  return side.rules[0]?.policy ?? { kind: 'CiliumNetworkPolicy', namespace: '', name: '' };
}

function uniquePolicies(side: SideDecision): readonly PolicyRef[] {
  return distinct(side.rules.map(({ policy }) => policy));
}

function distinct(policies: readonly PolicyRef[]): readonly PolicyRef[] {
  return [...new Map(policies.map((policy) => [formatPolicyRef(policy), policy])).values()];
}

function requestText({ edge }: Judged): string {
  const { l7 } = edge;
  if (l7?.kind === 'http') return `${l7.method} ${l7.url}`;
  return l7?.kind === 'dns' ? l7.query : '';
}
