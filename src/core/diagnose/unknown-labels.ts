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
  { read, engine }: State,
): readonly Unknown[] {
  const declared = new Set(
    read.namespaces.filter(({ form }) => form.kind !== 'implied').map(({ name }) => name),
  );
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
  const matches = compiled.entries
    .filter(({ direction, isNode }) => direction === side.direction && !isNode)
    .flatMap((entry): readonly Match[] => {
      const isSubject = holdsFor(entry.subject, own, { end: subject, declared });
      if (isSubject === 'no') return [];
      const isOnPort =
        entry.ports === undefined ||
        entry.ports.some((term) => covers(compiled, term, question, side.direction));
      const isPeer = isOnPort ? peerHolds(entry, other, { end: peer, declared, engine }) : 'no';
      return [{ entry, isSubject, isPeer }];
    });
  if (isSettled(matches, side)) return [];
  const unsure =
    matches.find(
      ({ isSubject, isPeer }) => isPeer === 'maybe' || (isPeer === 'surely' && isSubject === 'maybe'),
    ) ?? matches.find(({ isSubject }) => isSubject === 'maybe');
  if (unsure === undefined) return [];
  const end = unsure.isSubject === 'maybe' ? subject : peer;
  return [{ code: 'labels-unknown', pod: end.party.name, policy: refOf(unsure.entry.policy) }];
}

type Certainty = 'surely' | 'maybe' | 'no';

/** A rule whose policy may select the subject, and whether it matches the peer on the port. */
interface Match {
  readonly entry: Entry;
  readonly isSubject: 'surely' | 'maybe';
  readonly isPeer: Certainty;
}

/** Whether the outcome is the same for all labels that the ends may have. */
function isSettled(matches: readonly Match[], { reason }: SideDecision): boolean {
  if (reason === 'enforcement-never' || reason === 'outside' || reason === 'host-firewall-off') return true;
  const isSure = ({ isSubject, isPeer }: Match): boolean => isSubject === 'surely' && isPeer === 'surely';
  const allows = matches.filter(({ entry, isPeer }) => !entry.isDeny && isPeer !== 'no');
  const denies = matches.filter(({ entry, isPeer }) => entry.isDeny && isPeer !== 'no');
  const defaults = matches.filter(({ entry }) => entry.defaultDeny);
  const isDefaultDeny =
    reason === 'enforced-always' || defaults.some(({ isSubject }) => isSubject === 'surely');
  const isDenied = denies.some(isSure) || (isDefaultDeny && allows.length === 0 && reason !== 'local-host');
  const isOpen = defaults.length === 0 && reason !== 'enforced-always';
  const isAdmitted = denies.length === 0 && (isOpen || allows.some(isSure) || reason === 'local-host');
  return isDenied || isAdmitted;
}

interface Known {
  readonly end: End;
  /** Namespaces whose labels the files have. */
  readonly declared: ReadonlySet<string>;
}

function peerHolds(
  { peers }: Entry,
  identity: Identity,
  { engine, ...known }: Known & { readonly engine: State['engine'] },
): Certainty {
  let best: Certainty = 'no';
  for (const selector of peers) {
    const holds =
      selector.kind === 'labels'
        ? holdsFor(selector.selector, identity, known)
        : selects(selector, identity, engine.options)
          ? 'surely'
          : 'no';
    if (holds === 'surely' || (selector.kind === 'labels' && selector.aggregate === true && identity.isPod))
      return 'surely';
    if (holds === 'maybe') best = holds;
  }
  return best;
}

/** What is known of a pod without labels is its namespace, with its labels, and the cluster. */
function holdsFor({ requirements }: Selector, identity: Identity, { end, declared }: Known): Certainty {
  let certainty: Certainty = 'surely';
  for (const wanted of requirements) {
    const { source, key } = wanted;
    const isKnown =
      end.labelsFrom !== 'nowhere' ||
      (source !== 'k8s' && source !== 'any') ||
      key === NAMESPACE_KEY ||
      key === CLUSTER_KEY ||
      (key.startsWith(NAMESPACE_LABELS_PREFIX) && declared.has(end.party.namespace));
    if (!isKnown) certainty = 'maybe';
    else if (!requirementHolds(wanted, identity)) return 'no';
  }
  return certainty;
}
