export {
  type Composed,
  type ComposeOutcome,
  type ComposeRefusal,
  type ComposeRefusalCode,
  composeFixes,
  type Fixed,
} from './compose.ts';
export { type DiagnoseQuestion, diagnose, diagnoseSummary } from './diagnose.ts';
export {
  type FlowDecision,
  type FlowJudge,
  flowJudge,
  namedBy,
  type RecordedOtherwise,
} from './flow-judge.ts';
export type { Inputs } from './state.ts';
export { type FlowSummary, summarizeFlows } from './summarize.ts';
export type {
  Assumption,
  Cause,
  CauseCode,
  DecidedBy,
  Diagnosis,
  Disagreement,
  Finding,
  Fix,
  FixEdit,
  FixKind,
  FixStep,
  FixWarning,
  Folded,
  NoFix,
  Opened,
  Party,
  Proof,
  Unknown,
} from './types.ts';
export { CAUSE_CODES } from './types.ts';
