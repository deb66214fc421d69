import type { Place } from '../../model/place.ts';
import type { Approximation, ApproximationCode, Problem } from '../../model/repository.ts';

/** Collects what was approximated and what is wrong, while files are read. */
export interface Notes {
  /** Counts once more what has the same code and detail; the first place is kept, and for files the first file. */
  approximate(code: ApproximationCode, detail: string, place: Place, count?: number): void;
  problem(problem: Problem): void;
  readonly approximations: () => readonly Approximation[];
  readonly problems: readonly Problem[];
}

export function takeNotes(): Notes {
  const approximations = new Map<string, Approximation>();
  const problems: Problem[] = [];
  return {
    approximate(code, detail, place, count = 1) {
      const key = ONE_EACH.has(code) ? code : `${code} ${detail}`;
      const known = approximations.get(key) ?? { code, detail, place, count: 0 };
      approximations.set(key, { ...known, count: known.count + count });
    },
    problem: (problem) => problems.push(problem),
    approximations: () => [...approximations.values()],
    problems,
  };
}

/** Where every file would be its own line, the first one stands for all. */
const ONE_EACH: ReadonlySet<ApproximationCode> = new Set(['encrypted', 'template-skipped']);
