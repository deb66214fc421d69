import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareLine, linesOf } from './compare.ts';

/** By file: worlds, and answers of one side. See verdicts/README.md. */
const FILES = [
  { file: 'verdicts-random', worlds: 400, answers: 24_099 },
  { file: 'verdicts-always', worlds: 60, answers: 3_606 },
  { file: 'verdicts-any-cluster', worlds: 60, answers: 3_610 },
  { file: 'verdicts-dual-stack', worlds: 80, answers: 4_809 },
  { file: 'verdicts-shapes', worlds: 48, answers: 86_016 },
] as const;

describe("the engine against Cilium's own", () => {
  it.each(FILES)('agrees on all $answers answers of $file', ({ file, worlds, answers }) => {
    const lines = recorded(file);
    const comparisons = lines.map(compareLine);
    expect(comparisons.flatMap(({ differences }) => differences).slice(0, 10)).toEqual([]);
    expect(lines.length).toBe(worlds);
    expect(comparisons.reduce((sum, { compared }) => sum + compared, 0)).toBe(answers);
  });

  it('compares 122,140 answers', () => {
    expect(FILES.reduce((sum, { answers }) => sum + answers, 0)).toBe(122_140);
  });

  it('sees an answer that was changed', () => {
    const [line = ''] = recorded('verdicts-shapes');
    const vector = JSON.parse(line) as { expect: [string | null, string | null][] };
    const first = vector.expect.find(([egress]) => egress !== null);
    expect(first).toBeDefined();
    if (first !== undefined) first[0] = first[0] === 'allowed' ? 'denied' : 'allowed';
    expect(compareLine(JSON.stringify(vector)).differences).toHaveLength(1);
  });
});

function recorded(file: string): readonly string[] {
  return linesOf(fileURLToPath(new URL(`verdicts/${file}.jsonl.gz`, import.meta.url)));
}
