/** One part of a selector: all of them must hold. */
export interface Requirement {
  /** `any` where none is named. */
  readonly source: string;
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | '!' | '>' | '<';
  /** Empty for `exists` and `!`; one whole number for `>` and `<`. */
  readonly values: readonly string[];
}

/**
 * Reads Kubernetes' selector syntax (`a=b,c in (d,e),!x,y>3`) with Cilium's sources before the keys (`k8s:a`).
 * Kubernetes `apimachinery/pkg/labels/selector.go`, Cilium v1.19.4 `pkg/hubble/filters/labelparser.go`.
 *
 * @returns the requirements, none for an empty text; or what the text must be
 */
export function parseSelector(text: string): readonly Requirement[] | string {
  if (text.length > TEXT_MAX) return 'shorter';
  if (text === '') return [];
  const parser = new Parser(tokensOf(text));
  try {
    return parser.selector();
  } catch (error) {
    if (error instanceof NoSelector) return error.expected;
    throw error;
  }
}

const TEXT_MAX = 16_384;

class NoSelector extends Error {
  readonly expected: string;

  constructor(expected: string) {
    super(expected);
    this.name = 'NoSelector';
    this.expected = expected;
  }
}

const WORDS = /[=!(),<>]|[^\s=!(),<>]+/g;
const JOINED = ['==', '!='];

/** Words and signs. Signs that stand together are one where that is one. */
function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  let end = -1;
  for (const match of text.matchAll(WORDS)) {
    const [token] = match;
    const before = tokens.at(-1);
    if (before !== undefined && match.index === end && JOINED.includes(before + token)) {
      tokens[tokens.length - 1] = before + token;
    } else tokens.push(token);
    end = match.index + token.length;
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  selector(): readonly Requirement[] {
    const requirements: Requirement[] = [];
    do requirements.push(this.#requirement());
    while (this.#take(','));
    if (this.#peek() !== undefined) throw new NoSelector(`a selector, with a comma before "${this.#peek()}"`);
    return requirements;
  }

  #requirement(): Requirement {
    const isAbsent = this.#take('!');
    const { source, key } = keyOf(this.#word('a selector such as app=web,tier in (a,b),!canary'));
    const next = this.#peek();
    if (next === undefined || next === ',') {
      return { source, key, operator: isAbsent ? '!' : 'exists', values: [] };
    }
    if (isAbsent) throw new NoSelector(`a selector with nothing but a comma after "!${key}"`);
    this.#at += 1;
    switch (next) {
      case '=':
      case '==':
        return { source, key, operator: 'in', values: [this.#value()] };
      case '!=':
        return { source, key, operator: 'notin', values: [this.#value()] };
      case 'in':
      case 'notin':
        return { source, key, operator: next, values: this.#values() };
      case '>':
      case '<':
        return { source, key, operator: next, values: [wholeNumber(this.#value())] };
      default:
        throw new NoSelector(`a selector, with one of = == != in notin < > after "${key}"`);
    }
  }

  /** Nothing is the empty value. */
  #value(): string {
    const next = this.#peek();
    if (next === undefined || next === ',') return '';
    return valueOf(this.#word('a selector with a value after its sign'));
  }

  #values(): readonly string[] {
    if (!this.#take('(')) throw new NoSelector('a selector with ( after in and notin');
    const values: string[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === ',' || next === ')') values.push('');
      else values.push(valueOf(this.#word('a selector with ) behind the values')));
      if (this.#take(')')) return values;
      if (!this.#take(',')) throw new NoSelector('a selector with commas between values and ) behind them');
    }
  }

  #word(expected: string): string {
    const next = this.#peek();
    if (next === undefined || SIGNS.has(next)) throw new NoSelector(expected);
    this.#at += 1;
    return next;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }
}

const SIGNS: ReadonlySet<string> = new Set(['=', '==', '!=', '!', '(', ')', ',', '<', '>']);

/** Hubble writes the source before the key with a dot, and checks both as one key of Kubernetes. */
function keyOf(word: string): { readonly source: string; readonly key: string } {
  const whole = word.includes(':') ? word.replace(':', '.') : `any.${word}`;
  const parts = whole.split('/');
  const name = parts.at(-1) ?? '';
  const [prefix] = parts;
  const isName = name.length <= PART_MAX && NAME.test(name);
  const isPrefix = parts.length === 1 || (parts.length === 2 && isSubdomain(prefix ?? ''));
  if (!isName || !isPrefix)
    throw new NoSelector(`a selector of keys that Kubernetes takes, unlike "${word}"`);
  const dot = whole.indexOf('.');
  return dot === -1
    ? { source: 'any', key: whole }
    : { source: whole.slice(0, dot), key: whole.slice(dot + 1) };
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

function valueOf(word: string): string {
  if (word.length > PART_MAX || !NAME.test(word)) {
    throw new NoSelector(`a selector of values that Kubernetes takes, unlike "${word}"`);
  }
  return word;
}

function wholeNumber(text: string): string {
  if (!/^[+-]?[0-9]{1,19}$/.test(text)) throw new NoSelector('a selector with a whole number after < and >');
  return text.replace(/^\+/, '');
}

const PART_MAX = 63;
const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
