import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, decideUnknowing, type KnownLabels } from '../../src/core/engine/index.ts';
import type { SideDecision } from '../../src/core/model/decision.ts';
import { CLUSTER_KEY, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../src/core/model/label.ts';
import type { Endpoint } from '../../src/core/model/world.ts';
import { randomAsks, randomWorld } from '../lib/random-world.ts';
import { runs } from '../lib/runs.ts';

/** Labels that a pod may have of its own. */
const OWN: readonly (readonly string[])[] = [
  [],
  ['k8s:app=x'],
  ['k8s:app=y'],
  ['k8s:app=z', 'k8s:tier=t1'],
  ['k8s:tier=t2'],
  ['k8s:app=x', 'k8s:tier=t1'],
];

function isKept(label: string, known: KnownLabels): boolean {
  if (known === 'all' || label.startsWith('reserved:')) return true;
  if (label.startsWith(`k8s:${NAMESPACE_KEY}`) || label.startsWith(`k8s:${CLUSTER_KEY}`)) return true;
  return known === 'of-namespace' && label.startsWith(`k8s:${NAMESPACE_LABELS_PREFIX}`);
}

describe('laws of unknown labels', () => {
  it('a side that is certain says the same whatever labels the pods turn out to have', () => {
    let [certain, uncertain] = [0, 0];
    fc.assert(
      fc.property(
        randomWorld(),
        randomAsks(6),
        fc.constantFrom<KnownLabels>('of-namespace', 'nothing'),
        ({ world, options }, asks, known) => {
          const size = world.endpoints.length;
          for (const { from: i, to: j, protocol, port } of asks) {
            const [from, to] = [i % size, j % size];
            const isPod = (index: number): boolean =>
              world.endpoints[index]?.labels.some((label) => label.startsWith(`k8s:${NAMESPACE_KEY}`)) ===
              true;
            const ends = { from: isPod(from) ? known : 'all', to: isPod(to) ? known : 'all' } as const;
            const withOwn = (own: readonly string[]): readonly Endpoint[] =>
              world.endpoints.map((endpoint, index) =>
                (index === from || index === to) && isPod(index)
                  ? {
                      ...endpoint,
                      labels: [...endpoint.labels.filter((label) => isKept(label, known)), ...own],
                    }
                  : endpoint,
              );
            const question = { from, to, protocol, port };
            const bare = compile({ ...world, endpoints: withOwn([]) }, options);
            const answer = decideUnknowing(bare, question, ends);
            for (const own of OWN) {
              const real = compile({ ...world, endpoints: withOwn(own) }, options).decide(question);
              for (const direction of ['egress', 'ingress'] as const) {
                const side: SideDecision = answer[direction];
                if (!side.isCertain) uncertain += 1;
                else {
                  certain += 1;
                  expect(side.verdict === 'denied', `${own.join()} ${direction}`).toBe(
                    real[direction].verdict === 'denied',
                  );
                }
              }
            }
          }
        },
      ),
      runs(150),
    );
    expect(Math.min(certain, uncertain)).toBeGreaterThan(100);
  });

  it('what is certain with labels unknown is so with them known', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(6), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const { from, to, protocol, port } of asks) {
          const size = world.endpoints.length;
          const question = { from: from % size, to: to % size, protocol, port };
          expect(decideUnknowing(engine, question, { from: 'all', to: 'all' })).toEqual(
            engine.decide(question),
          );
        }
      }),
      runs(50),
    );
  });
});
