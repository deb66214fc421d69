import { Command, CommanderError } from 'commander';
import { ClusterError } from '../core/model/cluster-error.ts';
import { PropolisError } from '../core/model/errors.ts';
import { HubbleError } from '../core/model/hubble-error.ts';
import { printable } from '../core/report/printable.ts';
import { addCan } from './commands/can.ts';
import { addDebug } from './commands/debug.ts';
import { addInit } from './commands/init.ts';
import { addLint } from './commands/lint.ts';
import { addNamespace } from './commands/namespace.ts';
import { addPlatform } from './commands/platform.ts';
import { addProfile } from './commands/profile.ts';
import { addRender } from './commands/render.ts';
import { addSnapshot } from './commands/snapshot.ts';
import { addVerify } from './commands/verify.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { VERSION } from './version.ts';

export interface Program extends Io {
  /** How it was called: `propolis` or `kubectl propolis`. */
  readonly name?: string;
}

/** Runs one command line. @returns the exit code; never touches the process */
export async function run(args: readonly string[], io: Program): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const done = (result: ExitCode): void => {
    code = result;
  };
  const program = new Command(io.name ?? 'propolis')
    .description('Network policy for Cilium clusters that are run from Git, that you can prove.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText(
      'after',
      '\nExit codes: 0 clean or allowed, 1 findings or denied, 2 wrong use or cannot run.',
    )
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: (text) => io.err(safeLines(text)),
      getOutHelpWidth: () => io.columns ?? 80,
    });
  addDebug(program, io, done);
  addCan(program, io, done);
  addLint(program, io, done);
  addInit(program, io, done);
  addNamespace(program, io, done);
  addPlatform(program, io, done);
  addProfile(program, io, done);
  addRender(program, io, done);
  addSnapshot(program, io, done);
  addVerify(program, io, done);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

async function exitCodeOf(error: unknown, io: Io): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.error;
  if (error instanceof CliError) {
    const remedy = error.remedy === '' ? '' : `  ${safeLines(error.remedy)}\n`;
    io.err(`propolis: ${safeLines(error.message)}\n${remedy}`);
    return EXIT.error;
  }
  if (error instanceof PropolisError) {
    const { errorText } = await import('../core/report/words/error.ts');
    const { message, remedy } = errorText(error);
    io.err(`propolis: ${message}\n  ${remedy}\n`);
    return EXIT.error;
  }
  if (error instanceof ClusterError) {
    const { clusterFailureText } = await import('../core/report/words/cluster-error.ts');
    const { message, remedy } = clusterFailureText(error.failure);
    io.err(`propolis: ${message}\n  ${remedy}\n`);
    return EXIT.error;
  }
  if (error instanceof HubbleError) {
    const { hubbleErrorText } = await import('../core/report/words/hubble-error.ts');
    const { message, remedy } = hubbleErrorText(error);
    io.err(`propolis: ${message}\n  ${remedy}\n`);
    return EXIT.error;
  }
  const message = error instanceof Error ? error.message : String(error);
  io.err(
    `propolis: ${safeLines(message)}\n  This is a mistake in Propolis. Please report it with the command line.\n`,
  );
  if (error instanceof Error && (io.env['PROPOLIS_DEBUG'] ?? '') !== '') io.err(`${error.stack ?? ''}\n`);
  return EXIT.error;
}

/** Words of the command line and of files go into messages: what a terminal would obey is written as an escape. */
function safeLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
