/** The longest sample of a line that is shown. */
export const SAMPLE_LENGTH = 80;

/**
 * The beginning of a text, fit for one line of a terminal: white space as single spaces, control and direction
 * characters as `\u001b`, at most 80 characters with `…` where something was left out.
 */
export function sampleOf(text: string): string {
  let sample = '';
  for (const char of text
    .slice(0, 2 * SAMPLE_LENGTH)
    .replaceAll(/\s+/g, ' ')
    .trim()) {
    const shown = UNSAFE.test(char) ? escaped(char) : char;
    if (sample.length + shown.length > SAMPLE_LENGTH - 1) return `${sample.trimEnd()}…`;
    sample += shown;
  }
  return text.trimEnd().length > 2 * SAMPLE_LENGTH ? `${sample.trimEnd()}…` : sample;
}

function escaped(char: string): string {
  return `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

// Control characters, line separators, lone surrogates, and what turns the direction of text.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff]/u;
