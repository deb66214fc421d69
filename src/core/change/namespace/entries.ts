import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  ENFORCEMENT_DISABLED,
  enforcementLabel,
  findProfile,
  findResource,
  isPlatform,
  profileLabel,
} from '../../catalog/index.ts';
import type { Place } from '../../model/place.ts';
import type { NamespaceDeclaration, NamespaceForm, RepositoryRead } from '../../model/repository.ts';

/** What a namespace has, as the files say. */
export interface NamespaceEntry {
  readonly name: string;
  /** Empty for none. */
  readonly profile: string;
  /** Resources that it has access to, sorted. */
  readonly access: readonly string[];
  readonly isPlatform: boolean;
  /** Whether its escape hatch is open in Git. */
  readonly isHatchOpen: boolean;
  readonly place: Place;
  readonly declaredBy: NamespaceForm['kind'];
  readonly faults: readonly NamespaceFault[];
}

/** What its labels ask for and do not get. */
export type NamespaceFault =
  | { readonly code: 'unknown-profile'; readonly profile: string }
  | { readonly code: 'unknown-resource'; readonly resource: string }
  /** Only the value `true` grants. */
  | { readonly code: 'access-not-granted'; readonly resource: string; readonly value: string }
  | { readonly code: 'platform-profile'; readonly profile: string };

/** Every namespace of a reading, by name. */
export function namespaceEntries(
  read: Pick<RepositoryRead, 'namespaces'>,
  catalog: Catalog,
): readonly NamespaceEntry[] {
  return read.namespaces
    .map((declaration) => entryOf(declaration, catalog))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entryOf({ name, labels, place, form }: NamespaceDeclaration, catalog: Catalog): NamespaceEntry {
  const profile = labels[profileLabel(catalog)] ?? '';
  const access = accessOf(labels, catalog);
  const faults: NamespaceFault[] = [];
  if (profile !== '' && isPlatform(catalog, name)) faults.push({ code: 'platform-profile', profile });
  if (profile !== '' && findProfile(catalog, profile) === undefined) {
    faults.push({ code: 'unknown-profile', profile });
  }
  for (const { resource, value } of access) {
    if (findResource(catalog, resource) === undefined) faults.push({ code: 'unknown-resource', resource });
    if (value !== ACCESS_GRANTED) faults.push({ code: 'access-not-granted', resource, value });
  }
  return {
    name,
    profile,
    access: access.filter(({ value }) => value === ACCESS_GRANTED).map(({ resource }) => resource),
    isPlatform: isPlatform(catalog, name),
    isHatchOpen: labels[enforcementLabel(catalog)] === ENFORCEMENT_DISABLED,
    place,
    declaredBy: form.kind,
    faults,
  };
}

function accessOf(
  labels: Readonly<Record<string, string>>,
  catalog: Catalog,
): readonly { readonly resource: string; readonly value: string }[] {
  const prefix = accessLabel(catalog, '');
  return Object.entries(labels)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => ({ resource: key.slice(prefix.length), value }))
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
}
