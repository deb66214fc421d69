import type { End, Ends } from './ends.ts';
import { decide } from './judged.ts';
import type { State } from './state.ts';
import type { Edge } from './summarize.ts';
import type { PassedThoughDenied } from './types.ts';

/** Edges that are first packets of connections which passed. */
export function passedEdges(edges: readonly Edge[]): readonly Edge[] {
  return edges.filter(
    ({ verdict, isReply, direction, port, l7 }) =>
      (verdict === 'FORWARDED' || verdict === 'REDIRECTED') &&
      !isReply &&
      direction !== 'unknown' &&
      l7 === undefined &&
      // Without flags an answer cannot be told from a request to a picked port.
      port < EPHEMERAL_FROM,
  );
}

const EPHEMERAL_FROM = 32_768;

export interface Passed {
  readonly edge: Edge;
  readonly from: End;
  readonly to: End;
}

export function withEnds(edges: readonly Edge[], ends: Ends): readonly Passed[] {
  return edges.map((edge) => ({ edge, from: ends.sourceOf(edge), to: ends.destinationOf(edge) }));
}

/** What passed though the files deny it, on the side that recorded it. */
export function passedThoughDenied(
  passed: readonly Passed[],
  state: State,
): { readonly count: number; readonly example: PassedThoughDenied } | undefined {
  let count = 0;
  let example: PassedThoughDenied | undefined;
  for (const { edge, from, to } of passed) {
    if (from.party.kind === 'unknown' || to.party.kind === 'unknown') continue;
    const decision = decide(edge, { from, to }, state);
    const side = edge.direction === 'egress' ? decision?.egress : decision?.ingress;
    if (side?.verdict !== 'denied' || !side.isCertain) continue;
    count += edge.count;
    example ??= { from: from.party.name, to: to.party.name, protocol: edge.protocol, port: edge.port };
  }
  return example === undefined ? undefined : { count, example };
}
