import { type FilterError, instantOf } from '../../core/flow/filter/index.ts';
import { ALL_FLOWS } from '../../core/flow/window.ts';
import type { FlowFilters, FlowQuery } from '../../core/model/flow-filter.ts';
import { CliError } from '../exit.ts';

/** Options that say how many flows, and of when. */
export interface SelectionOptions {
  readonly all?: true;
  readonly first?: bigint;
  readonly last?: bigint;
  readonly since?: string;
  readonly until?: string;
  readonly follow?: true;
  readonly fieldMask?: readonly string[];
}

/** What a plain `hubble observe` asks for. */
const LAST = 20n;

/**
 * The query of Hubble's flags. Without any of them a server is asked for the last 20, and a recording for all.
 * Cilium v1.19.4 `hubble/cmd/observe/flows.go`.
 *
 * @throws {CliError} for flags that exclude each other
 */
export function queryOf(
  options: SelectionOptions,
  filters: FlowFilters,
  { isLive, nowMs }: { readonly isLive: boolean; readonly nowMs: number },
): FlowQuery {
  const first = options.first !== undefined && options.first > 0n;
  const last = options.last !== undefined && options.last > 0n;
  const isFollowed = options.follow === true;
  for (const [has, one, other] of [
    [first && last, '--first', '--last'],
    [first && options.all === true, '--first', '--all'],
    [first && isFollowed, '--first', '--follow'],
    [last && options.all === true, '--last', '--all'],
  ] as const) {
    if (has) throw new CliError(`${one} and ${other} exclude each other.`, 'Give one of them.');
  }
  const since = options.since === undefined ? undefined : instantOf('--since', options.since, nowMs);
  const until =
    options.until === undefined || isFollowed ? undefined : instantOf('--until', options.until, nowMs);
  const number = first ? options.first : last ? options.last : numberOf(options, { since, until, isLive });
  return {
    filters,
    ...(number === undefined ? {} : { number }),
    ...(first ? { isFirst: true } : {}),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(isFollowed ? { isFollowed } : {}),
    ...(options.fieldMask === undefined ? {} : { fieldMask: options.fieldMask }),
  };
}

function numberOf(
  { all, follow }: SelectionOptions,
  given: { readonly since: unknown; readonly until: unknown; readonly isLive: boolean },
): bigint | undefined {
  if (given.since !== undefined || given.until !== undefined) return undefined;
  if (all === true) return ALL_FLOWS;
  return given.isLive && follow !== true ? LAST : undefined;
}

/** A mistake in a filter, as a person reads it. */
export function filterMistake(error: FilterError): CliError {
  const { field, value, expected } = error;
  if (field === '') {
    const isNamespace = /--(?:from|to)-namespace and --namespace/.test(error.message);
    return new CliError(
      `${error.message}.`.replace(/^f/, 'F'),
      isNamespace ? 'Name both ends: --from-namespace A --to-namespace B.' : 'Leave one of them out.',
    );
  }
  if (field === '--not')
    return new CliError('--not turns the next filter around.', `It must be ${expected}.`);
  if (field === 'cel_expression') {
    return new CliError(
      'Recorded flows are not judged by CEL.',
      'Give --cel-expression with --server, or say the same by the other flags.',
    );
  }
  return new CliError(`${field} must not be "${value}".`, `It must be ${expected}.`);
}
