import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { runbookFiles } from '../../src/core/catalog/runbooks/index.ts';
import { type ExampleCluster, openExample } from '../lib/demo-cluster.ts';
import { hasProgram } from '../lib/program.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Every command of the runbooks, in their order. A page's second half closes what its first half opened. */
const COMMANDS = runbookFiles(DEFAULT_CATALOG).flatMap(({ name, text }) =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map((match) => (match[1] ?? '').trim())
    .filter((command) => !command.startsWith('export '))
    .map((command, i) => ({ page: name, command, title: `${i + 1} ${command.split('\n')[0] ?? ''}` })),
);

let example: ExampleCluster;
let bin = '';

beforeAll(async () => {
  example = await openExample();
  bin = mkdtempSync(join(tmpdir(), 'propolis-bin-'));
  writeFileSync(join(bin, 'propolis'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(join(bin, 'propolis'), 0o755);
}, 60_000);
afterAll(async () => {
  await example.close();
  rmSync(bin, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly text: string;
}

function shell(command: string): Promise<Ran> {
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    KUBECONFIG: example.cluster.kubeconfig,
    HUBBLE_SERVER: `127.0.0.1:${example.cluster.relay.port}`,
    NAMESPACE: 'zipline',
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    execFile('sh', ['-ec', command], { env, cwd: example.repo, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 2;
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

describe('the runbooks', () => {
  it('have commands, of Propolis and of what people have anyway', () => {
    expect(COMMANDS.length).toBeGreaterThan(25);
    for (const program of ['propolis', 'kubectl', 'hubble'])
      expect(
        COMMANDS.some(({ command }) => command.startsWith(program)),
        program,
      ).toBe(true);
  });

  it.for(COMMANDS)('$page: $title', { timeout: 90_000 }, async ({ command }, context) => {
    const [program = ''] = command.split(' ');
    if (
      !hasProgram(program === 'propolis' ? 'sh' : program, program === 'kubectl' ? 'options' : '--version')
    ) {
      context.skip(`${program} is not on this machine`);
    }
    // Nobody needs to wait for a minute here.
    const isWatched = /^propolis hatch (?:open|close)/.test(command) && !command.includes('--check');
    const { code, text } = await shell(isWatched ? `${command} --watch 4s` : command);
    // 1: an answer with findings, of Propolis alone.
    expect([0, ...(program === 'propolis' ? [1] : [])], `${command}\n${text}`).toContain(code);
    expect(text).not.toContain('This is a mistake in Propolis');
  });
});
