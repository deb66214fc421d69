import type { EndpointIndex } from '../../engine/index.ts';
import type { Direction, Policy, PolicySpec, Rule } from '../../model/policy.ts';
import type { LintWorld } from './lint-world.ts';

/** Policies that make a direction of a pod default-deny, each once. */
export function isolatingPolicies(
  { engine }: LintWorld,
  pod: EndpointIndex,
  direction: Direction,
): ReadonlySet<Policy> {
  const { egress, ingress, egressClassOf, ingressClassOf } = engine.compiled;
  const index = (direction === 'egress' ? egressClassOf : ingressClassOf)[pod] as number;
  const found = (direction === 'egress' ? egress : ingress)[index];
  const policies = new Set<Policy>();
  for (const { policy, defaultDeny } of found?.entries ?? []) if (defaultDeny) policies.add(policy);
  return policies;
}

/** Whether the rules of one direction of a spec match nobody, so that isolation is all they do. */
export function onlyIsolates({ rules }: PolicySpec, direction: Direction): boolean {
  const own = rules.filter((rule) => rule.direction === direction);
  return (
    own.length > 0 &&
    own.every(
      ({ peers, ports }) => peers.kind === 'none' || (peers.kind === 'omitted' && ports === undefined),
    )
  );
}

/** Whether a deny rule is for everyone, on every port. */
export function deniesAll({ effect, peers, ports }: Rule): boolean {
  return (
    effect === 'deny' &&
    ports === undefined &&
    peers.kind === 'some' &&
    peers.peers.some((peer) => peer.kind === 'entity' && peer.entity === 'all')
  );
}
