import { filterToText } from '../../flow/filter/index.ts';
import type { FlowFilter, FlowFilters } from '../../model/flow-filter.ts';

/** What `hubble observe --print-raw-filters` prints, which is also a configuration that Hubble reads: YAML. */
export function rawFiltersText({ allow, deny }: FlowFilters): string {
  const text = `${listText('allowlist', allow)}${listText('denylist', deny)}`;
  return text === '' ? '{}\n' : text;
}

function listText(name: string, filters: readonly FlowFilter[]): string {
  if (filters.length === 0) return '';
  return `${name}:\n${filters.map((filter) => `    - ${quoted(filterToText(filter))}\n`).join('')}`;
}

/** JSON has no line feeds. What else YAML would not take between single quotes is escaped in double ones. */
function quoted(json: string): string {
  return UNPRINTABLE.test(json) ? JSON.stringify(json) : `'${json.replaceAll("'", "''")}'`;
}

const UNPRINTABLE =
  /[^\u0020-\u007e\u00a0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
