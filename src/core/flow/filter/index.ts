export { type CompileCel, compileFilters, type FlowPredicate } from './compile.ts';
export { FilterError } from './error.ts';
