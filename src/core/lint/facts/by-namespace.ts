import type { EndpointIndex } from '../../engine/index.ts';
import type { LintWorld } from './lint-world.ts';

/**
 * Pods by namespace. Pods that no file declares (`shop/*`) stand for their namespace only where it has no others,
 * and namespaces that cannot exist are left out.
 */
export function podsByNamespace(world: LintWorld): ReadonlyMap<string, readonly EndpointIndex[]> {
  const found = new Map<string, EndpointIndex[]>();
  for (const pod of world.pods) {
    const namespace = world.namespaceOf(pod);
    if (namespace.startsWith('(')) continue;
    const known = found.get(namespace);
    if (known === undefined) found.set(namespace, [pod]);
    else known.push(pod);
  }
  for (const [namespace, pods] of found) {
    const declared = pods.filter((pod) => !world.isPlaceholder(pod));
    if (declared.length > 0) found.set(namespace, declared);
  }
  return found;
}
