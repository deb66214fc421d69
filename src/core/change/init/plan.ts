import {
  accessLabel,
  type Catalog,
  DEFAULT_CATALOG,
  profileLabel,
  readCatalog,
} from '../../catalog/index.ts';
import type { Inputs } from '../../diagnose/index.ts';
import { environmentsOf, readRepository } from '../../manifest/read.ts';
import type { FileChange } from '../../model/change.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import { classify } from './classify.ts';
import { findCilium, findClusters, findPlatform } from './clusters.ts';
import { differencesOf, type Section } from './differences.ts';
import type { InitNote } from './found.ts';
import { findPaths } from './paths.ts';
import { catalogText } from './print.ts';
import { findProfiles } from './profiles.ts';
import { findResources } from './resources.ts';
import { findSurroundings } from './surroundings.ts';

export const CATALOG_PATH = 'propolis.yaml';

/** A first catalog for a repository. */
export interface InitPlan {
  readonly catalog: Catalog;
  /** Fields of the file, which differ from the defaults. */
  readonly fields: readonly string[];
  readonly file: FileChange;
  readonly notes: readonly InitNote[];
  readonly counts: { readonly policies: number; readonly namespaces: number };
}

export type InitOutcome =
  | { readonly kind: 'plan'; readonly plan: InitPlan }
  /** There is one, and nothing is ever overwritten; what would stand in it is shown. */
  | { readonly kind: 'exists'; readonly plan: InitPlan };

/**
 * Finds out what network policy means in a repository: labels, profiles, resources and gateways from its policies,
 * platform namespaces, folders, clusters. What could not be told keeps its default. The text is read again, and says
 * exactly what was found.
 */
export function planInit({ files, readOptions }: Inputs): InitOutcome {
  const read = readRepository(files, { ...readOptions });
  const reads = [read, ...otherReads(files, readOptions, read)];
  const notes: InitNote[] = [];
  const classified = classify(read);
  const { surroundings, notes: around } = findSurroundings(classified, read);
  const labelPrefix = classified.labelPrefix ?? DEFAULT_CATALOG.labelPrefix;
  const base = { ...DEFAULT_CATALOG, ...surroundings, labelPrefix };
  const used = labelsInUse(reads, base);
  const profiles = findProfiles(classified, base, used.profiles);
  const resources = findResources(classified, base, used.resources);
  const paths = findPaths(classified, read, files);
  const gateways = keepNeeded(base, profiles.profiles);
  const catalog: Catalog = {
    ...base,
    gateways,
    profiles: profiles.profiles,
    resources: resources.resources,
    externalRanges: profiles.externalRanges,
    paths,
    platform: {
      namespaces: findPlatform(
        { ...classified, own: reads.flatMap((one) => classify(one).own) },
        reads,
        `${paths.policies}/${paths.platform}`,
      ),
    },
    clusters: findClusters(files),
    cilium: findCilium(files),
  };
  notes.push(...around, ...profiles.notes, ...resources.notes, ...nowhere(catalog, used.profiles, read));
  const { sections, text, catalog: readAgain } = readable(catalog, notes);
  const before = files.find(({ path }) => path === CATALOG_PATH)?.text;
  const plan: InitPlan = {
    catalog: readAgain,
    fields: sections.map(([field]) => field),
    file: { path: CATALOG_PATH, before, text },
    notes: unique(notes),
    counts: {
      policies: read.policies.length,
      namespaces: read.namespaces.filter(({ form }) => form.kind !== 'implied').length,
    },
  };
  return { kind: before === undefined ? 'plan' : 'exists', plan };
}

function otherReads(
  files: Inputs['files'],
  readOptions: Inputs['readOptions'],
  first: RepositoryRead,
): readonly RepositoryRead[] {
  const names = environmentsOf(files.map(({ path }) => path));
  if (names.length < 2) return [];
  const chosen = first.approximations.find(({ code }) => code === 'environment-chosen')?.detail;
  return names
    .filter((name) => name !== chosen)
    .map((environment) => readRepository(files, { ...readOptions, environment }));
}

interface InUse {
  readonly profiles: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
}

function labelsInUse(reads: readonly RepositoryRead[], catalog: Catalog): InUse {
  const profiles = new Set<string>();
  const resources = new Set<string>();
  const prefix = accessLabel(catalog, '');
  for (const { labels } of reads.flatMap(({ namespaces }) => namespaces)) {
    const profile = labels[profileLabel(catalog)];
    if (profile !== undefined) profiles.add(profile);
    for (const key of Object.keys(labels))
      if (key.startsWith(prefix)) resources.add(key.slice(prefix.length));
  }
  return { profiles, resources };
}

/** Gateways that were found, and default ones that a profile still names. */
function keepNeeded({ gateways }: Catalog, profiles: Catalog['profiles']): Catalog['gateways'] {
  const named = profiles.flatMap(({ ingress }) => ingress.map(({ gateway }) => gateway));
  const missing = DEFAULT_CATALOG.gateways.filter(
    ({ name }) => named.includes(name) && !gateways.some((one) => one.name === name),
  );
  const order = DEFAULT_CATALOG.gateways.map(({ name }) => name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...gateways, ...missing].sort((a, b) => rank(a.name) - rank(b.name));
}

/** Profiles that namespaces have and no policy is about. */
function nowhere(
  { profiles, ...catalog }: Catalog,
  used: ReadonlySet<string>,
  { namespaces }: RepositoryRead,
): readonly InitNote[] {
  return [...used]
    .filter((name) => !profiles.some((profile) => profile.name === name))
    .flatMap((name) => {
      const key = profileLabel({ profiles, ...catalog });
      const place = namespaces.find(({ labels }) => labels[key] === name)?.place;
      return place === undefined ? [] : [{ code: 'profile-without-policy' as const, place, detail: name }];
    });
}

function unique(notes: readonly InitNote[]): readonly InitNote[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];
}

interface Readable {
  readonly sections: readonly Section[];
  readonly text: string;
  readonly catalog: Catalog;
}

/**
 * The text, read again. A part that no catalog can have, such as a name that labels may have and profiles may not, is
 * left out and noted.
 */
function readable(catalog: Catalog, notes: InitNote[]): Readable {
  let sections = differencesOf(catalog);
  for (;;) {
    const text = catalogText(sections);
    const { catalog: again, problems } = readCatalog({ path: CATALOG_PATH, text });
    const bad = problems.map(({ field }) => field.split(/[.[]/, 1)[0] ?? '');
    const kept = sections.filter(([field]) => !bad.includes(field));
    if (kept.length === sections.length) return { sections, text, catalog: again };
    for (const { place, field, value } of problems) {
      notes.push({ code: 'left-out', place, detail: `${field} ${value}` });
    }
    sections = kept;
  }
}
