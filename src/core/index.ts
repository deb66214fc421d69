// What the library offers, in a browser as well as in Node.

// For those who ask about policies.
export { type CanAnswer, type CanQuestion, can, parsePort } from './ask/index.ts';
export { type Catalog, DEFAULT_CATALOG, readCatalog } from './catalog/index.ts';
export {
  type ClusterState,
  clusterFiles,
  parseSnapshot,
  readCluster,
  snapshotText,
} from './cluster/index.ts';
export { type ClusterStatus, statusOf } from './cluster/status.ts';
export { type ClosePlan, type HatchPlan, planClose, planHatch } from './diagnose/hatch/index.ts';
export {
  type Diagnosis,
  diagnose,
  type Finding,
  type Fix,
  type FlowDecision,
  type FlowJudge,
  type FlowSummary,
  flowJudge,
  type Inputs,
  type Proof,
  summarizeFlows,
} from './diagnose/index.ts';
export { type Verification, verify } from './diagnose/verify/index.ts';
export {
  type Change,
  compile,
  difference,
  type EndpointIndex,
  Engine,
  type Groups,
  groupsOf,
  type Question,
  type ReachMap,
  reaches,
  reachMap,
} from './engine/index.ts';
export type { FlowEvent } from './flow/event.ts';
export { compileFilters } from './flow/filter/index.ts';
export {
  type Finding as LintFinding,
  type LintInputs,
  type LintOptions,
  type LintResult,
  lint,
} from './lint/index.ts';
export { type ReadOptions, readRepository } from './manifest/read.ts';
export { worldOf } from './manifest/world.ts';
export type { ClusterObject } from './model/cluster.ts';
export type { Decision, SideDecision } from './model/decision.ts';
export type { Flow, FlowEndpoint } from './model/flow.ts';
export type { FlowFilter, FlowFilters, FlowQuery } from './model/flow-filter.ts';
export { type AgentOptions, agentOptions, CILIUM_VERSIONS, type CiliumVersion } from './model/options.ts';
export type { Policy, PolicyRef } from './model/policy.ts';
export type { RepositoryRead, SourceFile } from './model/repository.ts';
export type { Endpoint, World } from './model/world.ts';
// For those who write a source of their own.
export type { ClusterReader, ClusterWriter } from './ports/cluster-reader.ts';
export { type FlowObserver, flowsOf } from './ports/flow-observer.ts';
export { type FlowSource, flowsFromArray } from './ports/flow-source.ts';
export { filesFromMemory, type RepositoryFiles } from './ports/repository.ts';
export { canJson, canText, debugJson, debugText } from './report/index.ts';
