import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../src/core/diagnose/verify/index.ts';
import { OUTCOME_WORDS } from '../../src/core/report/words/verify.ts';
import { snapshotOf } from '../lib/cluster-of.ts';
import { runCommand } from '../lib/command.ts';
import { homelabCluster, withFaults } from '../lib/homelab-cluster.ts';

/** PROPOLIS_UPDATE=1 writes what the commands print today. */
const IS_UPDATE = (process.env['PROPOLIS_UPDATE'] ?? '') !== '';
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), 'propolis-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BLOCK = /^```console\n\$ propolis (.*)\n([^]*?)^```$/gm;

describe.each(['verify.md', 'status.md'])('docs/%s', (name) => {
  const path = join(ROOT, 'docs', name);
  const text = readFileSync(path, 'utf8');
  const examples = [...text.matchAll(BLOCK)].map(([, command = '', shown = '']) => ({ command, shown }));

  it('shows real output', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)('shows what `propolis $command` prints', async ({ command, shown }) => {
    const cwd = mkdtempSync(join(folder, 'copy-'));
    cpSync(join(ROOT, 'examples/homelab'), cwd, { recursive: true });
    writeFileSync(join(cwd, 'live.json'), snapshotOf(await homelabCluster(withFaults)));
    const { out } = await runCommand(command.split(' '), { cwd });
    if (IS_UPDATE) {
      const now = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        now.replace(`$ propolis ${command}\n${shown}`, () => `$ propolis ${command}\n${out}`),
      );
    } else expect(out).toBe(shown);
  });
});

describe('docs/verify.md', () => {
  it('names every outcome', () => {
    const text = readFileSync(join(ROOT, 'docs/verify.md'), 'utf8');
    for (const outcome of OUTCOMES) expect(text).toContain(`*${OUTCOME_WORDS[outcome]}*`);
  });
});

describe('docs/status.md', () => {
  it('names every code of drift', () => {
    const source = readFileSync(join(ROOT, 'src/core/cluster/drift.ts'), 'utf8');
    const codes = [...source.matchAll(/readonly code: '([a-z]+)'/g)].map(([, code = '']) => code);
    expect(codes).toEqual(['missing', 'extra', 'different', 'worded']);
    const text = readFileSync(join(ROOT, 'docs/status.md'), 'utf8');
    for (const code of codes) expect(text).toContain(`| \`${code}\` |`);
  });
});
