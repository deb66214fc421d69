#!/usr/bin/env node
import { VERSION } from './version.ts';

// Only this file touches the process. `--version` answers before anything else is loaded.
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `… | head` closes the pipe; that is no failure of ours.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const { run } = await import('./run.ts');
  process.exitCode = await run(args, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    cwd: process.cwd(),
    env: process.env,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    rows: () => process.stdout.rows,
    stdin: process.stdin,
    interruption,
    drained,
    name:
      process.argv[1]?.split(/[\\/]/).at(-1)?.startsWith('kubectl-') === true
        ? 'kubectl propolis'
        : 'propolis',
  });
}

/** Takes the first interruption; the handlers are gone then, so that a second one ends the process. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(signal));
  return controller.signal;
}

function drained(): Promise<void> {
  if (!process.stdout.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    process.stdout.once('drain', resolve);
  });
}
