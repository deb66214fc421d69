import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { aFlow, flowToJson } from '../../../test/contracts/flow-json.ts';
import { runCommand } from '../../../test/lib/command.ts';

const NOW = Date.parse('2026-03-02T00:00:00Z');
const CASE = fileURLToPath(new URL('../../../test/cases/denied-by-rule', import.meta.url));
const EMPTY = fileURLToPath(new URL('../../../test/observe/golden', import.meta.url));

function observe(
  args: readonly string[],
  given: { readonly stdin?: string; readonly columns?: number } = {},
) {
  return runCommand(['observe', '--flows', '-', '--no-decision', ...args], {
    nowMs: NOW,
    cwd: CASE,
    stdin: LINES,
    ...given,
  });
}

const T = Date.parse('2026-03-01T10:00:00Z');
const LINES = Array.from({ length: 30 }, (_, i) =>
  JSON.stringify(
    flowToJson(
      aFlow({ timeMs: T + i * 1000, uuid: `u${i}`, verdict: i % 3 === 0 ? 'FORWARDED' : 'DROPPED' }),
    ),
  ),
)
  .map((line) => `${line}\n`)
  .join('');

function uuids(out: string): readonly string[] {
  return [...out.matchAll(/"uuid":"(u\d+)"/g)].map(([, uuid]) => uuid ?? '');
}

describe('propolis observe', () => {
  it('shows all of a recording, as Hubble does', async () => {
    expect(uuids((await observe(['-o', 'json'])).out)).toHaveLength(30);
  });

  it.each([
    [
      ['--last', '2'],
      ['u28', 'u29'],
    ],
    [
      ['--first', '2'],
      ['u0', 'u1'],
    ],
    [
      ['--last', '2', '--verdict', 'FORWARDED'],
      ['u24', 'u27'],
    ],
    [
      ['--since', '2026-03-01T10:00:28Z'],
      ['u28', 'u29'],
    ],
    [
      ['--until', '2026-03-01T10:00:01.5Z'],
      ['u0', 'u1'],
    ],
    [
      ['--since', '13h59m32s'],
      ['u28', 'u29'],
    ],
    [['--not', '--verdict', 'DROPPED', '--first', '1'], ['u0']],
    [['--verdict', 'DROPPED', '--first', '1'], ['u1']],
    [['--denylist', '{"verdict":["DROPPED"]}', '--first', '1'], ['u0']],
    [['-n', 'nobody'], []],
  ] as const)('selects by %j', async (args, expected) => {
    expect(uuids((await observe(['-o', 'json', ...args])).out)).toEqual(expected);
  });

  it.each([
    [['--not'], 'followed by the filter'],
    [['--not', '--not', '--port', '1'], 'followed by the one filter'],
    [['--from-ip', '1.1.1.1', '-n', 'a'], 'filters --from-ip and --namespace cannot be combined'],
    [
      ['-n', 'a', '--to-namespace', 'b', '--from-namespace', 'c'],
      'Name both ends: --from-namespace A --to-namespace B.',
    ],
    [['--from-port', 'http'], '--from-port must not be "http"'],
    [['--verdict', 'dropped'], 'in capitals'],
    [['-l', 'a in b'], '--label must not be "a in b"'],
    [['--http-path', '(', '-t', 'l7'], 'as RE2 reads it'],
    [['--http-path', 'x', '-t', 'drop'], '--type must not be "1"'],
    [['--first', '1', '--last', '1'], '--first and --last exclude each other'],
    [['--since', 'yesterday'], '--since must not be "yesterday"'],
    [['--allowlist', '{"x":[]}'], "a field of Hubble's flow.FlowFilter"],
    [['--allowlist', '{'], "JSON of Hubble's filters"],
    [['--cel-expression', 'true'], 'not judged by CEL'],
    [['--field-mask', 'time'], '--field-mask is for json alone'],
    [['--last', '2000000'], 'at most 1000000'],
    [['--last', 'x'], 'whole number'],
  ] as const)('refuses %j with 2 and what it must be', async (args, expected) => {
    const { code, out, err } = await observe(args);
    expect(err.toLowerCase()).toContain(expected.toLowerCase());
    expect(err).not.toContain('mistake');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('prints filters as YAML, and asks nobody', async () => {
    const { out } = await runCommand(['observe', '--print-raw-filters', '-n', 'a', '--not', '--port', '53'], {
      cwd: CASE,
    });
    expect(out).toBe(
      [
        'allowlist:',
        `    - '{"source_pod":["a/"]}'`,
        `    - '{"destination_pod":["a/"]}'`,
        'denylist:',
        `    - '{"source_port":["53"]}'`,
        `    - '{"destination_port":["53"]}'`,
        '',
      ].join('\n'),
    );
  });

  it('takes --cluster with a name for a filter', async () => {
    expect(uuids((await observe(['--cluster', 'west', '-o', 'json'])).out)).toEqual([]);
    expect(uuids((await observe(['--cluster', 'east', '-o', 'json'])).out)).toHaveLength(30);
  });

  it('works without policies, and says so', async () => {
    const { code, out, err } = await runCommand(['observe', '--flows', '-', '--last', '1'], {
      cwd: EMPTY,
      stdin: LINES,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/DROPPED \(TCP Flags: SYN\)\n$/);
    expect(err).toContain('without who decided');
  });

  it('names a recording that cannot be read', async () => {
    const { code, err } = await runCommand(['observe', '--flows', 'none.jsonl'], { cwd: CASE });
    expect(code).toBe(2);
    expect(err).toContain('none.jsonl');
    expect(err).not.toContain('mistake');
  });

  it('counts what it did not understand', async () => {
    const { err } = await observe([], { stdin: `nonsense\n${LINES}` });
    expect(err).toContain('1 line of <stdin> not understood (not-json), the first is line 1');
  });

  it('ends when it is interrupted, and says what it showed', async () => {
    const controller = new AbortController();
    controller.abort();
    const { code, err } = await runCommand(['observe', '--flows', '-', '--no-decision'], {
      cwd: CASE,
      stdin: LINES,
      interruption: () => controller.signal,
    });
    expect(code).toBe(0);
    expect(err).toBe('propolis: 0 flows shown.\n');
  });

  it('neutralises cells that a spreadsheet would run', async () => {
    const line = JSON.stringify(flowToJson(aFlow({ summary: '=cmd|"x",y', nodeName: '+1' })));
    const { out } = await observe(['-o', 'csv'], { stdin: `${line}\n` });
    expect(out).toContain(`"'=cmd|""x"",y"`);
    expect(out).toContain(",'+1,");
    expect(out.split('\r\n')).toHaveLength(3);
  });

  it('draws the table again in its place, on a terminal', async () => {
    const { out } = await observe(['-o', 'table', '-f'], { columns: 80 });
    // oxlint-disable-next-line no-control-regex -- the escapes that move the cursor
    expect(out).toMatch(/\u001b\[\d+A\r\u001b\[J/);
    expect((await observe(['-o', 'table', '-f'])).out).not.toContain('\u001b');
  });
});
