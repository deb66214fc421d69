/** A piece of text with variables: plain text, or an expression with its operator. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** Empty, or the operator as written (`:=`, `^^`, `/`, `#` for a length). */
      readonly operator: string;
      readonly args: readonly Piece[];
      /** The expression as written, from `${` to `}`. */
      readonly source: string;
    };

/**
 * Splits a text at its `${…}` as Flux does (fluxcd/pkg `envsubst/parse`, mid 2026), with its particular
 * rules: `$$` is an escaped `$` outside of expressions, and `$x`, a lone `$` and `}` are text.
 *
 * @returns undefined where Flux refuses the text, and with it the whole build
 */
export function parsePieces(text: string): readonly Piece[] | undefined {
  const scanner: Scanner = { text, at: 0, depth: 0 };
  const pieces: Piece[] = [];
  while (scanner.at < text.length) {
    if (text.startsWith('${', scanner.at)) {
      const piece = parseExpression(scanner);
      if (piece === undefined) return undefined;
      pieces.push(piece);
    } else {
      pieces.push({ kind: 'text', text: takeText(scanner, () => true, '$') });
    }
  }
  return pieces;
}

interface Scanner {
  readonly text: string;
  at: number;
  depth: number;
}

/** Which escapes count: none, `$$`, or also `\/` and `\\`. */
type Escapes = '' | '$' | '$\\';

const MAX_NESTING = 32;
const NAME = /[\p{L}\p{Nd}_]+/uy;

/** Takes characters while `accepts` holds, up to the next `${`. Each is accepted with its place in the run. */
function takeText(
  scanner: Scanner,
  accepts: (character: string, place: number) => boolean,
  escapes: Escapes = '',
): string {
  let taken = '';
  let place = 1;
  while (scanner.at < scanner.text.length && !scanner.text.startsWith('${', scanner.at)) {
    const character = scanner.text[scanner.at] ?? '';
    const next = scanner.text[scanner.at + 1];
    const isEscape =
      (escapes !== '' && character === '$' && next === '$') ||
      (escapes === '$\\' && character === '\\' && (next === '/' || next === '\\'));
    if (isEscape) {
      taken += next;
      scanner.at += 2;
    } else {
      if (!accepts(character, place)) break;
      taken += character;
      scanner.at += 1;
    }
    place += 1;
  }
  return taken;
}

function parseExpression(scanner: Scanner): Piece | undefined {
  const start = scanner.at;
  if (scanner.depth >= MAX_NESTING) return undefined;
  scanner.depth += 1;
  scanner.at += 2;
  const found = scanner.text[scanner.at] === '#' ? parseLength(scanner) : parseNamed(scanner);
  scanner.depth -= 1;
  if (found === undefined || scanner.text[scanner.at] !== '}') return undefined;
  scanner.at += 1;
  return { kind: 'variable', ...found, source: scanner.text.slice(start, scanner.at) };
}

interface Named {
  readonly name: string;
  readonly operator: string;
  readonly args: readonly Piece[];
}

function parseLength(scanner: Scanner): Named | undefined {
  scanner.at += 1;
  const name = takeName(scanner);
  return name === undefined ? undefined : { name, operator: '#', args: [] };
}

function parseNamed(scanner: Scanner): Named | undefined {
  const name = takeName(scanner);
  if (name === undefined) return undefined;
  switch (scanner.text[scanner.at]) {
    case ':': {
      const second = scanner.text[scanner.at + 1] ?? '';
      if (!'=-?+'.includes(second) || second === '') return parseSubstring(scanner, name);
      scanner.at += 2;
      return parseDefault(scanner, name, `:${second}`);
    }
    case '=':
      scanner.at += 1;
      return parseDefault(scanner, name, '=');
    case ',':
    case '^': {
      const operator = takeText(scanner, (character, place) => place < 3 && ',^'.includes(character));
      return { name, operator, args: [] };
    }
    case '/':
      return parseReplace(scanner, name);
    case '#':
    case '%': {
      const mark = scanner.text[scanner.at];
      const operator = takeText(scanner, (character, place) => place < 3 && character === mark);
      const arg = parseArgument(scanner, notClosing);
      return arg === undefined ? undefined : { name, operator, args: [arg] };
    }
    default:
      return { name, operator: '', args: [] };
  }
}

function takeName(scanner: Scanner): string | undefined {
  NAME.lastIndex = scanner.at;
  const name = NAME.exec(scanner.text)?.[0];
  if (name !== undefined) scanner.at += name.length;
  return name;
}

/** All up to the brace is the default, with expressions in it. */
function parseDefault(scanner: Scanner, name: string, operator: string): Named | undefined {
  const args: Piece[] = [];
  while (scanner.text[scanner.at] !== '}') {
    const arg = parseArgument(scanner, notClosing);
    if (arg === undefined) return undefined;
    args.push(arg);
  }
  return { name, operator, args };
}

function parseSubstring(scanner: Scanner, name: string): Named | undefined {
  scanner.at += 1;
  const position = parseArgument(scanner, (character) => character !== ':' && character !== '}');
  if (position === undefined) return undefined;
  if (scanner.text[scanner.at] === '}') return { name, operator: ':', args: [position] };
  if (takeText(scanner, (character) => character === ':') === '') return undefined;
  const length = parseArgument(scanner, notClosing);
  return length === undefined ? undefined : { name, operator: ':', args: [position, length] };
}

function parseReplace(scanner: Scanner, name: string): Named | undefined {
  const operator = takeText(
    scanner,
    (character, place) => (place === 1 && character === '/') || (place === 2 && '/#%'.includes(character)),
  );
  const pattern = parseArgument(scanner, (character) => character !== '/', '$\\');
  if (pattern === undefined || takeText(scanner, (character) => character === '/') === '') return undefined;
  if (scanner.text[scanner.at] === '}') return { name, operator, args: [pattern] };
  const replacement = parseArgument(scanner, notClosing, '$\\');
  return replacement === undefined ? undefined : { name, operator, args: [pattern, replacement] };
}

/** One nested expression, or one run of at least one character. */
function parseArgument(
  scanner: Scanner,
  accepts: (character: string) => boolean,
  escapes: Escapes = '',
): Piece | undefined {
  if (scanner.text.startsWith('${', scanner.at)) return parseExpression(scanner);
  const text = takeText(scanner, accepts, escapes);
  return text === '' ? undefined : { kind: 'text', text };
}

function notClosing(character: string): boolean {
  return character !== '}';
}
