import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { FlowObserver } from '../core/ports/flow-observer.ts';
import { CliError } from './exit.ts';
import { collect } from './inputs.ts';
import type { Io } from './io.ts';

/** Options that say where flows come from, as commander names them. */
export interface FlowOptions {
  readonly flows?: readonly string[];
  /** Hubble's own name for `flows`. */
  readonly inputFile?: readonly string[];
}

/** Adds the options that say where flows come from. */
export function addFlowOptions(command: Command): Command {
  return command
    .option(
      '--flows <file>',
      'recorded flows of Hubble, in any of its shapes, gzip too; - is standard input; repeatable',
      collect,
    )
    .addOption(
      new Option('--input-file <file>', 'the same, by the name that Hubble gives it')
        .argParser(collect)
        .hideHelp(),
    );
}

/** The files of recorded flows that were named, as paths; none where flows are to come from a server. */
export function flowFiles({ flows = [], inputFile = [] }: FlowOptions, io: Io): readonly string[] {
  return [...flows, ...inputFile].map((path) => (path === '-' ? path : resolve(io.cwd, path)));
}

/** Opens the source of flows. @throws CliError where none is named */
export async function openFlows(options: FlowOptions, io: Io): Promise<FlowObserver> {
  const files = flowFiles(options, io);
  if (files.length === 0) {
    throw new CliError(
      'There is no source of flows.',
      'Name a recording with --flows; - reads what `hubble observe -o json` pipes in.',
    );
  }
  const { observeFiles } = await import('../adapters/files/observer.ts');
  return observeFiles(files, { stdin: io.stdin });
}
