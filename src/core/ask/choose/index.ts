export { type Asker, type Choice, chooseProfile } from './choose.ts';
export { joinNeeds } from './collect.ts';
export { needsFromFlows, type ObservedEdge } from './from-flows.ts';
export { needsFromManifests } from './from-manifests.ts';
export type { Evidence, Need, Needs, OtherTraffic, ShownNeed } from './types.ts';
