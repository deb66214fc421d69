import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../../test/lib/command.ts';

const CASES = fileURLToPath(new URL('../../../test/cases', import.meta.url));
const SNAPSHOT = join(CASES, 'status-clean', 'snapshot.json');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-status-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function status(...words: readonly string[]) {
  return runCommand(['status', '--snapshot', SNAPSHOT, ...words], { cwd: folder });
}

const NOT_COMPARED = 'drift was not looked for: no repository with policies here';

describe('what propolis status compares a cluster with', () => {
  it('is said', async () => {
    cpSync(join(CASES, 'status-clean', 'repo'), folder, { recursive: true });
    mkdirSync(join(folder, '.git'));
    const { code, out } = await status();
    expect(out).toMatch(/^compared +with Git: \d+ polic(y|ies)[\w ]* in the repository here$/m);
    expect(code).toBe(0);
    expect((await status('--repo', '.', '-o', 'json')).out).toContain('"kind": "compared"');
  });

  it('is nothing in a folder that is no repository, whatever lies there', async () => {
    cpSync(join(CASES, 'no-rule', 'repo'), folder, { recursive: true });
    rmSync(join(folder, 'propolis.yaml'), { force: true });
    const { code, out } = await status();
    expect(out.replaceAll(/\s+/g, ' ')).toContain(NOT_COMPARED);
    expect(code).toBe(0);
  });

  it('is what was named, whatever it is', async () => {
    const { code, out } = await status('--repo', join(CASES, 'no-rule', 'repo'));
    expect(out).toContain('compared');
    expect(out).toContain('✗ drift');
    expect(code).toBe(1);
  });
});
