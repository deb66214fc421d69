export { CSV_HEADER, csvFlow, csvLost } from './csv.ts';
export { decisionText } from './decision-words.ts';
export { EdgeTable } from './edge-table.ts';
export { jsonLine } from './json.ts';
export { compactLine, dictText, type LineOptions, lostDict, lostLine } from './line.ts';
export { gapText, nodesText, type ObserveTotals, totalsText } from './notices.ts';
export { rawFiltersText } from './raw-filters.ts';
export { TIME_FORMATS, type TimeFormat } from './time-format.ts';
