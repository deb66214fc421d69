import { Readable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface RanCommand {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Shell {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Typed on a terminal of 80 columns; without it standard input is none. */
  readonly typed?: readonly string[];
  readonly columns?: number;
  readonly nowMs?: number;
  readonly interruption?: () => AbortSignal;
}

/** Runs a command line in this process as from a shell in a folder, with nothing of the machine's own. */
export async function runCommand(
  args: readonly string[],
  {
    cwd,
    env = {},
    stdin = '',
    typed,
    columns = typed === undefined ? undefined : 80,
    nowMs,
    interruption,
  }: Shell,
): Promise<RanCommand> {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    cwd,
    env,
    columns,
    stdin:
      typed === undefined ? Readable.from([stdin]) : Object.assign(Readable.from(typed), { isTTY: true }),
    ...(nowMs === undefined ? {} : { now: () => nowMs }),
    ...(interruption === undefined ? {} : { interruption }),
  });
  return { code, out, err };
}
