import type { Repository } from './drift.ts';
import { DRIFT_KINDS } from './drift.ts';
import { type ClusterState, objectsOf } from './state.ts';

/** What stands on Git's side of a comparison, in the words of who asked. */
export type GitSide =
  | {
      readonly kind: 'compared';
      /** As it was named; `.` for the folder where one is. */
      readonly where: string;
      readonly policies: number;
      /** Of several clusters in it, the one that was taken. */
      readonly environment?: string;
    }
  | {
      /** Nobody named it, and none of its policies is in the cluster: it is not compared. */
      readonly kind: 'foreign';
      readonly where: string;
      readonly policies: number;
    }
  | {
      /** Nobody named one, and where one is there is no sign of a repository, or no policy in it. */
      readonly kind: 'none';
    };

/** Whether any policy of the repository is in the cluster by its kind, namespace and name. */
export function sharesPolicies(state: ClusterState, { objects }: Repository): boolean {
  return DRIFT_KINDS.some((kind) => {
    const inCluster = new Set(
      objectsOf(state, kind).map(({ metadata: { namespace = '', name } }) => `${namespace}/${name}`),
    );
    return objects.some((one) => one.kind === kind && inCluster.has(`${one.namespace}/${one.name}`));
  });
}
