import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { FlowObserver } from '../core/ports/flow-observer.ts';
import { CliError } from './exit.ts';
import { collect } from './inputs.ts';
import type { Io } from './io.ts';
import { addLiveOptions, type LiveGiven, type LiveOptions, openLive } from './live-options.ts';

/** Options that say where flows come from, as commander names them. */
export interface FlowOptions extends LiveOptions {
  readonly flows?: readonly string[];
  /** Hubble's own name for `flows`. */
  readonly inputFile?: readonly string[];
}

/** Adds the options that say where flows come from. */
export function addFlowOptions(command: Command): Command {
  command
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
  return addLiveOptions(command);
}

/** The files of recorded flows that were named, as paths; none where flows are to come from a server. */
export function flowFiles({ flows = [], inputFile = [] }: FlowOptions, io: Io): readonly string[] {
  return [...flows, ...inputFile].map((path) => (path === '-' ? path : resolve(io.cwd, path)));
}

/**
 * Opens the source of flows: files that are named, else a server that is named, else the relay of the cluster that is
 * named. What the environment or Hubble's configuration file says of a server gives way to files.
 *
 * @param given what the verb has open already, and whether it means the cluster's relay where nothing is named
 * @throws CliError where none is named, or two are
 */
export async function openFlows(options: FlowOptions, io: Io, given: LiveGiven = {}): Promise<FlowObserver> {
  const files = flowFiles(options, io);
  if (files.length > 0) {
    if (options.server !== undefined || options.portForward === true) {
      const other = options.server === undefined ? '--port-forward' : '--server';
      throw new CliError(`--flows and ${other} are two sources of flows.`, 'Give one of them.');
    }
    const { observeFiles } = await import('../adapters/files/observer.ts');
    return observeFiles(files, { stdin: io.stdin });
  }
  const live = await openLive(options, io, given);
  if (live !== undefined) return live;
  throw new CliError(
    'There is no source of flows.',
    'Name a recording with --flows (- reads what `hubble observe -o json` pipes in), a relay with --server, or use -P for the one in the cluster.',
  );
}
