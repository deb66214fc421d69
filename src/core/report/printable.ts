/**
 * Text of strangers, safe for a terminal and for one line: control characters, line separators and marks that
 * turn text around are written as escapes. What people read in their language stays as it is.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

// C0, DEL and C1 controls; line and paragraph separators; bidirectional marks, embeddings, overrides, isolates;
// zero-width characters and the byte order mark; tags; lone surrogates.
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- controls are what this is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/** Shortened to `max` characters with an ellipsis. */
export function shorten(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
