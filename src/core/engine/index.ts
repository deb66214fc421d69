// For those who ask about policies.
export { type Change, difference } from './difference.ts';
export { compile, type EndpointIndex, Engine, type Question } from './engine.ts';
export { worldName } from './peer-selector.ts';
export { type Groups, groupsOf, type ReachMap, reaches, reachMap } from './reach.ts';
