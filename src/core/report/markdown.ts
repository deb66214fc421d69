import { printable, shorten } from './printable.ts';

/** Longer than any name that a person wants to read. */
const CODE_MAX = 300;

/**
 * Text of strangers as code: there is no mention, no reference, no link and no markup within. The fence is longer than
 * any run of backticks in the text.
 */
export function code(text: string): string {
  const safe = shorten(printable(text), CODE_MAX);
  if (safe.trim() === '') return '`(empty)`';
  const fence = '`'.repeat(longestRun(safe) + 1);
  // Markdown takes one space from each side (CommonMark 0.31, 6.1), where both have one.
  const pad = safe.startsWith('`') || safe.endsWith('`') || (safe.startsWith(' ') && safe.endsWith(' '));
  return pad ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}

/** A sentence of ours, with names of strangers in it: as it is where Markdown sees nothing in it, else as code. */
export function prose(sentence: string): string {
  const safe = printable(sentence);
  return PLAIN.test(safe) && !LINKED.test(safe) ? safe : code(sentence);
}

// No @ (mentions), # ! % ~ & $ ^ (references of the three), < > [ ] * _ ` \ | (markup).
const PLAIN = /^[\p{L}\p{M}\p{N} ,.;:'"()/→×✗…·—–+=?-]*$/u;
// Addresses are linked without any markup; `GH-12` is an issue of GitHub's, `ABC-12` one of others.
const LINKED = /:\/\/|www\.|mailto:|xmpp:|\b[A-Z][A-Z]+-\d/i;

/** Lines as a block of code, at most so many characters of them. */
export function block(
  text: string,
  { language, max }: { readonly language: string; readonly max: number },
): string {
  const all = text.replace(/\n$/, '').split('\n').map(printable);
  const lines: string[] = [];
  let size = 0;
  for (const line of all) {
    size += line.length + 1;
    if (size > max) break;
    lines.push(line);
  }
  const left = all.length - lines.length;
  const fence = '`'.repeat(Math.max(3, ...lines.map((line) => longestRun(line) + 1)));
  const note = left === 0 ? [] : [`… ${left} more lines, which are in the commit`];
  return [`${fence}${language}`, ...lines, fence, ...note].join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Words of the person who asks for the change: their own Markdown, but no HTML and no commands to the forge. */
export function ownWords(text: string): readonly string[] {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => printable(paragraph).replaceAll('<', '&lt;').replace(/^\//, '\\/'));
}

export interface Section {
  /** Empty: it stands without one. */
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * Sections under each other, within a limit. One that does not fit is left out, and it says so.
 *
 * @param end stands at the very end, always
 */
export function document(
  sections: readonly Section[],
  { max, end }: { readonly max: number; readonly end: string },
): string {
  let text = '';
  const left: string[] = [];
  const room = max - end.length - LEFT_MAX;
  for (const { title, lines } of sections) {
    if (lines.length === 0) continue;
    const part = `${title === '' ? '' : `### ${title}\n\n`}${lines.join('\n')}\n\n`;
    if (text.length + part.length <= room) text += part;
    else left.push(title);
  }
  const note = left.length === 0 ? '' : `Left out, as it would be too long: ${titlesOf(left)}.\n\n`;
  return `${text}${note}${end}\n`;
}

/** Room for the note on what is left out. */
const LEFT_MAX = 300;
const TITLES_MAX = 200;

/** Titles, each whole: one that is cut may be code that does not end. */
function titlesOf(left: readonly string[]): string {
  const named: string[] = [];
  let size = 0;
  for (const title of left) {
    if (title === '') continue;
    size += title.length + 2;
    if (size > TITLES_MAX + 2) break;
    named.push(title);
  }
  const others = left.length - named.length;
  if (named.length === 0) return `${others} ${others === 1 ? 'section' : 'sections'}`;
  return `${named.join(', ')}${others === 0 ? '' : ` and ${others} more`}`;
}
