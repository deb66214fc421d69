import { describe, expect, it } from 'vitest';
import type { EventsLost, FlowEvent, NodesChanged } from '../../src/core/flow/event.ts';
import { ALL_FLOWS } from '../../src/core/flow/window.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { type FlowFilter, type FlowQuery, NO_FILTERS } from '../../src/core/model/flow-filter.ts';
import type { FlowObserver } from '../../src/core/ports/flow-observer.ts';
import { aFlow, flowToJson } from './flow-json.ts';

/** Opens an observer of what the source holds. */
export type OpenObserver = (events: readonly FlowEvent[]) => Promise<FlowObserver>;

/**
 * What every observer must do that is not followed. An observer is asked once.
 * @param filteredAt whether filters are judged before flows reach the observer
 */
export function describeFlowObserver(
  name: string,
  open: OpenObserver,
  filteredAt: 'reader' | 'source' = 'reader',
): void {
  const ask = async (
    events: readonly FlowEvent[],
    query: Partial<FlowQuery> = {},
  ): Promise<readonly FlowEvent[]> => {
    const found: FlowEvent[] = [];
    for await (const batch of (await open(events)).events({ filters: NO_FILTERS, ...query })) {
      expect(batch.length).toBeGreaterThan(0);
      // A batch is only valid until the next, so that all of it is taken now.
      for (const event of batch) found.push(taken(event));
    }
    return found;
  };
  const uuids = async (query: Partial<FlowQuery>): Promise<readonly string[]> =>
    (await ask(FIVE, query)).map(uuidOf);

  describe(`${name} as an observer`, () => {
    it('tells nothing where there is nothing', async () => {
      expect(await ask([])).toEqual([]);
    });

    it('tells all events, whole and in their order', async () => {
      const told = await ask(FIVE);
      expect(told).toEqual(FIVE.map(taken));
      expect(told.map(jsonOf)).toEqual(FIVE.map(jsonOf));
    });

    it('tells many flows, each once', async () => {
      const many = Array.from({ length: 5000 }, (_, i) => seen({ uuid: `u${i}` }));
      expect((await ask(many)).map(uuidOf)).toEqual(many.map(uuidOf));
    });

    it('keeps what one of the allowed filters matches and none of the denied ones', async () => {
      const allow: readonly FlowFilter[] = [{ verdict: ['DROPPED'] }, { destinationPort: ['80'] }];
      expect(await uuids({ filters: { allow, deny: [] } })).toEqual(['1', 'lost', '3', 'nodes', '4']);
      const deny: readonly FlowFilter[] = [{ destinationPort: ['80'] }];
      expect(await uuids({ filters: { allow, deny } })).toEqual(['1', 'lost', 'nodes', '4']);
      expect(await uuids({ filters: { allow: [], deny } })).toEqual(['1', '2', 'lost', 'nodes', '4', '5']);
    });

    it('holds both bounds of time, to the nanosecond', async () => {
      const [since, until] = [
        { ms: T + 2000, ns: 5 },
        { ms: T + 4000, ns: 5 },
      ];
      expect(await uuids({ since })).toEqual(['2', 'lost', '3', 'nodes', '4', '5']);
      expect(await uuids({ since: { ...since, ns: 6 } })).toEqual(['lost', '3', 'nodes', '4', '5']);
      expect(await uuids({ until })).toEqual(['1', '2', 'lost', '3', 'nodes', '4']);
      expect(await uuids({ until: { ...until, ns: 4 } })).toEqual(['1', '2', 'lost', '3', 'nodes']);
      expect(await uuids({ since, until })).toEqual(['2', 'lost', '3', 'nodes', '4']);
    });

    it('takes the first or the last flows that match, and what stands between them', async () => {
      expect(await uuids({ number: 2n, isFirst: true })).toEqual(['1', '2']);
      expect(await uuids({ number: 3n, isFirst: true })).toEqual(['1', '2', 'lost', '3']);
      expect(await uuids({ number: 2n })).toEqual(['4', '5']);
      expect(await uuids({ number: 4n })).toEqual(['2', 'lost', '3', 'nodes', '4', '5']);
      const filters = { allow: [{ verdict: ['FORWARDED'] }], deny: [] } as const;
      expect(await uuids({ filters, number: 2n })).toEqual(['3', 'nodes', '5']);
    });

    it('takes all where so many are asked for that there are no more', async () => {
      for (const number of [0n, 100n, ALL_FLOWS]) expect(await uuids({ number })).toHaveLength(7);
      expect(await uuids({ number: 100n, isFirst: true })).toHaveLength(7);
    });

    it(`counts what it read, ${filteredAt === 'reader' ? 'whatever it kept' : 'which is what the source let pass'}`, async () => {
      const observer = await open(FIVE);
      const filters = { allow: [{ uuid: ['none'] }], deny: [] };
      for await (const _ of observer.events({ filters }));
      expect(observer.counts()).toMatchObject({
        flows: filteredAt === 'reader' ? 5 : 0,
        lost: 42,
        otherEvents: 1,
        skipped: [],
      });
    });

    it('refuses filters that Hubble would refuse', async () => {
      await expect(ask(FIVE, { filters: { allow: [{ sourcePort: ['http'] }], deny: [] } })).rejects.toThrow(
        'source_port',
      );
    });

    it('tells nothing once it was cancelled', async () => {
      const observer = await open(FIVE);
      const told: FlowEvent[] = [];
      for await (const batch of observer.events({ filters: NO_FILTERS }, { aborted: true }))
        told.push(...batch);
      expect(told).toEqual([]);
    });
  });
}

const T = 1_772_359_200_000;

function seen(changes: Partial<Flow>): FlowEvent {
  const flow = aFlow({ timeNs: 5, ...changes });
  return { kind: 'flow', flow, json: () => flowToJson(flow) as Record<string, unknown> };
}

const PORT_80 = { protocol: 'TCP', sourcePort: 40_000, destinationPort: 80, flags: ['SYN'] } as const;
const PASSED = {
  verdict: 'FORWARDED',
  dropReason: '',
  dropReasonCode: 0,
  eventType: 4,
  eventSubType: 0,
} as const;

const LOST_JSON = {
  lost_events: {
    source: 'PERF_EVENT_RING_BUFFER',
    num_events_lost: '42',
    cpu: 3,
    first: '2026-03-01T10:00:01Z',
    last: '2026-03-01T10:00:02Z',
  },
  node_name: 'east/n1',
  time: '2026-03-01T10:00:02.500Z',
};
const LOST: EventsLost = {
  kind: 'lost',
  nodeName: 'east/n1',
  timeMs: T + 2500,
  source: 'PERF_EVENT_RING_BUFFER',
  count: 42,
  cpu: 3,
  firstMs: T + 1000,
  lastMs: T + 2000,
  json: () => LOST_JSON,
};
const NODES_JSON = {
  node_status: { state_change: 'NODE_UNAVAILABLE', node_names: ['east/n2'], message: 'no route' },
  node_name: 'relay',
  time: '2026-03-01T10:00:03.500Z',
};
const NODES: NodesChanged = {
  kind: 'nodes',
  nodeName: 'relay',
  timeMs: T + 3500,
  state: 'NODE_UNAVAILABLE',
  nodes: ['east/n2'],
  message: 'no route',
  json: () => NODES_JSON,
};

const FIVE: readonly FlowEvent[] = [
  seen({ uuid: '1', timeMs: T + 1000 }),
  seen({ uuid: '2', timeMs: T + 2000, ...PASSED }),
  LOST,
  seen({ uuid: '3', timeMs: T + 3000, ...PASSED, l4: PORT_80 }),
  NODES,
  seen({ uuid: '4', timeMs: T + 4000 }),
  seen({ uuid: '5', timeMs: T + 5000, ...PASSED }),
];

function uuidOf(event: FlowEvent): string {
  return event.kind === 'flow' ? event.flow.uuid : event.kind;
}

type Taken = FlowEvent & { readonly taken?: unknown };

/** The event with its JSON made, for comparison. */
function taken(event: FlowEvent): Taken {
  if (event.kind === 'gap') return event;
  const made = (event as Taken).taken ?? event.json();
  return { ...event, json: SAME, taken: made };
}

function jsonOf(event: FlowEvent): unknown {
  return taken(event).taken;
}

const SAME = (): Record<string, unknown> => ({});
