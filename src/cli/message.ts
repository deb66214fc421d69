import { ClusterError } from '../core/model/cluster-error.ts';
import { PropolisError } from '../core/model/errors.ts';
import { HubbleError } from '../core/model/hubble-error.ts';
import { printable } from '../core/report/printable.ts';
import { CliError } from './exit.ts';

/** An error as a person reads it: what is wrong, and what to do. */
export interface ErrorWords {
  readonly message: string;
  /** Empty where there is nothing to say. */
  readonly remedy: string;
  /** Whether it is no fault of input or surroundings, but a mistake in Propolis. */
  readonly isMistake: boolean;
}

/** The words for anything that was thrown. What a terminal would obey is written as an escape. */
export async function messageOf(error: unknown): Promise<ErrorWords> {
  if (error instanceof CliError) {
    return { message: safeLines(error.message), remedy: safeLines(error.remedy), isMistake: false };
  }
  if (error instanceof PropolisError) {
    const { errorText } = await import('../core/report/words/error.ts');
    return { ...errorText(error), isMistake: false };
  }
  if (error instanceof ClusterError) {
    const { clusterFailureText } = await import('../core/report/words/cluster-error.ts');
    return { ...clusterFailureText(error.failure), isMistake: false };
  }
  if (error instanceof HubbleError) {
    const { hubbleErrorText } = await import('../core/report/words/hubble-error.ts');
    return { ...hubbleErrorText(error), isMistake: false };
  }
  if (error instanceof Error && error.name === 'FlowFileError') {
    return {
      message: safeLines(error.message),
      remedy: 'Name a recording of flows that can be read, or - for standard input.',
      isMistake: false,
    };
  }
  return {
    message: safeLines(error instanceof Error ? error.message : String(error)),
    remedy: 'This is a mistake in Propolis. Please report it with the command line.',
    isMistake: true,
  };
}

/** An error as lines of standard error; the second is left out where there is nothing to do. */
export function errorLines({ message, remedy }: Pick<ErrorWords, 'message' | 'remedy'>): string {
  return `propolis: ${message}\n${remedy === '' ? '' : `  ${remedy}\n`}`;
}

/** Words of the command line and of files go into messages: what a terminal would obey is written as an escape. */
export function safeLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
