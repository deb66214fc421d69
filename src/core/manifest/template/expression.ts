import { endOfQuoted } from './lex.ts';

/** What an action computes: one command, or several through which a value is piped. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `.`, or `$` and `$x`. */
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/**
 * Reads a pipeline of Go's `text/template`: literals, `$variables`, `.fields`, function calls, parentheses, and
 * pipes, whose value becomes the last argument of the next call.
 *
 * @returns undefined where it is anything else
 */
export function readPipeline(source: string): Expression | undefined {
  const tokens = tokenize(source);
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, at: 0, depth: 0 };
  const expression = pipeline(reader);
  return reader.at === tokens.length ? expression : undefined;
}

type Token =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name' | 'variable' | 'field' | 'mark'; readonly text: string; readonly glued: boolean };

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

const MAX_DEPTH = 32;
const WORD = /(?:\$?[A-Za-z_][A-Za-z0-9_]*|\$)/y;
const FIELD = /\.[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.])/y;
const BLANK = /[ \t\r\n]+/y;

function tokenize(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  let glued = false;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const blank = match(BLANK);
    if (blank !== undefined) {
      at += blank.length;
      glued = false;
      continue;
    }
    const read = readToken(source, at, match, glued);
    if (read === undefined) return undefined;
    tokens.push(read.token);
    at = read.end;
    glued = true;
  }
  return tokens;
}

function readToken(
  source: string,
  at: number,
  match: (pattern: RegExp) => string | undefined,
  glued: boolean,
): { readonly token: Token; readonly end: number } | undefined {
  const character = source[at] ?? '';
  if (character === '"' || character === '`') {
    const end = endOfQuoted(source, at);
    const value = end === undefined ? undefined : unquote(source.slice(at, end));
    return end === undefined || value === undefined ? undefined : { token: { kind: 'literal', value }, end };
  }
  const field = match(FIELD);
  if (field !== undefined) {
    return { token: { kind: 'field', text: field.slice(1), glued }, end: at + field.length };
  }
  if ('().|'.includes(character)) return { token: { kind: 'mark', text: character, glued }, end: at + 1 };
  const number = match(NUMBER);
  if (number !== undefined) {
    return { token: { kind: 'literal', value: Number(number) }, end: at + number.length };
  }
  const word = match(WORD);
  if (word === undefined) return undefined;
  const end = at + word.length;
  if (word.startsWith('$')) return { token: { kind: 'variable', text: word, glued }, end };
  const constant = CONSTANTS.get(word);
  if (constant !== undefined) return { token: { kind: 'literal', value: constant }, end };
  return { token: { kind: 'name', text: word, glued }, end };
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['nil', null],
]);

/** A Go string literal; its escapes are those of JSON but for a few that no manifest needs. */
function unquote(literal: string): string | undefined {
  if (literal.startsWith('`')) return literal.slice(1, -1);
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function pipeline(reader: Reader): Expression | undefined {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) return undefined;
  let value = command(reader, undefined);
  while (value !== undefined && isMark(reader, '|')) {
    reader.at += 1;
    value = command(reader, value);
  }
  reader.depth -= 1;
  return value;
}

/** A call with its arguments, or one operand alone. A piped value can only go into a call. */
function command(reader: Reader, piped: Expression | undefined): Expression | undefined {
  const first = reader.tokens[reader.at];
  if (first?.kind === 'name') {
    reader.at += 1;
    // A field right behind a function's name is a field of its result: `inputs.name`.
    const called: Expression = { kind: 'call', name: first.text, args: [] };
    const withFields = fieldsOf(reader, called);
    if (withFields !== called) return piped === undefined ? withFields : undefined;
    const args: Expression[] = [];
    while (reader.at < reader.tokens.length && !isMark(reader, '|') && !isMark(reader, ')')) {
      const arg = operand(reader);
      if (arg === undefined) return undefined;
      args.push(arg);
    }
    if (piped !== undefined) args.push(piped);
    return { kind: 'call', name: first.text, args };
  }
  return piped === undefined ? operand(reader) : undefined;
}

function operand(reader: Reader): Expression | undefined {
  const token = reader.tokens[reader.at];
  if (token === undefined) return undefined;
  reader.at += 1;
  if (token.kind === 'literal') return token;
  if (token.kind === 'variable') return fieldsOf(reader, { kind: 'variable', name: token.text });
  if (token.kind === 'name') return fieldsOf(reader, { kind: 'call', name: token.text, args: [] });
  if (token.kind === 'field') {
    return fieldsOf(reader, { kind: 'field', of: { kind: 'variable', name: '.' }, name: token.text });
  }
  if (token.text === '.') return { kind: 'variable', name: '.' };
  if (token.text !== '(') return undefined;
  const inner = pipeline(reader);
  if (inner === undefined || !isMark(reader, ')')) return undefined;
  reader.at += 1;
  return fieldsOf(reader, inner);
}

/** Fields that follow without a blank. */
function fieldsOf(reader: Reader, start: Expression): Expression {
  let expression = start;
  for (;;) {
    const token = reader.tokens[reader.at];
    if (token?.kind !== 'field' || !token.glued) return expression;
    expression = { kind: 'field', of: expression, name: token.text };
    reader.at += 1;
  }
}

function isMark(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.at];
  return token?.kind === 'mark' && token.text === text;
}
