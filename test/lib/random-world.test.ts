import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../src/core/engine/index.ts';
import { agentOptions, CILIUM_VERSIONS } from '../../src/core/model/options.ts';
import { POLICY_KINDS, RULE_LISTS } from '../../src/core/model/policy.ts';
import { randomPolicy } from './random-policy.ts';
import { everyPair, inForce, randomWorld } from './random-world.ts';

/** Shares of a sample are no law: another seed may miss a threshold by a hair. */
const SEED = 1;

// The laws are worth what the worlds are: each kind of thing must come up, and both answers often.

it.each(CILIUM_VERSIONS)('nearly all random policies are accepted by %s', (version) => {
  const options = agentOptions({ version, nodeSelectorLabels: true, extendedProtocols: version !== '1.18' });
  expect(inForce(fc.sample(randomPolicy(), { numRuns: 400, seed: SEED }), options).length).toBeGreaterThan(
    300,
  );
});

it('random worlds have every kind of rule, peer and port, and every reason for an answer', () => {
  const worlds = fc.sample(randomWorld(), { numRuns: 1500, seed: SEED });
  const policies = worlds.flatMap(({ world }) => world.policies);
  const specs = policies.flatMap((policy) => policy.specs);
  const rules = specs.flatMap((spec) => spec.rules);
  const peers = rules.flatMap(({ peers: set }) => (set.kind === 'some' ? set.peers : []));
  const ports = rules.flatMap((rule) => (rule.ports ?? []).flatMap((one) => one.ports));
  expect(kinds(policies)).toEqual([...POLICY_KINDS].sort());
  expect(kinds(specs.map(({ subject }) => subject))).toEqual(['endpoints', 'nodes']);
  expect([...new Set(rules.map(({ list }) => list))].sort()).toEqual([...RULE_LISTS].sort());
  expect(kinds(rules.map((rule) => rule.peers))).toEqual(['none', 'omitted', 'some']);
  expect(kinds(ports)).toEqual(['icmp', 'named', 'port']);
  expect(kinds(peers)).toEqual([
    'cidr',
    'cidr-group',
    'cloud-group',
    'endpoints',
    'entity',
    'fqdn',
    'nodes',
    'pods',
    'service',
    'service-selector',
  ]);
  expect(rules.some(({ requires }) => requires !== undefined)).toBe(true);
  expect(specs.some(({ enableDefaultDeny }) => enableDefaultDeny.ingress === false)).toBe(true);

  const sides = worlds.slice(0, 300).flatMap(({ world, options }) => {
    const engine = compile(world, options);
    return everyPair(world).flatMap(([from, to]) => {
      const { egress, ingress } = engine.decide({ from, to, protocol: 'TCP', port: 80 });
      return [egress, ingress];
    });
  });
  expect([...new Set(sides.map(({ reason }) => reason))].sort()).toEqual([
    'allow-rule',
    'default-deny',
    'deny-rule',
    'enforced-always',
    'enforcement-never',
    'host-firewall-off',
    'local-host',
    'no-default-deny',
    'no-policy',
    'outside',
  ]);
  const share = (reason: string): number =>
    sides.filter((side) => side.reason === reason).length / sides.length;
  expect(share('allow-rule')).toBeGreaterThan(0.02);
  expect(share('deny-rule')).toBeGreaterThan(0.02);
  expect(share('default-deny')).toBeGreaterThan(0.05);
});

function kinds(things: readonly { readonly kind: string }[]): readonly string[] {
  return [...new Set(things.map(({ kind }) => kind))].sort();
}
