// What the library offers, in a browser as well as in Node.

// For those who ask about policies.
export { type CanAnswer, type CanQuestion, can, parsePort } from './ask/index.ts';
export { type Catalog, DEFAULT_CATALOG, readCatalog } from './catalog/index.ts';
export {
  type Diagnosis,
  diagnose,
  type Finding,
  type Fix,
  type Inputs,
  type Proof,
} from './diagnose/index.ts';
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
export {
  type Finding as LintFinding,
  type LintInputs,
  type LintOptions,
  type LintResult,
  lint,
} from './lint/index.ts';
export { type ReadOptions, readRepository } from './manifest/read.ts';
export { worldOf } from './manifest/world.ts';
export type { Decision, SideDecision } from './model/decision.ts';
export type { Flow, FlowEndpoint } from './model/flow.ts';
export { type AgentOptions, agentOptions, CILIUM_VERSIONS, type CiliumVersion } from './model/options.ts';
export type { Policy, PolicyRef } from './model/policy.ts';
export type { RepositoryRead, SourceFile } from './model/repository.ts';
export type { Endpoint, World } from './model/world.ts';
// For those who write a source of their own.
export { type FlowSource, flowsFromArray } from './ports/flow-source.ts';
export { filesFromMemory, type RepositoryFiles } from './ports/repository.ts';
export { canJson, canText, debugJson, debugText } from './report/index.ts';
