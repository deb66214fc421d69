import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/model/flow.ts';
import {
  API,
  briefs,
  diagnosed,
  drop,
  event,
  NOBODY,
  PG,
  passes,
  pod,
  reserved,
  SMTP,
  START,
  single,
  udp,
  world,
} from './tools.ts';

const MISSING = 'missing-access-label shop/api → database/pg 5432/TCP egress';

describe('one drop is told by two events and counted once', () => {
  it.each<readonly [string, readonly Flow[], number]>([
    ['a verdict and a drop', drop(API, PG, 5432), 1],
    ['drops only, as where verdict events are off', drop(API, PG, 5432).slice(1), 1],
    ['verdicts only, as in an export of that type', drop(API, PG, 5432).slice(0, 1), 1],
    [
      'retries, each with both events',
      [0, 1, 2].flatMap((second) => drop(API, PG, 5432, { timeMs: START + 1000 * second })),
      3,
    ],
    [
      'more drops than verdicts, as where verdicts are rate-limited',
      [event(API, PG, 5432), ...[1, 2, 3].map((i) => event(API, PG, 5432, { eventType: 1, uuid: `${i}` }))],
      3,
    ],
    ['on two nodes', [...drop(API, PG, 5432), ...drop(API, PG, 5432, { nodeName: 'default/n2' })], 2],
    [
      'a drop on one node and a verdict on another, which are two packets',
      [event(API, PG, 5432), event(API, PG, 5432, { eventType: 1, nodeName: 'default/n2' })],
      2,
    ],
    [
      'an aggregated event of five and its drop',
      [event(API, PG, 5432, { aggregated: 5 }), event(API, PG, 5432, { eventType: 1 })],
      5,
    ],
  ])('%s', async (_, flows, count) => {
    const diagnosis = await diagnosed(flows);
    expect(briefs(diagnosis)).toEqual([`${MISSING} ${count}`]);
    expect(diagnosis.window.dropped).toBe(count);
  });

  it('also in an export whose field mask left out what kind of event it is', async () => {
    const bare = drop(API, PG, 5432).map((flow) => ({ ...flow, eventType: 0, eventSubType: 0 }));
    const retry = bare.map((flow) => ({ ...flow, timeMs: flow.timeMs + 1000 }));
    expect(briefs(await diagnosed([...bare, ...retry]))).toEqual([`${MISSING} 2`]);
  });
});

describe('what is no drop to fix is folded and counted', () => {
  const cases: readonly (readonly [string, Flow, string])[] = [
    ['a reply that says so', event(PG, API, 41_234, { isReply: true }), 'reply'],
    [
      'an answer by its flags, where the drop does not say',
      event(PG, API, 41_234, {
        l4: { protocol: 'TCP', sourcePort: 5432, destinationPort: 41_234, flags: ['SYN', 'ACK'] },
      }),
      'reply',
    ],
    [
      'an answer by its ports',
      event(PG, API, 41_234, {
        l4: { protocol: 'TCP', sourcePort: 5432, destinationPort: 41_234, flags: ['ACK'] },
      }),
      'reply',
    ],
    ['a DNS answer by its ports', event(PG, API, 41_234, udp(41_234, 53)), 'reply'],
    [
      'router solicitation',
      event({ ...API, ip: 'fe80::1' }, { ...world('ff02::2'), ip: 'ff02::2' }, 0, {
        l4: { protocol: 'ICMPv6', type: 133, code: 0 },
      }),
      'noise',
    ],
    [
      'neighbour solicitation from a routable address',
      event({ ...API, ip: 'fd00::7' }, world('fd00::1'), 0, {
        l4: { protocol: 'ICMPv6', type: 135, code: 0 },
      }),
      'noise',
    ],
    [
      'anything from a link-local address',
      event({ ...API, ip: 'fe80::1' }, world('fe80::2'), 0, udp(546)),
      'noise',
    ],
    ['multicast over IPv6', event(API, world('ff02::fb'), 0, udp(5353)), 'noise'],
    ['multicast over IPv4', event(API, world('224.0.0.251'), 0, udp(5353)), 'noise'],
    ['discovery by SSDP', event(API, world('239.255.255.250'), 0, udp(1900)), 'noise'],
    ['broadcast', event(API, world('255.255.255.255'), 0, udp(67)), 'noise'],
    ['probes of cilium-health', event(API, reserved('health', '10.0.9.9', 4), 4240), 'noise'],
    [
      'multicast that Cilium answered itself',
      event(API, PG, 5432, { dropReason: 'IGMP_HANDLED', eventType: 1 }),
      'noise',
    ],
    ['what audit mode let through', event(API, PG, 5432, { verdict: 'AUDIT', dropReason: '' }), 'audit'],
  ];

  it.each(cases)('%s', async (_, flow, kind) => {
    const diagnosis = await diagnosed([flow]);
    expect(briefs(diagnosis)).toEqual([]);
    expect(diagnosis.folded).toEqual([{ kind, count: 1 }]);
  });

  it('counts what was dropped, and not what audit mode let through', async () => {
    const diagnosis = await diagnosed([...cases.map(([, flow]) => flow), ...drop(API, PG, 5432)]);
    const of = (kind: string): number => diagnosis.folded.find((folded) => folded.kind === kind)?.count ?? 0;
    expect(diagnosis.window.dropped).toBe(1 + of('reply') + of('noise'));
    expect(of('audit')).toBe(1);
  });

  it.each<readonly [string, Flow]>([
    [
      'an echo request over IPv6',
      event(API, world('2001:db8::1'), 0, { l4: { protocol: 'ICMPv6', type: 128, code: 0 } }),
    ],
    [
      'a request to a high port',
      event(API, SMTP, 41_000, {
        l4: { protocol: 'TCP', sourcePort: 50_000, destinationPort: 41_000, flags: ['SYN'] },
      }),
    ],
    [
      'a request whose is_reply is false, whatever its ports',
      event(API, SMTP, 41_000, {
        isReply: false,
        l4: { protocol: 'TCP', sourcePort: 53, destinationPort: 41_000, flags: ['ACK'] },
      }),
    ],
    ['a probe of port 4240 of a pod', event(API, SMTP, 4240)],
  ])('but not %s', async (_, flow) => {
    const diagnosis = await diagnosed([flow]);
    expect(diagnosis.findings.length).toBe(1);
    expect(diagnosis.folded).toEqual([]);
  });
});

describe('nothing is lost on the way', () => {
  it('keeps what an L7 proxy could not handle, as a finding of its own', async () => {
    const flow = event(API, SMTP, 8080, {
      verdict: 'ERROR',
      dropReason: '',
      type: 'L7',
      eventType: 129,
      isReply: false,
      l7: { kind: 'http', type: 'REQUEST', method: 'GET', url: 'http://smtp/', code: 0, headers: [] },
    });
    const diagnosis = await diagnosed([flow]);
    expect(single(diagnosis).cause.code).toBe('proxy-error');
    expect(diagnosis.window.dropped).toBe(1);
  });

  it('counts flows of all namespaces in the window, and drops of the one asked about', async () => {
    const flows = [...drop(SMTP, PG, 5432), ...drop(API, PG, 5432), event(API, PG, 5432, passes())];
    const { window } = await diagnosed(flows);
    expect(window).toMatchObject({ flows: 5, dropped: 1, fromMs: START, toMs: START });
  });

  it('finds drops of the namespace in both directions', async () => {
    const flows = [...drop(API, SMTP, 25), ...drop(SMTP, API, 8080, { direction: 'ingress' })];
    expect((await diagnosed(flows)).findings.map(({ from, to }) => [from.name, to.name])).toEqual([
      ['mail/smtp', 'shop/api'],
      ['shop/api', 'mail/smtp'],
    ]);
  });

  it('finds a namespace by labels where the field mask left the name out', async () => {
    const nameless = { ...API, endpoint: { ...API.endpoint, namespace: '', podName: '' } };
    expect(briefs(await diagnosed(drop(nameless, PG, 5432)))).toEqual([`${MISSING} 1`]);
  });

  it('says no time where the field mask left it out', async () => {
    const diagnosis = await diagnosed(drop(API, PG, 5432, { timeMs: 0, timeNs: 0 }));
    expect(diagnosis.window.fromMs).toBeUndefined();
    expect(single(diagnosis).firstSeenMs).toBeUndefined();
  });

  it('takes times from the events that have one', async () => {
    const [a, b] = drop(API, PG, 5432);
    const diagnosis = await diagnosed([{ ...(a ?? event(API, PG, 1)), timeMs: 0 }, b ?? event(API, PG, 1)]);
    expect(single(diagnosis)).toMatchObject({ firstSeenMs: START, lastSeenMs: START });
  });

  it('knows whether any flow was of the namespace', async () => {
    expect((await diagnosed(drop(SMTP, PG, 5432))).isSeen).toBe(false);
    expect((await diagnosed(drop(API, PG, 5432))).isSeen).toBe(true);
  });
});

describe('many ends that are one to a person', () => {
  it('joins addresses of the world into one finding', async () => {
    const flows = Array.from({ length: 40 }, (_, i) => drop(API, world(`203.0.113.${i}`), 80)).flat();
    const finding = single(await diagnosed(flows));
    expect(finding).toMatchObject({ count: 40, to: { kind: 'outside', name: 'world' } });
    expect(finding.to.seenAs.length).toBe(5);
  });

  it('joins pods of one workload, whatever their labels', async () => {
    const old = pod('shop/api', { podName: 'api-6c8d7f9b5-aaaaa', labels: { app: 'api', version: 'v1' } });
    const now = pod('shop/api', { podName: 'api-7d9c6b5f4-bbbbb', labels: { app: 'api', version: 'v2' } });
    expect(briefs(await diagnosed([...drop(old, PG, 5432), ...drop(now, PG, 5432)]))).toEqual([
      `${MISSING} 2`,
    ]);
  });

  it('joins nodes', async () => {
    const nodes = ['192.0.2.1', '192.0.2.2'].map((ip) => reserved('remote-node', ip, 6));
    const flows = nodes.flatMap((node) => drop(node, API, 8080, { direction: 'ingress' }));
    expect(briefs(await diagnosed(flows))).toEqual(['no-rule remote-node → shop/api 8080/TCP ingress 2']);
  });

  it('keeps unknown addresses apart', async () => {
    const flows = ['10.9.9.1', '10.9.9.2'].flatMap((ip) =>
      drop({ ...NOBODY, ip }, API, 8080, { direction: 'ingress' }),
    );
    expect(briefs(await diagnosed(flows))).toEqual([
      'unknown-peer 10.9.9.1 → shop/api 8080/TCP ingress 1',
      'unknown-peer 10.9.9.2 → shop/api 8080/TCP ingress 1',
    ]);
  });
});
