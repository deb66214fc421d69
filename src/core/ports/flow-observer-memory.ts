import type { FlowEvent } from '../flow/event.ts';
import { compileFilters } from '../flow/filter/index.ts';
import { ALL_FLOWS, isWithin } from '../flow/window.ts';
import type { FlowObserver } from './flow-observer.ts';

/** The twin: events from an array, which does not grow, so that following it ends. */
export function observeEvents(events: readonly FlowEvent[]): FlowObserver {
  let [flows, lost, otherEvents] = [0, 0, 0];
  return {
    async *events(query, until) {
      const matches = compileFilters(query.filters);
      const kept: FlowEvent[] = [];
      for (const event of events) {
        if (event.kind === 'flow') flows += 1;
        else if (event.kind === 'lost') lost += event.count;
        else otherEvents += 1;
        const [ms, ns] = timeOf(event);
        if ((event.kind !== 'flow' && ms === 0) || isWithin(query, ms, ns)) {
          if (event.kind !== 'flow' || matches(event.flow)) kept.push(event);
        }
      }
      const selected = selectionOf(kept, query);
      for (let start = 0; start < selected.length && until?.aborted !== true; start += 1024) {
        yield selected.slice(start, start + 1024);
      }
    },
    counts: () => ({ lines: flows, flows, lost, otherEvents, skipped: [], unknownValues: [] }),
  };
}

function timeOf(event: FlowEvent): readonly [ms: number, ns: number] {
  if (event.kind === 'flow') return [event.flow.timeMs, event.flow.timeNs];
  return [event.kind === 'gap' ? event.fromMs : event.timeMs, 0];
}

/** The first or the last flows, with what stands between them; behind the last, too. */
function selectionOf(
  events: readonly FlowEvent[],
  { number = 0n, isFirst = false }: { readonly number?: bigint; readonly isFirst?: boolean },
): readonly FlowEvent[] {
  if (number === 0n || number === ALL_FLOWS) return events;
  const places = events.flatMap(({ kind }, i) => (kind === 'flow' ? [i] : []));
  if (isFirst) return events.slice(0, (places[Number(number) - 1] ?? events.length) + 1);
  return places.length <= number ? events : events.slice(places[places.length - Number(number)]);
}
