/** How words are set apart. Meaning never depends on it: plain text says the same. */
export interface Paint {
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

const same = (text: string): string => text;

export const PLAIN: Paint = { bad: same, good: same, strong: same, faint: same };

export const ANSI: Paint = {
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
  faint: (text) => `\u001b[2m${text}\u001b[22m`,
};
