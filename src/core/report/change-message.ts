import type { Effect, LabelChange, NamespaceChange, PlatformChange } from '../change/index.ts';
import { openedText } from './debug.ts';
import { wrap } from './layout.ts';
import { printable, shorten } from './printable.ts';
import { count } from './units.ts';

const WIDTH = 72;
const PAIRS_MAX = 12;

/** What a commit says of a change of labels: what, why, and what it opens and closes. */
export function namespaceCommitMessage(change: NamespaceChange, reason = ''): string {
  const { namespace, labels, effects } = change;
  const phrases = labels.map(labelPhrase);
  const name = printable(namespace);
  const subject = `${capital(listOf(phrases))} in ${name}`;
  if (subject.length <= WIDTH) return commitMessage({ subject, reason, effects });
  const list = phrases.map((phrase) => `- ${capital(phrase)}`).join('\n');
  return commitMessage({ subject: `Change labels of ${name}`, list, reason, effects });
}

/** A subject of one line, the reason, and what the engine says of it. */
export function commitMessage({
  subject,
  list = '',
  reason,
  effects,
}: {
  readonly subject: string;
  /** What is too much for the subject. */
  readonly list?: string;
  readonly reason: string;
  readonly effects: readonly Effect[];
}): string {
  const paragraphs = reason
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => wrap(printable(paragraph), WIDTH).join('\n'));
  const proof = effectParagraph(effects);
  return `${[shorten(subject, WIDTH), list, ...paragraphs, proof].filter((part) => part !== '').join('\n\n')}\n`;
}

function effectParagraph(effects: readonly Effect[]): string {
  const groups = new Map<string, string[]>();
  for (const effect of effects) {
    const lines = [...pairLines('Opens', effect.opens), ...pairLines('Closes', effect.closes)];
    const text =
      lines.length === 0 ? 'By the policies in the files, this opens and closes nothing.' : lines.join('\n');
    const clusters = groups.get(text);
    if (clusters === undefined) groups.set(text, [effect.cluster]);
    else clusters.push(effect.cluster);
  }
  return [...groups]
    .map(([text, clusters]) => {
      const named = clusters.filter((name) => name !== '');
      return named.length === 0 ? text : `${text}\nin ${named.map(printable).join(', ')}`;
    })
    .join('\n\n');
}

function pairLines(title: string, pairs: Effect['opens']): readonly string[] {
  if (pairs.length === 0) return [];
  const shown = pairs.slice(0, PAIRS_MAX).map((pair) => `  ${openedText(pair)}`);
  const rest = pairs.length - shown.length;
  return [`${title}:`, ...shown, ...(rest === 0 ? [] : [`  and ${count(rest)} more pairs`])];
}

/** `set profile to internal`, `add access to postgres`, by the end of the label's key. */
function labelPhrase({ key, before, after }: LabelChange): string {
  const name = printable(key.slice(key.lastIndexOf('/') + 1));
  const isAccess = key.startsWith('access.');
  if (after === undefined) return isAccess ? `remove access to ${name}` : `remove ${name}`;
  if (isAccess) return `allow access to ${name}`;
  return before === undefined ? `set ${name} ${printable(after)}` : `change ${name} to ${printable(after)}`;
}

function listOf(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a commit says of a new policy of a platform namespace. */
export function platformCommitMessage({ policy, effects }: PlatformChange, reason = ''): string {
  return commitMessage({ subject: `Begin a policy for ${printable(policy.namespace)}`, reason, effects });
}

/** What a commit says of a first catalog. */
export function initCommitMessage(reason = ''): string {
  return commitMessage({
    subject: 'Say in propolis.yaml what network policy means here',
    reason,
    effects: [],
  });
}
