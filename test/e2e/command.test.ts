import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { BIN_PATH, ensureBin } from '../../scripts/lib/build-bin.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const EXAMPLE = ['--repo', 'examples/homelab', '--flows', 'examples/homelab/flows.jsonl'];

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the built command as a process', () => {
  beforeAll(async () => {
    const { problems } = await ensureBin(ROOT);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });

  it('prints its version', async () => {
    expect(await propolis(['--version'])).toMatchObject({ code: 0, err: '' });
  });

  it('diagnoses the example, with exit 1 for findings', async () => {
    const { code, out, err } = await propolis(['debug', 'zipline', ...EXAMPLE]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('access.network-policy.homelab/postgres: "true"');
  });

  it('reads flows from standard input', async () => {
    const flows = ['--repo', 'examples/homelab', '--flows', '-'];
    const { code, err } = await propolis(['debug', 'zipline', ...flows], { stdin: '' });
    expect(code).toBe(2);
    expect(err).toContain('has no flows in it');
  });

  it('writes plain text where it is no terminal, and colours when asked', async () => {
    const plain = await propolis(['can', 'zipline', 'world', '443', '--repo', 'examples/homelab']);
    const coloured = await propolis([
      'can',
      'zipline',
      'world',
      '443',
      '--repo',
      'examples/homelab',
      '--color',
      'always',
    ]);
    expect(plain.out).not.toContain('\u001b[');
    expect(coloured.out).toContain('\u001b[');
    expect(stripped(coloured.out)).toBe(plain.out);
  });

  it('ends quietly when the reader of its output goes away', async () => {
    const { code, err } = await propolis(['debug', 'zipline', ...EXAMPLE, '-o', 'json'], {
      closeAfterFirstChunk: true,
    });
    expect(err).toBe('');
    expect([0, 1]).toContain(code);
  });
});

function stripped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the escapes of colours
  return text.replaceAll(/\u001b\[\d+m/g, '');
}

function propolis(
  args: readonly string[],
  {
    stdin,
    closeAfterFirstChunk = false,
  }: { readonly stdin?: string; readonly closeAfterFirstChunk?: boolean } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, BIN_PATH), ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      if (closeAfterFirstChunk) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(stdin ?? '');
  });
}
