import { parseInstant } from '../core/flow/time.ts';
import type { FlowFilters, FlowQuery } from '../core/model/flow-filter.ts';
import type { Instant } from '../core/model/instant.ts';
import { duration } from './cluster-options.ts';
import { CliError } from './exit.ts';
import type { FlowOptions } from './flow-options.ts';
import { flowFiles } from './flow-options.ts';
import { type Io, nowOf } from './io.ts';

export interface NamespaceQuery extends FlowOptions {
  /** `5m` before now, or a time of RFC 3339. */
  readonly since?: string;
}

/** How far live flows are looked back at when nobody says. */
export const DEFAULT_SINCE = '5m';

/**
 * What to ask for the flows of one namespace: all of a recording, since old ones lack what Hubble's filters look at;
 * live only what the namespace has to do with.
 *
 * @throws CliError for a time that is none
 */
export function namespaceQuery(
  namespace: string,
  options: NamespaceQuery,
  io: Io,
  { liveSince = DEFAULT_SINCE }: { readonly liveSince?: string } = {},
): FlowQuery {
  const isLive = flowFiles(options, io).length === 0;
  const since = options.since ?? (isLive ? liveSince : undefined);
  return {
    filters: isLive ? filtersOf(namespace) : { allow: [], deny: [] },
    ...(since === undefined ? {} : { since: instantOf(since, nowOf(io)) }),
  };
}

/** Flows with an end in the namespace. */
export function filtersOf(namespace: string): FlowFilters {
  const pods = [`${namespace}/`];
  return { allow: [{ sourcePod: pods }, { destinationPod: pods }], deny: [] };
}

/** Only what happens from now on. */
export const NOW = '0s';

function instantOf(text: string, nowMs: number): Instant {
  if (text === NOW) return { ms: nowMs, ns: 0 };
  const instant = /^\d+(?:ms|s|m|h)?$/.test(text) ? ago(text, nowMs) : parseInstant(text);
  if (instant !== undefined) return instant;
  throw new CliError(`--since must not be "${text}".`, 'It must be 5m, 1h, or a time: 2026-03-01T10:00:00Z.');
}

function ago(text: string, nowMs: number): Instant | undefined {
  try {
    return { ms: nowMs - duration(text), ns: 0 };
  } catch {
    return undefined;
  }
}
