import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, Verification } from '../../src/core/diagnose/verify/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { runs } from '../lib/runs.ts';
import { CATALOG, randomCluster } from './random-cluster.ts';
import { COREDNS, event, POSTGRES, pod, START, udp, world } from './tools.ts';
import { verified } from './verify-tools.ts';

/** Flows of any kind: some dropped, some passed, at any time, some of them answers. */
function mixed(): fc.Arbitrary<{ readonly flows: readonly Flow[]; readonly files: Record<string, string> }> {
  return fc
    .tuple(randomCluster(), fc.array(fc.tuple(fc.constantFrom(...CHECKED), flowChange()), { maxLength: 8 }))
    .map(([{ files, flows }, others]) => ({
      flows: [...flows, ...others.map(([flow, changed]) => ({ ...flow, ...changed }))],
      files: Object.fromEntries(files.map(({ path, text }) => [path, text])),
    }));
}

/** What checks are about: DNS, a resource, the internet. */
const CHECKED: readonly [Flow, ...Flow[]] = [
  event(pod('a/x'), COREDNS, 53, udp(53)),
  event(pod('a/x'), pod('b/x', { ip: '10.2.0.1' }), 80),
  event(pod('a/y', { ip: '10.0.0.1' }), world('1.2.3.4'), 443),
  event(COREDNS, pod('a/x'), 41_234, {
    l4: { protocol: 'UDP', sourcePort: 53, destinationPort: 41_234, flags: [] },
    isReply: true,
  }),
];

function flowChange(): fc.Arbitrary<Partial<Flow>> {
  return fc.record({
    verdict: fc.constantFrom('DROPPED', 'FORWARDED', 'REDIRECTED', 'AUDIT', 'TRACED'),
    direction: fc.constantFrom('egress', 'ingress', 'unknown'),
    eventType: fc.constantFrom(1, 4, 5),
    eventSubType: fc.constantFrom(0, 3, 5),
    timeMs: fc.integer({ min: 0, max: 60 }).map((seconds) => START + seconds * 1000),
  });
}

function outcomes({ results }: Verification): ReadonlyMap<string, Outcome> {
  return new Map(results.map(({ check, outcome }) => [check.id, outcome]));
}

const change = { timeMs: START + 10_000, what: 'policy', name: 'CNP a/own' } as const;

describe('laws of verification', () => {
  it('more flows never make silence of a failure', () => {
    let failed = 0;
    fc.assert(
      fc.property(mixed(), fc.nat(), ({ flows, files }, cut) => {
        // Where nobody said what the cluster is called, more flows may show that a pod is another cluster's.
        const given = { files, catalog: CATALOG, namespace: 'a', change, isClusterNameAssumed: false };
        const before = outcomes(verified(flows.slice(0, cut % (flows.length + 1)), given));
        const after = outcomes(verified(flows, given));
        for (const [id, outcome] of before) {
          if (outcome !== 'fail') continue;
          failed += 1;
          // Newer flows may show that it works by now, at both ends or at one: never that nothing was seen.
          expect(['no-traffic', 'not-promised', undefined], id).not.toContain(after.get(id));
        }
      }),
      runs(150),
    );
    expect(failed).toBeGreaterThan(10);
  });

  it('the order of flows says nothing', () => {
    fc.assert(
      fc.property(mixed(), fc.infiniteStream(fc.nat()), ({ flows, files }, numbers) => {
        const shuffled = [...flows]
          .map((flow) => ({ flow, key: numbers.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ flow }) => flow);
        const given = { files, catalog: CATALOG, namespace: 'a', change };
        expect([...outcomes(verified(shuffled, given))]).toEqual([...outcomes(verified(flows, given))]);
      }),
      runs(100),
    );
  });

  it('nothing passes without a request that was forwarded after a policy was asked', () => {
    let passed = 0;
    fc.assert(
      fc.property(mixed(), ({ flows, files }) => {
        const given = { files, catalog: CATALOG, namespace: 'a' };
        const requests = flows.filter(
          ({ verdict, isReply, eventType, eventSubType }) =>
            (verdict === 'FORWARDED' || verdict === 'REDIRECTED') &&
            isReply !== true &&
            !(eventType === 4 && eventSubType === 5),
        );
        const { results } = verified(flows, given);
        for (const { outcome, evidence } of results) {
          if (outcome !== 'pass') continue;
          passed += 1;
          expect(evidence.left.count + evidence.arrived.count).toBeGreaterThan(0);
        }
        const without = verified(
          flows.filter((flow) => !requests.includes(flow)),
          given,
        );
        expect([...outcomes(without).values()]).not.toContain('pass');
      }),
      runs(100),
    );
    expect(passed).toBeGreaterThan(10);
  });

  it('what is promised does not depend on flows of a namespace that files declare', () => {
    fc.assert(
      fc.property(mixed(), ({ flows, files }) => {
        const given = { files: { ...files, [POSTGRES]: '' }, catalog: CATALOG, namespace: 'a' };
        const promised = (found: Verification): readonly string[] =>
          found.results.filter(({ check }) => check.promised !== undefined).map(({ check }) => check.id);
        expect(promised(verified(flows, given))).toEqual(promised(verified([], given)));
      }),
      runs(50),
    );
  });
});
