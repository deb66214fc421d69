import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMIT_REFUSAL_CODES } from '../../src/core/model/change.ts';
import { commitRefusalText } from '../../src/core/report/change-commit.ts';
import { runCommand } from '../lib/command.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TEXT = readFileSync(join(ROOT, 'docs/editing.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'propolis-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/editing.md', () => {
  const examples = [...TEXT.matchAll(/^```console\n\$ propolis (.*)\n([^]*?)^```$/gm)].map(
    ([, command = '', shown = '']) => ({ command, shown }),
  );

  it('shows real output', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)(
    'shows what `propolis $command` prints in a copy of the example',
    async ({ command, shown }) => {
      const cwd = mkdtempSync(join(folder, 'copy-'));
      cpSync(join(ROOT, 'examples/homelab'), cwd, { recursive: true });
      const { out, err } = await runCommand(command.split(' '), { cwd });
      expect(out + err).toBe(shown);
    },
  );

  it('names every refusal of a change of labels', () => {
    const source = readFileSync(join(ROOT, 'src/core/change/types.ts'), 'utf8');
    const union = source.slice(0, source.indexOf('| BadPeer'));
    const codes = [...union.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) expect(TEXT).toContain(`\`${code}\``);
  });
});

describe('every refusal of a commit', () => {
  it.each([...COMMIT_REFUSAL_CODES])('%s says what is wrong and what to do', (code) => {
    const { message, remedy } = commitRefusalText({ code, paths: ['a.yaml'], detail: 'git said so' });
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(remedy.length).toBeGreaterThan(0);
  });
});
