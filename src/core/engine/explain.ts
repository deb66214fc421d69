import type {
  Decision,
  DecisionReason,
  EngineAssumption,
  RuleRef,
  SideDecision,
  SideVerdict,
} from '../model/decision.ts';
import type { Place } from '../model/place.ts';
import type { Direction, Policy, PolicyRef } from '../model/policy.ts';
import { portsContain } from '../model/port-set.ts';
import type { Compiled } from './compile.ts';
import { covers } from './covers.ts';
import type { Clause, DirectionClass } from './direction-table.ts';
import { type Entry, refOf, ruleOf } from './entry.ts';
import type { Identity } from './identity-table.ts';
import { judgeL7, type L7Context, type L7Outcome } from './l7.ts';
import { nearestRules } from './nearest.ts';
import type { Question } from './question.ts';

/**
 * Judges both ends with reasons. It walks the rules one by one, so it is the slow twin of `Engine.allows`:
 * a law of the tests is that both say the same.
 */
export function explain(world: Compiled, question: Question): Decision {
  const egress = explainSide(world, question, 'egress');
  const ingress = explainSide(world, question, 'ingress');
  const isDenied = egress.verdict === 'denied' || ingress.verdict === 'denied';
  const sides = [egress, ingress];
  const isCertain =
    sides.some((side) => side.verdict === 'denied' && side.isCertain) ||
    sides.every((side) => side.isCertain);
  return {
    verdict: isDenied ? 'denied' : 'allowed',
    isCertain,
    from: world.endpoints[question.from]?.id ?? '',
    to: world.endpoints[question.to]?.id ?? '',
    protocol: question.protocol,
    port: question.port,
    egress,
    ingress,
  };
}

function explainSide(world: Compiled, question: Question, direction: Direction): SideDecision {
  const isEgress = direction === 'egress';
  const [subject, other] = isEgress ? [question.from, question.to] : [question.to, question.from];
  const classIndex = (isEgress ? world.egressClassOf : world.ingressClassOf)[subject] as number;
  const found = (isEgress ? world.egress : world.ingress)[classIndex] as DirectionClass;
  const peer = world.identities.get(world.identityOf[other] as number);
  const base = {
    direction,
    subject: world.endpoints[subject]?.id ?? '',
    nearest: [],
    l7: false,
    assumptions: [],
    isCertain: true,
  };
  const { enforcement } = found;
  if (!enforcement.isEnforced) {
    const verdict: SideVerdict = enforcement.isJudged ? 'not-enforced' : 'unjudged';
    return { ...base, verdict, reason: enforcement.reason, rules: [], defaultDenyBy: [] };
  }
  const defaultDenyBy = policiesThat(found.entries.filter(({ defaultDeny }) => defaultDeny));
  const matching = found.clauses.filter((clause) => matchesPeer(world, clause, { peer, endpoint: other }));
  const onPort = matching.filter(({ ports }) =>
    portsContain(world.ports.get(ports), question.protocol, question.port),
  );
  const denies = onPort.filter(({ isDeny }) => isDeny);
  if (denies.length > 0) {
    return { ...base, verdict: 'denied', reason: 'deny-rule', rules: rulesOf(denies), defaultDenyBy };
  }
  if (onPort.length > 0) {
    const context: L7Context = {
      defaultDeny: enforcement.defaultDeny,
      version: world.options.version,
      covers: (term) => covers(world, term, question, direction),
    };
    return allowedBy(onPort, { base, question, defaultDenyBy, context });
  }
  const onThisPort = found.entries.filter(
    ({ ports }) => ports === undefined || ports.some((term) => covers(world, term, question, direction)),
  );
  const assumptions = unresolvedFor(onThisPort, peer);
  if (!enforcement.defaultDeny) {
    return { ...base, verdict: 'allowed', reason: 'no-default-deny', rules: [], defaultDenyBy };
  }
  const subjectIdentity = world.identities.get(world.identityOf[subject] as number);
  return {
    ...base,
    verdict: 'denied',
    reason: enforcement.reason,
    rules: [],
    defaultDenyBy,
    nearest: nearestRules(world, {
      question,
      direction,
      subject: subjectIdentity,
      peer,
    }),
    assumptions,
    isCertain: assumptions.length === 0,
  };
}

/** Whether the peer is one that the clause is about. */
function matchesPeer(
  world: Compiled,
  { selectors, all, namedPeer }: Clause,
  { peer, endpoint }: { readonly peer: Identity; readonly endpoint: number },
): boolean {
  const { selectors: table } = world;
  return (
    selectors.some((selector) => table.matches(selector, peer)) &&
    all.every((selector) => table.matches(selector, peer)) &&
    (namedPeer === undefined ||
      world.peerClassesOfNamed(namedPeer).includes(world.peerClassOf[endpoint] as number))
  );
}

function allowedBy(
  clauses: readonly Clause[],
  {
    base,
    question,
    defaultDenyBy,
    context,
  }: {
    readonly base: Pick<
      SideDecision,
      'direction' | 'subject' | 'nearest' | 'l7' | 'assumptions' | 'isCertain'
    >;
    readonly question: Question;
    readonly defaultDenyBy: SideDecision['defaultDenyBy'];
    readonly context: L7Context;
  },
): SideDecision {
  const rules = rulesOf(clauses);
  const entries = clauses.flatMap(({ entry }) => entry ?? []);
  const reason: DecisionReason = entries.length === 0 ? 'local-host' : 'allow-rule';
  const outcome: L7Outcome =
    entries.length < clauses.length ? { kind: 'plain' } : judgeL7(entries, question.l7, context);
  // A toServices whose Service is not among the inputs counts as naming nobody, which opens its ports to all.
  const isCertain =
    entries.length < clauses.length ||
    !entries.every((entry) => entry.assumptions.some(({ code }) => code === 'service-unknown'));
  const assumptions = [
    ...entries
      .filter(({ rule }) => rule.authentication === 'required')
      .map((entry) => about('authentication-required', entry.policy)),
    ...entries.flatMap((entry) => entry.assumptions),
  ];
  switch (outcome.kind) {
    case 'plain':
      return { ...base, isCertain, verdict: 'allowed', reason, rules, defaultDenyBy, assumptions };
    case 'accepted':
      return {
        ...base,
        isCertain,
        verdict: 'allowed',
        reason,
        rules: outcome.entries.map(ruleOf),
        defaultDenyBy,
        l7: true,
        assumptions,
      };
    case 'unknown':
      return {
        ...base,
        isCertain,
        verdict: 'allowed',
        reason,
        rules,
        defaultDenyBy,
        l7: true,
        assumptions: [...assumptions, ...outcome.assumptions],
      };
    case 'refused':
      return {
        ...base,
        verdict: 'denied',
        reason: 'l7-refused',
        rules,
        defaultDenyBy,
        l7: true,
        assumptions,
      };
  }
}

/** Rules on the port that might admit the peer, if what they name were known. */
function unresolvedFor(entries: readonly Entry[], peer: Identity): readonly EngineAssumption[] {
  // The world at large has no address that a name, a group or a Service could hold.
  const isAddress = peer.cidrs.length > 0;
  const found: EngineAssumption[] = [];
  for (const { peers, policy, isDeny, assumptions } of entries) {
    if (isDeny) continue;
    // A Service stands for pods or for addresses; groups for addresses alone.
    found.push(...assumptions.filter(({ code }) => isAddress || (peer.isPod && code === 'service-unknown')));
    if (!peer.isWorld || !isAddress || peer.names.length > 0) continue;
    for (const selector of peers) {
      if (selector.kind !== 'fqdn') continue;
      const pattern = selector.pattern.matchName ?? selector.pattern.matchPattern ?? '';
      found.push({ code: 'fqdn-unknown', policy: refOf(policy), pattern });
    }
  }
  return found;
}

function about(code: 'authentication-required', policy: Policy): EngineAssumption {
  return { code, policy: refOf(policy) };
}

function policiesThat(entries: readonly Entry[]): readonly (PolicyRef & { readonly place: Place })[] {
  const policies = new Map<Policy, PolicyRef & { readonly place: Place }>();
  for (const { policy, rule } of entries) {
    // The first rule of the direction is what switches it on.
    if (!policies.has(policy)) policies.set(policy, { ...refOf(policy), place: rule.place });
  }
  return [...policies.values()];
}

function rulesOf(clauses: readonly Clause[]): readonly RuleRef[] {
  return [...new Set(clauses.flatMap(({ entry }) => entry ?? []))].map(ruleOf);
}
