import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, compile, difference, type Engine } from '../../src/core/engine/index.ts';
import type { AgentOptions } from '../../src/core/model/options.ts';
import { PROTOCOLS } from '../../src/core/model/port.ts';
import { portsContain } from '../../src/core/model/port-set.ts';
import type { Endpoint, World } from '../../src/core/model/world.ts';
import { PORTS_ASKED, randomOptions, randomWorld } from '../lib/random-world.ts';
import { runs } from '../lib/runs.ts';

describe('laws of differences', () => {
  it('the changes are exactly the pairs and ports that differ, when policies differ', () => {
    fc.assert(
      fc.property(changedPolicies(), ({ before, after, options }) => {
        expectExact(compile(before, options), compile(after, options));
      }),
      runs(150),
    );
  });

  it('and when labels, named ports, Services and groups of prefixes differ, or endpoints come and go', () => {
    fc.assert(
      fc.property(changedSurroundings(), ({ before, after, options }) => {
        expectExact(compile(before, options), compile(after, options));
      }),
      runs(150),
    );
  });

  it('and when one pod of many is another', () => {
    fc.assert(
      fc.property(randomWorld({ pods: 24 }), randomWorld(), ({ world, options }, other) => {
        const donor = other.world.endpoints[0];
        const endpoints = world.endpoints.map((endpoint, i) =>
          i === 0 && donor !== undefined ? { ...donor, id: endpoint.id } : endpoint,
        );
        expectExact(compile(world, options), compile({ ...world, endpoints }, options));
      }),
      runs(60),
    );
  });

  it("and when the agent's options differ, as with a newer version", () => {
    fc.assert(
      fc.property(randomWorld(), randomOptions(), ({ world, options }, others) => {
        const after: AgentOptions = { ...others, ipv6: options.ipv6 };
        expectExact(compile(world, options), compile(world, after));
      }),
      runs(150),
    );
  });

  it('a world and itself do not differ', () => {
    fc.assert(
      fc.property(randomWorld(), ({ world, options }) => {
        expect(difference(compile(world, options), compile(world, options))).toEqual([]);
      }),
      runs(50),
    );
  });

  it('the other way round, what was opened is closed', () => {
    fc.assert(
      fc.property(changedPolicies(), ({ before, after, options }) => {
        const there = pairsOf(difference(compile(before, options), compile(after, options)));
        const back = pairsOf(difference(compile(after, options), compile(before, options)));
        expect([...back.keys()].toSorted()).toEqual([...there.keys()].toSorted());
        for (const [pair, change] of there) {
          expect(back.get(pair)?.opened).toEqual(change.closed);
          expect(back.get(pair)?.closed).toEqual(change.opened);
        }
      }),
      runs(80),
    );
  });
});

interface Changed {
  readonly before: World;
  readonly after: World;
  readonly options: AgentOptions;
}

/** Some policies of a world taken away, and some of another put in. */
function changedPolicies(): fc.Arbitrary<Changed> {
  return fc
    .tuple(randomWorld(), randomWorld(), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 15 }))
    .map(([{ world, options }, other, kept, added]) => {
      const take = <T>(items: readonly T[], mask: number): readonly T[] =>
        items.filter((_item, i) => ((mask >> i) & 1) === 1);
      const renamed = other.world.policies.map((policy) => ({ ...policy, name: `new-${policy.name}` }));
      const policies = [...take(world.policies, kept), ...take(renamed, added)];
      return { before: world, after: { ...world, policies }, options };
    });
}

/** The same policies, and other labels or ports for some of the endpoints. */
function changedSurroundings(): fc.Arbitrary<Changed> {
  return fc
    .tuple(randomWorld(), randomWorld(), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 7 }))
    .map(([{ world, options }, other, mask, what]) => {
      const pods = other.world.endpoints.filter(isPod);
      const endpoints = world.endpoints.map((endpoint, i) => {
        const donor = pods[i % Math.max(1, pods.length)];
        if (!isPod(endpoint) || donor === undefined || ((mask >> i) & 1) === 0) return endpoint;
        return {
          ...endpoint,
          labels: (what & 1) === 0 ? endpoint.labels : donor.labels,
          ports: (what & 2) === 0 ? (donor.ports ?? []) : (endpoint.ports ?? []),
        };
      });
      const newcomer = pods.slice(0, 1).map((endpoint) => ({ ...endpoint, id: 'newcomer' }));
      const after: World = {
        ...world,
        endpoints: [...((what & 4) === 0 ? endpoints : endpoints.slice(1)), ...newcomer],
        ...((what & 4) === 0 ? {} : { services: (world.services ?? []).slice(1), cidrGroups: [] }),
      };
      return { before: world, after, options };
    });
}

function isPod({ id }: Endpoint): boolean {
  return id.startsWith('pod-');
}

/** Compares with brute force: every pair that is in both worlds, on every port where anything can begin or end. */
function expectExact(before: Engine, after: Engine): void {
  const changes = difference(before, after);
  const byPair = pairsOf(changes);
  const ids = before.endpoints.map(({ id }) => id).filter((id) => after.find(id) !== undefined);
  for (const from of ids) {
    for (const to of ids) {
      const change = byPair.get(`${from} → ${to}`);
      for (const [i, protocol] of PROTOCOLS.entries()) {
        for (const port of portsOf(i)) {
          const passes = (engine: Engine): boolean =>
            engine.allows(engine.find(from) ?? -1, engine.find(to) ?? -1, i, port);
          const [old, now] = [passes(before), passes(after)];
          const said = [
            change !== undefined && portsContain(change.opened, protocol, port),
            change !== undefined && portsContain(change.closed, protocol, port),
          ];
          if (said[0] !== (!old && now) || said[1] !== (old && !now))
            throw new Error(`${from} → ${to} ${port}/${protocol}: ${old} then ${now}, said ${said.join()}`);
        }
      }
    }
  }
}

function portsOf(protocol: number): readonly number[] {
  return protocol < 3 ? PORTS_ASKED : protocol < 5 ? [0, 8, 13, 255] : [0];
}

/** The changes by pair of ids; each pair in one change at most. */
function pairsOf(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const byPair = new Map<string, Change>();
  for (const change of changes) {
    for (const from of change.from) {
      for (const to of change.to) {
        expect(byPair.has(`${from} → ${to}`), 'a pair is in two changes').toBe(false);
        byPair.set(`${from} → ${to}`, change);
      }
    }
  }
  return byPair;
}
