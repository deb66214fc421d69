export { planClose } from './close.ts';
export { planHatch } from './plan.ts';
export type { ClosePlan, HatchDrop, HatchPlan, Lost, NotRelieved, Relief } from './types.ts';
export { isPolicyDrop, type Way, Ways } from './ways.ts';
