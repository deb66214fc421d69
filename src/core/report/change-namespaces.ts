import type { NamespaceEntry, NamespaceFault } from '../change/index.ts';
import type { TextOptions } from './debug.ts';
import { labelled, table } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { placeText } from './words/policy.ts';

/** Who has which profile and access, one line a namespace. */
export function namespaceListText(
  entries: readonly NamespaceEntry[],
  { width = 80, paint = PLAIN }: TextOptions = {},
): string {
  const rows = entries.map((entry) => [
    printable(entry.name),
    profileCell(entry),
    entry.access.length === 0 ? '-' : entry.access.map(printable).join(','),
    entry.isHatchOpen ? 'OPEN' : '-',
    declaredCell(entry),
  ]);
  const [head = '', ...lines] = table([['NAMESPACE', 'PROFILE', 'ACCESS', 'HATCH', 'DECLARED'], ...rows]);
  const faults = entries.flatMap(({ name, faults: all }) =>
    all.flatMap((fault) =>
      labelled('', `${printable(name)}: ${namespaceFaultText(fault)}`, { indent: 0, column: 2, width }),
    ),
  );
  const notes = faults.length === 0 ? [] : ['', ...faults.map(paint.bad)];
  return `${[paint.faint(head), ...lines, ...notes].join('\n')}\n`;
}

export function namespaceListJson(entries: readonly NamespaceEntry[]): unknown {
  return {
    version: 1,
    namespaces: entries.map(
      ({ name, profile, access, isPlatform, isHatchOpen, place, declaredBy, faults }) => ({
        name,
        profile: profile === '' ? null : profile,
        access,
        platform: isPlatform,
        hatch: isHatchOpen ? 'open' : 'closed',
        file: place.file,
        line: place.line,
        declaredBy,
        faults: faults.map((fault) => ({ ...fault, text: namespaceFaultText(fault) })),
      }),
    ),
  };
}

function profileCell({ profile, isPlatform }: NamespaceEntry): string {
  if (profile !== '') return printable(profile);
  return isPlatform ? '(platform)' : '-';
}

function declaredCell({ place, declaredBy }: NamespaceEntry): string {
  switch (declaredBy) {
    case 'object':
      return placeText(place);
    case 'resource-set-input':
      return `${placeText(place)} (input of a ResourceSet)`;
    case 'implied':
      return `nowhere, used at ${placeText(place)}`;
  }
}

export function namespaceFaultText(fault: NamespaceFault): string {
  switch (fault.code) {
    case 'unknown-profile':
      return `the catalog has no profile ${printable(fault.profile)}`;
    case 'unknown-resource':
      return `the catalog has no shared resource ${printable(fault.resource)}`;
    case 'access-not-granted':
      return `access to ${printable(fault.resource)} is "${printable(fault.value)}", and only "true" grants`;
    case 'platform-profile':
      return `a platform namespace never has a profile, and it has ${printable(fault.profile)}`;
  }
}
