import type { InitNote, InitOutcome, InitPlan } from '../change/index.ts';
import { fileJson } from './change.ts';
import type { TextOptions } from './debug.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { plural } from './units.ts';
import { placeText } from './words/policy.ts';

/** What was found in a repository, for people. */
export function initText(plan: InitPlan, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const { catalog, fields, notes, counts, file } = plan;
  const layout = { indent: 2, column: 11, width };
  const names = (all: readonly { readonly name: string }[]): string =>
    all.map(({ name }) => printable(name)).join(', ');
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['read', `${plural(counts.policies, 'policy', 'policies')}, ${plural(counts.namespaces, 'namespace')}`],
    ['labels', `${printable(catalog.labelPrefix)}/profile, access.${printable(catalog.labelPrefix)}/…`],
    ['profiles', names(catalog.profiles)],
    ['resources', names(catalog.resources)],
    ['gateways', names(catalog.gateways)],
    ['baselines', catalog.baselines.join(', ')],
    ['platform', catalog.platform.namespaces.map(printable).join(', ')],
    ['policies', printable(catalog.paths.policies)],
    [
      'clusters',
      catalog.clusters.map(({ name, environment }) => `${printable(name)} (${environment})`).join(', '),
    ],
    ['written', fields.length === 0 ? 'nothing differs from the defaults' : fields.join(', ')],
  ];
  const lines = [
    paint.strong(file.path),
    ...rows.flatMap(([label, text]) => (text === '' ? [] : labelled(label, text, layout))),
    ...notes.flatMap((note, i) => labelled(i === 0 ? 'look at' : '', initNoteText(note), layout)),
  ];
  return `${lines.join('\n')}\n`;
}

export function initJson({ kind, plan }: InitOutcome): object {
  const { catalog, fields, file, notes, counts } = plan;
  return {
    version: 1,
    kind: kind === 'exists' ? 'exists' : 'change',
    fields,
    files: [fileJson(file)],
    notes: notes.map((note) => ({ ...note, text: initNoteText(note) })),
    counts,
    catalog,
  };
}

export function initNoteText({ code, place, detail }: InitNote): string {
  const where = placeText(place);
  const what = printable(detail);
  switch (code) {
    case 'any-port':
      return `${where}: ${what} admits every port; the catalog has the usual ones in its place`;
    case 'peer-left-out':
      return `${where}: ${what} admits somebody that a profile or resource of the catalog cannot name`;
    case 'profile-without-policy':
      return `${where}: the profile ${what} has no policy`;
    case 'left-out':
      return `${what} cannot stand in a catalog`;
  }
}
