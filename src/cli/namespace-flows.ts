import type { FlowSummary } from '../core/diagnose/index.ts';
import { type FlowFilters, NO_FILTERS } from '../core/model/flow-filter.ts';
import type { Instant } from '../core/model/instant.ts';
import { flowsOf } from '../core/ports/flow-observer.ts';
import { CliError } from './exit.ts';
import { type FlowOptions, flowFiles, openFlows } from './flow-options.ts';
import { type Io, nowOf } from './io.ts';
import type { LiveGiven } from './live-options.ts';

/** Options that say which flows of one namespace. */
export interface NamespaceFlowOptions extends FlowOptions {
  readonly since?: string;
}

/** How far live flows are looked back at, unless something is said. */
export const SINCE_LIVE = '5m';

/** Whether flows are wanted at all, for verbs that do without them too: a relay must be named for it. */
export function wantsFlows(options: NamespaceFlowOptions): boolean {
  return isLiveNamed(options) || isRecorded(options);
}

/** Whether flows are asked of a relay; else they are read from files. */
export function isLive(options: NamespaceFlowOptions): boolean {
  return isLiveNamed(options) || !isRecorded(options);
}

function isRecorded({ flows = [], inputFile = [] }: FlowOptions): boolean {
  return flows.length + inputFile.length > 0;
}

function isLiveNamed({ server, portForward }: FlowOptions): boolean {
  return server !== undefined || portForward === true;
}

/**
 * Sums up what recordings tell, or a relay of the last while.
 *
 * @param given what is open already; the cluster's relay is asked where nothing is named
 * @throws CliError where two sources are named, and the errors of the source
 */
export async function sumNamespace(
  namespace: string,
  options: NamespaceFlowOptions,
  io: Io,
  given: LiveGiven = {},
): Promise<FlowSummary> {
  const isAsked = isLive(options);
  const { summarizeFlows } = await import('../core/diagnose/summarize.ts');
  if (!isAsked && options.since === undefined) {
    const { flowsFromFiles } = await import('../adapters/files/flows.ts');
    return summarizeFlows(flowsFromFiles(flowFiles(options, io), { stdin: io.stdin }), namespace);
  }
  const text = options.since ?? SINCE_LIVE;
  const since = await sinceOf(text, nowOf(io));
  const observer = await openFlows(options, io, { isForwardDefault: true, ...given });
  // Of a recording everything is taken: old ones lack what Hubble's filters look at.
  const filters = isAsked ? filtersOf(namespace) : NO_FILTERS;
  return summarizeFlows(flowsOf(observer, { filters, since }), namespace);
}

/**
 * What is said where there is not one flow: silence is no answer.
 *
 * @param record the command that would record some
 */
export async function noFlows(
  namespace: string,
  { counts }: Pick<FlowSummary, 'counts'>,
  options: NamespaceFlowOptions,
  record: string,
): Promise<CliError> {
  const { printable } = await import('../core/report/printable.ts');
  const files = [...(options.flows ?? []), ...(options.inputFile ?? [])];
  const since = options.since ?? SINCE_LIVE;
  if (files.length === 0) {
    return new CliError(
      `The relay has no flow of ${printable(namespace)} since ${printable(since)}.`,
      'Look further back with --since 1h. A relay keeps the last flows only: let the app try again.',
    );
  }
  const names = files.map((file) => (file === '-' ? 'standard input' : printable(file))).join(', ');
  const [first] = counts.skipped;
  if (first === undefined) {
    const when = options.since === undefined ? '' : ` since ${printable(since)}`;
    return new CliError(`${names} has no flows in it${when}.`, `Record some: ${record}`);
  }
  return new CliError(
    `${names} has no flows that Hubble would write: ${first.count} ${first.count === 1 ? 'line' : 'lines'} not understood, first ${printable(first.file)}:${first.firstLine}: ${first.sample}`,
    "It must be the output of `hubble observe -o json` or of Hubble's exporter.",
  );
}

/** What a namespace has to do with, on either end. */
export function filtersOf(namespace: string): FlowFilters {
  const pods = [`${namespace}/`];
  return { allow: [{ sourcePod: pods }, { destinationPod: pods }], deny: [] };
}

/** `5m` before now, or a time as `hubble observe --since` takes it. @throws CliError where it is none */
export async function sinceOf(text: string, nowMs: number): Promise<Instant> {
  const { FilterError, instantOf } = await import('../core/flow/filter/index.ts');
  try {
    return instantOf('--since', text, nowMs);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new CliError(`--since must not be "${text}".`, `It must be ${error.expected}.`);
  }
}
