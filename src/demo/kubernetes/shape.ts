import { type Json, type JsonMap, member } from './json.ts';

/**
 * How a value is merged, and who may own which part of it: what a schema says with `x-kubernetes-list-type`,
 * `x-kubernetes-list-map-keys` and `x-kubernetes-map-type` (Kubernetes 1.32, `api/openapi-spec/v3`; Cilium 1.19,
 * `pkg/k8s/apis/cilium.io/client/crds`). A map without a shape is merged member by member, a list is one value.
 */
export interface Shape {
  /** Whether it is one value: whoever sets a part of it owns all of it. */
  readonly isAtomic?: true;
  /** A list whose items are told apart by these members. The first is also the strategic merge patch's key. */
  readonly keys?: readonly string[];
  /** A list of plain values, each of which may be there once. */
  readonly isSet?: true;
  readonly fields?: ReadonlyMap<string, Shape>;
  /** Of a list's items. */
  readonly items?: Shape;
}

const PLAIN: Shape = {};
const ATOMIC: Shape = { isAtomic: true };
const SET: Shape = { isSet: true };

export function fieldShape(shape: Shape, key: string): Shape {
  return shape.fields?.get(key) ?? PLAIN;
}

export function itemShape(shape: Shape): Shape {
  return shape.items ?? PLAIN;
}

/** Values that Kubernetes' own defaults give to keys of lists before they are compared. */
const KEY_DEFAULTS: Readonly<Record<string, Json>> = { protocol: 'TCP' };

/** The members that tell an item apart, sorted; undefined where it does not have them. */
export function keyOf(shape: Shape, item: Json): JsonMap | undefined {
  const entries: [string, Json][] = [];
  for (const key of [...(shape.keys ?? [])].sort()) {
    const value = member(item, key) ?? KEY_DEFAULTS[key];
    if (value === undefined) return undefined;
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

/** The shape of a kind's objects. */
export function shapeOf(kind: string): Shape {
  return struct({ metadata: METADATA, ...BY_KIND.get(kind) });
}

function struct(fields: Readonly<Record<string, Shape>>): Shape {
  return { fields: new Map(Object.entries(fields)) };
}

function keyed(keys: readonly string[], items: Shape = PLAIN): Shape {
  return { keys, items };
}

const METADATA = struct({
  finalizers: SET,
  ownerReferences: keyed(['uid'], ATOMIC),
});

const CONDITIONS = struct({ conditions: keyed(['type']) });

const CONTAINER = struct({
  ports: keyed(['containerPort', 'protocol']),
  env: keyed(['name']),
  volumeMounts: keyed(['mountPath']),
});
const POD_SPEC = struct({
  containers: keyed(['name'], CONTAINER),
  initContainers: keyed(['name'], CONTAINER),
  volumes: keyed(['name']),
  imagePullSecrets: keyed(['name']),
  hostAliases: keyed(['ip']),
  nodeSelector: ATOMIC,
});
const TEMPLATED = struct({ selector: ATOMIC, template: struct({ metadata: METADATA, spec: POD_SPEC }) });
const WORKLOAD = { spec: TEMPLATED, status: CONDITIONS };

const SELECTING = struct({ endpointSelector: ATOMIC, nodeSelector: ATOMIC });
const CILIUM_POLICY = { spec: SELECTING, status: CONDITIONS };

const BY_KIND: ReadonlyMap<string, Readonly<Record<string, Shape>>> = new Map<
  string,
  Readonly<Record<string, Shape>>
>([
  ['Namespace', { status: CONDITIONS }],
  [
    'Pod',
    {
      spec: POD_SPEC,
      status: struct({
        conditions: keyed(['type']),
        podIPs: keyed(['ip']),
        hostIPs: ATOMIC,
        containerStatuses: ATOMIC,
      }),
    },
  ],
  ['Service', { spec: struct({ ports: keyed(['port', 'protocol']), selector: ATOMIC }), status: CONDITIONS }],
  [
    'Node',
    {
      spec: struct({ podCIDRs: SET }),
      status: struct({ addresses: keyed(['type']), conditions: keyed(['type']) }),
    },
  ],
  ['NetworkPolicy', { spec: struct({ podSelector: ATOMIC }) }],
  ['Deployment', WORKLOAD],
  ['StatefulSet', WORKLOAD],
  ['DaemonSet', WORKLOAD],
  ['ReplicaSet', WORKLOAD],
  ['Job', WORKLOAD],
  ['CronJob', { spec: struct({ jobTemplate: struct({ metadata: METADATA, spec: TEMPLATED }) }) }],
  ['CiliumNetworkPolicy', CILIUM_POLICY],
  ['CiliumClusterwideNetworkPolicy', CILIUM_POLICY],
]);
