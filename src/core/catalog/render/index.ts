export type { RenderedFile } from './files.ts';
export { type Origin, originOf } from './marker.ts';
export { differs, type FileChange, type Kept, type PlanInputs, planRender } from './plan.ts';
export { type PlatformSkeleton, platformSkeleton } from './platform.ts';
export { skeletonText } from './policy-files.ts';
export { renderTree, type Surroundings } from './tree.ts';
