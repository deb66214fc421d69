import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Engine } from '../../src/core/engine/index.ts';
import type { RuleRef, SideDecision } from '../../src/core/model/decision.ts';
import { type LabelText, parseLabel } from '../../src/core/model/label.ts';
import { type Policy, type Rule } from '../../src/core/model/policy.ts';
import type { Endpoint, World } from '../../src/core/model/world.ts';
import { type Ask, randomAsks, randomWorld } from '../lib/random-world.ts';
import { runs } from '../lib/runs.ts';
import { slowHits } from '../lib/slow-engine.ts';

describe('laws of reasons', () => {
  it('an answer names exactly the rules that decided', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(25), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const { ask, side, from, to } of sidesOf(engine, asks)) {
          const hits = slowHits(
            world,
            options,
            { from, to, protocol: ask.protocol, port: ask.port },
            side.direction,
          );
          const effect = side.reason === 'deny-rule' ? 'deny' : 'allow';
          const deciding = ['deny-rule', 'allow-rule'].includes(side.reason)
            ? hits.filter((rule) => rule.effect === effect)
            : [];
          expect(namesOf(side.rules)).toEqual(namesOf(deciding.map((rule) => refTo(world, rule))));
        }
      }),
      runs(200),
    );
  });

  it('a side that is denied by default names the policies that made it so', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(25), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const { side } of sidesOf(engine, asks)) {
          if (side.verdict !== 'denied' || side.reason === 'deny-rule') continue;
          expect(side.rules).toEqual([]);
          expect(side.reason).toBe(side.defaultDenyBy.length > 0 ? 'default-deny' : 'enforced-always');
          for (const { kind, namespace, name } of side.defaultDenyBy) {
            const policy = world.policies.find(
              (one) => one.kind === kind && one.namespace === namespace && one.name === name,
            );
            expect(
              policy?.specs.some(({ rules }) => rules.some((rule) => rule.direction === side.direction)),
            ).toBe(true);
          }
        }
      }),
      runs(150),
    );
  });

  it('without the policies that it names, a side that is denied by default is open, unless all are forced', () => {
    fc.assert(
      fc.property(randomWorld(), randomAsks(10), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const { ask, side } of sidesOf(engine, asks)) {
          if (side.reason !== 'default-deny' || options.enforcement === 'always') continue;
          // What a policy requires in 1.18 goes with it, and other rules then admit more.
          if (options.version === '1.18' && requiresAnything(world)) continue;
          const blamed = new Set(
            side.defaultDenyBy.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`),
          );
          const policies = world.policies.filter(
            ({ kind, namespace, name }) => !blamed.has(`${kind}/${namespace}/${name}`),
          );
          const without = compile({ ...world, policies }, options).decide(ask);
          const reason = without[side.direction].reason;
          // Until labels are known all is denied; and what no rule admitted is now not enforced at all.
          expect(['no-policy', 'no-default-deny', 'enforced-always', 'deny-rule']).toContain(reason);
        }
      }),
      runs(80),
    );
  });

  it('labels that a near miss lacks, put on the subject or on the peer, open the side unless a deny rule closes it', () => {
    let tried = 0;
    fc.assert(
      fc.property(randomWorld(), randomAsks(40), ({ world, options }, asks) => {
        const engine = compile(world, options);
        for (const { ask, side } of sidesOf(engine, asks)) {
          // A pod that asks itself is both, and new labels would change the other side with it.
          for (const { lacking } of ask.from === ask.to ? [] : side.nearest) {
            expect(lacking.length).toBeGreaterThan(0);
            const [only, ...others] = lacking;
            if (only === undefined || others.length > 0) continue;
            if (only.kind !== 'subject' && only.kind !== 'peer') continue;
            const isSource = (only.kind === 'subject') === (side.direction === 'egress');
            const changed = isSource ? ask.from : ask.to;
            const after = compile(labelled(world, changed, only.labels), options).decide(ask)[side.direction];
            tried += 1;
            expect(after.reason === 'deny-rule' || after.verdict !== 'denied', JSON.stringify(only)).toBe(
              true,
            );
          }
        }
      }),
      runs(400),
    );
    expect(tried).toBeGreaterThan(20);
  });
});

interface Side {
  readonly ask: Ask;
  readonly side: SideDecision;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

function sidesOf(engine: Engine, asks: readonly Ask[]): readonly Side[] {
  const { endpoints } = engine;
  return asks.flatMap((asked) => {
    const ask = { ...asked, from: asked.from % endpoints.length, to: asked.to % endpoints.length };
    const [from, to] = [endpoints[ask.from], endpoints[ask.to]];
    if (from === undefined || to === undefined) return [];
    const { egress, ingress } = engine.decide(ask);
    return [egress, ingress].map((side) => ({ ask, side, from, to }));
  });
}

function requiresAnything({ policies }: World): boolean {
  return policies.some(({ specs }) =>
    specs.some(({ rules }) => rules.some(({ requires }) => requires !== undefined)),
  );
}

function refTo(world: World, rule: Rule): RuleRef {
  const policy = world.policies.find((one) => one.specs.some(({ rules }) => rules.includes(rule))) as Policy;
  const { kind, namespace, name } = policy;
  return { policy: { kind, namespace, name }, list: rule.list, index: rule.index, place: rule.place };
}

function namesOf(refs: readonly RuleRef[]): readonly string[] {
  return refs.map((ref) => JSON.stringify(ref)).sort();
}

/** The world with these labels on one endpoint, in place of those with their keys. */
function labelled(world: World, index: number, labels: readonly LabelText[]): World {
  const keys = new Set(labels.map((text) => parseLabel(text).key));
  const endpoints = world.endpoints.map((endpoint, i) =>
    i === index
      ? {
          ...endpoint,
          labels: [...endpoint.labels.filter((text) => !keys.has(parseLabel(text).key)), ...labels],
        }
      : endpoint,
  );
  return { ...world, endpoints };
}
