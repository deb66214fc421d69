import { spawnSync } from 'node:child_process';

export interface HubbleRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

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
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', NO_COLOR: '1' },
  });
  return { code: status, out: stdout ?? '', err: stderr ?? '' };
}
