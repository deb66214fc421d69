import { Readable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, with nothing of the machine's own. */
export async function propolis(
  words: readonly string[],
  given: {
    readonly cwd: string;
    readonly stdin?: string;
    readonly columns?: number;
    readonly interruption?: () => AbortSignal;
  },
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await run(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    cwd: given.cwd,
    env: {},
    columns: given.columns,
    stdin: Readable.from(given.stdin === undefined ? [] : [given.stdin]),
    now: () => Date.parse('2026-03-02T00:00:00Z'),
    ...(given.interruption === undefined ? {} : { interruption: given.interruption }),
  });
  return { code, out, err };
}
