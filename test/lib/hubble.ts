import { spawn, spawnSync } from 'node:child_process';

export interface HubbleRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const ENV = { PATH: process.env['PATH'], HOME: '/nonexistent', NO_COLOR: '1' };

/** Whether Hubble's own command is on this machine, to compare with. */
export const HAS_HUBBLE: boolean = hubble(['version']).out.startsWith('hubble');
export const NO_HUBBLE = 'hubble is not on this machine';

/** Runs Hubble's own command, with no configuration of this machine's. */
export function hubble(args: readonly string[], input = ''): HubbleRun {
  const { status, stdout, stderr } = spawnSync('hubble', args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60_000,
    env: ENV,
  });
  return { code: status, out: stdout ?? '', err: stderr ?? '' };
}

/** The same without waiting for it, where this process is the server that it asks. Ended after half a minute. */
export function startHubble(args: readonly string[]): Promise<HubbleRun> {
  const child = spawn('hubble', args, { env: ENV, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString('utf8');
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
