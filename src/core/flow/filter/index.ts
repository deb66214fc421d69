export { type CompileCel, compileFilters, type FlowPredicate } from './compile.ts';
export { FilterError } from './error.ts';
export { EVENT_TYPES, FLAG_NAMES, FLAGS, type FlagName, TRACE_POINTS } from './flag-values.ts';
export { type FilterFlags, FlagConflictError, filterFlags } from './flags.ts';
export { filterFromJson, filtersFromText, filterToJson, filterToText } from './json.ts';
export { instantOf, parseDuration } from './time-text.ts';
