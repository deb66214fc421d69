export { telling } from './evidence.ts';
export { isFailing, isFinal } from './final.ts';
export type {
  Check,
  CheckPeer,
  CheckResult,
  Evidence,
  Expectation,
  LastChange,
  Outcome,
  Promised,
  Span,
  Unpromised,
  Verification,
} from './types.ts';
export { OUTCOMES } from './types.ts';
export { GRACE_MS, type VerifyQuestion, verify } from './verify.ts';
