import type {
  Check,
  CheckPeer,
  CheckResult,
  Expectation,
  LastChange,
  Outcome,
  Promised,
  Span,
  Unpromised,
  Verification,
} from '../../diagnose/verify/index.ts';
import { printable } from '../printable.ts';
import { clockTime, count, duration } from '../units.ts';
import { sideText } from './policy.ts';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  fail: 'fail',
  half: 'half',
  audit: 'audit',
  'no-traffic': 'no traffic',
};

/** `access:postgres` is `postgres` to people; all others are called as they are. */
export function checkName({ id }: Check): string {
  return id.startsWith('access:') ? id.slice('access:'.length) : id;
}

/** Whether a line is worth it: what must work, the five that are always asked for, and what was seen. */
export function isTold({ check, outcome }: CheckResult): boolean {
  return check.promised !== undefined || check.isMain || outcome !== 'no-traffic';
}

/** Who was seen; else whom the check is about. */
export function peerText({ check, evidence }: CheckResult): string {
  const [first] = evidence.peers;
  if (first !== undefined) return evidence.peerCount > 1 ? `${first} +${evidence.peerCount - 1}` : first;
  const [peer] = check.peers;
  return peer === undefined ? '' : whoText(peer);
}

function whoText(peer: CheckPeer): string {
  switch (peer.kind) {
    case 'pods': {
      const names = Object.values(peer.pods.labels);
      return names.length === 0 ? `${peer.pods.namespace}/*` : `${peer.pods.namespace}/${names.join(',')}`;
    }
    case 'entity':
      return peer.entity;
    case 'cidr':
      return peer.cidr;
    case 'fqdn':
      return peer.pattern;
  }
}

/** The port that was seen; else the first of those that the check is about. */
export function portsText({ check, evidence }: CheckResult): string {
  const [seen] = evidence.ports;
  if (seen !== undefined) return evidence.ports.length > 1 ? `${seen} …` : seen;
  const [first] = check.ports;
  if (first === undefined) return 'any';
  const range = first.endPort === undefined ? first.port : `${first.port}-${first.endPort}`;
  return `${range}/${first.protocol}${check.ports.length > 1 ? ' …' : ''}`;
}

/** `312×, 2s ago`: requests, or of what fails drops. `isIncomplete`: there may have been more than was read. */
export function seenText(
  { check, outcome, evidence }: CheckResult,
  { nowMs, isIncomplete }: { readonly nowMs: number; readonly isIncomplete: boolean },
): string {
  const { left, arrived, dropped, audited } = evidence;
  switch (outcome) {
    case 'pass':
      return spanText(arrived.count > left.count ? arrived : newer(left, arrived), nowMs);
    case 'fail':
      return check.promised === undefined ? `${count(dropped.count)}× dropped` : spanText(dropped, nowMs);
    case 'half':
      return spanText(left, nowMs);
    case 'audit':
      return spanText(audited, nowMs);
    case 'no-traffic':
      return isIncomplete && check.promised !== undefined ? 'or lost' : '';
  }
}

/** The one, with the time of whichever is the newer. */
function newer(span: Span, other: Span): Span {
  return { ...span, lastMs: Math.max(span.lastMs, other.lastMs) };
}

function spanText({ count: times, lastMs }: Span, nowMs: number): string {
  return `${count(times)}×${lastMs === 0 ? '' : `, ${duration(nowMs - lastMs)} ago`}`;
}

export function promisedText(promised: Promised): string {
  switch (promised.kind) {
    case 'baseline':
      return `the baseline ${promised.baseline} promises it to every pod`;
    case 'profile':
      return `profile ${printable(promised.profile)} promises it`;
    case 'access':
      return `the label ${printable(promised.label)} promises it`;
    case 'platform':
      return "every platform namespace's own policy must admit it";
    case 'mesh':
      return 'the namespace is in the ambient mesh';
    case 'intra-namespace':
      return 'the catalog lets the pods of this namespace talk to each other';
  }
}

export function unpromisedText(unpromised: Unpromised): string {
  switch (unpromised.kind) {
    case 'no-access':
      return `the namespace has no label ${printable(unpromised.label)}: "true"`;
    case 'not-in-profile':
      return `profile ${printable(unpromised.profile)} does not open it`;
    case 'no-profile':
      return 'the namespace has no profile';
    case 'unknown-profile':
      return `the catalog has no profile ${printable(unpromised.profile)}`;
    case 'platform-decides':
      return 'a platform namespace: policies of its own decide';
    case 'no-baseline':
      return `the catalog leaves the baseline ${unpromised.baseline} out`;
  }
}

/** What the policies say, with the rules that decide. */
export function expectedText({ verdict, decision, isPeerAssumed }: Expectation, base: string): string {
  if (decision === undefined)
    return 'not known: no pod of this namespace, or of the other end, is known here';
  const sides = [decision.egress, decision.ingress];
  const denying = sides.filter((side) => side.verdict === 'denied');
  const deciding = denying.length > 0 ? denying : sides.filter((side) => side.verdict !== 'unjudged');
  const reasons = deciding.map((side) => sideText(side, base)).join('; ');
  const assumed = isPeerAssumed ? ' (the other end as the catalog describes it)' : '';
  return `${VERDICT_WORDS[verdict]}: ${reasons}${assumed}`;
}

const VERDICT_WORDS: Readonly<Record<Expectation['verdict'], string>> = {
  allowed: 'allowed',
  denied: 'denied',
  undecidable: 'undecidable',
  mixed: 'denied to some of its pods',
};

export function changeText({ timeMs, what, name }: LastChange, { graceMs }: Verification): string {
  const delay = `drops until ${duration(graceMs)} later may be of the state before`;
  switch (what) {
    case 'namespace':
      return `the namespace was last changed at ${clockTime(timeMs)}: ${delay}`;
    case 'policy':
      return `${printable(name)} was changed at ${clockTime(timeMs)}, last of all: ${delay}`;
    case 'wait':
      return `waited since ${clockTime(timeMs)}: ${delay}`;
  }
}
