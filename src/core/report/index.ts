export { canJson, canText, verdictOf } from './can.ts';
export { debugText, type TextOptions } from './debug.ts';
export { debugDiff } from './debug-diff.ts';
export { debugJson } from './debug-json.ts';
export { ANSI, type Paint, PLAIN } from './paint.ts';
export { printable } from './printable.ts';
export { assumptionText, problemText } from './words/assumption.ts';
export { causeText, fixText, noFixText } from './words/cause.ts';
export { placeText } from './words/policy.ts';
