import { Command, CommanderError } from 'commander';
import { addApply } from './commands/apply.ts';
import { addCan } from './commands/can.ts';
import { addDebug } from './commands/debug.ts';
import { addDemo } from './commands/demo.ts';
import { addHatch } from './commands/hatch.ts';
import { addInit } from './commands/init.ts';
import { addLint } from './commands/lint.ts';
import { addNamespace } from './commands/namespace.ts';
import { addObserve } from './commands/observe.ts';
import { addPlatform } from './commands/platform.ts';
import { addProfile } from './commands/profile.ts';
import { addRender } from './commands/render.ts';
import { addSnapshot } from './commands/snapshot.ts';
import { addStatus } from './commands/status.ts';
import { addVerify } from './commands/verify.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { errorLines, messageOf, safeLines } from './message.ts';
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
  addApply(program, io, done);
  addLint(program, io, done);
  addHatch(program, io, done);
  addInit(program, io, done);
  addNamespace(program, io, done);
  addObserve(program, io, done);
  addPlatform(program, io, done);
  addProfile(program, io, done);
  addRender(program, io, done);
  addSnapshot(program, io, done);
  addStatus(program, io, done);
  addVerify(program, io, done);
  addDemo(program, io, done);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

async function exitCodeOf(error: unknown, io: Io): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.error;
  const words = await messageOf(error);
  io.err(errorLines(words));
  const wantsStack = words.isMistake && (io.env['PROPOLIS_DEBUG'] ?? '') !== '';
  if (wantsStack && error instanceof Error) io.err(`${error.stack ?? ''}\n`);
  return EXIT.error;
}
