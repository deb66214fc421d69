import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Engine } from '../../src/core/engine/index.ts';
import type { Policy, PolicySpec, Rule } from '../../src/core/model/policy.ts';
import {
  intersectPorts,
  isAllPorts,
  isNoPorts,
  type PortSet,
  portsKey,
  subtractPorts,
  unionPorts,
} from '../../src/core/model/port-set.ts';
import type { World } from '../../src/core/model/world.ts';
import { everyPair, type RandomWorld, randomWorld } from '../lib/random-world.ts';
import { runs } from '../lib/runs.ts';

describe('laws of policies', () => {
  it('the order of policies, of their specs, of their rules and of endpoints never matters', () => {
    fc.assert(
      fc.property(randomWorld(), fc.integer(), ({ world, options }, salt) => {
        const shuffle = shuffler(salt);
        const policies = shuffle(
          world.policies.map((policy) => ({
            ...policy,
            specs: shuffle(policy.specs.map((spec) => ({ ...spec, rules: shuffle(spec.rules) }))),
          })),
        );
        const endpoints = shuffle(world.endpoints);
        const [before, after] = [
          compile(world, options),
          compile({ ...world, policies, endpoints }, options),
        ];
        for (const [from, to] of everyPair(world)) {
          expect(portsKey(between(after, world, from, to))).toBe(portsKey(before.portsBetween(from, to)));
        }
      }),
      runs(150),
    );
  });

  it('a policy twice is a policy once', () => {
    fc.assert(
      fc.property(randomWorld(), ({ world, options }) => {
        const policies = world.policies.flatMap((policy) => [
          policy,
          { ...policy, name: `${policy.name}-again` },
        ]);
        expect(changed({ world, options }, { ...world, policies })).toEqual([]);
      }),
      runs(150),
    );
  });

  it('a policy that selects nobody here changes nothing', () => {
    fc.assert(
      fc.property(randomWorld(), randomWorld(), ({ world, options }, other) => {
        const requirement = { source: 'k8s', key: 'app', operator: 'In', values: ['nobody'] } as const;
        const idle = rulesOf(other).map((rule, i) =>
          policyOf(
            `idle-${i}`,
            { ...SPEC, subject: { kind: 'endpoints', selector: { requirements: [requirement] } } },
            [rule],
          ),
        );
        expect(changed({ world, options }, { ...world, policies: [...world.policies, ...idle] })).toEqual([]);
      }),
      runs(150),
    );
  });

  // From 1.20 any ingress rule, even a deny, gives a forced endpoint the exception for its local host; and what a
  // rule requires in 1.18 limits other rules, so that a deny may open. See enforcement.test.ts and peers.test.ts.
  const isPlain = ({ requires }: Rule): boolean => requires === undefined;

  it('a further deny rule never opens anything', () => {
    fc.assert(
      fc.property(randomWorld(), randomWorld(), fc.nat(), ({ world, options }, other, where) => {
        const strict = { ...options, allowLocalhost: 'policy' } as const;
        for (const rule of rulesOf(other).filter((one) => one.effect === 'deny' && isPlain(one))) {
          const engines = [compile(world, strict), compile(withRule(world, rule, where), strict)] as const;
          expect(opened(engines, world)).toEqual([]);
        }
      }),
      runs(200),
    );
  });

  it('what a deny rule is about is closed, whatever allows it', () => {
    fc.assert(
      fc.property(randomWorld(), randomWorld(), ({ world, options }, other) => {
        const fair = { ...options, allowLocalhost: 'policy', enforcement: 'default' } as const;
        if (!rulesOf({ world, options }).every(isPlain)) return;
        for (const rule of rulesOf(other).filter(isPlain)) {
          const allow = { ...rule, effect: 'allow' } as const;
          const alone = compile({ ...world, policies: [policyOf('alone', SPEC, [allow])] }, fair);
          const deny = policyOf('deny', SPEC, [{ ...rule, effect: 'deny' }]);
          const after = compile({ ...world, policies: [...world.policies, deny] }, fair);
          for (const [from, to] of everyPair(world)) {
            const isBound =
              alone.decide({ from, to, protocol: 'TCP', port: 1 })[rule.direction].defaultDenyBy.length > 0;
            if (!isBound) continue;
            const [named, left] = [sidePorts(alone, rule, from, to), sidePorts(after, rule, from, to)];
            expect(isNoPorts(intersectPorts(named, left))).toBe(true);
          }
        }
      }),
      runs(100),
    );
  });

  it('a further allow rule, where its policy already has one of that direction, never closes anything', () => {
    fc.assert(
      fc.property(randomWorld(), randomWorld(), fc.nat(), ({ world, options }, other, where) => {
        for (const rule of rulesOf(other).filter((one) => one.effect === 'allow' && isPlain(one))) {
          const after = withRuleBeside(world, rule, where);
          const engines = [compile(after, options), compile(world, options)] as const;
          expect(opened(engines, world)).toEqual([]);
        }
      }),
      runs(200),
    );
  });

  it('as an allow a rule opens exactly the ports that it closes as a deny', () => {
    fc.assert(
      fc.property(randomWorld({ policies: 0 }), randomWorld(), ({ world, options }, other) => {
        const fair = {
          ...options,
          allowLocalhost: 'policy',
          enforcement: 'default',
          nonDefaultDeny: true,
        } as const;
        const soft = { ingress: false, egress: false };
        for (const rule of rulesOf(other).filter(isPlain)) {
          const [allowing, denying] = (['allow', 'deny'] as const).map((effect) => {
            const spec = { ...SPEC, enableDefaultDeny: effect === 'allow' ? {} : soft };
            return compile({ ...world, policies: [policyOf(effect, spec, [{ ...rule, effect }])] }, fair);
          }) as [Engine, Engine];
          for (const [from, to] of everyPair(world)) {
            const subject = world.endpoints[rule.direction === 'egress' ? from : to];
            // Not enforced, or forced: then the rule does not decide alone.
            const isBound =
              allowing.decide({ from, to, protocol: 'TCP', port: 1 })[rule.direction].defaultDenyBy.length >
              0;
            if (!isBound || subject?.labels.some((label) => label.includes(':init')) === true) continue;
            const [opened, left] = [sidePorts(allowing, rule, from, to), sidePorts(denying, rule, from, to)];
            expect(isNoPorts(intersectPorts(opened, left))).toBe(true);
            expect(isAllPorts(unionPorts(opened, left))).toBe(true);
          }
        }
      }),
      runs(150),
    );
  });
});

const HERE = { file: 'policy', line: 1, column: 1 };
const SPEC: PolicySpec = {
  subject: { kind: 'endpoints', selector: { requirements: [] } },
  rules: [],
  enableDefaultDeny: {},
  place: HERE,
};

/** A clusterwide policy. */
function policyOf(name: string, spec: PolicySpec, rules: readonly Rule[]): Policy {
  return {
    kind: 'CiliumClusterwideNetworkPolicy',
    namespace: '',
    name,
    place: HERE,
    specs: [{ ...spec, rules }],
  };
}

function rulesOf({ world }: RandomWorld): readonly Rule[] {
  return world.policies.flatMap(({ specs }) => specs.flatMap(({ rules }) => rules));
}

/** The world with the rule in one of its policies, or in a new one. */
function withRule(world: World, rule: Rule, where: number): World {
  const added = policyOf('added', { ...SPEC, enableDefaultDeny: { ingress: where % 2 === 0 } }, [rule]);
  if (world.policies.length === 0 || where % 3 === 0)
    return { ...world, policies: [...world.policies, added] };
  return { ...world, policies: withRuleIn(world.policies, rule, where, () => true) };
}

/** The world with the rule in each of its specs that has one of that direction. */
function withRuleBeside(world: World, rule: Rule, where: number): World {
  const hasOne = ({ rules }: PolicySpec): boolean =>
    rules.some(({ direction }) => direction === rule.direction);
  return { ...world, policies: withRuleIn(world.policies, rule, where, hasOne) };
}

function withRuleIn(
  policies: readonly Policy[],
  rule: Rule,
  where: number,
  isFit: (spec: PolicySpec) => boolean,
): readonly Policy[] {
  return policies.map((policy, i) =>
    i === where % policies.length
      ? {
          ...policy,
          specs: policy.specs.map((spec) => (isFit(spec) ? { ...spec, rules: [...spec.rules, rule] } : spec)),
        }
      : policy,
  );
}

/** Pairs for which `after` has ports that `before` has not. */
function opened([before, after]: readonly [Engine, Engine], world: World): readonly string[] {
  return everyPair(world).flatMap(([from, to]) => {
    const more = subtractPorts(after.portsBetween(from, to), before.portsBetween(from, to));
    return isNoPorts(more) ? [] : [`${from} → ${to}: ${portsKey(more)}`];
  });
}

/** Pairs whose ports differ. */
function changed({ world, options }: RandomWorld, after: World): readonly string[] {
  const engines = [compile(world, options), compile(after, options)] as const;
  return [...opened(engines, world), ...opened([engines[1], engines[0]], world)];
}

function between(engine: Engine, world: World, from: number, to: number): PortSet {
  const found = [from, to].map((i) => engine.find(world.endpoints[i]?.id ?? ''));
  const [source, destination] = found;
  if (source === undefined || destination === undefined) throw new Error('an endpoint was lost');
  return engine.portsBetween(source, destination);
}

function sidePorts(engine: Engine, rule: Rule, from: number, to: number): PortSet {
  const { ports } = engine.compiled;
  return ports.get(
    rule.direction === 'egress' ? engine.egressPorts(from, to) : engine.ingressPorts(from, to),
  );
}

/** Puts lists into an order that depends on the salt. */
function shuffler(salt: number): <T>(items: readonly T[]) => readonly T[] {
  let state = salt >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return (items) =>
    items
      .map((item) => ({ item, at: next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
}
