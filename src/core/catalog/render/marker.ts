/**
 * Files of ours carry a marker with a checksum over all of their other lines: so a file that somebody edited is told
 * from one that an older catalog made.
 */
export type Origin =
  /** No marker: somebody wrote it. */
  | 'foreign'
  /** As it was rendered, by this or another catalog. */
  | 'rendered'
  /** Rendered, and changed by hand since. */
  | 'edited';

const WORDS = 'Rendered by propolis from propolis.yaml, checksum';
const MARKER = /^(?:# |<!-- )Rendered by propolis from propolis\.yaml, checksum ([0-9a-f]{16})[. ]/;
/** The marker stands at the top, so that words in somebody's file cannot be taken for it. */
const LINES_MAX = 6;

/** Puts the marker into a YAML text after `---` and the schema line. */
export function markYaml(text: string): string {
  return insert(text, (sum) => `# ${WORDS} ${sum}. Edit that file and run \`propolis render\`.`, 2);
}

export function markMarkdown(text: string): string {
  return insert(text, (sum) => `<!-- ${WORDS} ${sum}. Edit that file and run \`propolis render\`. -->`, 0);
}

export function originOf(text: string): Origin {
  const lines = linesOf(text);
  const at = lines.slice(0, LINES_MAX).findIndex((line) => MARKER.test(line));
  const sum = MARKER.exec(lines[at] ?? '')?.[1];
  if (sum === undefined) return 'foreign';
  return checksum(lines.toSpliced(at, 1)) === sum ? 'rendered' : 'edited';
}

function insert(text: string, marker: (sum: string) => string, at: number): string {
  const lines = linesOf(text);
  return lines.toSpliced(at, 0, marker(checksum(lines))).join('\n');
}

/** Git may check out with other line ends; that is no edit. */
function linesOf(text: string): readonly string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/);
}

/** FNV-1a, 64 bits. It finds mistakes; who wants to deceive can read this too. */
function checksum(lines: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  const add = (unit: number): void => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit)) * 0x100000001b3n);
  };
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 1) add(line.charCodeAt(i));
    add(10);
  }
  return hash.toString(16).padStart(16, '0');
}
