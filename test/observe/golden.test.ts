import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/core/report/printable.ts';
import { type RanCommand, runCommand } from '../lib/command.ts';
import { HAS_HUBBLE, hubble, NO_HUBBLE } from '../lib/hubble.ts';

/** The flows and policies of golden cases, as `observe` shows them. PROPOLIS_UPDATE=1 writes what is expected anew. */
const CASES = fileURLToPath(new URL('../cases', import.meta.url));
const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));
const IS_UPDATE = (process.env['PROPOLIS_UPDATE'] ?? '') !== '';
const NAMES = [
  'denied-by-rule',
  'disagreement-unexplained',
  'l7-refused',
  'missing-platform-rule-both-ends',
  'names-of-strangers',
  'not-policy',
  'undecidable',
  'verify-outcomes',
] as const;
/** Hubble escapes less of what strangers write, and warns of values that it does not know. */
const OF_HUBBLE = NAMES.filter((name) => name !== 'names-of-strangers');
const FORMATS = ['compact', 'dict', 'json', 'csv', 'table'] as const;
const ALL = NAMES.flatMap((name) => FORMATS.map((format) => [name, format] as const));

function observe(name: string, args: readonly string[]): Promise<RanCommand> {
  return runCommand(['observe', '--flows', 'flows.jsonl', '--repo', 'repo', ...args], {
    cwd: join(CASES, name),
  });
}

describe('observing the flows of a case', () => {
  it.each(ALL)('%s prints the expected %s', async (name, format) => {
    const { code, out, err } = await observe(name, ['-o', format]);
    expect(code).toBe(0);
    const file = join(GOLDEN, `${name}.${format}`);
    // Line ends of CSV are not for git to keep.
    const printed = `${out.replaceAll('\r\n', '\n')}${err === '' ? '' : `[stderr]\n${err}`}`;
    if (IS_UPDATE) writeFileSync(file, printed);
    expect(printed, `${file} differs; PROPOLIS_UPDATE=1 writes it anew`).toBe(
      existsSync(file) ? readFileSync(file, 'utf8') : '',
    );
  });

  it.each(NAMES)('%s fits 80 columns as a table', async (name) => {
    for (const line of (await observe(name, ['-o', 'table'])).out.split('\n')) {
      expect([...line].length, line).toBeLessThanOrEqual(80);
    }
  });

  it.each(ALL)('%s as %s has nothing in it that a terminal obeys', async (name, format) => {
    const { out, err } = await observe(name, ['-o', format]);
    for (const line of (out + err).split(/\r?\n/)) expect(line).toBe(printable(line));
  });

  it.for(OF_HUBBLE)('%s is the same as Hubble prints, without decisions', async (name, context) => {
    if (!HAS_HUBBLE) context.skip(NO_HUBBLE);
    const file = join(CASES, name, 'flows.jsonl');
    for (const format of ['compact', 'dict']) {
      const flags = [
        '-o',
        format,
        '--print-policy-names',
        '--print-node-name',
        '--time-format',
        'RFC3339Micro',
      ];
      const { out } = await observe(name, [...flags, '--no-decision']);
      expect(out).toBe(hubble(['observe', '--input-file', file, ...flags]).out);
    }
  });

  it.for(OF_HUBBLE)('%s is read by Hubble from our JSON, decisions and all', async (name, context) => {
    if (!HAS_HUBBLE) context.skip(NO_HUBBLE);
    const { out } = await observe(name, ['-o', 'json']);
    const read = hubble(['observe', '--input-file', '-', '-o', 'json'], out);
    expect(read.err).toBe('');
    expect(flowsOf(read.out)).toEqual(flowsOf(out));
  });

  it.each(NAMES)('%s gives the same again from our own JSON', async (name) => {
    const first = await observe(name, ['-o', 'json']);
    const again = await runCommand(['observe', '--flows', '-', '--repo', 'repo', '-o', 'json'], {
      cwd: join(CASES, name),
      stdin: first.out,
    });
    expect(again.out).toBe(first.out);
  });
});

function flowsOf(text: string): readonly object[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as object)
    .filter((line) => 'flow' in line);
}
