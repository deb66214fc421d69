import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Engine, groupsOf, reaches, reachMap } from '../../src/core/engine/index.ts';
import { PROTOCOLS } from '../../src/core/model/port.ts';
import { portsContain, portsKey } from '../../src/core/model/port-set.ts';
import { type Ask, everyPair, type RandomWorld, randomAsks, randomWorld } from '../lib/random-world.ts';
import { runs } from '../lib/runs.ts';
import { slowVerdict } from '../lib/slow-engine.ts';

describe('laws of agreement', () => {
  it('a slow engine that walks every rule gives the same verdict for both sides', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(25), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const ask of asksIn(engine, asks)) {
          const [from, to] = [world.endpoints[ask.from], world.endpoints[ask.to]];
          if (from === undefined || to === undefined) throw new Error('outside the world');
          const decision = engine.decide(ask);
          const question = { from, to, protocol: ask.protocol, port: ask.port };
          const said = [decision.egress.verdict, decision.ingress.verdict];
          const slow = [
            slowVerdict(world, options, question, 'egress'),
            slowVerdict(world, options, question, 'ingress'),
          ];
          expect(said, `${from.id} → ${to.id} ${ask.port}/${ask.protocol}`).toEqual(slow);
        }
      }),
      runs(2000),
    );
  });

  it('the quick answer, the explained answer and the set of ports say the same', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(40), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const ask of asksIn(engine, asks)) {
          const explained = engine.decide(ask).verdict === 'allowed';
          expect(quick(engine, ask)).toBe(explained);
          expect(portsContain(engine.portsBetween(ask.from, ask.to), ask.protocol, ask.port)).toBe(explained);
        }
      }),
      runs(200),
    );
  });

  it('a cell that is asked for alone is as it is in its row', () => {
    fc.assert(
      fc.property(randomWorld(), ({ world, options }) => {
        const [engine, fresh] = [compile(world, options), compile(world, options)];
        const { egress, ingress, peerClassCount } = engine.compiled;
        for (const { direction, index } of [...egress, ...ingress]) {
          const cells = Array.from({ length: peerClassCount }, (_, peer) =>
            fresh.cell(direction, index, peer),
          );
          const texts = cells.map((cell) => portsKey(fresh.compiled.ports.get(cell)));
          const row = [...engine.row(direction, index)];
          expect(texts).toEqual(row.map((cell) => portsKey(engine.compiled.ports.get(cell))));
        }
      }),
      runs(150),
    );
  });

  it('the map of a port has exactly the pairs that pass', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(3), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const { protocol, port } of asks) {
          const map = reachMap(engine, protocol, port);
          let pairs = 0;
          for (const [from, to] of everyPair(world)) {
            const passes = quick(engine, { from, to, protocol, port });
            expect(reaches(map, from, to)).toBe(passes);
            if (passes) pairs += 1;
          }
          expect(map.pairs).toBe(pairs);
        }
      }),
      runs(150),
    );
  });

  it('endpoints of one group get the same answers, as sources and as destinations', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(10), (random, asks) => {
        const engine = compile(twins(random).world, random.options);
        const { groupOf, members } = groupsOf(engine);
        expect(members.flat().toSorted((a, b) => a - b)).toEqual([...engine.endpoints.keys()]);
        for (const ask of asksIn(engine, asks)) {
          const mates = members[groupOf[ask.from] as number] ?? [];
          for (const mate of mates) {
            expect(answers(engine, { ...ask, from: mate })).toEqual(answers(engine, ask));
            expect(answers(engine, turned({ ...ask, from: mate }))).toEqual(answers(engine, turned(ask)));
          }
        }
      }),
      runs(150),
    );
  });
});

/** Every endpoint twice, under another id: the two must fall into one group. */
function twins({ world, options }: RandomWorld): RandomWorld {
  const copies = world.endpoints.map((endpoint) => ({ ...endpoint, id: `${endpoint.id}-again` }));
  return { options, world: { ...world, endpoints: [...world.endpoints, ...copies] } };
}

function asksIn(engine: Engine, asks: readonly Ask[]): readonly Ask[] {
  const size = engine.endpoints.length;
  return asks.map((ask) => ({ ...ask, from: ask.from % size, to: ask.to % size }));
}

function quick(engine: Engine, { from, to, protocol, port }: Ask): boolean {
  return engine.allows(from, to, PROTOCOLS.indexOf(protocol), port);
}

function answers(engine: Engine, ask: Ask): readonly unknown[] {
  const { egress, ingress } = engine.decide(ask);
  return [
    ...[egress, ingress].flatMap(({ verdict, reason, rules, defaultDenyBy }) => [
      verdict,
      reason,
      rules,
      defaultDenyBy,
    ]),
    engine.portsBetween(ask.from, ask.to),
  ];
}

function turned({ from, to, ...rest }: Ask): Ask {
  return { from: to, to: from, ...rest };
}
