import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  type CatalogPort,
  type EgressTarget,
  egressTargetText,
  findProfile,
  isPlatform,
  type Profile,
  type ProfileEgress,
  profileLabel,
  type Resource,
} from '../../catalog/index.ts';
import type { Check, CheckPeer, Promised, Unpromised } from './types.ts';

type Labels = Readonly<Record<string, string>>;

/** What is known of the namespace that is verified. */
export interface Verified {
  readonly namespace: string;
  readonly labels: Labels;
}

/**
 * All checks of a namespace: the five that everybody asks for (DNS, database, internet, gateways, scrape), whether
 * promised or not, and what else its labels promise.
 */
export function checksOf(catalog: Catalog, verified: Verified): readonly Check[] {
  const model = modelOf(catalog, verified);
  return [
    dnsCheck(model),
    ...catalog.resources.flatMap((resource) => resourceCheck(model, resource)),
    internetCheck(model),
    ...otherTargets(model),
    ...gatewayChecks(model),
    scrapeCheck(model),
    ...probeChecks(model),
    ...meshChecks(model),
    ...besideChecks(model),
  ];
}

interface Model extends Verified {
  readonly catalog: Catalog;
  readonly isPlatform: boolean;
  /** Absent where it has none, or one that the catalog lacks. */
  readonly profile: Profile | undefined;
  readonly profileName: string;
}

function modelOf(catalog: Catalog, { namespace, labels }: Verified): Model {
  const profileName = valueOf(labels, profileLabel(catalog)) ?? '';
  const platform = isPlatform(catalog, namespace);
  const profile = platform ? undefined : findProfile(catalog, profileName);
  return { catalog, namespace, labels, isPlatform: platform, profile, profileName };
}

function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** By a baseline of the catalog, or by what a platform namespace's own policy must have. */
function byBaseline({ catalog, isPlatform: own }: Model, baseline: string): Word {
  if (own) return promise({ kind: 'platform' });
  return (catalog.baselines as readonly string[]).includes(baseline)
    ? promise({ kind: 'baseline', baseline })
    : denial({ kind: 'no-baseline', baseline });
}

type Word = Pick<Check, 'promised' | 'unpromised'>;

function promise(promised: Promised): Word {
  return { promised, unpromised: undefined };
}

function denial(unpromised: Unpromised): Word {
  return { promised: undefined, unpromised };
}

/** Why a profile does not open something. */
function notByProfile({ isPlatform: own, profile, profileName }: Model): Word {
  if (own) return denial({ kind: 'platform-decides' });
  if (profile !== undefined) return denial({ kind: 'not-in-profile', profile: profile.name });
  return denial(
    profileName === '' ? { kind: 'no-profile' } : { kind: 'unknown-profile', profile: profileName },
  );
}

function byProfile(model: Model, opens: boolean): Word {
  return opens ? promise({ kind: 'profile', profile: model.profileName }) : notByProfile(model);
}

function dnsCheck(model: Model): Check {
  const { dns } = model.catalog;
  return {
    id: 'dns',
    direction: 'egress',
    peers: [{ kind: 'pods', role: 'dns', pods: dns }],
    ports: dns.ports,
    isMain: true,
    ...byBaseline(model, 'dns-egress'),
  };
}

function resourceCheck(model: Model, { name, target, ports }: Resource): readonly Check[] {
  // Whoever offers it needs no access to it.
  if (target.kind === 'pods' && target.namespace === model.namespace) return [];
  const label = accessLabel(model.catalog, name);
  const isGranted = valueOf(model.labels, label) === ACCESS_GRANTED;
  const peer: CheckPeer =
    target.kind === 'pods'
      ? { kind: 'pods', role: 'resource', pods: target }
      : { kind: 'entity', entity: target.entity };
  return [
    {
      id: `access:${name}`,
      direction: 'egress',
      peers: [peer],
      ports,
      isMain: name === DATABASE,
      ...(isGranted
        ? promise({ kind: 'access', label })
        : denial(model.isPlatform ? { kind: 'platform-decides' } : { kind: 'no-access', label })),
    },
  ];
}

/** The resource that is asked for whether it is promised or not. */
const DATABASE = 'postgres';

const HTTPS: readonly CatalogPort[] = [{ protocol: 'TCP', port: 443 }];

function internetCheck(model: Model): Check {
  const ports = egressOf(model)
    .filter(({ to }) => isWorld(to))
    .flatMap((egress) => egress.ports);
  return {
    id: 'internet',
    direction: 'egress',
    peers: [{ kind: 'entity', entity: 'world' }],
    ports: ports.length === 0 ? HTTPS : ports,
    isMain: true,
    ...byProfile(model, ports.length > 0),
  };
}

function egressOf({ profile }: Model): readonly ProfileEgress[] {
  return profile?.egress ?? [];
}

function isWorld(to: EgressTarget): boolean {
  return to.kind === 'entity' && to.entity === 'world';
}

/** Addresses, names and entities that the profile opens besides the world. */
function otherTargets(model: Model): readonly Check[] {
  const byTarget = new Map<string, { readonly peer: CheckPeer; ports: readonly CatalogPort[] }>();
  for (const { to, ports } of egressOf(model)) {
    if (isWorld(to)) continue;
    const name = egressTargetText(to);
    const known = byTarget.get(name);
    if (known === undefined) byTarget.set(name, { peer: to, ports });
    else known.ports = [...known.ports, ...ports];
  }
  return [...byTarget].map(([name, { peer, ports }]) => ({
    id: `to:${name}`,
    direction: 'egress',
    peers: [peer],
    ports,
    isMain: false,
    ...byProfile(model, true),
  }));
}

function gatewayChecks(model: Model): readonly Check[] {
  return model.catalog.gateways.flatMap((gateway): readonly Check[] => {
    if (gateway.namespace === model.namespace) return [];
    const ports = (model.profile?.ingress ?? [])
      .filter((ingress) => ingress.gateway === gateway.name)
      .flatMap((ingress) => ingress.ports);
    return [
      {
        id: `gateway:${gateway.name}`,
        direction: 'ingress',
        peers: [{ kind: 'pods', role: 'gateway', pods: gateway }],
        ports,
        isMain: true,
        ...byProfile(model, ports.length > 0),
      },
    ];
  });
}

function scrapeCheck(model: Model): Check {
  const { prometheus } = model.catalog;
  return {
    id: 'scrape',
    direction: 'ingress',
    peers: [{ kind: 'pods', role: 'prometheus', pods: prometheus }],
    ports: prometheus.ports,
    isMain: true,
    ...byBaseline(model, 'prometheus-scrape'),
  };
}

function probeChecks(model: Model): readonly Check[] {
  const { entities, ranges } = model.catalog.health;
  const word = byBaseline(model, 'health-probes');
  const peers: readonly CheckPeer[] = [
    // The kubelet beside the pod is who probes it, and so the first to name.
    ...[...entities]
      .sort((a, b) => Number(b === 'host') - Number(a === 'host'))
      .map((entity): CheckPeer => ({ kind: 'entity', entity })),
    ...ranges.map((cidr): CheckPeer => ({ kind: 'cidr', cidr })),
  ];
  if (peers.length === 0 || word.promised === undefined) return [];
  return [{ id: 'probes', direction: 'ingress', peers, ports: [], isMain: false, ...word }];
}

/** Istio's label that puts the pods of a namespace into an ambient mesh. */
const DATAPLANE_MODE = 'istio.io/dataplane-mode';

function meshChecks({ catalog, labels, namespace }: Model): readonly Check[] {
  const { mesh } = catalog;
  const isMember = mesh.ambient && valueOf(labels, DATAPLANE_MODE) === 'ambient';
  if (!isMember || namespace === mesh.namespace) return [];
  return (['egress', 'ingress'] as const).map((direction) => ({
    id: direction === 'egress' ? 'hbone:out' : 'hbone:in',
    direction,
    peers: [{ kind: 'pods', role: 'ztunnel', pods: mesh }],
    ports: [{ protocol: 'TCP', port: mesh.port }],
    isMain: false,
    ...promise({ kind: 'mesh' }),
  }));
}

function besideChecks({ catalog, namespace }: Model): readonly Check[] {
  const own = catalog.intraNamespace.filter(({ name }) => name === namespace);
  if (own.length === 0) return [];
  return [
    {
      id: 'beside',
      direction: 'egress',
      peers: [{ kind: 'pods', role: 'beside', pods: { namespace, labels: {} } }],
      ports: own.flatMap(({ ports }) => ports),
      isMain: false,
      ...promise({ kind: 'intra-namespace' }),
    },
  ];
}
