import { type Catalog, isPlatform } from '../catalog/index.ts';
import type { LastChange } from '../diagnose/verify/index.ts';
import { parseInstant } from '../flow/time.ts';
import type { ClusterObject } from '../model/cluster.ts';
import { formatPolicyRef, POLICY_KINDS } from '../model/policy.ts';
import { managersOf } from './managed-by.ts';
import { type ClusterState, objectsOf } from './state.ts';

/**
 * What was changed last of all that traffic of a namespace depends on: its own labels, clusterwide policies, and those
 * of the namespace and of platform namespaces, which are the far ends. Status is no change: agents write it all the time.
 *
 * @returns undefined where nothing has a time
 */
export function lastChange(
  state: Pick<ClusterState, 'objects'>,
  namespace: string,
  catalog: Catalog,
): LastChange | undefined {
  const own = objectsOf(state, 'Namespace').filter(({ metadata }) => metadata.name === namespace);
  const policies = POLICY_KINDS.flatMap((kind) =>
    objectsOf(state, kind)
      .filter(
        ({ metadata: { namespace: its = '' } }) =>
          its === '' || its === namespace || isPlatform(catalog, its),
      )
      .map((object) => ({
        object,
        name: formatPolicyRef({
          kind,
          namespace: object.metadata.namespace ?? '',
          name: object.metadata.name,
        }),
      })),
  );
  const changes: readonly LastChange[] = [
    ...own.map(
      (object): LastChange => ({ timeMs: changedAt(object), what: 'namespace', name: object.metadata.name }),
    ),
    ...policies.map(({ object, name }): LastChange => ({ timeMs: changedAt(object), what: 'policy', name })),
  ];
  const [newest] = [...changes].sort((a, b) => b.timeMs - a.timeMs);
  return newest === undefined || newest.timeMs === 0 ? undefined : newest;
}

/** When somebody last wrote more than its status; 0 where nobody says. Snapshots keep the time of creation only. */
function changedAt(object: ClusterObject): number {
  const texts = [object.metadata.creationTimestamp ?? '', ...managersOf(object).map(({ time }) => time)];
  return Math.max(0, ...texts.map((text) => parseInstant(text)?.ms ?? 0));
}
