import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FlowEvent } from '../../core/flow/event.ts';
import { type FlowQuery, NO_FILTERS } from '../../core/model/flow-filter.ts';
import { HubbleError } from '../../core/model/hubble-error.ts';
import { type Relay, type RelayOptions, startRelay } from '../../demo/relay/index.ts';
import { FIRST_MS, relayFlow } from '../../demo/relay/testing.ts';
import { type HubbleOptions, openHubble } from './client.ts';
import type { Clock } from './retry.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function aRelay(flows = 0, options: RelayOptions = {}): Promise<Relay> {
  const relay = await startRelay(options);
  closers.push(() => relay.close());
  for (let i = 0; i < flows; i += 1) relay.push(relayFlow(i));
  return relay;
}

/** Sleeps no longer than it takes to yield. */
const HASTY: Clock = { now: () => FIRST_MS, random: () => 0, sleep: () => Promise.resolve() };

const ALL: FlowQuery = { filters: NO_FILTERS };
const FOLLOW: FlowQuery = { filters: NO_FILTERS, isFollowed: true };

async function told(
  options: Pick<HubbleOptions, 'server'> & Partial<HubbleOptions>,
  query: FlowQuery,
  isEnough: (events: readonly FlowEvent[]) => boolean = () => false,
): Promise<readonly FlowEvent[]> {
  const events: FlowEvent[] = [];
  for await (const batch of openHubble({ clock: HASTY, ...options }).events(query)) {
    expect(batch.length).toBeGreaterThan(0);
    events.push(...batch);
    if (isEnough(events)) break;
  }
  return events;
}

function uuidsOf(events: readonly FlowEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'flow' ? [event.flow.uuid] : []));
}

function uuids(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, i) => `uuid-${from + i}`);
}

async function errorOf(work: Promise<unknown>): Promise<Partial<HubbleError>> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HubbleError)) throw new Error(`No HubbleError: ${String(error)}`);
  const { code, where, detail, method } = error;
  return { code, where, detail, method };
}

describe('a relay that is asked', () => {
  it('tells all that it has, in order, and nothing where it has nothing', async () => {
    const relay = await aRelay(3000);
    expect(uuidsOf(await told({ server: relay.address }, ALL))).toEqual(uuids(0, 3000));
    const empty = await aRelay();
    expect(await told({ server: empty.address }, ALL)).toEqual([]);
  });

  it('tells the last, the first, and what is between two moments, both included', async () => {
    const { address: server } = await aRelay(100);
    expect(uuidsOf(await told({ server }, { ...ALL, number: 3n }))).toEqual(uuids(97, 100));
    expect(uuidsOf(await told({ server }, { ...ALL, number: 3n, isFirst: true }))).toEqual(uuids(0, 3));
    const since = { ms: FIRST_MS + 10, ns: 0 };
    const until = { ms: FIRST_MS + 20, ns: 0 };
    expect(uuidsOf(await told({ server }, { ...ALL, since, until }))).toEqual(uuids(10, 21));
    expect(uuidsOf(await told({ server }, { ...ALL, since, number: 2n }))).toEqual(uuids(10, 12));
    expect(uuidsOf(await told({ server }, { ...ALL, number: 2n ** 64n - 1n }))).toEqual(uuids(0, 100));
  });

  it('leaves out what is too old among what comes late', async () => {
    const relay = await aRelay(10);
    relay.push(relayFlow(3, { uuid: 'late' }, 'east/n2'));
    relay.push(relayFlow(11));
    const events = await told({ server: relay.address }, { ...ALL, since: { ms: FIRST_MS + 8, ns: 0 } });
    expect(uuidsOf(events)).toEqual(['uuid-8', 'uuid-9', 'uuid-11']);
  });

  it('begins with its nodes, and says what it cannot reach', async () => {
    const relay = await aRelay(1, { nodes: ['east/n1', 'east/n2'] });
    relay.inject({ unavailableNodes: ['east/n2'] });
    expect(await told({ server: relay.address }, ALL)).toMatchObject([
      { kind: 'nodes', state: 'NODE_CONNECTED', nodes: ['east/n1'] },
      { kind: 'nodes', state: 'NODE_UNAVAILABLE', nodes: ['east/n2'] },
      { kind: 'flow' },
    ]);
  });

  it('tells only what the model keeps, unless all is asked for', async () => {
    const relay = await aRelay();
    relay.push(relayFlow(1, { ethernet: { source: '46:e5:ea:1f:95:ff' }, emitter: { name: 'Hubble' } }));
    const { address: server } = relay;
    const [masked] = (await told({ server }, ALL)).filter(({ kind }) => kind === 'flow');
    const [whole] = (await told({ server }, { ...ALL, fieldMask: [] })).filter(({ kind }) => kind === 'flow');
    expect(masked?.kind === 'flow' && Object.keys(masked.json()['flow'] as object)).not.toContain('ethernet');
    expect(whole?.kind === 'flow' && whole.json()).toEqual(
      relayFlow(1, { ethernet: { source: '46:e5:ea:1f:95:ff' }, emitter: { name: 'Hubble' } }),
    );
    expect(masked?.kind === 'flow' && masked.flow).toEqual(whole?.kind === 'flow' && whole.flow);
  });

  it('judges filters on our side, too, since an old relay ignores those that it does not know', async () => {
    const relay = await aRelay(4);
    relay.push(relayFlow(4, { traffic_direction: 'EGRESS' }));
    relay.inject({ isOld: true });
    const client = openHubble({ server: relay.address });
    const seen: string[] = [];
    const filters = { allow: [{ trafficDirection: ['egress'] as const }], deny: [] };
    for await (const batch of client.events({ filters })) seen.push(...uuidsOf(batch));
    expect(seen).toEqual(['uuid-4']);
    expect(client.counts().lines).toBe(6);
  });

  it('says how it is, which nodes it has and which namespaces it saw', async () => {
    const relay = await aRelay(5, { nodes: ['east/n1', 'east/n2'], now: () => FIRST_MS + 1000 });
    relay.inject({ unavailableNodes: ['east/n2'] });
    const client = openHubble({ server: relay.address });
    expect(await client.status()).toEqual({
      version: 'hubble-relay v1.19.4',
      flows: 5,
      maxFlows: 4095,
      seenFlows: 5,
      uptimeMs: 0,
      flowsPerSecond: 5 / 60,
      connectedNodes: 1,
      unavailableNodeCount: 1,
      unavailableNodes: ['east/n2'],
    });
    expect(await client.nodes()).toMatchObject([
      { name: 'east/n1', state: 'NODE_CONNECTED', flows: 5 },
      { name: 'east/n2', state: 'NODE_UNAVAILABLE' },
    ]);
    expect(await client.namespaces()).toEqual([
      { cluster: '', namespace: 'data' },
      { cluster: '', namespace: 'shop' },
    ]);
  });

  it('is reached over a Unix socket, and over any connection that is handed in', async () => {
    const relay = await aRelay(3);
    const overPipe = await told(
      { server: 'relay:4245', createConnection: () => connect(relay.port, '127.0.0.1') },
      ALL,
    );
    expect(uuidsOf(overPipe)).toEqual(uuids(0, 3));
    const socketPath = `/tmp/propolis-relay-${process.pid}.sock`;
    const agent = await aRelay(2, { socketPath });
    expect(uuidsOf(await told({ server: agent.address }, ALL))).toEqual(uuids(0, 2));
  });

  it('counts what is broken, and goes on', async () => {
    const relay = await aRelay(4);
    relay.inject({ garbageAfter: 2 });
    const client = openHubble({ server: relay.address });
    const seen: string[] = [];
    for await (const batch of client.events(ALL)) seen.push(...uuidsOf(batch));
    expect(seen).toEqual(uuids(0, 4));
    expect(client.counts()).toMatchObject({ flows: 4, skipped: [{ reason: 'not-a-flow', count: 1 }] });
  });
});

describe('a relay that is followed', () => {
  it('tells what comes, from now on or after what it has', async () => {
    const relay = await aRelay(5);
    const later = told({ server: relay.address }, FOLLOW, (events) => uuidsOf(events).length >= 2);
    const withLast = told(
      { server: relay.address },
      { ...FOLLOW, number: 1n },
      (events) => uuidsOf(events).length >= 3,
    );
    const timer = setInterval(() => relay.push(relayFlow(next++)), 5);
    let next = 5;
    expect(uuidsOf(await later).length).toBeGreaterThanOrEqual(2);
    expect(uuidsOf(await withLast).slice(0, 1)).not.toEqual(['uuid-0']);
    clearInterval(timer);
  });

  it.each([
    { name: 'is cut off', fault: { cutAfter: 7 } },
    { name: 'ends it in peace', fault: { endAfter: 7 } },
  ])('tells each flow once when it $name', async ({ fault }) => {
    const relay = await aRelay(40);
    relay.inject(fault);
    const retries: number[] = [];
    const events = await told(
      {
        server: relay.address,
        onRetry: ({ attempt }) => {
          retries.push(attempt);
          relay.inject({});
        },
      },
      { ...FOLLOW, number: 40n },
      (soFar) => uuidsOf(soFar).length >= 40,
    );
    expect(uuidsOf(events)).toEqual(uuids(0, 40));
    // What it had is what we had: nothing can be missing, so no gap is told.
    expect(events.some(({ kind }) => kind === 'gap')).toBe(false);
    expect(retries).toEqual([1]);
  });

  it('tells a gap when it lost what we had not seen', async () => {
    const relay = await aRelay(10);
    let isBack = false;
    const events = told(
      {
        server: relay.address,
        onRetry: () => {
          isBack = true;
        },
      },
      { ...FOLLOW, number: 10n },
      (soFar) => uuidsOf(soFar).length >= 12,
    );
    await until(() => relay.port > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await relay.restart();
    await until(() => isBack);
    await new Promise((resolve) => setTimeout(resolve, 50));
    relay.push(relayFlow(500));
    relay.push(relayFlow(501));
    const seen = await events;
    expect(uuidsOf(seen)).toEqual([...uuids(0, 10), 'uuid-500', 'uuid-501']);
    expect(seen.filter(({ kind }) => kind === 'gap')).toMatchObject([
      { fromMs: FIRST_MS + 9, toMs: FIRST_MS + 500, because: 'overtaken' },
    ]);
  });

  it('tells when the ring overtook us', async () => {
    const relay = await aRelay(0, { ringSize: 16 });
    const isAll = (soFar: readonly FlowEvent[]) => uuidsOf(soFar).includes('uuid-99');
    const events = told({ server: relay.address }, FOLLOW, isAll);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let i = 0; i < 100; i += 1) relay.push(relayFlow(i));
    const seen = await events;
    const [lost] = seen.filter(({ kind }) => kind === 'lost');
    expect(lost).toMatchObject({ source: 'HUBBLE_RING_BUFFER', count: 84 });
    expect(uuidsOf(seen)).toEqual(uuids(84, 100));
  });

  it('is given up after so many tries in vain', async () => {
    const relay = await aRelay(3);
    relay.inject({ endAfter: 3 });
    const work = told(
      { server: relay.address, retry: { max: 3 }, onRetry: () => relay.inject({ status }) },
      {
        ...FOLLOW,
        number: 3n,
      },
    );
    const status = { code: 14, message: 'no agents' };
    expect(await errorOf(work)).toMatchObject({ code: 'gave-up', detail: '3' });
  });

  it('ends at once when it is interrupted, and when nobody listens any more', async () => {
    const relay = await aRelay(1);
    const controller = new AbortController();
    const events: FlowEvent[] = [];
    for await (const batch of openHubble({ server: relay.address }).events(FOLLOW, controller.signal)) {
      events.push(...batch);
      setTimeout(() => controller.abort(), 5);
    }
    expect(events).toMatchObject([{ kind: 'nodes' }]);
    for await (const batch of openHubble({ server: relay.address }).events(FOLLOW)) {
      expect(batch).toHaveLength(1);
      break;
    }
  });
});

describe('what can go wrong', () => {
  it('is told at once: nobody listens, no such host, no such socket', async () => {
    const relay = await aRelay();
    relay.inject({ isRefusing: true });
    expect(await errorOf(told({ server: relay.address }, FOLLOW))).toMatchObject({ code: 'refused' });
    expect(await errorOf(told({ server: 'unix:///nowhere/hubble.sock' }, ALL))).toMatchObject({
      code: 'no-socket',
    });
  });

  it('is a server of something else', async () => {
    const relay = await aRelay();
    relay.inject({ isGarbage: true });
    expect(await errorOf(told({ server: relay.address }, ALL))).toMatchObject({
      code: 'not-http2',
      detail: 'SSH-2.0-OpenSSH_9.6',
    });
  });

  it('is a server of HTTP/1, and one that hangs up', async () => {
    const web = await listening(createHttpServer((_, response) => response.end('hello')));
    expect(await errorOf(told({ server: web }, ALL))).toMatchObject({ code: 'http1' });
    const rude = await listening(createTcpServer((socket) => socket.destroy()));
    expect(await errorOf(told({ server: rude }, ALL))).toMatchObject({ code: 'closed' });
  });

  it('is silence: of a connection, and of an answer', async () => {
    const relay = await aRelay(3);
    relay.inject({ isSilent: true });
    expect(await errorOf(told({ server: relay.address, dialTimeoutMs: 50 }, ALL))).toMatchObject({
      code: 'dial-timeout',
    });
    relay.inject({ slowMs: 5000 });
    const work = told({ server: relay.address, requestTimeoutMs: 60 }, ALL);
    expect(await errorOf(work)).toMatchObject({ code: 'no-answer', method: 'GetFlows' });
  });

  it.each([
    { code: 7, fault: 'forbidden' },
    { code: 16, fault: 'unauthenticated' },
    { code: 14, fault: 'unavailable' },
    { code: 12, fault: 'unsupported' },
    { code: 3, fault: 'bad-request' },
    { code: 13, fault: 'status' },
  ])('is a status of gRPC: $fault', async ({ code, fault }) => {
    const relay = await aRelay();
    relay.inject({ status: { code, message: 'not today' } });
    const client = openHubble({ server: relay.address });
    expect(await errorOf(told({ server: relay.address }, FOLLOW))).toMatchObject({
      code: fault,
      method: 'GetFlows',
    });
    const error = await errorOf(client.status());
    expect(error).toMatchObject({ code: fault, method: 'ServerStatus' });
    expect(error.detail).toContain('not today');
  });

  it('is a field that there is not, and an answer that is cut off', async () => {
    const relay = await aRelay(9);
    const query = { ...ALL, fieldMask: ['source.pod'] };
    expect(await errorOf(told({ server: relay.address }, query))).toMatchObject({ code: 'bad-field-mask' });
    // The mask of our own is not insisted on.
    const known = { server: relay.address, fieldMask: ['uuid', 'extensions.later'] };
    expect(uuidsOf(await told(known, ALL))).toEqual(uuids(0, 9));
    relay.inject({ cutAfter: 4 });
    expect(await errorOf(told({ server: relay.address }, ALL))).toMatchObject({ code: 'cut-off' });
  });

  it('is an older version that lacks a method', async () => {
    const relay = await aRelay();
    relay.inject({ isOld: true });
    expect(await errorOf(openHubble({ server: relay.address }).namespaces())).toMatchObject({
      code: 'unsupported',
      method: 'GetNamespaces',
    });
  });
});

async function listening(server: Server): Promise<string> {
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
