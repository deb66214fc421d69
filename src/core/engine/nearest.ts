import type { Lacking, NearMiss } from '../model/decision.ts';
import { formatLabel, type LabelText } from '../model/label.ts';
import type { Direction } from '../model/policy.ts';
import type { Selector } from '../model/selector.ts';
import type { Compiled } from './compile.ts';
import { covers } from './covers.ts';
import type { Question } from './engine.ts';
import { type Entry, formatTerm, ruleOf } from './entry.ts';
import { holds, type Identity, requirementHolds, selects } from './identity-table.ts';
import type { IdentitySelector } from './peer-selector.ts';

/** How many near misses an answer carries. */
const NEAREST_MAX = 5;
/** More missing labels than this is another rule, not a near miss. */
const LABELS_MAX = 2;

export interface Missed {
  readonly question: Question;
  readonly direction: Direction;
  readonly subject: Identity;
  readonly subjectEndpoint: number;
  readonly peer: Identity;
  readonly endpoint: number;
}

/** The allow rules that would have admitted it but for the least, best first. */
export function nearestRules(world: Compiled, missed: Missed): readonly NearMiss[] {
  const found: { readonly cost: number; readonly miss: NearMiss }[] = [];
  for (const entry of world.entries) {
    if (entry.direction !== missed.direction || entry.isDeny || entry.isNode) continue;
    const lacking = lackingOf(world, entry, missed);
    if (lacking === undefined || lacking.length === 0) continue;
    found.push({ cost: costOf(lacking), miss: { rule: ruleOf(entry), lacking } });
  }
  return found
    .sort((a, b) => a.cost - b.cost)
    .slice(0, NEAREST_MAX)
    .map(({ miss }) => miss);
}

/** What keeps a rule from admitting it; undefined when it is too far away to be of use. */
function lackingOf(world: Compiled, entry: Entry, missed: Missed): readonly Lacking[] | undefined {
  const lacking: Lacking[] = [];
  if (!holds(entry.subject, missed.subject)) {
    const labels = missingLabels(entry.subject, missed.subject);
    if (labels === undefined) return undefined;
    lacking.push({ kind: 'subject', labels });
  }
  if (!entry.peers.some((peer) => selects(peer, missed.peer, world.options))) {
    const labels = nearestLabels(entry.peers, missed.peer);
    if (labels === undefined) return undefined;
    lacking.push({ kind: 'peer', labels });
  }
  const port = lackingPort(world, entry, missed);
  if (port !== undefined) lacking.push(port);
  return lacking.length > 1 && port !== undefined ? undefined : lacking;
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

/** Labels that would make the selector hold, if adding a few labels can. */
function missingLabels(selector: Selector, identity: Identity): readonly LabelText[] | undefined {
  const labels: LabelText[] = [];
  for (const wanted of selector.requirements) {
    if (requirementHolds(wanted, identity)) continue;
    const [value] = wanted.values;
    // A label of another value stands in the way of most selectors; a profile is the exception that matters.
    if (wanted.operator !== 'In' || value === undefined || !ADDABLE.includes(wanted.source)) return undefined;
    labels.push(formatLabel({ source: 'k8s', key: wanted.key, value }));
    if (labels.length > LABELS_MAX) return undefined;
  }
  return labels;
}

/** Sources of labels that a person can write: those of Kubernetes. */
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
