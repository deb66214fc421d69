export { agentOf, type ClusterAgent } from './agent.ts';
export {
  APPLIED_KINDS,
  type AppliedResult,
  type ApplyPlan,
  applyAll,
  FIELD_MANAGER,
  type LeftOut,
  type PlannedApply,
  planApply,
} from './apply.ts';
export { clusterFiles, clusterPath } from './files.ts';
export { type GitSide, sharesPolicies } from './git-side.ts';
export { type ClusterMatch, matchCluster, refuseWrite, type WriteRefusal } from './guard.ts';
export { commonLabels, groupPods, hasEnded, type PodGroup } from './pods.ts';
export { permissionName, rbacRule } from './rbac.ts';
export { CILIUM_CONFIG, type ReadClusterOptions, readCluster } from './read.ts';
export {
  parseSnapshot,
  SNAPSHOT_FORMAT,
  type SnapshotFault,
  type SnapshotRead,
  snapshotText,
} from './snapshot.ts';
export {
  type ClusterObjects,
  type ClusterState,
  type MissingKind,
  objectsOf,
} from './state.ts';
