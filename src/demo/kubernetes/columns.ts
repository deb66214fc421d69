import { isMap, type Json, type JsonMap, listAt, mapAt, textAt } from './json.ts';
import type { ServedKind } from './kinds.ts';

/** A column as `kubectl get` shows it. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  /** `name` for the first. */
  readonly format?: string;
  /** 0 always, 1 with `-o wide`. */
  readonly priority: 0 | 1;
  /** @param now milliseconds since 1970 */
  readonly cell: (object: JsonMap, now: number) => Json;
}

/** Kubernetes 1.32, printers/internalversion/printers.go; Cilium 1.19, the columns of its CRDs. */
export function columnsOf({ kind }: ServedKind): readonly Column[] {
  return [NAME, ...(OF_KIND.get(kind) ?? [AGE])];
}

const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  cell: (o) => textAt(o, 'metadata', 'name'),
};
const AGE: Column = { name: 'Age', type: 'string', priority: 0, cell: ageOf };
/** Of a CRD, as the API server prints dates. */
const AGE_OF_CRD: Column = { ...AGE, type: 'date' };
const VALID = column('Valid', (o) => conditionOf(o, 'Valid'));

function column(name: string, cell: Column['cell'], priority: 0 | 1 = 0): Column {
  return { name, type: 'string', priority, cell };
}

const WORKLOAD: readonly Column[] = [
  column('Ready', (o) => `${numberAt(o, 'status', 'readyReplicas')}/${numberAt(o, 'spec', 'replicas')}`),
  column('Up-to-date', (o) => String(numberAt(o, 'status', 'updatedReplicas'))),
  column('Available', (o) => String(numberAt(o, 'status', 'availableReplicas'))),
  AGE,
];

const OF_KIND: ReadonlyMap<string, readonly Column[]> = new Map<string, readonly Column[]>([
  ['Namespace', [column('Status', (o) => textAt(o, 'status', 'phase')), AGE]],
  [
    'Pod',
    [
      column('Ready', (o) => {
        const statuses = listAt(o, 'status', 'containerStatuses');
        const ready = statuses.filter((status) => isMap(status) && status['ready'] === true).length;
        return `${ready}/${listAt(o, 'spec', 'containers').length}`;
      }),
      column('Status', (o) => textAt(o, 'status', 'phase')),
      column('Restarts', () => '0'),
      AGE,
      column('IP', (o) => orNone(textAt(o, 'status', 'podIP')), 1),
      column('Node', (o) => orNone(textAt(o, 'spec', 'nodeName')), 1),
      column('Nominated Node', () => '<none>', 1),
      column('Readiness Gates', () => '<none>', 1),
    ],
  ],
  [
    'Service',
    [
      column('Type', (o) => orElse(textAt(o, 'spec', 'type'), 'ClusterIP')),
      column('Cluster-IP', (o) => orNone(textAt(o, 'spec', 'clusterIP'))),
      column('External-IP', (o) => orNone(textAt(o, 'spec', 'externalName'))),
      column('Port(s)', (o) => orNone(listAt(o, 'spec', 'ports').map(portText).join(','))),
      AGE,
      column('Selector', (o) => orNone(labelsText(mapAt(o, 'spec', 'selector'))), 1),
    ],
  ],
  [
    'Node',
    [
      column('Status', (o) => (conditionOf(o, 'Ready') === 'True' ? 'Ready' : 'NotReady')),
      column('Roles', (o) => orNone(rolesOf(o))),
      AGE,
      column('Version', (o) => textAt(o, 'status', 'nodeInfo', 'kubeletVersion')),
      column('Internal-IP', (o) => orNone(addressOf(o, 'InternalIP')), 1),
    ],
  ],
  ['ConfigMap', [column('Data', (o) => String(Object.keys(mapAt(o, 'data')).length)), AGE]],
  [
    'NetworkPolicy',
    [column('Pod-Selector', (o) => orNone(labelsText(mapAt(o, 'spec', 'podSelector', 'matchLabels')))), AGE],
  ],
  ['CiliumNetworkPolicy', [AGE_OF_CRD, VALID]],
  ['CiliumClusterwideNetworkPolicy', [VALID]],
  [
    'CiliumIdentity',
    [column('Namespace', (o) => textAt(o, 'metadata', 'labels', 'io.kubernetes.pod.namespace')), AGE_OF_CRD],
  ],
  [
    'CiliumEndpoint',
    [
      { ...column('Security Identity', (o) => numberAt(o, 'status', 'identity', 'id')), type: 'integer' },
      column('Ingress Enforcement', (o) => textAt(o, 'status', 'policy', 'ingress', 'state'), 1),
      column('Egress Enforcement', (o) => textAt(o, 'status', 'policy', 'egress', 'state'), 1),
      column('Endpoint State', (o) => textAt(o, 'status', 'state')),
      column('IPv4', (o) => textAt(listAt(o, 'status', 'networking', 'addressing')[0], 'ipv4')),
      column('IPv6', (o) => textAt(listAt(o, 'status', 'networking', 'addressing')[0], 'ipv6')),
    ],
  ],
  ['CiliumCIDRGroup', [AGE_OF_CRD]],
  ['Deployment', WORKLOAD],
  [
    'StatefulSet',
    [
      column('Ready', (o) => `${numberAt(o, 'status', 'readyReplicas')}/${numberAt(o, 'spec', 'replicas')}`),
      AGE,
    ],
  ],
  [
    'DaemonSet',
    [
      column('Desired', (o) => String(numberAt(o, 'status', 'desiredNumberScheduled'))),
      column('Ready', (o) => String(numberAt(o, 'status', 'numberReady'))),
      AGE,
    ],
  ],
]);

function ageOf(object: JsonMap, now: number): string {
  const created = Date.parse(textAt(object, 'metadata', 'creationTimestamp'));
  return Number.isNaN(created) ? '<unknown>' : duration(now - created);
}

/** As k8s.io/apimachinery, util/duration `HumanDuration` prints it. */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return `${minutes}m${rest(seconds % 60, 's')}`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return `${hours}h${rest(minutes % 60, 'm')}`;
  if (hours < 48) return `${hours}h`;
  if (days < 8) return `${days}d${rest(hours % 24, 'h')}`;
  if (days < 730) return `${days}d`;
  return `${Math.floor(days / 365)}y`;
}

function rest(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`;
}

function orNone(text: string): string {
  return orElse(text, '<none>');
}

function orElse(text: string, otherwise: string): string {
  return text === '' ? otherwise : text;
}

function numberAt(object: JsonMap, ...path: readonly string[]): number {
  const parent = mapAt(object, ...path.slice(0, -1));
  const value = parent[path.at(-1) ?? ''];
  return typeof value === 'number' ? value : 0;
}

function conditionOf(object: JsonMap, type: string): string {
  const found = listAt(object, 'status', 'conditions').find(
    (condition) => textAt(condition, 'type') === type,
  );
  return textAt(found, 'status');
}

function portText(port: Json): string {
  const number = isMap(port) ? port['port'] : undefined;
  return `${typeof number === 'number' ? number : '?'}/${orElse(textAt(port, 'protocol'), 'TCP')}`;
}

function labelsText(labels: JsonMap): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`)
    .join(',');
}

const ROLE = 'node-role.kubernetes.io/';

function rolesOf(node: JsonMap): string {
  return Object.keys(mapAt(node, 'metadata', 'labels'))
    .filter((key) => key.startsWith(ROLE))
    .map((key) => key.slice(ROLE.length))
    .join(',');
}

function addressOf(node: JsonMap, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((address) => textAt(address, 'type') === type);
  return textAt(found, 'address');
}
