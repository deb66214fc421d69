import { RE2JS } from 're2js';
import { FilterError } from './error.ts';

/** Go's regular expressions, which take time in proportion to the text, whatever the pattern. */
export function compileRegex(field: string, text: string): RE2JS {
  if (text.length > PATTERN_MAX) throw new FilterError(field, text.slice(0, 40), 'shorter');
  try {
    return RE2JS.compile(text);
  } catch {
    throw new FilterError(field, text, 'a regular expression as RE2 reads it');
  }
}

/** Whether one of them is found anywhere in a text. */
export function matchesAnywhere(patterns: readonly RE2JS[]): (text: string) => boolean {
  return (text) => patterns.some((pattern) => pattern.test(text));
}

const PATTERN_MAX = 4096;
