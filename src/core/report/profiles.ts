import type { ListedProfile, ProfileList, Ways } from '../catalog/profile-list.ts';
import type { AccessRow, Admission } from '../catalog/profile-table.ts';
import { admissionsText, commonOf, peerText, portSetText, withoutCommon } from '../catalog/profile-words.ts';
import { isNoPorts } from '../model/port-set.ts';
import type { TextOptions } from './debug.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { portTexts } from './units.ts';

/** Profiles with what they admit, by the engine, and who has them; then the access labels. */
export function profileListText(list: ProfileList, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const layout = { indent: 2, column: 9, width };
  const ingress = commonOf(list.profiles, 'ingress');
  const egress = commonOf(list.profiles, 'egress');
  const lines: string[] = [];
  for (const row of list.profiles) {
    lines.push(...titleLines(row.profile, row.description, width, paint.strong));
    const texts = [
      ['in', admissionsText(withoutCommon(row, ingress, 'ingress'))],
      ['out', admissionsText(withoutCommon(row, egress, 'egress'))],
      ...differenceTexts(row),
      ...halfTexts(row),
      ['used by', row.namespaces.length === 0 ? 'no namespace' : row.namespaces.join(', ')],
    ] as const;
    for (const [label, text] of texts) lines.push(...labelled(label, printable(text), layout));
    lines.push('');
  }
  if (ingress.length + egress.length > 0) {
    lines.push(paint.strong('every profile besides'));
    if (ingress.length > 0) lines.push(...labelled('in', printable(admissionsText(ingress)), layout));
    if (egress.length > 0) lines.push(...labelled('out', printable(admissionsText(egress)), layout));
    lines.push('');
  }
  lines.push(...accessLines(list.access, { width, strong: paint.strong }), '');
  for (const { profile, namespaces } of list.unknown) {
    const text = `the catalog has no profile ${profile}, which ${namespaces.join(', ')} ${namespaces.length === 1 ? 'has' : 'have'}`;
    lines.push(...labelled('note', printable(text), { ...layout, indent: 0 }));
  }
  const isDifferent = list.profiles.some(({ beyond, lacking }) =>
    [beyond, lacking].some(({ ingress: a, egress: b }) => a.length + b.length > 0),
  );
  if (isDifferent) {
    const text = 'beyond and lacking: against what the catalog asks for (propolis render --diff)';
    lines.push(...labelled('note', text, { ...layout, indent: 0 }));
  }
  const judged =
    list.source === 'repository'
      ? 'by the policies of the repository'
      : 'by the policies that `propolis render` writes';
  lines.push(paint.faint(`judged ${judged}, at both ends`));
  return `${lines.join('\n')}\n`;
}

export function profileListJson({ source, profiles, access, unknown }: ProfileList): unknown {
  return {
    version: 1,
    source,
    profiles: profiles.map(({ profile, description, ingress, egress, namespaces, beyond, lacking }) => ({
      profile,
      description,
      ingress: ingress.map(admissionJson),
      egress: egress.map(admissionJson),
      namespaces,
      beyond: waysJson(beyond),
      lacking: waysJson(lacking),
    })),
    access: access.map(({ resource, description, ports, halfOpen, without }) => ({
      resource,
      description,
      ports: portTexts(ports),
      halfOpen: portTexts(halfOpen),
      without: portTexts(without),
    })),
    unknown,
  };
}

function waysJson({ ingress, egress }: Ways): unknown {
  return { ingress: ingress.map(admissionJson), egress: egress.map(admissionJson) };
}

function admissionJson({ peer, ports, halfOpen }: Admission): unknown {
  return { peer, text: peerText(peer), ports: portTexts(ports), halfOpen: portTexts(halfOpen) };
}

function titleLines(
  name: string,
  description: string,
  width: number,
  strong: (text: string) => string,
): readonly string[] {
  const column = Math.max(11, name.length + 3);
  const [first = '', ...more] = labelled(printable(name), printable(description), {
    indent: 0,
    column,
    width,
  });
  return [`${strong(first.slice(0, name.length))}${first.slice(name.length)}`.trimEnd(), ...more];
}

/** Where the repository's policies are not what the catalog asks for. */
function differenceTexts({ beyond, lacking }: ListedProfile): readonly (readonly [string, string])[] {
  const texts = (label: string, { ingress, egress }: Ways): readonly (readonly [string, string])[] => [
    ...(ingress.length === 0 ? [] : [[label, `in: ${admissionsText(ingress)}`] as const]),
    ...(egress.length === 0 ? [] : [[label, `out: ${admissionsText(egress)}`] as const]),
  ];
  return [...texts('beyond', beyond), ...texts('lacking', lacking)];
}

/** What one end admits in vain. */
function halfTexts({ ingress, egress }: ListedProfile): readonly (readonly [string, string])[] {
  const halves = (admissions: readonly Admission[], way: string): readonly (readonly [string, string])[] =>
    admissions
      .filter(({ halfOpen }) => !isNoPorts(halfOpen))
      .map(({ peer, halfOpen }) => [
        'half',
        `${way}: ${peerText(peer)} ${portSetText(halfOpen)}, admitted at this end and not at the other`,
      ]);
  return [...halves(ingress, 'in'), ...halves(egress, 'out')];
}

function accessLines(
  access: readonly AccessRow[],
  { width, strong }: { readonly width: number; readonly strong: (text: string) => string },
): readonly string[] {
  if (access.length === 0) return [];
  const column = 3 + Math.max(...access.map(({ resource }) => resource.length));
  const lines = access.flatMap(({ resource, description, ports, halfOpen, without }) => {
    const notes = [
      ...(isNoPorts(halfOpen) ? [] : [`${portSetText(halfOpen)} at the app's end only`]),
      ...(isNoPorts(without) ? [] : [`${portSetText(without)} without the label too`]),
    ];
    const text = [
      isNoPorts(ports) ? 'nothing passes' : portSetText(ports),
      ...(notes.length === 0 ? [] : [`(${notes.join('; ')})`]),
      ...(description === '' ? [] : [description]),
    ].join('  ');
    return labelled(printable(resource), printable(text), { indent: 2, column, width });
  });
  return [strong('access labels'), ...lines];
}
