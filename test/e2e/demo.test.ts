import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { BIN_PATH, ensureBin } from '../../scripts/lib/build-bin.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** A command that does not end by itself is ended. */
const LIMIT_MS = 25_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the built demo until it ends; interrupts it when it has told what it serves. */
function demo(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, BIN_PATH), 'demo', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString('utf8');
      if (out.includes('kubectl get ns')) child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
  });
}

describe('the built demo as a process', () => {
  beforeAll(async () => {
    const { problems } = await ensureBin(ROOT);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });

  it('has its example at hand, ends when interrupted, and leaves nothing behind', async () => {
    const { code, out } = await demo([]);
    expect(code).toBe(0);
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(out)?.[1] ?? '';
    expect(kubeconfig).not.toBe('');
    expect(existsSync(dirname(kubeconfig))).toBe(false);
  });

  it('ends by itself where there is nothing to serve', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propolis-test-'));
    writeFileSync(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n');
    expect(await demo(['--repo', folder])).toEqual({ code: 2, out: '' });
    rmSync(folder, { recursive: true, force: true });
  });
});
