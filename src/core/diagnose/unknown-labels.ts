import { covers } from '../engine/covers.ts';
import { requirementHolds, selects } from '../engine/selects.ts';
import type { Decision, SideDecision } from '../model/decision.ts';
import { CLUSTER_KEY, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import type { Selector } from '../model/selector.ts';
import type { End } from './ends.ts';
import type { Judged } from './judged.ts';
import { refOf } from './misdirected-rule.ts';
import type { State } from './state.ts';
import type { Unknown } from './types.ts';

type Entry = State['engine']['compiled']['entries'][number];
type Identity = ReturnType<State['engine']['compiled']['identities']['get']>;

/** Policies that might turn a decision, if labels were known that neither flows nor files have. */
export function unknownLabels(
  { from, to }: Pick<Judged, 'from' | 'to'>,
  decision: Decision,
  state: State,
): readonly Unknown[] {
  if (from.labelsFrom !== 'nowhere' && to.labelsFrom !== 'nowhere') return [];
  return [decision.egress, decision.ingress].flatMap((side) => {
    const [subject, peer] = side.direction === 'egress' ? [from, to] : [to, from];
    return subject.party.cluster === '' && subject.party.kind === 'pod'
      ? unknownOfSide(decision, { side, subject, peer }, state)
      : [];
  });
}

function unknownOfSide(
  { protocol, port }: Decision,
  { side, subject, peer }: { readonly side: SideDecision; readonly subject: End; readonly peer: End },
  { engine }: State,
): readonly Unknown[] {
  const { compiled } = engine;
  const [subjectIndex, peerIndex] = [engine.find(subject.id), engine.find(peer.id)];
  if (subjectIndex === undefined || peerIndex === undefined) return [];
  const identityOf = (index: number): Identity =>
    compiled.identities.get(compiled.identityOf[index] as number);
  const [own, other] = [identityOf(subjectIndex), identityOf(peerIndex)];
  const isEgress = side.direction === 'egress';
  const question = {
    from: isEgress ? subjectIndex : peerIndex,
    to: isEgress ? peerIndex : subjectIndex,
    protocol,
    port,
  };
  for (const entry of compiled.entries) {
    if (entry.direction !== side.direction || entry.isNode) continue;
    const isSubject = subject.labelsFrom === 'nowhere' ? mayHold(entry.subject, own) : 'surely';
    if (isSubject === 'no' || (isSubject === 'surely' && !holdsAll(entry.subject, own))) continue;
    const isPeer = peerHolds(entry, other, { isUnknown: peer.labelsFrom === 'nowhere', engine });
    if (isSubject === 'surely' && isPeer !== 'maybe') continue;
    const isOnPort =
      entry.ports === undefined ||
      entry.ports.some((term) => covers(compiled, term, question, side.direction));
    if (mightTurn(entry, side, { isSubject, isPeer, isOnPort })) {
      const end = isSubject === 'maybe' ? subject : peer;
      return [{ code: 'labels-unknown', pod: end.party.name, policy: refOf(entry.policy) }];
    }
  }
  return [];
}

type Certainty = 'surely' | 'maybe' | 'no';

function mightTurn(
  { isDeny, defaultDeny }: Entry,
  { verdict, reason }: SideDecision,
  is: { readonly isSubject: Certainty; readonly isPeer: Certainty; readonly isOnPort: boolean },
): boolean {
  const isAbout = is.isPeer !== 'no' && is.isOnPort;
  if (verdict === 'denied') return isAbout && !isDeny;
  if (isDeny && isAbout) return true;
  const isOpen = verdict === 'not-enforced' || reason === 'no-default-deny';
  return is.isSubject === 'maybe' && defaultDeny && isOpen;
}

function peerHolds(
  { peers }: Entry,
  identity: Identity,
  { isUnknown, engine }: { readonly isUnknown: boolean; readonly engine: State['engine'] },
): Certainty {
  let best: Certainty = 'no';
  for (const peer of peers) {
    if (peer.kind !== 'labels' || !isUnknown) {
      if (selects(peer, identity, engine.options)) return 'surely';
      continue;
    }
    const holds = mayHold(peer.selector, identity);
    if (holds === 'surely') return 'surely';
    if (holds === 'maybe') best = 'maybe';
  }
  return best;
}

function holdsAll({ requirements }: Selector, identity: Identity): boolean {
  return requirements.every((wanted) => requirementHolds(wanted, identity));
}

/** What is known of such a pod is its namespace, with its labels, and the cluster. */
function mayHold({ requirements }: Selector, identity: Identity): Certainty {
  let certainty: Certainty = 'surely';
  for (const wanted of requirements) {
    const { source, key } = wanted;
    const isKnown =
      (source !== 'k8s' && source !== 'any') ||
      key === NAMESPACE_KEY ||
      key === CLUSTER_KEY ||
      key.startsWith(NAMESPACE_LABELS_PREFIX);
    if (!isKnown) certainty = 'maybe';
    else if (!requirementHolds(wanted, identity)) return 'no';
  }
  return certainty;
}
