import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentRefusals } from '../../src/core/manifest/policy/agent-refusals.ts';
import { REFUSAL_RULES } from '../../src/core/manifest/policy/refusal.ts';
import { type AgentOptions, agentOptions } from '../../src/core/model/options.ts';
import { formatPath } from '../../src/core/model/place.ts';

/**
 * Objects, each accepted or refused by the agent, from Cilium's sources of each version. `reason` is the rule and
 * the field that are to be named. `options` are the agent's, and default to those of `main`.
 */
interface Vector {
  readonly id: string;
  readonly policy: unknown;
  readonly accepted: boolean;
  readonly reason?: string;
  readonly options?: Partial<AgentOptions>;
}

const vectors = readFileSync(new URL('objects.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

describe('what the agent refuses', () => {
  it.each(vectors)('$id', ({ policy, accepted, reason, options }) => {
    const refusals = agentRefusals(policy, agentOptions({ version: 'main', ...options }));
    const reasons = refusals.map(({ rule, path }) => `${rule} ${formatPath(path)}`);
    expect(accepted ? reasons : reasons.slice(0, 1)).toEqual(accepted ? [] : [reason]);
  });

  it('has vectors of its own for every rule, and no id twice', () => {
    const rules = new Set(vectors.flatMap(({ reason }) => reason?.split(' ', 1) ?? []));
    // Its vector would be a long one: see refuse-l7.test.ts.
    expect(REFUSAL_RULES.filter((rule) => !rules.has(rule))).toEqual(['http-regexp-too-long']);
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
    expect(vectors.length).toBeGreaterThan(200);
  });
});
