import { plainText, quotedText } from '../../manifest/edit/scalar-text.ts';
import type { PlainValue } from '../../manifest/edit/types.ts';
import type { Section } from './differences.ts';

/** Where editors find what may stand in `propolis.yaml`. */
export const CATALOG_SCHEMA_URL = 'https://unpkg.com/propolis/schemas/propolis.schema.json';

const HEAD = [
  '---',
  `# yaml-language-server: $schema=${CATALOG_SCHEMA_URL}`,
  '#',
  '# What network policy means in this repository. Everything has a default; only what differs',
  '# from it stands here. Begun by `propolis init` from what the repository holds.',
];

/** The text of a first `propolis.yaml`. */
export function catalogText(sections: readonly Section[]): string {
  const parts = sections.map(([field, value]) => [
    '',
    ...(COMMENTS.has(field) ? [`# ${COMMENTS.get(field) ?? ''}`] : []),
    ...entryLines(field, value, 0),
  ]);
  // A file of comments alone is an empty document, which is the default catalog.
  return `${[...HEAD, ...parts.flat()].join('\n')}\n`;
}

const COMMENTS: ReadonlyMap<string, string> = new Map([
  ['labelPrefix', 'Labels are PREFIX/profile, PREFIX/enforcement and access.PREFIX/RESOURCE.'],
  ['profiles', 'Besides isolated, internal, internal-egress and standard; false takes one of them away.'],
  ['resources', 'Besides postgres, dragonfly, garage-s3 and kube-api; false takes one of them away.'],
  ['platform', 'Namespaces with hand-written policies. They never have a profile.'],
  ['externalRanges', 'Addresses outside the cluster that policies may name.'],
  ['paths', 'Where things are, relative to the root of the repository.'],
  ['clusters', 'The clusters that are run from this repository. Add context and server of each.'],
]);

const FLOW_MAX = 80;

function entryLines(key: string, value: PlainValue, indent: number): readonly string[] {
  const head = `${' '.repeat(indent)}${scalar(key)}:`;
  const inline = inlineText(value);
  if (inline !== undefined && head.length + inline.length < FLOW_MAX) return [`${head} ${inline}`];
  if (isList(value)) return [head, ...value.flatMap((item) => itemLines(item, indent + 2))];
  if (typeof value === 'object' && value !== null) return [head, ...mapLines(value, indent + 2)];
  return [`${head} ${scalar(value)}`];
}

function itemLines(item: PlainValue, indent: number): readonly string[] {
  const dash = `${' '.repeat(indent)}- `;
  if (typeof item !== 'object' || item === null || isList(item)) return [`${dash}${inlineText(item) ?? ''}`];
  return mapLines(item, indent + 2).map((line, i) => (i === 0 ? `${dash}${line.slice(indent + 2)}` : line));
}

function mapLines(value: { readonly [key: string]: PlainValue }, indent: number): readonly string[] {
  return Object.entries(value).flatMap(([key, each]) => entryLines(key, each, indent));
}

/** Scalars, lists of scalars, and what is empty. */
function inlineText(value: PlainValue): string | undefined {
  if (isList(value)) {
    const items = value.map((item) => (typeof item === 'object' ? undefined : flowScalar(item)));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : undefined;
  return scalar(value);
}

function scalar(value: string | number | boolean | null): string {
  return typeof value === 'string' ? (plainText(value, 'block') ?? quotedText(value, '"')) : String(value);
}

function flowScalar(value: string | number | boolean | null): string {
  return typeof value === 'string' ? (plainText(value, 'flow') ?? quotedText(value, '"')) : String(value);
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}
