import { Readable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface RanCommand {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as from a shell in a folder, without a terminal. */
export async function runCommand(
  args: readonly string[],
  {
    cwd,
    env = {},
    stdin = '',
  }: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin?: string;
  },
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
    columns: undefined,
    stdin: Readable.from([stdin]),
  });
  return { code, out, err };
}
