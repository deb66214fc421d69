/** Lines `[beforeStart, beforeEnd)` were replaced by lines `[afterStart, afterEnd)`; indices from 0. */
export interface LineHunk {
  readonly beforeStart: number;
  readonly beforeEnd: number;
  readonly afterStart: number;
  readonly afterEnd: number;
}

/** The text's lines, each with its line end. A text that ends in a line end has no empty last line. */
export function splitLines(text: string): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

/**
 * The fewest lines to delete and insert (Myers 1986), in order, as maximal hunks.
 * Beyond `MOST_DIFFERENCES` the middle that differs is one hunk: right, but not the shortest.
 */
export function diffLines(before: readonly string[], after: readonly string[]): readonly LineHunk[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let beforeEnd = before.length;
  let afterEnd = after.length;
  while (beforeEnd > head && afterEnd > head && before[beforeEnd - 1] === after[afterEnd - 1]) {
    beforeEnd -= 1;
    afterEnd -= 1;
  }
  if (beforeEnd === head && afterEnd === head) return [];
  if (beforeEnd === head || afterEnd === head) {
    return [{ beforeStart: head, beforeEnd, afterStart: head, afterEnd }];
  }
  const hunks = shortestScript(before.slice(head, beforeEnd), after.slice(head, afterEnd));
  return hunks.map((hunk) => ({
    beforeStart: hunk.beforeStart + head,
    beforeEnd: hunk.beforeEnd + head,
    afterStart: hunk.afterStart + head,
    afterEnd: hunk.afterEnd + head,
  }));
}

const MOST_DIFFERENCES = 1000;

function shortestScript(before: readonly string[], after: readonly string[]): readonly LineHunk[] {
  const most = Math.min(before.length + after.length, MOST_DIFFERENCES);
  // `reach.at(k)` is the furthest line of `before` on diagonal k = x - y; a copy is kept of each round.
  let reach = new Map<number, number>([[1, 0]]);
  const rounds: ReadonlyMap<number, number>[] = [];
  for (let d = 0; d <= most; d += 1) {
    rounds.push(reach);
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      let x = nextX(reach, k, d);
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      next.set(k, x);
      if (x >= before.length && x - k >= after.length) return hunksFrom(rounds, before.length, after.length);
    }
    reach = next;
  }
  return [{ beforeStart: 0, beforeEnd: before.length, afterStart: 0, afterEnd: after.length }];
}

function nextX(reach: ReadonlyMap<number, number>, k: number, d: number): number {
  return isInsertion(reach, k, d) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? -1) + 1;
}

function isInsertion(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
}

/** Walks the rounds back from the end and joins single steps that touch. */
function hunksFrom(
  rounds: readonly ReadonlyMap<number, number>[],
  beforeLength: number,
  afterLength: number,
): readonly LineHunk[] {
  const hunks: LineHunk[] = [];
  let x = beforeLength;
  let y = afterLength;
  for (let d = rounds.length - 1; d > 0; d -= 1) {
    const reach = rounds[d] ?? new Map<number, number>();
    const k = x - y;
    const previousK = isInsertion(reach, k, d) ? k + 1 : k - 1;
    const fromX = reach.get(previousK) ?? 0;
    const fromY = fromX - previousK;
    const step = previousK > k ? { x: fromX, y: fromY + 1 } : { x: fromX + 1, y: fromY };
    const first = hunks[0];
    if (first !== undefined && first.beforeStart === step.x && first.afterStart === step.y) {
      hunks[0] = { ...first, beforeStart: fromX, afterStart: fromY };
    } else {
      hunks.unshift({ beforeStart: fromX, beforeEnd: step.x, afterStart: fromY, afterEnd: step.y });
    }
    x = fromX;
    y = fromY;
  }
  return hunks;
}
