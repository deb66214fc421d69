/** A template cut at its delimiters. */
export type Chunk =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly source: string };

/**
 * Cuts a Go template with the delimiters `<<` and `>>` into text and actions (Go `text/template`, "Text and
 * spaces"): `<<- ` removes the white space before an action, ` ->>` what follows it, and comments vanish.
 *
 * @returns undefined where an action does not end
 */
export function cutTemplate(template: string): readonly Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let at = 0;
  let trimsNext = false;
  while (at < template.length) {
    const open = template.indexOf('<<', at);
    const end = open === -1 ? template.length : open;
    const trimsBefore = open !== -1 && template[open + 2] === '-' && isSpace(template[open + 3]);
    addText(chunks, template.slice(at, end), trimsNext, trimsBefore);
    if (open === -1) break;
    const action = readAction(template, open + (trimsBefore ? 3 : 2));
    if (action === undefined) return undefined;
    if (!action.source.startsWith('/*')) chunks.push({ kind: 'action', source: action.source });
    trimsNext = action.trimsAfter;
    at = action.end;
  }
  return chunks;
}

function addText(chunks: Chunk[], text: string, trimsStart: boolean, trimsEnd: boolean): void {
  // Go trims these four only.
  let start = 0;
  let end = text.length;
  if (trimsStart) while (start < end && isSpace(text[start])) start += 1;
  if (trimsEnd) while (end > start && isSpace(text[end - 1])) end -= 1;
  if (end > start) chunks.push({ kind: 'text', text: text.slice(start, end) });
}

interface Action {
  readonly source: string;
  readonly trimsAfter: boolean;
  readonly end: number;
}

/** Reads up to `>>`, which may stand in quotes. */
function readAction(template: string, start: number): Action | undefined {
  let at = start;
  while (at < template.length) {
    const character = template[at];
    if (character === '"' || character === '`') {
      const end = endOfQuoted(template, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (template.startsWith('/*', at)) {
      const end = template.indexOf('*/', at + 2);
      if (end === -1) return undefined;
      at = end + 2;
    } else if (template.startsWith('>>', at)) {
      const trimsAfter = template[at - 1] === '-' && isSpace(template[at - 2]);
      const source = template.slice(start, trimsAfter ? at - 1 : at).trim();
      return { source, trimsAfter, end: at + 2 };
    } else {
      at += 1;
    }
  }
  return undefined;
}

/** The offset behind a quoted text, or undefined where it does not end on its line. */
export function endOfQuoted(text: string, start: number): number | undefined {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length && text[at] !== quote) {
    if (quote === '"' && text[at] === '\n') return undefined;
    at += quote === '"' && text[at] === '\\' ? 2 : 1;
  }
  return at < text.length ? at + 1 : undefined;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}
