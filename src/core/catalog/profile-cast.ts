import { parseCidr } from '../model/cidr.ts';
import { podIdentityLabels, reservedLabels } from '../model/identity.ts';
import type { LabelText } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead, Workload } from '../model/repository.ts';
import type { Endpoint } from '../model/world.ts';
import { ACCESS_GRANTED, accessLabel, profileLabel } from './lookup.ts';
import type { Catalog, CatalogEntity, Pods } from './types.ts';

/** Whom an app may have to do with. */
export type Peer =
  | { readonly kind: 'dns' }
  | { readonly kind: 'gateway'; readonly name: string }
  | { readonly kind: 'resource'; readonly name: string }
  | { readonly kind: 'prometheus' }
  | { readonly kind: 'ztunnel' }
  | { readonly kind: 'entity'; readonly entity: CatalogEntity | 'world-ipv4' | 'world-ipv6' }
  /** Where a mesh lets probes come from. */
  | { readonly kind: 'probe'; readonly address: string }
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'fqdn'; readonly pattern: string }
  /** Pods of apps: of the same namespace, of another with the same profile, of another profile, of none. */
  | { readonly kind: 'pods'; readonly of: 'same-namespace' | 'same-profile' | 'no-profile' }
  | { readonly kind: 'profile'; readonly name: string }
  /** Any other pod of a platform namespace. */
  | { readonly kind: 'platform'; readonly namespace: string };

export interface CastPeer {
  readonly peer: Peer;
  /** Of the endpoint that stands for it. */
  readonly id: string;
}

/** What files say of those whom the catalog only describes. */
export type Declared = Pick<RepositoryRead, 'namespaces' | 'workloads'>;

const NOTHING_DECLARED: Declared = { namespaces: [], workloads: [] };

export interface Cast {
  readonly endpoints: readonly Endpoint[];
  /** An app of this profile. */
  readonly app: (profile: string) => string;
  /** An app with one access label and no profile. */
  readonly withAccess: (resource: string) => string;
  /** An app of a namespace without any label. */
  readonly stranger: string;
  /** Everybody that an app of this profile may have to do with. */
  readonly peersOf: (profile: string) => readonly CastPeer[];
}

/** A world's people: apps of every profile and access label, and everybody whom the catalog knows. */
export function castOf(catalog: Catalog, options: AgentOptions, declared: Declared = NOTHING_DECLARED): Cast {
  const endpoints = new Map<string, Endpoint>();
  const stage: Stage = { options, declared, endpoints };
  const stranger = addPod(stage, 'no-profile', APP, { namespace: `${PROBE}none`, labels: {} });
  for (const { name } of catalog.profiles) {
    const labels = { [profileLabel(catalog)]: name };
    const home = `${PROBE}${name}`;
    addPod(stage, appId(name), { ...APP, namespaceLabels: labels }, { namespace: home, labels: {} });
    addPod(
      stage,
      `${appId(name)}/beside`,
      { ...APP, namespaceLabels: labels },
      { namespace: home, labels: {} },
    );
    addPod(
      stage,
      `${appId(name)}/elsewhere`,
      { ...APP, namespaceLabels: labels },
      { namespace: `${home}-2`, labels: {} },
    );
  }
  for (const { name } of catalog.resources) {
    const labels = { [accessLabel(catalog, name)]: ACCESS_GRANTED };
    addPod(
      stage,
      accessId(name),
      { namespaceLabels: labels },
      { namespace: `${PROBE}access-${name}`, labels: {} },
    );
  }
  const shared = [...podPeers(catalog, stage), ...reservedPeers(stage), ...outsidePeers(catalog, stage)];
  return {
    endpoints: [...endpoints.values()],
    app: appId,
    withAccess: accessId,
    stranger,
    peersOf: (profile) => [
      ...shared,
      { peer: { kind: 'pods', of: 'same-namespace' }, id: `${appId(profile)}/beside` },
      { peer: { kind: 'pods', of: 'same-profile' }, id: `${appId(profile)}/elsewhere` },
      ...catalog.profiles
        .filter(({ name }) => name !== profile)
        .map(({ name }): CastPeer => ({ peer: { kind: 'profile', name }, id: appId(name) })),
      { peer: { kind: 'pods', of: 'no-profile' }, id: stranger },
    ],
  };
}

/** No namespace of anybody's, so no policy is for it alone. */
const PROBE = 'propolis-probe-';
const APP = { namespaceLabels: {} };

interface Stage {
  readonly options: AgentOptions;
  readonly declared: Declared;
  readonly endpoints: Map<string, Endpoint>;
}

function appId(profile: string): string {
  return `profile/${profile}`;
}

function accessId(resource: string): string {
  return `access/${resource}`;
}

function addPod(
  { options, declared, endpoints }: Stage,
  id: string,
  { namespaceLabels }: { readonly namespaceLabels: Readonly<Record<string, string>> },
  pods: Pods,
): string {
  const { namespace } = pods;
  const known = declared.namespaces.find(({ name }) => name === namespace);
  const workloads = declared.workloads.filter((workload) => isOneOf(workload, pods));
  const [only] = workloads.length === 1 ? workloads : [];
  const labels = podIdentityLabels({
    namespace,
    podLabels: only?.podLabels ?? pods.labels,
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...known?.labels, ...namespaceLabels },
    cluster: options.clusterName,
    ...(only?.serviceAccount === undefined ? {} : { serviceAccount: only.serviceAccount }),
  });
  endpoints.set(id, { id, labels, ports: workloads.flatMap(({ ports }) => ports) });
  return id;
}

function isOneOf({ namespace, podLabels, hostNetwork }: Workload, pods: Pods): boolean {
  return (
    namespace === pods.namespace &&
    !hostNetwork &&
    Object.entries(pods.labels).every(
      ([key, value]) => Object.hasOwn(podLabels, key) && podLabels[key] === value,
    )
  );
}

function podPeers(catalog: Catalog, stage: Stage): readonly CastPeer[] {
  const { dns, prometheus, mesh, gateways, resources, platform } = catalog;
  const roles: readonly (readonly [peer: Peer, pods: Pods])[] = [
    [{ kind: 'dns' }, dns],
    ...gateways.map((gateway) => [{ kind: 'gateway', name: gateway.name }, gateway] as const),
    ...resources.flatMap(({ name, target }) =>
      target.kind === 'pods' ? [[{ kind: 'resource', name }, target] as const] : [],
    ),
    [{ kind: 'prometheus' }, prometheus],
    ...(mesh.ambient ? [[{ kind: 'ztunnel' }, mesh] as const] : []),
  ];
  // Any pod of such a namespace has the role already.
  const covered = roles.filter(([, { labels }]) => Object.keys(labels).length === 0);
  const rest = platform.namespaces
    .filter((namespace) => !covered.some(([, pods]) => pods.namespace === namespace))
    .map(
      (namespace) =>
        [
          { kind: 'platform', namespace },
          { namespace, labels: {} },
        ] as const,
    );
  return [...roles, ...rest].map(([peer, pods]) => ({
    peer,
    id: addPod(stage, JSON.stringify(peer), APP, pods),
  }));
}

function reservedPeers({ options, endpoints }: Stage): readonly CastPeer[] {
  const { ipv4, ipv6 } = options;
  const world = ipv4 && ipv6 ? (['world-ipv4', 'world-ipv6'] as const) : (['world'] as const);
  return [...NODES, ...world].map((name) => {
    endpoints.set(name, { id: name, labels: reservedLabels(name) });
    return { peer: { kind: 'entity', entity: name }, id: name };
  });
}

/** Without `health`: Cilium's health endpoint is asked by nodes, and asks no pod. */
const NODES = ['host', 'remote-node', 'kube-apiserver', 'ingress'] as const;

/** The address of an ambient mesh's probes (Istio), whether there is a mesh or not. */
const PROBE_ADDRESS = '169.254.7.127';

/** Addresses and names in the world, each with the label by which a policy would know it. */
function outsidePeers({ profiles, mesh }: Catalog, { options, endpoints }: Stage): readonly CastPeer[] {
  const targets = profiles.flatMap(({ egress }) => egress.map(({ to }) => to));
  const add = (peer: Peer, id: string, label: LabelText, family: 4 | 6): CastPeer => {
    const isDual = options.ipv4 && options.ipv6;
    const world = isDual ? `reserved:world-ipv${family}` : 'reserved:world';
    endpoints.set(id, { id, labels: [label, world] });
    return { peer, id };
  };
  const cidrs = new Set(targets.flatMap((to) => (to.kind === 'cidr' ? [to.cidr] : [])));
  const names = new Set(targets.flatMap((to) => (to.kind === 'fqdn' ? [to.pattern] : [])));
  return [
    ...(mesh.ambient
      ? [add({ kind: 'probe', address: PROBE_ADDRESS }, PROBE_ADDRESS, `cidr:${PROBE_ADDRESS}/32`, 4)]
      : []),
    ...[...cidrs].map((cidr) =>
      add({ kind: 'cidr', cidr }, `cidr:${cidr}`, `cidr:${cidr}`, parseCidr(cidr)?.family ?? 4),
    ),
    ...[...names].map((pattern) =>
      add({ kind: 'fqdn', pattern }, `fqdn:${pattern}`, `fqdn:${pattern}`, options.ipv4 ? 4 : 6),
    ),
  ];
}
