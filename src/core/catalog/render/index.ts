export type { RenderedFile } from './files.ts';
export { type Origin, originOf } from './marker.ts';
export { differs, type Kept, type PlanInputs, planRender, type RenderChange } from './plan.ts';
export { type PlatformSkeleton, platformSkeleton } from './platform.ts';
export { renderedPolicies } from './policies.ts';
export { skeletonText } from './policy-files.ts';
export { renderTree, type Surroundings } from './tree.ts';
