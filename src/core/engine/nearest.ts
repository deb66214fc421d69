import type { Lacking, NearMiss } from '../model/decision.ts';
import { isIdentityLabel } from '../model/identity.ts';
import { formatLabel, kubernetesLabel, type LabelText, NAMESPACE_KEY, parseLabel } from '../model/label.ts';
import type { Direction } from '../model/policy.ts';
import type { Requirement, Selector } from '../model/selector.ts';
import type { Compiled } from './compile.ts';
import { covers } from './covers.ts';
import { type Entry, formatTerm, ruleOf } from './entry.ts';
import type { Identity } from './identity-table.ts';
import type { IdentitySelector } from './peer-selector.ts';
import type { Question } from './question.ts';
import { holds, requirementHolds, selects } from './selects.ts';

/** How many near misses an answer carries. */
const NEAREST_MAX = 5;
/** More missing labels than this is another rule, not a near miss. */
const LABELS_MAX = 2;

export interface Missed {
  readonly question: Question;
  readonly direction: Direction;
  readonly subject: Identity;
  readonly peer: Identity;
}

/** The allow rules that would have admitted it but for the least, best first. */
export function nearestRules(world: Compiled, missed: Missed): readonly NearMiss[] {
  const found: { readonly cost: number; readonly miss: NearMiss }[] = [];
  const context = { ...missed, required: requiredOf(world, missed.direction) };
  const namespace = kubernetesLabel(missed.subject.labels, NAMESPACE_KEY);
  for (const entry of world.entries) {
    if (entry.isDeny || entry.direction !== missed.direction || entry.isNode !== missed.subject.isHost)
      continue;
    // A policy of another namespace is not near: no label moves a pod.
    if (entry.policy.namespace !== '' && entry.policy.namespace !== namespace) continue;
    const lacking = lackingOf(world, entry, context);
    if (lacking === undefined || lacking.length === 0) continue;
    found.push({ cost: costOf(lacking), miss: { rule: ruleOf(entry), lacking } });
  }
  return found
    .sort((a, b) => a.cost - b.cost)
    .slice(0, NEAREST_MAX)
    .map(({ miss }) => miss);
}

/** What keeps a rule from admitting it; undefined when it is too far away to be of use. */
function lackingOf(
  world: Compiled,
  entry: Entry,
  missed: Missed & { readonly required: readonly Selector[] },
): readonly Lacking[] | undefined {
  const lacking: Lacking[] = [];
  const required = entry.hasEndpointPeers ? missed.required : [];
  if (!required.every((selector) => holds(selector, missed.peer))) return undefined;
  if (!holds(entry.subject, missed.subject)) {
    const labels = missingLabels(entry.subject, missed.subject);
    if (labels === undefined || labels.some((label) => parseLabel(label).key === NAMESPACE_KEY))
      return undefined;
    lacking.push({ kind: 'subject', labels });
  }
  if (!entry.peers.some((peer) => selects(peer, missed.peer, world.options))) {
    const labels = nearestLabels(entry.peers, missed.peer);
    if (labels === undefined || required.length > 0) return undefined;
    lacking.push({ kind: 'peer', labels });
  }
  const port = lackingPort(world, entry, missed);
  if (port !== undefined) lacking.push(port);
  return lacking.length > 1 && port !== undefined ? undefined : lacking;
}

/** All that `fromRequires` of this direction may ask of the peer, which 1.18 does. */
function requiredOf({ entries, options }: Compiled, direction: Direction): readonly Selector[] {
  if (options.version !== '1.18') return [];
  return entries.flatMap((entry) => (entry.direction === direction ? (entry.rule.requires ?? []) : []));
}

function costOf(lacking: readonly Lacking[]): number {
  return lacking.reduce((sum, item) => {
    switch (item.kind) {
      case 'subject':
      case 'peer':
        return sum + 2 + item.labels.length;
      case 'port':
        return sum + 3;
      case 'named-port':
        return sum + 2;
    }
  }, 0);
}

function nearestLabels(peers: readonly IdentitySelector[], peer: Identity): readonly LabelText[] | undefined {
  let best: readonly LabelText[] | undefined;
  for (const selector of peers) {
    if (selector.kind !== 'labels') continue;
    const labels = missingLabels(selector.selector, peer);
    if (labels !== undefined && (best === undefined || labels.length < best.length)) best = labels;
  }
  return best;
}

/** Labels that would make the selector hold, in place of those with their keys, if a few labels can. */
function missingLabels({ requirements }: Selector, identity: Identity): readonly LabelText[] | undefined {
  const labels = new Set<LabelText>();
  for (const wanted of requirements) {
    if (requirementHolds(wanted, identity)) continue;
    const beside = requirements.filter(({ key }) => key === wanted.key);
    if (!identity.isPod || !isAddable(wanted)) return undefined;
    const isMet = beside.some((other) => other.operator === 'In' && !requirementHolds(other, identity));
    if (wanted.operator === 'Exists' && isMet) continue;
    if (wanted.operator !== 'In') return undefined;
    const value = wanted.values.find((candidate) => beside.every((other) => accepts(other, candidate)));
    if (value === undefined) return undefined;
    labels.add(formatLabel({ source: 'k8s', key: wanted.key, value }));
    if (labels.size > LABELS_MAX) return undefined;
  }
  return [...labels];
}

function accepts({ source, operator, values }: Requirement, value: string): boolean {
  if (!ADDABLE.includes(source)) return operator === 'NotIn' || operator === 'DoesNotExist';
  switch (operator) {
    case 'In':
      return values.includes(value);
    case 'NotIn':
      return !values.includes(value);
    case 'Exists':
      return true;
    case 'DoesNotExist':
      return false;
  }
}

/** Whether it is about labels that a person can write, of Kubernetes, and that Cilium keeps. */
function isAddable({ source, key }: Requirement): boolean {
  return ADDABLE.includes(source) && isIdentityLabel(key);
}

const ADDABLE: readonly string[] = ['k8s', 'any'];

function lackingPort(
  world: Compiled,
  { ports }: Entry,
  { question, direction }: Missed,
): Lacking | undefined {
  if (ports === undefined || ports.some((term) => covers(world, term, question, direction))) return undefined;
  const named = ports.find((term) => term.kind === 'named' && term.protocol === question.protocol);
  if (named?.kind === 'named') return { kind: 'named-port', name: named.name };
  return { kind: 'port', wants: [...new Set(ports.map(formatTerm))] };
}
