/** What a line of a log holds once its wrapping is off. */
export type Unwrapped =
  | { readonly kind: 'text'; readonly text: string }
  /** The runtime split a long line; the rest comes in a later one. */
  | { readonly kind: 'partial' }
  | { readonly kind: 'none' };

/**
 * Takes the wrapping off lines that went through a log: the prefix of container runtimes (`2026-…Z stdout F `,
 * joined again where a long line was split), the `msg="…"` of logfmt, Docker's and log shippers' JSON with the line
 * as text, and any short prefix before the first `{` (kubectl's `--prefix` and `--timestamps`, stern).
 */
export class LogWrapping {
  private readonly partial = new Map<string, string>();
  private readonly limit: number;

  /** @param limit the longest text that is joined from parts, in UTF-16 units */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether the beginning of a split line waits for its end. */
  get isWaiting(): boolean {
    return this.partial.size > 0;
  }

  /** Whether the text before a line's first brace is all of a runtime's prefix, and the line is whole. */
  isWholeAfter(prefix: string): boolean {
    const cri = CRI.exec(prefix);
    return cri !== null && cri[0].length === prefix.length && cri[2] === 'F' && !this.isWaiting;
  }

  /** Takes one layer off a line that does not begin with `{`. */
  line(text: string): Unwrapped {
    const cri = CRI.exec(text);
    if (cri !== null) return this.join(cri[1]!, text.slice(cri[0].length), cri[2] === 'F');
    const message = text.indexOf('msg="{');
    if (message !== -1 && message < PREFIX_MAX) {
      const unquoted = unquoteGo(text, message + 'msg="'.length);
      return unquoted === undefined ? NONE : { kind: 'text', text: unquoted };
    }
    const brace = text.indexOf('{"');
    return brace > 0 && brace < PREFIX_MAX ? { kind: 'text', text: text.slice(brace) } : NONE;
  }

  /** Takes off one layer of JSON that carries the line as text: Docker's `log`, a shipper's `message`. */
  object(value: object): Unwrapped {
    for (const key of MESSAGE_KEYS) {
      if (!Object.hasOwn(value, key)) continue;
      const text = (value as Readonly<Record<string, unknown>>)[key];
      if (typeof text !== 'string') continue;
      // Docker ends each whole line with its line feed, and splits at 16 KiB.
      const isDocker = key === 'log' && Object.hasOwn(value, 'stream');
      if (isDocker) return this.join('docker', text, text.endsWith('\n'));
      if (text.includes('{')) return { kind: 'text', text: text.trim() };
    }
    return NONE;
  }

  private join(stream: string, text: string, isWhole: boolean): Unwrapped {
    const before = this.partial.get(stream) ?? '';
    this.partial.delete(stream);
    const joined = before + text;
    if (isWhole || joined.length > this.limit) return { kind: 'text', text: joined.trim() };
    this.partial.set(stream, joined);
    return { kind: 'partial' };
  }
}

/** Reads the text of a Go string literal up to its closing quote; `from` is behind the opening one. */
function unquoteGo(text: string, from: number): string | undefined {
  let out = '';
  let start = from;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') return out + text.slice(start, at);
    if (char !== '\\') continue;
    out += text.slice(start, at);
    const kind = text[at + 1] ?? '';
    const digits = HEX_DIGITS.get(kind) ?? 0;
    if (digits > 0) {
      const hex = text.slice(at + 2, at + 2 + digits);
      const code = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : -1;
      if (code < 0 || code > 0x10ffff) return undefined;
      out += String.fromCodePoint(code);
    } else {
      const plain = ESCAPES.get(kind);
      if (plain === undefined) return undefined;
      out += plain;
    }
    at += 1 + digits;
    start = at + 1;
  }
  return undefined;
}

const NONE: Unwrapped = { kind: 'none' };
const PREFIX_MAX = 1024;
const MESSAGE_KEYS = ['log', 'message', 'msg', 'line'] as const;
const CRI = /^\d{4}-\d\d-\d\dT[0-9:.]{8,24}(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?::[^ ]{0,64})? /;
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
