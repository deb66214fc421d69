import { isPlatform } from '../catalog/index.ts';
import type { Decision, SideDecision } from '../model/decision.ts';
import { dropReasonByName } from '../model/drop-reason.ts';
import { formatPolicyRef, type PolicyRef } from '../model/policy.ts';
import { causeByAddress, searchDomainCause } from './cause-by-address.ts';
import { causeByModel, lostBaseline, type Sides } from './cause-by-model.ts';
import type { CauseContext } from './cause-context.ts';
import { disagreementOf, missingDenyRule } from './disagreement.ts';
import { type Judged, refusingSide } from './judged.ts';
import { misdirectedRule } from './misdirected-rule.ts';
import type { Cause, Unknown } from './types.ts';

/** Names why an edge was dropped. The order of the questions is the order of certainty. */
export function causeOf(judged: Judged, context: CauseContext): Cause {
  const { edge, from, to, decision } = judged;
  const byRecord = causeByRecord(judged) ?? causeByAddress(judged, context);
  if (byRecord !== undefined) return byRecord;
  const unknown = unknownEnd(judged);
  if (decision === undefined) return unknown ?? { code: 'not-policy', reason: edge.dropReason };
  const recorder = edge.direction === 'egress' ? from : edge.direction === 'ingress' ? to : undefined;
  const cluster = recorder?.party.cluster ?? '';
  if (cluster !== '') return { code: 'undecidable', because: [{ code: 'other-cluster', cluster }] };
  const labels = unknownLabels(decision);
  if (labels.length > 0) return { code: 'undecidable', because: labels };
  const side = refusingSide(decision, edge.direction);
  return side === undefined
    ? (unknown ?? causeOfAdmitted(judged, context))
    : causeOfRefused(judged, { decision, side, unknown }, context);
}

/** What the record alone says: reasons that are no matter of policy. */
function causeByRecord(judged: Judged): Cause | undefined {
  const { edge, decision } = judged;
  if (edge.verdict === 'ERROR') return { code: 'proxy-error', request: requestText(judged), others: 0 };
  // The proxy gives no reason, and old agents leave it out of drops.
  if (edge.dropReason === '') return undefined;
  switch (dropReasonByName(edge.dropReason)?.klass) {
    case 'policy':
    case 'policy-deny':
    case 'none':
      return undefined;
    case 'authentication': {
      const rules = decision === undefined ? [] : [...decision.egress.rules, ...decision.ingress.rules];
      return { code: 'authentication', policies: distinct(rules.map(({ policy }) => policy)) };
    }
    // A reason that the table lacks is none of policy's: those have been the same since they exist.
    default:
      return { code: 'not-policy', reason: edge.dropReason };
  }
}

/** Recorded as dropped, and the files admit it. */
function causeOfAdmitted(judged: Judged, context: CauseContext): Cause {
  const { edge, decision } = judged;
  const looksInside = [decision?.egress, decision?.ingress].find((side) => side?.l7 === true);
  if (
    edge.type === 'L7' &&
    edge.l7?.kind !== 'http' &&
    edge.l7?.kind !== 'dns' &&
    looksInside !== undefined
  ) {
    return { code: 'l7-refused', policies: uniquePolicies(looksInside), request: '', others: 0 };
  }
  const because = disagreementOf(judged, context);
  const lost = because.kind === 'unexplained' ? lostBaseline(judged, context) : undefined;
  return lost ?? { code: 'disagreement', because };
}

interface Refused {
  readonly decision: Decision;
  readonly side: SideDecision;
  readonly unknown: Cause | undefined;
}

function causeOfRefused(judged: Judged, refused: Refused, context: CauseContext): Cause {
  const { side } = refused;
  if (side.reason === 'deny-rule') return { code: 'denied-by-rule', policy: policyOf(side) };
  const missing = missingDenyRule(judged, context);
  if (missing !== undefined) return { code: 'disagreement', because: missing };
  if (side.reason === 'l7-refused') {
    const policies = uniquePolicies(side);
    return { code: 'l7-refused', policies, request: requestText(judged), others: 0 };
  }
  // Requests reach the proxy only where the cluster admits the connection.
  if (judged.edge.type === 'L7') return { code: 'disagreement', because: { kind: 'redirect-not-in-files' } };
  return causeOfMiss(judged, refused, context);
}

/** Nobody allowed it. Who would have to, and by which of the product's own means? */
function causeOfMiss(judged: Judged, { decision, side, unknown }: Refused, context: CauseContext): Cause {
  const { from, to } = judged;
  const [subject, peer] = side.direction === 'egress' ? [from, to] : [to, from];
  const sides: Sides = { side, subject, peer };
  const { namespace } = subject.party;
  const misdirected = misdirectedRule(judged, sides, context) ?? searchDomainCause(judged, sides, context);
  if (misdirected !== undefined) return misdirected;
  if (!side.isCertain) return { code: 'undecidable', because: side.assumptions };
  const byModel = causeByModel(judged, sides, context);
  if (byModel !== undefined) return byModel;
  if (unknown !== undefined) return unknown;
  // Nodes, the ingress and others of Cilium's own have no namespace.
  const owner = namespace === '' ? subject.party.name : namespace;
  const isOther = owner !== context.namespace && otherSideAllows(decision, side);
  if (isOther) return { code: 'other-end-refuses', namespace: context.namespace, other: owner };
  return isPlatform(context.inputs.catalog, namespace)
    ? { code: 'missing-platform-rule', namespace }
    : { code: 'no-rule', namespace: owner };
}

function otherSideAllows({ egress, ingress }: Decision, side: SideDecision): boolean {
  const other = side.direction === 'egress' ? ingress : egress;
  return other.verdict !== 'denied';
}

function unknownEnd({ from, to }: Judged): Cause | undefined {
  for (const end of [from, to]) {
    if (end.party.kind === 'unknown') return { code: 'unknown-peer', address: end.ip, isUnmanaged: false };
    if (end.party.name === 'unmanaged') return { code: 'unknown-peer', address: end.ip, isUnmanaged: true };
  }
  return undefined;
}

/** Policies that might turn the decision, if labels were known that neither flows nor files have. */
function unknownLabels({ egress, ingress }: Decision): readonly Unknown[] {
  return [egress, ingress]
    .flatMap(({ assumptions }) => assumptions)
    .filter(({ code }) => code === 'labels-unknown');
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
