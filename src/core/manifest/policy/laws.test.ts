import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentOptions, CILIUM_VERSIONS } from '../../model/options.ts';
import type { RawObject } from '../raw-object.ts';
import { admit } from './admit.ts';
import { agentRefusals } from './agent-refusals.ts';
import { ciliumPolicyShape } from './cilium-shape.ts';
import { isBlocking } from './problems.ts';
import { readCidrGroup, readPolicy } from './read-policy.ts';

const examples = readFileSync(new URL('../../../../test/conformance/objects.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => (JSON.parse(line) as { readonly policy: unknown }).policy);

function raw(value: unknown): RawObject {
  return { value, file: 'p.yaml', locate: (path) => ({ file: 'p.yaml', line: path.length, column: 1 }) };
}

const inForce = examples.filter((value) => readPolicy(raw(value), agentOptions()).policy !== undefined);

const options = fc
  .record({
    version: fc.constantFrom(...CILIUM_VERSIONS),
    nodeSelectorLabels: fc.boolean(),
    extendedProtocols: fc.boolean(),
    icmpRules: fc.boolean(),
    l7Proxy: fc.boolean(),
  })
  .map(agentOptions);

/** What is put in place of something: any JSON, and what is nearly right. */
const graft = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, {}, [], [null], [{}], '', '80', 80, '${X}', true, -1, 1e300, {
    __proto__: null,
  }),
  fc.constantFrom(...examples),
);

/** An example with one part replaced, removed or given a field more; `way` chooses the part. */
function mutate(value: unknown, way: readonly number[], part: unknown): unknown {
  const [first = 0, ...rest] = way;
  if (typeof value !== 'object' || value === null || way.length === 0) return part;
  const entries = Object.entries(value);
  const at = first % (entries.length + 2);
  if (Array.isArray(value)) {
    if (at >= entries.length) return [...(value as unknown[]), part];
    return value.map((item: unknown, i) => (i === at ? mutate(item, rest, part) : item));
  }
  if (at === entries.length) return { ...value, fromEndpoints: part };
  if (at === entries.length + 1) return Object.fromEntries(entries.slice(1));
  return Object.fromEntries(
    entries.map(([key, item], i) => [key, i === at ? mutate(item, rest, part) : item]),
  );
}

const changes = fc.array(fc.record({ way: fc.array(fc.nat({ max: 40 }), { maxLength: 10 }), part: graft }), {
  minLength: 1,
  maxLength: 3,
});

function changed(from: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...from), changes)
    .map(([example, list]) =>
      list.reduce<unknown>((value, { way, part }) => mutate(value, way, part), example),
    );
}

const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.jsonValue().map((spec) => ({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'a' },
    spec,
  })),
  { weight: 3, arbitrary: changed(examples) },
  { weight: 3, arbitrary: changed(inForce) },
  { weight: 2, arbitrary: fc.constantFrom(...inForce) },
);

describe('reading any value', () => {
  it('never throws, and yields a policy exactly where no problem blocks', () => {
    fc.assert(
      fc.property(anyValue, options, (value, agent) => {
        const { policy, problems } = readPolicy(raw(value), agent);
        expect(policy === undefined).toBe(problems.some(isBlocking));
        expect(problems.length).toBeLessThanOrEqual(50);
        const { group, problems: others } = readCidrGroup(raw(value));
        expect(group === undefined).toBe(others.some(isBlocking));
      }),
      { numRuns: 2000 },
    );
  });

  it('yields only what the agent accepts', () => {
    fc.assert(
      fc.property(anyValue, options, (value, agent) => {
        if (readPolicy(raw(value), agent).policy === undefined) return;
        const { stored } = admit(value, ciliumPolicyShape(agent.version));
        const kept = (value as { readonly kind: string }).kind === 'NetworkPolicy' ? value : stored;
        expect(agentRefusals(kept, agent)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds nothing in what an API server has stored: pruning once is enough', () => {
    fc.assert(
      fc.property(anyValue, options, (value, agent) => {
        const { policy } = readPolicy(raw(value), agent);
        if (policy === undefined || policy.kind === 'NetworkPolicy') return;
        const { stored } = admit(value, ciliumPolicyShape(agent.version));
        const again = readPolicy(raw(stored), agent);
        expect(again.problems).toEqual([]);
        expect(again.policy?.specs).toEqual(policy.specs);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves the value as it was', () => {
    fc.assert(
      fc.property(changed(examples), options, (value, agent) => {
        const before = JSON.stringify(value);
        readPolicy(raw(value), agent);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});

describe('the agent alone', () => {
  it('never throws, and names a field and what it must be', () => {
    fc.assert(
      fc.property(anyValue, options, (value, agent) => {
        for (const { rule, path, expected } of agentRefusals(value, agent)) {
          expect(rule).not.toBe('');
          expect(Array.isArray(path)).toBe(true);
          expect(expected).not.toBe('');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses an object whose specs hold one that it refuses', () => {
    fc.assert(
      fc.property(fc.constantFrom(...examples), options, (example, agent) => {
        const { spec } = example as { readonly spec?: object };
        if (spec === undefined || Array.isArray(spec)) return;
        const kind = 'CiliumClusterwideNetworkPolicy';
        const alone = { kind, metadata: { name: 'a' }, spec };
        const fine = { endpointSelector: {}, ingress: [{}] };
        const among = { kind, metadata: { name: 'a' }, spec: fine, specs: [fine, spec] };
        expect(agentRefusals(among, agent).length > 0).toBe(agentRefusals(alone, agent).length > 0);
      }),
    );
  });
});
