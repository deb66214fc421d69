import { describe, expect, it } from 'vitest';
import { LogWrapping } from './flows-unwrap.ts';

function unwrap(line: string): string | undefined {
  const unwrapped = new LogWrapping(1000).line(line);
  return unwrapped.kind === 'text' ? unwrapped.text : undefined;
}

describe('taking the wrapping off a line of a log', () => {
  it.each([
    ['2026-03-01T10:00:00.000000001Z stdout F {"a":1}', '{"a":1}'],
    ['2026-03-01T10:00:00.123456789+02:00 stderr F {"a":1}', '{"a":1}'],
    ['2026-03-01T10:00:00.1Z stdout F:more {"a":1}', '{"a":1}'],
    ['level=info msg="{\\"a\\":\\"b\\"}" subsys=x', '{"a":"b"}'],
    [
      'time="now" level=info msg="{\\"a\\":\\"\\\\u003c\\x41\\u00e9\\U0001F41D\\a\\b\\f\\n\\r\\t\\v\\\\\\"}"',
      '{"a":"\\u003cAé🐝\u0007\b\f\n\r\t\v\\"}',
    ],
    ['[pod/a/b] {"a":1}', '{"a":1}'],
    ['agent-x cilium-agent {"a":1}', '{"a":1}'],
  ])('unwraps %s', (line, text) => {
    expect(unwrap(line)).toBe(text);
  });

  it.each([
    'plain words',
    'level=info msg="no braces"',
    'level=info msg="{\\"never closed',
    'level=info msg="{\\q}"',
    'level=info msg="{\\xZZ}"',
    'level=info msg="{\\U00200000}"',
    'level=info msg="{\\',
    `${'x'.repeat(2000)}{"a":1}`,
  ])('finds nothing in %s', (line) => {
    expect(unwrap(line)).toBeUndefined();
  });

  it('joins the parts of a line, each stream by itself', () => {
    const wrapping = new LogWrapping(1000);
    const at = '2026-03-01T10:00:00.000000001Z';
    expect(wrapping.line(`${at} stdout P {"a"`)).toEqual({ kind: 'partial' });
    expect(wrapping.line(`${at} stderr P {"b"`)).toEqual({ kind: 'partial' });
    expect(wrapping.isWaiting).toBe(true);
    expect(wrapping.line(`${at} stdout F :1}`)).toEqual({ kind: 'text', text: '{"a":1}' });
    expect(wrapping.line(`${at} stderr F :2}`)).toEqual({ kind: 'text', text: '{"b":2}' });
    expect(wrapping.isWaiting).toBe(false);
  });

  it('gives up on parts that grow beyond the limit', () => {
    const wrapping = new LogWrapping(20);
    const part = `2026-03-01T10:00:00.000000001Z stdout P ${'x'.repeat(15)}`;
    expect(wrapping.line(part).kind).toBe('partial');
    expect(wrapping.line(part).kind).toBe('text');
    expect(wrapping.isWaiting).toBe(false);
  });

  it.each([
    ['a member that holds the line', { message: ' {"a":1}\n' }, { kind: 'text', text: '{"a":1}' }],
    ['Docker', { log: '{"a":1}\n', stream: 'stdout' }, { kind: 'text', text: '{"a":1}' }],
    ['a part of Docker', { log: '{"a":', stream: 'stdout' }, { kind: 'partial' }],
    ['a message of words', { msg: 'ready' }, { kind: 'none' }],
    ['a message that is no text', { log: { a: 1 } }, { kind: 'none' }],
    ['nothing of the kind', { a: 1 }, { kind: 'none' }],
  ])('looks into JSON for %s', (_, value, unwrapped) => {
    expect(new LogWrapping(1000).object(value)).toEqual(unwrapped);
  });
});
