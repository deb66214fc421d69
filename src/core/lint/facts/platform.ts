import type { EndpointIndex } from '../../engine/index.ts';
import type { Direction } from '../../model/policy.ts';
import { atNamespace, atPlace, atPolicy } from '../at.ts';
import type { LintContext } from '../context.ts';
import type { At } from '../rule.ts';
import { isolatingPolicies } from './default-deny.ts';
import type { LintWorld } from './lint-world.ts';

/** Where a rule is missing: in the namespace's own policy that isolates the pod, else in its declaration. */
export function atIsolation(
  context: LintContext,
  world: LintWorld,
  {
    namespace,
    pod,
    direction,
  }: { readonly namespace: string; readonly pod: EndpointIndex; readonly direction: Direction },
): At {
  const policies = [...isolatingPolicies(world, pod, direction)];
  const own = policies.find((policy) => policy.namespace === namespace);
  if (own !== undefined) return atPolicy(context, own);
  const declared = context.namespaces.find(namespace);
  if (declared !== undefined) return atNamespace(context, declared);
  const [first] = policies;
  return first === undefined ? atPlace({ file: '', line: 1, column: 1 }) : atPolicy(context, first);
}

/** Whether a direction of a pod is enforced with default deny. */
export function isIsolated(world: LintWorld, pod: EndpointIndex, direction: Direction): boolean {
  return isolatingPolicies(world, pod, direction).size > 0;
}
