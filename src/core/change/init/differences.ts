import { APP_PORTS } from '../../catalog/defaults.ts';
import {
  type Catalog,
  type CatalogPort,
  type Cluster,
  DEFAULT_CATALOG,
  egressTargetText,
  type Profile,
  type Resource,
} from '../../catalog/index.ts';
import type { PlainValue } from '../../manifest/edit/types.ts';

/** A part of the file: the field, and what stands there. */
export type Section = readonly [field: string, value: PlainValue];

/** What of a catalog differs from the defaults, in the form and order of `propolis.yaml`. */
export function differencesOf(catalog: Catalog): readonly Section[] {
  const usual = DEFAULT_CATALOG;
  const sections: (readonly [string, PlainValue | undefined])[] = [
    ['labelPrefix', changed(catalog.labelPrefix, usual.labelPrefix)],
    ['profiles', named(catalog.profiles, usual.profiles, profileFields)],
    ['resources', named(catalog.resources, usual.resources, resourceFields)],
    ['gateways', named(catalog.gateways, usual.gateways, ({ namespace, labels }) => ({ namespace, labels }))],
    ['baselines', changed([...catalog.baselines], [...usual.baselines])],
    ['dns', fields(podsFields(catalog.dns), podsFields(usual.dns))],
    ['prometheus', fields(podsFields(catalog.prometheus), podsFields(usual.prometheus))],
    ['health', fields({ ...catalog.health }, { ...usual.health })],
    ['mesh', fields({ ...catalog.mesh }, { ...usual.mesh })],
    ['platform', fields({ ...catalog.platform }, { ...usual.platform })],
    [
      'externalRanges',
      named(catalog.externalRanges, usual.externalRanges, ({ description, cidrs }) => ({
        description,
        cidrs,
      })),
    ],
    ['paths', fields({ ...catalog.paths }, { ...usual.paths })],
    ['clusters', named(catalog.clusters, usual.clusters, clusterFields)],
    ['cilium', fields(plain(catalog.cilium), plain(usual.cilium))],
  ];
  return sections.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const]));
}

type Fields = { readonly [key: string]: PlainValue };

function changed(value: PlainValue, usual: PlainValue): PlainValue | undefined {
  return isEqual(value, usual) ? undefined : value;
}

/** The fields that differ. */
function fields(value: Fields, usual: Fields): PlainValue | undefined {
  const entries = Object.entries(value).filter(([key, each]) => !isEqual(each, usual[key] ?? null));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** By name: what differs from the default of that name, all of what is new, and `false` for a default that is gone. */
function named<T extends { readonly name: string }>(
  all: readonly T[],
  usual: readonly T[],
  fieldsOf: (one: T) => Fields,
): PlainValue | undefined {
  const entries: [string, PlainValue][] = [];
  for (const one of usual) if (!all.some(({ name }) => name === one.name)) entries.push([one.name, false]);
  for (const one of all) {
    const known = usual.find(({ name }) => name === one.name);
    const value = known === undefined ? withoutEmpty(fieldsOf(one)) : fields(fieldsOf(one), fieldsOf(known));
    if (value !== undefined) entries.push([one.name, value]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function withoutEmpty(value: Fields): PlainValue {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== '' && !(Array.isArray(each) && each.length === 0)),
  );
}

function profileFields({ description, ingress, egress }: Profile): Fields {
  return {
    description,
    ingress: ingress.map(({ gateway, ports }) =>
      isEqual(plain(ports), plain(APP_PORTS)) ? gateway : { gateway, ports: portTexts(ports) },
    ),
    egress: egress.map(({ to, ports }) => ({ to: egressTargetText(to), ports: portTexts(ports) })),
  };
}

function resourceFields({ description, target, ports }: Resource): Fields {
  const where: Fields =
    target.kind === 'entity'
      ? { entity: target.entity }
      : {
          namespace: target.namespace,
          ...(Object.keys(target.labels).length === 0 ? {} : { labels: target.labels }),
        };
  return { description, ...where, ports: portTexts(ports) };
}

function clusterFields({ environment, paths }: Cluster): Fields {
  return { environment, paths: [...paths] };
}

function podsFields({
  namespace,
  labels,
  ports,
}: {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly CatalogPort[];
}): Fields {
  return { namespace, labels, ports: portTexts(ports) };
}

function portTexts(ports: readonly CatalogPort[]): readonly string[] {
  return ports.map(
    ({ protocol, port, endPort }) => `${endPort === undefined ? port : `${port}-${endPort}`}/${protocol}`,
  );
}

function plain(value: object): Fields {
  return value as Fields;
}

/** Whether two values are the same, whatever the order of fields. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => isEqual(one, b[i]))
    );
  }
  const [x, y] = [a as Fields, b as Fields];
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length &&
    keys.every((key) => Object.hasOwn(y, key) && isEqual(x[key], y[key]))
  );
}
