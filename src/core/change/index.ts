// Plans of changes to people's files: what would be written, with its proof, or why nothing is.
export type { Effect } from './effect.ts';
export { branchName, labelsBranchName } from './fixes/branch-name.ts';
export {
  type FixChange,
  type FixChoice,
  type FixPlan,
  type FixQuestion,
  type FixRefusal,
  planFixes,
} from './fixes/plan.ts';
export type { InitNote } from './init/found.ts';
export { CATALOG_PATH, type InitOutcome, type InitPlan, planInit } from './init/plan.ts';
export {
  type NamespaceEntry,
  type NamespaceFault,
  namespaceEntries,
} from './namespace/entries.ts';
export {
  type LabelChange,
  type NamespaceChange,
  type NamespacePlan,
  planNamespaceChange,
} from './namespace/plan.ts';
export type { NamespaceRequest } from './namespace/wanted.ts';
export type { FlowProof, LostFlow } from './platform/from-flows.ts';
export type { BadPeer, Evidence, OwnRule } from './platform/own-rule.ts';
export {
  type PlatformChange,
  type PlatformPlan,
  type PlatformRequest,
  planPlatform,
  type RuleCheck,
} from './platform/plan.ts';
export type { ChangeRefusal, WantedLabels } from './types.ts';
