import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CAUSE_CODES } from '../src/core/diagnose/index.ts';
import { type RanCommand, runCommand } from './lib/command.ts';

/**
 * One folder is one case: `repo/` or `cluster.json`, `flows.jsonl`, the words after `propolis` in `command.txt`, and what they print
 * in `expected.txt` and, with `-o json`, in `expected.json`. PROPOLIS_UPDATE=1 writes the last two.
 */
const CASES = fileURLToPath(new URL('cases', import.meta.url));
const NAMES = readdirSync(CASES).sort();
const IS_UPDATE = (process.env['PROPOLIS_UPDATE'] ?? '') !== '';

describe('golden cases', () => {
  it.each(NAMES)('%s prints what is expected', async (name) => {
    const folder = join(CASES, name);
    const { code, out, err } = await propolis(folder, commandOf(name));
    expectFile(join(folder, 'expected.txt'), `${out}${err === '' ? '' : `[stderr]\n${err}`}[exit ${code}]\n`);
    const json = await propolis(folder, [...commandOf(name), '-o', 'json']);
    expect({ code: json.code, err: json.err }).toEqual({ code, err });
    expectFile(join(folder, 'expected.json'), json.out);
  });

  it.each(NAMES)('%s says the same in YAML', async (name) => {
    const folder = join(CASES, name);
    const yaml = await propolis(folder, [...commandOf(name), '-o', 'yaml']);
    const json = readFileSync(join(folder, 'expected.json'), 'utf8');
    expect(parse(yaml.out)).toEqual(json === '' ? null : JSON.parse(json));
  });

  it.each(NAMES)('%s keeps within 80 columns', async (name) => {
    const { out } = await propolis(join(CASES, name), commandOf(name));
    for (const line of out.split('\n')) {
      // Lines of files and single words cannot be broken.
      if (/^ {11}[+-] /.test(line) || !line.trim().includes(' ')) continue;
      expect([...line].length, line).toBeLessThanOrEqual(80);
    }
  });

  it.each([60, 100, 120])('break lines for a screen of %d columns', async (columns) => {
    for (const name of NAMES) {
      const { out } = await propolis(join(CASES, name), commandOf(name), columns);
      for (const line of plain(out).split('\n')) {
        if (/^ {11}[+-] /.test(line) || !line.trim().includes(' ')) continue;
        expect([...line].length <= columns || isOneWord(line), `${name}: ${line}`).toBe(true);
      }
    }
  });

  it('hold every cause at least once', () => {
    const seen = new Set(NAMES.flatMap((name) => findingsOf(name).map(({ cause }) => cause.code)));
    expect(CAUSE_CODES.filter((code) => !seen.has(code))).toEqual([]);
  });
});

/** Whether all that stands behind one of the margins is a single word, which no line can break. */
function isOneWord(line: string): boolean {
  return MARGINS.some((margin) => !line.slice(margin).trim().includes(' '));
}

const MARGINS = [0, 2, 9, 11, 21] as const;

/** Without colours, which a terminal gets. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the escapes of colours
  return text.replaceAll(/\u001b\[\d+m/g, '');
}

interface FindingJson {
  readonly cause: { readonly code: string; readonly isInFiles?: boolean };
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: string;
  readonly direction: string;
  readonly parties: { readonly from: PartyJson; readonly to: PartyJson };
  readonly fix: { readonly edits: readonly EditJson[] } | null;
  readonly proof: object | null;
}

interface PartyJson {
  readonly kind: string;
  readonly name: string;
  readonly seenAs: readonly string[];
}

interface EditJson {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Input that is broken ends every command with 2, with a fix made or without; and of a cluster there are no files. */
const WHOLE = NAMES.filter((name) => !name.startsWith('bad-') && existsSync(join(CASES, name, 'repo')));
const FIXES = WHOLE.flatMap((name) =>
  findingsOf(name)
    .filter(({ fix }) => fix !== null)
    .map((finding) => ({ name, title: `${finding.from} → ${finding.to} ${finding.port}`, finding })),
);

function fixesOf(name: string): number {
  return FIXES.filter((fix) => fix.name === name).length;
}

describe('a fix, made in a copy of the repository', () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'propolis-cases-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(NAMES.filter((name) => WHOLE.includes(name) && fixesOf(name) === 1))(
    'is a diff that git applies: %s',
    async (name) => {
      const copy = mkdtempSync(join(root, 'diff-'));
      cpSync(join(CASES, name), copy, { recursive: true });
      const { out } = await propolis(copy, [...commandOf(name), '-o', 'diff']);
      execFileSync('git', ['apply', '-'], { cwd: join(copy, 'repo'), input: out });
      const edited = mkdtempSync(join(root, 'edit-'));
      cpSync(join(CASES, name), edited, { recursive: true });
      for (const { fix } of findingsOf(name)) {
        for (const edit of [...(fix?.edits ?? [])].reverse()) makeEdit(join(edited, 'repo'), edit);
      }
      for (const path of readdirSync(join(copy, 'repo'), { recursive: true, encoding: 'utf8' })) {
        if (!path.endsWith('.yaml')) continue;
        const [applied, made] = [copy, edited].map((folder) =>
          readFileSync(join(folder, 'repo', path), 'utf8'),
        );
        expect(applied, path).toBe(made);
      }
    },
  );

  it.each(FIXES)('of $name, $title, holds', async ({ name, finding }) => {
    const copy = mkdtempSync(join(root, 'case-'));
    cpSync(join(CASES, name), copy, { recursive: true });
    const question = ['can', canName(finding.parties.from), canName(finding.parties.to)];
    const can = [...question, `${finding.port}/${finding.protocol}`, '--repo', 'repo'];
    expect((await propolis(copy, can)).code, 'before').toBe(1);

    for (const edit of [...(finding.fix?.edits ?? [])].reverse()) makeEdit(join(copy, 'repo'), edit);
    expect(await propolis(copy, can), 'after').toMatchObject({ code: 0 });
    const again = await propolis(copy, [...commandOf(name), '-o', 'json']);
    const left = (JSON.parse(again.out) as { readonly findings: readonly FindingJson[] }).findings.filter(
      (other) => other.from === finding.from && other.to === finding.to && other.port === finding.port,
    );
    for (const { cause } of left) expect(['disagreement', 'missing-dns-baseline']).toContain(cause.code);
  });
});

/** Replaces whole lines, as a reader of the JSON would. */
function makeEdit(repo: string, { file, line, before, after }: EditJson): void {
  const lines = readFileSync(join(repo, file), 'utf8').split(/(?<=\n)/);
  const old = linesOf(before);
  expect(lines.slice(line - 1, line - 1 + old.length).map(bare)).toEqual(old.map(bare));
  lines.splice(line - 1, old.length, ...linesOf(after).map((text) => `${bare(text)}\n`));
  writeFileSync(join(repo, file), lines.join(''));
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function bare(line: string): string {
  return line.replace(/\r?\n$/, '');
}

/** What a person would ask `can` about this end. */
function canName({ kind, name, seenAs }: PartyJson): string {
  if (kind !== 'outside') return name;
  const [seen = name] = seenAs;
  return /^[0-9.]+$|:/.test(seen) || !seen.includes('.') ? seen : `fqdn:${seen}`;
}

function commandOf(name: string): readonly string[] {
  return readFileSync(join(CASES, name, 'command.txt'), 'utf8')
    .trim()
    .split(' ');
}

function findingsOf(name: string): readonly FindingJson[] {
  const file = join(CASES, name, 'expected.json');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const found = text === '' ? {} : (JSON.parse(text) as { readonly findings?: readonly FindingJson[] });
  // Other verbs find other things than causes of drops.
  return (found.findings ?? []).filter((finding) => 'cause' in finding);
}

function expectFile(file: string, actual: string): void {
  if (IS_UPDATE) writeFileSync(file, actual);
  expect(actual, `${file} differs; PROPOLIS_UPDATE=1 writes it anew`).toBe(readFileSync(file, 'utf8'));
}

function propolis(cwd: string, words: readonly string[], columns?: number): Promise<RanCommand> {
  return runCommand(words, { cwd, ...(columns === undefined ? {} : { columns }) });
}
