// For those who ask about policies.
export { type Change, difference } from './difference.ts';
export { compile, Engine } from './engine.ts';
export { worldName } from './peer-selector.ts';
export type { EndpointIndex, Question } from './question.ts';
export { type Groups, groupsOf, type ReachMap, reaches, reachMap } from './reach.ts';
export { decideUnknowing, type KnownLabels } from './unknown-labels.ts';
