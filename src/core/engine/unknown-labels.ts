import type { Decision, SideDecision } from '../model/decision.ts';
import { CLUSTER_KEY, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import { type AgentOptions, isAtLeast } from '../model/options.ts';
import type { Selector } from '../model/selector.ts';
import { covers } from './covers.ts';
import type { Engine } from './engine.ts';
import { type Entry, refOf } from './entry.ts';
import { hasKey, type Identity } from './identity-table.ts';
import type { Question } from './question.ts';
import { requirementHolds, selects } from './selects.ts';

/** What is known of an end's labels besides its namespace and cluster: all, those of its namespace, or nothing. */
export type KnownLabels = 'all' | 'of-namespace' | 'nothing';

/**
 * The answer where labels of a pod are not known: judged as if it had none, and certain only where no labels that it
 * may have would turn it. `assumptions` name the first policy that asks for them.
 */
export function decideUnknowing(
  engine: Engine,
  question: Question,
  known: { readonly from: KnownLabels; readonly to: KnownLabels },
): Decision {
  const decision = engine.decide(question);
  if (known.from === 'all' && known.to === 'all') return decision;
  const egress = withCertainty(decision.egress, { engine, question, own: known.from, other: known.to });
  const ingress = withCertainty(decision.ingress, { engine, question, own: known.to, other: known.from });
  const sides = [egress, ingress];
  const isCertain =
    sides.some((side) => side.verdict === 'denied' && side.isCertain) ||
    sides.every((side) => side.isCertain);
  return { ...decision, isCertain, egress, ingress };
}

function withCertainty(
  side: SideDecision,
  {
    engine,
    question,
    own,
    other,
  }: {
    readonly engine: Engine;
    readonly question: Question;
    readonly own: KnownLabels;
    readonly other: KnownLabels;
  },
): SideDecision {
  const { compiled } = engine;
  const isEgress = side.direction === 'egress';
  const [subject, peer] = isEgress ? [question.from, question.to] : [question.to, question.from];
  const identityOf = (index: number): Identity =>
    compiled.identities.get(compiled.identityOf[index] as number);
  const candidates = compiled.entries
    .filter(({ direction, isNode }) => direction === side.direction && isNode === identityOf(subject).isHost)
    .flatMap((entry) => {
      const isSubject = holdsFor(entry.subject, identityOf(subject), own);
      return isSubject === 'no' ? [] : [{ entry, isSubject }];
    });
  const isRequired = requiredOf(
    candidates,
    (selector) => holdsFor(selector, identityOf(peer), other),
    engine,
  );
  const matches = candidates.map(({ entry, isSubject }): Match => {
    const { ports, hasEndpointPeers } = entry;
    const isOnPort =
      ports === undefined || ports.some((term) => covers(compiled, term, question, side.direction));
    const isPeer = isOnPort ? peerHolds(entry, identityOf(peer), { engine, known: other }) : 'no';
    return { entry, isSubject, isPeer: hasEndpointPeers ? both(isPeer, isRequired) : isPeer };
  });
  const { options } = engine;
  const settled = isSettled(matches, side, {
    isForced: options.enforcement === 'always' || hasKey(identityOf(subject), 'init'),
    isLocalHost: !isEgress && identityOf(peer).isHost && options.allowLocalhost !== 'policy',
    options,
  });
  if (settled) return side;
  const unsure =
    matches.find(
      ({ isSubject, isPeer }) => isPeer === 'maybe' || (isPeer === 'surely' && isSubject === 'maybe'),
    ) ?? matches.find(({ isSubject }) => isSubject === 'maybe');
  if (unsure === undefined) return side;
  const pod = engine.endpoints[unsure.isSubject === 'maybe' ? subject : peer]?.id ?? '';
  const assumption = { code: 'labels-unknown', policy: refOf(unsure.entry.policy), pod } as const;
  return { ...side, isCertain: false, assumptions: [...side.assumptions, assumption] };
}

type Certainty = 'surely' | 'maybe' | 'no';

/** A rule whose policy may select the subject, and whether it matches the peer on the port. */
interface Match {
  readonly entry: Entry;
  readonly isSubject: 'surely' | 'maybe';
  readonly isPeer: Certainty;
}

/** What `fromRequires` of every policy of the subject asks of the peer, which only 1.18 still adds to endpoint peers. */
function requiredOf(
  candidates: readonly Pick<Match, 'entry' | 'isSubject'>[],
  holds: (selector: Selector) => Certainty,
  { options }: Engine,
): Certainty {
  if (options.version !== '1.18') return 'surely';
  return candidates.reduce<Certainty>((all, { entry, isSubject }) => {
    const asked = (entry.rule.requires ?? []).map(holds).reduce(both, 'surely');
    return both(all, asked !== 'surely' && isSubject === 'maybe' ? 'maybe' : asked);
  }, 'surely');
}

function both(a: Certainty, b: Certainty): Certainty {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'maybe' || b === 'maybe' ? 'maybe' : 'surely';
}

/** Whether the outcome is the same for all labels that the ends may have. */
function isSettled(
  matches: readonly Match[],
  { reason }: SideDecision,
  {
    isForced,
    isLocalHost,
    options,
  }: { readonly isForced: boolean; readonly isLocalHost: boolean; readonly options: AgentOptions },
): boolean {
  if (reason === 'enforcement-never' || reason === 'outside' || reason === 'host-firewall-off') return true;
  const isSurelySubject = ({ isSubject }: Match): boolean => isSubject === 'surely';
  const isSure = (match: Match): boolean => isSurelySubject(match) && match.isPeer === 'surely';
  const allows = matches.filter(({ entry, isPeer }) => !entry.isDeny && isPeer !== 'no');
  const denies = matches.filter(({ entry, isPeer }) => entry.isDeny && isPeer !== 'no');
  const defaults = matches.filter(({ entry }) => entry.defaultDeny);
  // From 1.20 the local host is admitted only where some ingress rule selects the subject.
  const isAlways = !isAtLeast(options.version, '1.20');
  const mayAllow = allows.length > 0 || (isLocalHost && (isAlways || matches.length > 0));
  const doesAllow = allows.some(isSure) || (isLocalHost && (isAlways || matches.some(isSurelySubject)));
  const isDenied = denies.some(isSure) || ((isForced || defaults.some(isSurelySubject)) && !mayAllow);
  const isAdmitted = denies.length === 0 && (doesAllow || (defaults.length === 0 && !isForced));
  return isDenied || isAdmitted;
}

function peerHolds(
  { peers }: Entry,
  identity: Identity,
  { engine, known }: { readonly engine: Engine; readonly known: KnownLabels },
): Certainty {
  let best: Certainty = 'no';
  for (const selector of peers) {
    if (selector.kind !== 'labels' || selector.aggregate === true) {
      if (selects(selector, identity, engine.options)) return 'surely';
      continue;
    }
    const holds = holdsFor(selector.selector, identity, known);
    if (holds === 'surely') return holds;
    if (holds === 'maybe') best = holds;
  }
  return best;
}

function holdsFor({ requirements }: Selector, identity: Identity, known: KnownLabels): Certainty {
  let certainty: Certainty = 'surely';
  for (const wanted of requirements) {
    if (!isKnown(wanted, known)) certainty = 'maybe';
    else if (!requirementHolds(wanted, identity)) return 'no';
  }
  return certainty;
}

function isKnown(
  { source, key }: { readonly source: string; readonly key: string },
  known: KnownLabels,
): boolean {
  if (known === 'all' || (source !== 'k8s' && source !== 'any')) return true;
  if (key === NAMESPACE_KEY || key === CLUSTER_KEY) return true;
  return known === 'of-namespace' && key.startsWith(NAMESPACE_LABELS_PREFIX);
}
