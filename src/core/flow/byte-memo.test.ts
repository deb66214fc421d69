import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteMemo } from './byte-memo.ts';

/** Puts a text between other bytes, where a memo looks for it. */
function placed(text: string): {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
} {
  const bytes = Buffer.from(`xyz${text}xyz`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, start: 3, end: bytes.length - 3 };
}

function remember(memo: ByteMemo<string>, text: string): void {
  const { bytes, view, start, end } = placed(text);
  memo.remember(bytes, view, start, end, text);
}

function find(memo: ByteMemo<string>, text: string): string | undefined {
  const { view, start, end } = placed(text);
  return memo.find(view, start, end);
}

describe('a memo by bytes', () => {
  it('finds what was remembered and nothing else', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '0'), maxLength: 140 }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(texts, texts, (known, asked) => {
        const memo = new ByteMemo<string>();
        for (const text of known) if (find(memo, text) === undefined) remember(memo, text);
        for (const text of known) expect(find(memo, text)).toBe(text);
        for (const text of asked) expect(find(memo, text)).toBe(known.includes(text) ? text : undefined);
      }),
    );
  });

  it('keeps no more than it may, and is right all the while', () => {
    const memo = new ByteMemo<string>({ bytes: 4096, entries: 40 });
    let found = 0;
    for (let i = 0; i < 5000; i += 1) {
      const text = `${'long enough to fill the place '.repeat(i % 5)}${(i * i) % 70}`;
      const known = find(memo, text);
      if (known === undefined) remember(memo, text);
      else found += 1;
      expect(known ?? text).toBe(text);
    }
    expect(found).toBeGreaterThan(0);
  });

  it('does not remember what would take most of its place', () => {
    const memo = new ByteMemo<string>({ bytes: 4096, entries: 40 });
    remember(memo, 'x'.repeat(1000));
    expect(find(memo, 'x'.repeat(1000))).toBeUndefined();
  });

  it('finds a text of unknown length by its beginning, and says where it ends', () => {
    const memo = new ByteMemo<string>();
    const text = '{"identity":40211,"namespace":"shop","labels":[]}';
    remember(memo, text);
    const { view, end } = placed(`${text},"more":1`);
    expect(memo.startingAt(view, 3, end)).toBe(text);
    expect(memo.end).toBe(3 + text.length);
    const other = placed(text.replace('[]', '["a"]'));
    expect(memo.startingAt(other.view, other.start, other.end)).toBeUndefined();
    const cut = placed(text.slice(0, -1));
    expect(memo.startingAt(cut.view, cut.start, cut.end)).toBeUndefined();
  });
});
