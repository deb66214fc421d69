/**
 * Whether a pattern matches all of a text. Go's `path.Match` as Flux changed it: `*` matches `/` too
 * (fluxcd/pkg `envsubst/path/match.go`). A malformed pattern matches nothing.
 */
export function matchesGlob(pattern: string, text: readonly string[]): boolean {
  const tokens = tokenize([...pattern]);
  if (tokens === undefined) return false;
  // Positions in the pattern that can be reached after each character: no backtracking, so time is the product.
  let reached = closeOverStars(new Set([0]), tokens);
  for (const character of text) {
    const next = new Set<number>();
    for (const at of reached) {
      const token = tokens[at];
      if (token === undefined) continue;
      if (token.kind === 'star') next.add(at);
      else if (accepts(token, character)) next.add(at + 1);
    }
    reached = closeOverStars(next, tokens);
    if (reached.size === 0) return false;
  }
  return reached.has(tokens.length);
}

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly character: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [low: string, high: string])[];
    };

function closeOverStars(positions: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const at of positions) {
    if (tokens[at]?.kind === 'star') positions.add(at + 1);
  }
  return positions;
}

function accepts(token: Exclude<Token, { kind: 'star' }>, character: string): boolean {
  switch (token.kind) {
    case 'any':
      return true;
    case 'exact':
      return token.character === character;
    case 'class':
      return token.ranges.some(([low, high]) => low <= character && character <= high) !== token.negated;
  }
}

function tokenize(pattern: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at] ?? '';
    at += 1;
    if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[') {
      const read = readClass(pattern, at);
      if (read === undefined) return undefined;
      tokens.push(read.token);
      at = read.end;
    } else if (character === '\\') {
      const escaped = pattern[at];
      if (escaped === undefined) return undefined;
      tokens.push({ kind: 'exact', character: escaped });
      at += 1;
    } else tokens.push({ kind: 'exact', character });
  }
  return tokens;
}

function readClass(
  pattern: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } | undefined {
  let at = start;
  const negated = pattern[at] === '^';
  if (negated) at += 1;
  const ranges: (readonly [string, string])[] = [];
  while (pattern[at] !== ']' || ranges.length === 0) {
    const low = readClassCharacter(pattern, at);
    if (low === undefined) return undefined;
    at = low.end;
    if (pattern[at] === '-') {
      const high = readClassCharacter(pattern, at + 1);
      if (high === undefined) return undefined;
      ranges.push([low.character, high.character]);
      at = high.end;
    } else ranges.push([low.character, low.character]);
  }
  return { token: { kind: 'class', negated, ranges }, end: at + 1 };
}

function readClassCharacter(
  pattern: readonly string[],
  at: number,
): { readonly character: string; readonly end: number } | undefined {
  const first = pattern[at];
  if (first === undefined || first === '-' || first === ']') return undefined;
  const character = first === '\\' ? pattern[at + 1] : first;
  return character === undefined ? undefined : { character, end: first === '\\' ? at + 2 : at + 1 };
}
