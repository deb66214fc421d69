import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/model/flow.ts';
import type { FlowSource } from '../../src/core/ports/flow-source.ts';
import { aFlow } from './flow-json.ts';

/** Opens a source of these flows, which also says that it lost some. */
export type OpenFlows = (flows: readonly Flow[], lost?: number) => Promise<FlowSource>;

/** What every source of flows must do. A source is read once. */
export function describeFlowSource(name: string, open: OpenFlows): void {
  describe(`${name} as a source of flows`, () => {
    it('yields nothing where there is nothing', async () => {
      const source = await open([]);
      expect(await all(source)).toEqual([]);
      expect(source.counts()).toMatchObject({
        flows: 0,
        lost: 0,
        otherEvents: 0,
        skipped: [],
        unknownValues: [],
      });
    });

    it('yields every flow, whole, in the order of the source', async () => {
      const flows = Array.from({ length: 3000 }, (_, i) =>
        aFlow({ timeMs: 1_772_359_200_000 - i, timeNs: i }),
      );
      const source = await open(flows);
      expect(await all(source)).toEqual(flows);
      expect(source.counts().flows).toBe(3000);
    });

    it('yields flows of all kinds as they are', async () => {
      const source = await open(KINDS);
      expect(await all(source)).toEqual(KINDS);
      expect(source.counts().skipped).toEqual([]);
    });

    it('never yields an empty batch', async () => {
      for await (const batch of (await open([aFlow()])).batches()) expect(batch.length).toBeGreaterThan(0);
    });

    it('hands on how many events were lost', async () => {
      const source = await open([aFlow()], 42);
      expect(await all(source)).toHaveLength(1);
      expect(source.counts().lost).toBe(42);
    });

    it('reads nothing once it was cancelled', async () => {
      const source = await open([aFlow()]);
      const seen: Flow[] = [];
      for await (const batch of source.batches({ aborted: true })) seen.push(...batch);
      expect(seen).toEqual([]);
    });

    it('stops between batches when it is cancelled', async () => {
      const flows = Array.from({ length: 20_000 }, (_, i) => aFlow({ timeNs: i }));
      const until = { aborted: false };
      let batches = 0;
      for await (const batch of (await open(flows)).batches(until)) {
        expect(batch.length).toBeLessThan(flows.length);
        batches += 1;
        until.aborted = true;
      }
      expect(batches).toBe(1);
    });

    it('may be left before its end', async () => {
      const flows = Array.from({ length: 20_000 }, () => aFlow());
      for await (const batch of (await open(flows)).batches()) {
        expect(batch[0]).toEqual(aFlow());
        break;
      }
    });
  });
}

async function all(source: FlowSource): Promise<readonly Flow[]> {
  const flows: Flow[] = [];
  for await (const batch of source.batches()) flows.push(...batch);
  return flows;
}

const HTTP = {
  kind: 'http',
  type: 'RESPONSE',
  method: 'GET',
  url: 'http://api/x?a=1&b=<2>',
  code: 403,
  headers: [['X-Request-Id', '7']],
} as const;

const KINDS: readonly Flow[] = [
  aFlow(),
  aFlow({
    verdict: 'FORWARDED',
    dropReason: '',
    dropReasonCode: 0,
    isReply: true,
    eventType: 4,
    eventSubType: 3,
  }),
  aFlow({ isReply: false, direction: 'egress', sourceService: 'shop/web', destinationService: 'data/pg-rw' }),
  aFlow({
    l4: { protocol: 'UDP', sourcePort: 53, destinationPort: 40_000, flags: [] },
    direction: 'unknown',
  }),
  aFlow({ l4: { protocol: 'ICMP', type: 8, code: 0 } }),
  aFlow({ l4: { protocol: 'ICMPv6', type: 135, code: 0 } }),
  aFlow({ l4: { protocol: 'SCTP', sourcePort: 1, destinationPort: 2, flags: [] } }),
  aFlow({ l4: { protocol: 'other', name: 'IGMP' } }),
  aFlow({ type: 'L7', eventType: 129, eventSubType: 0, dropReason: '', dropReasonCode: 0, l7: HTTP }),
  aFlow({ l7: { kind: 'dns', type: 'REQUEST', query: 'api.example.com.', ips: ['1.2.3.4'], rcode: 3 } }),
  aFlow({ destinationNames: ['api.example.com', 'bücher.example'], summary: 'line\nfeed and \u001b[31m' }),
  aFlow({ l7: { kind: 'other', type: 'REQUEST', record: 'kafka' } }),
  aFlow({ sourceIp: 'fd00::1', destinationIp: 'fd00::2' }),
  aFlow({
    more: {
      nodeLabels: ['kubernetes.io/hostname=n1', 'zone'],
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      ipTraceId: '18446744073709551615',
      interface: { index: 12, name: 'lxc1' },
      isEncrypted: true,
      sourceXlatedIp: '192.0.2.1',
    },
  }),
  aFlow({ more: { ipVersion: 'IP_NOT_USED' } }),
  aFlow({
    eventType: 5,
    eventSubType: 0,
    policyMatchType: 2,
    authType: 'SPIRE',
    egressDeniedBy: [{ name: 'deny-web', namespace: 'shop', kind: 'CiliumNetworkPolicy' }],
    ingressAllowedBy: [{ name: 'all', namespace: '', kind: 'CiliumClusterwideNetworkPolicy' }],
  }),
];
