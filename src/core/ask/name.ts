import type { Catalog, Gateway } from '../catalog/index.ts';
import { worldName } from '../engine/index.ts';
import { formatAddress, parseAddress } from '../model/cidr.ts';
import { podIdentityLabels } from '../model/identity.ts';
import { kubernetesLabel, type LabelText } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import { isPodOf } from '../model/pod-name.ts';
import type { RepositoryRead } from '../model/repository.ts';
import type { Endpoint, World } from '../model/world.ts';

/** Who may be named in a question. */
export interface Naming {
  readonly read: RepositoryRead;
  readonly world: World;
  readonly catalog: Catalog;
  readonly options: AgentOptions;
}

export type Named =
  | {
      readonly kind: 'found';
      /** Endpoints that the name means: several where it names a namespace. */
      readonly endpoints: readonly Endpoint[];
      /** Whether no file declares such a pod, so that one was made up from what is known. */
      readonly isAssumed: boolean;
      /** Workloads that share their node's network: Cilium knows them as nodes. */
      readonly nodeNetwork: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

const RESERVED = ['world', 'host', 'remote-node', 'kube-apiserver', 'health', 'ingress'] as const;

/**
 * Finds who is meant by `shop/web` (a workload, or a pod of it), `shop` (its workloads), `shop/*` (any pod of it that no file declares), `world`,
 * `host`, `1.2.3.4`, `fqdn:api.example.com` or `gateway:internal`.
 */
export function findNamed(text: string, naming: Naming): Named {
  if (text.startsWith('fqdn:')) return found([outside(text, [text], undefined, naming)]);
  if (text.startsWith('gateway:')) return gatewayNamed(text.slice('gateway:'.length), naming);
  const address = parseAddress(text);
  if (address !== undefined) {
    const cidr = `cidr:${formatAddress(address)}/${address.family === 4 ? 32 : 128}`;
    return found([outside(text, [cidr], address.family, naming)]);
  }
  if ((RESERVED as readonly string[]).includes(text)) return reservedNamed(text, naming);
  const slash = text.indexOf('/');
  return slash === -1
    ? namespaceNamed(text, naming)
    : podNamed(text, { namespace: text.slice(0, slash), pod: text.slice(slash + 1) }, naming);
}

function found(endpoints: readonly Endpoint[], isAssumed = false): Named {
  return { kind: 'found', endpoints, isAssumed, nodeNetwork: [] };
}

/** A pod in its node's network is the local host to pods beside it, and a remote node to all others. */
function nodesFor(name: string, { world }: Naming): Named {
  const endpoints = world.endpoints.filter(({ id }) => id === 'host' || id === 'remote-node');
  return { kind: 'found', endpoints, isAssumed: false, nodeNetwork: [name] };
}

function outside(
  id: string,
  labels: readonly LabelText[],
  family: 4 | 6 | undefined,
  { options }: Naming,
): Endpoint {
  const world = worldName(family ?? (options.ipv4 ? 4 : 6), options);
  return { id, labels: [...labels, `reserved:${world}`] };
}

/** `world` in dual stack is both families. */
function reservedNamed(name: string, { world, options }: Naming): Named {
  const names: readonly string[] =
    name === 'world' && options.ipv4 && options.ipv6 ? ['world-ipv4', 'world-ipv6'] : [name];
  const endpoints = names.flatMap((wanted) => world.endpoints.find(({ id }) => id === wanted) ?? []);
  return endpoints.length === 0 ? unknown([...RESERVED]) : found(endpoints);
}

/** The namespace's workloads; where no file declares any, any pod of it. */
function namespaceNamed(namespace: string, naming: Naming): Named {
  const all = naming.world.endpoints.filter(({ id }) => id.startsWith(`${namespace}/`));
  const workloads = all.filter(({ id }) => id !== `${namespace}/*`);
  if (workloads.length > 0) return found(workloads);
  if (naming.read.workloads.some((one) => one.namespace === namespace && one.hostNetwork)) {
    return nodesFor(namespace, naming);
  }
  return all.length > 0 ? found(all, true) : unknown(nearestNames(namespace, namespacesOf(naming)));
}

function podNamed(
  text: string,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  naming: Naming,
): Named {
  const all = naming.world.endpoints.filter(({ id }) => id.startsWith(`${namespace}/`));
  if (all.length === 0) return unknown(nearestNames(namespace, namespacesOf(naming)));
  const exact = all.filter(({ id }) => id === text);
  if (exact.length > 0) return found(exact, pod === '*');
  const kinds = all.filter(({ id }) => id.startsWith(`${text} (`));
  if (kinds.length > 0) return found(kinds);
  const workload = naming.read.workloads.find(
    (one) => one.namespace === namespace && (one.name === pod || isPodOf(pod, one)),
  );
  if (workload?.hostNetwork === true) return nodesFor(text, naming);
  const byPodName = all.filter(({ id }) => id === `${namespace}/${workload?.name ?? ''}`);
  if (byPodName.length > 0) return found(byPodName);
  const [only, second] = all;
  // Where no file declares any workload (Helm makes them), a name is as good as any pod of the namespace.
  if (only !== undefined && second === undefined) return found([{ ...only, id: text }], true);
  const ids = all.map(({ id }) => id).filter((id) => !id.endsWith('/*'));
  return unknown([...nearestNames(text, ids), `${namespace}/*`]);
}

function gatewayNamed(name: string, naming: Naming): Named {
  const gateway = naming.catalog.gateways.find((one) => one.name === name);
  if (gateway === undefined) return unknown(naming.catalog.gateways.map((one) => `gateway:${one.name}`));
  const pods = naming.world.endpoints.filter(
    ({ id, labels }) => id.startsWith(`${gateway.namespace}/`) && hasLabels(labels, gateway),
  );
  return pods.length > 0 ? found(pods) : found([assumedPod(`gateway:${name}`, gateway, naming)], true);
}

function hasLabels(labels: readonly LabelText[], gateway: Gateway): boolean {
  return Object.entries(gateway.labels).every(([key, value]) => kubernetesLabel(labels, key) === value);
}

/** A pod of the gateway as the catalog describes it, for repositories whose gateways a controller makes. */
function assumedPod(id: string, gateway: Gateway, { read, options }: Naming): Endpoint {
  const declared = read.namespaces.find(({ name }) => name === gateway.namespace);
  const namespaceLabels = declared?.labels ?? { 'kubernetes.io/metadata.name': gateway.namespace };
  const labels = podIdentityLabels({
    namespace: gateway.namespace,
    podLabels: gateway.labels,
    namespaceLabels,
    cluster: options.clusterName,
  });
  return { id, labels };
}

function namespacesOf({ read }: Naming): readonly string[] {
  return read.namespaces.map(({ name }) => name);
}

function unknown(nearest: readonly string[]): Named {
  return { kind: 'unknown', nearest };
}

const NEAREST_MAX = 3;
/** Longer names are compared by their beginnings. */
const LENGTH_MAX = 64;

/** Known names that begin alike or differ by little, the nearest first. */
export function nearestNames(wanted: string, known: readonly string[]): readonly string[] {
  return known
    .map((name) => ({ name, distance: distance(wanted.slice(0, LENGTH_MAX), name.slice(0, LENGTH_MAX)) }))
    .filter(
      ({ name, distance: far }) => far <= Math.max(2, Math.floor(Math.min(name.length, LENGTH_MAX) / 3)),
    )
    .sort((a, b) => (a.distance === b.distance ? (a.name < b.name ? -1 : 1) : a.distance - b.distance))
    .slice(0, NEAREST_MAX)
    .map(({ name }) => name);
}

/** Levenshtein distance of two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
