import { describe, expect, it } from 'vitest';
import { parseCidr } from '../../src/core/model/cidr.ts';
import type { CidrGroup, Endpoint } from '../../src/core/model/world.ts';
import { answersOf, type Case, expectedOf, rowsOf } from '../lib/answers.ts';
import { ccnp, cnp, knp } from '../lib/policies.ts';

/** Namespaces, clusters and labels: Cilium `pkg/k8s/apis/cilium.io/utils/utils.go`. */
const NAMESPACES: readonly Case[] = [
  {
    name: "a peer's labels in a CNP are looked for in its own namespace",
    policies: cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}]'),
    flows: `
      a/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: "a peer's labels in a CCNP are looked for everywhere",
    policies: ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}]'),
    flows: `
      a/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed
      kube-system/dns → a/y 80/TCP: denied, ingress default-deny`,
  },
  ...(['io.kubernetes.pod.namespace', 'k8s:io.kubernetes.pod.namespace'] as const).map((key) => ({
    name: `a peer of a CNP that names ${key} is in that namespace alone`,
    policies: cnp(`endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {"${key}": b}}]}]`),
    flows: `
      b/x → a/y 80/TCP: allowed
      a/x → a/y 80/TCP: denied, ingress default-deny`,
  })),
  {
    name: 'a peer of a CNP by the labels of namespaces is not tied to its own',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.namespace.labels.team: red}}]}]',
    ),
    namespaces: { b: { team: 'red' } },
    flows: `
      b/x → a/y 80/TCP: allowed
      a/x → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: "a NetworkPolicy's podSelector beside a namespaceSelector holds in the namespaces that are meant",
    policies: knp(`podSelector: {}, ingress: [{from: [
      {namespaceSelector: {matchLabels: {team: red}}, podSelector: {matchLabels: {app: x}}}]}]`),
    pods: { 'b/y': { labels: { app: 'y' } } },
    namespaces: { b: { team: 'red' } },
    flows: `
      b/x → a/y 80/TCP: allowed
      b/y → a/y 80/TCP: denied, ingress default-deny
      a/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: "an empty namespaceSelector is every namespace's pods",
    policies: knp('podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]'),
    flows: `
      b/x → a/y 80/TCP: allowed
      remote-node → a/y 80/TCP: denied, ingress default-deny
      ingress → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: "a NetworkPolicy's podSelector alone is in its own namespace",
    policies: knp('podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]'),
    flows: `
      a/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'the service account is a label',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.serviceaccount: default}}]}]',
    ),
    flows: `
      a/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'a key with a colon asks for a source that pods do not have',
    policies: cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {"app:x": ""}}]}]'),
    flows: 'a/x → a/y 80/TCP: denied, ingress default-deny',
  },
  {
    name: 'a CCNP about endpoints that start may mean everyone by an empty peer',
    policies: ccnp(
      'endpointSelector: {matchLabels: {"reserved:init": ""}}, ingress: [{fromEndpoints: [{}]}]',
    ),
    options: { defaultLocalCluster: false },
    flows: `
      1.1.1.1 → init 80/TCP: allowed
      remote-node → init 80/TCP: allowed
      a/x → init 80/TCP: allowed
      init → a/x 80/TCP: denied, egress enforced-always`,
  },
  {
    name: 'pods of other clusters are peers until 1.18',
    policies: ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}]'),
    pods: { 'far/x': { labels: { app: 'x' }, cluster: 'other' } },
    versions: ['1.18'],
    flows: 'far/x → a/y 80/TCP: allowed',
  },
  {
    name: 'and from 1.19 are not',
    policies: ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}]'),
    pods: { 'far/x': { labels: { app: 'x' }, cluster: 'other' } },
    versions: ['1.19', '1.20', 'main'],
    flows: 'far/x → a/y 80/TCP: denied, ingress default-deny',
  },
  {
    name: 'unless the peer names the cluster itself',
    policies: ccnp(`endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [
      {key: io.cilium.k8s.policy.cluster, operator: Exists}]}]}]`),
    pods: { 'far/x': { labels: { app: 'x' }, cluster: 'other' } },
    flows: `
      far/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed`,
  },
  {
    name: 'what fromRequires asks for is asked of every endpoint peer in 1.18',
    policies: [
      cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}], fromRequires: [{matchLabels: {app: x}}]}]'),
      cnp('endpointSelector: {}, ingress: [{fromEntities: [world]}]', 'other'),
    ].join(''),
    pods: { 'a/z': { labels: { app: 'z' } } },
    versions: ['1.18'],
    flows: `
      a/x → a/y 80/TCP: allowed
      a/z → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: allowed`,
  },
  {
    name: 'from 1.19 the API server refuses fromRequires',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{}], fromRequires: [{matchLabels: {app: x}}]}]',
      'requires',
    ),
    refused: ['requires'],
    versions: ['1.19', '1.20', 'main'],
    flows: 'b/x → a/y 80/TCP: allowed',
  },
];

/** Selectors that only say what somebody is not; cilium#46949. */
const NEGATIVE: readonly Case[] = [
  {
    name: 'a peer with a reserved key is tied to no namespace, and so is everyone else',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: "reserved:none", operator: DoesNotExist}]}]}]',
    ),
    flows: `
      1.1.1.1 → a/y 80/TCP: allowed
      remote-node → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed`,
  },
  {
    name: 'a label that is not to be there keeps those out that have it, until 1.19',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: NotIn, values: [x]}, {key: "reserved:none", operator: DoesNotExist}]}]}]',
    ),
    versions: ['1.18', '1.19'],
    flows: `
      a/x → a/y 80/TCP: denied, ingress default-deny
      kube-system/dns → a/y 80/TCP: allowed`,
  },
  {
    name: 'and from 1.20 the aggregate of the cluster lets every pod in',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: NotIn, values: [x]}, {key: "reserved:none", operator: DoesNotExist}]}]}]',
    ),
    versions: ['1.20', 'main'],
    flows: `
      a/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed
      kube-system/dns → a/y 80/TCP: allowed`,
  },
  {
    name: 'reserved identities have no aggregate: who is excluded by name stays out',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: "reserved:remote-node", operator: DoesNotExist}, {key: "reserved:health", operator: DoesNotExist}, {key: "reserved:world", operator: DoesNotExist}]}]}]',
    ),
    flows: `
      remote-node → a/y 80/TCP: denied, ingress default-deny
      kube-apiserver → a/y 80/TCP: denied, ingress default-deny
      health → a/y 80/TCP: denied, ingress default-deny
      world → a/y 80/TCP: denied, ingress default-deny
      ingress → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed`,
  },
  {
    name: 'a positive requirement beside it ends that',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: NotIn, values: [x]}, {key: app, operator: Exists}]}]}]',
    ),
    flows: `
      a/x → a/y 80/TCP: denied, ingress default-deny
      a/y → a/x 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
];

/** Cilium `pkg/policy/api/entity.go`. */
const ENTITIES: readonly Case[] = [
  {
    name: 'all is everyone',
    policies: cnp('endpointSelector: {}, ingress: [{fromEntities: [all]}]'),
    flows: [
      'world',
      'host',
      'remote-node',
      'kube-apiserver',
      'health',
      'init',
      'ingress',
      'unmanaged',
      'b/x',
      '1.1.1.1',
    ]
      .map(
        (from) => `${from} → a/y 80/TCP: ${from === 'init' ? 'denied, egress enforced-always' : 'allowed'}`,
      )
      .join('\n'),
  },
  {
    name: 'cluster is nodes, special endpoints and the pods of this cluster',
    policies: cnp('endpointSelector: {}, ingress: [{fromEntities: [cluster]}]'),
    pods: { 'far/x': { cluster: 'other' } },
    endpoints: [
      { id: 'apiserver-outside', labels: ['cidr:9.9.9.9/32', 'reserved:kube-apiserver', 'reserved:world'] },
    ],
    flows: `
      b/x → a/y 80/TCP: allowed
      remote-node → a/y 80/TCP: allowed
      kube-apiserver → a/y 80/TCP: allowed
      apiserver-outside → a/y 80/TCP: allowed
      health → a/y 80/TCP: allowed
      ingress → a/y 80/TCP: allowed
      unmanaged → a/y 80/TCP: allowed
      far/x → a/y 80/TCP: denied, ingress default-deny
      world → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'an API server on a node is a remote node too, and a deny of one is a deny of both',
    policies: cnp(
      'endpointSelector: {}, ingressDeny: [{fromEntities: [remote-node]}], ingress: [{fromEntities: [kube-apiserver]}]',
    ),
    flows: `
      kube-apiserver → a/y 80/TCP: denied, ingress deny-rule
      remote-node → a/y 80/TCP: denied, ingress deny-rule`,
  },
  {
    name: 'remote-node is not the local host',
    policies: cnp('endpointSelector: {}, egress: [{toEntities: [remote-node]}]'),
    flows: `
      a/x → remote-node 80/TCP: allowed
      a/x → kube-apiserver 80/TCP: allowed
      a/x → host 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'none is nobody',
    policies: cnp('endpointSelector: {}, egress: [{toEntities: [none]}]'),
    flows: `
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny
      a/x → b/x 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'nodes by their labels are remote nodes, where the agent looks at them at all',
    policies: cnp('endpointSelector: {}, egress: [{toNodes: [{matchLabels: {pool: db}}]}]'),
    options: { nodeSelectorLabels: true, defaultLocalCluster: true },
    endpoints: [
      {
        id: 'node-db',
        labels: ['node:pool=db', 'k8s:io.cilium.k8s.policy.cluster=default', 'reserved:remote-node'],
      },
      {
        id: 'node-web',
        labels: ['node:pool=web', 'k8s:io.cilium.k8s.policy.cluster=default', 'reserved:remote-node'],
      },
    ],
    flows: `
      a/x → node-db 80/TCP: allowed
      a/x → node-web 80/TCP: denied, egress default-deny
      a/x → host 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'and without that option the object is refused',
    policies: cnp('endpointSelector: {}, egress: [{toNodes: [{matchLabels: {pool: db}}]}]', 'nodes'),
    refused: ['nodes'],
    flows: 'a/x → 1.1.1.1 80/TCP: allowed',
  },
];

const POD_WITH_ADDRESS: Endpoint = {
  id: 'a/addressed',
  labels: [
    'cidr:10.0.1.7/32',
    'k8s:app=addressed',
    'k8s:io.cilium.k8s.policy.cluster=default',
    'k8s:io.kubernetes.pod.namespace=a',
  ],
};

/** Cilium `pkg/policy/types/selector.go`, `pkg/labels/cidr.go`. */
const ADDRESSES: readonly Case[] = [
  {
    name: 'a prefix holds what is within it, and not what holds it',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: [10.1.0.0/16]}]'),
    flows: `
      a/x → 10.1.2.3 80/TCP: allowed
      a/x → 10.2.2.3 80/TCP: denied, egress default-deny
      a/x → 10.0.0.0/8 80/TCP: denied, egress default-deny
      a/x → 10.1.2.0/24 80/TCP: allowed`,
    outside: ['10.0.0.0/8', '10.1.2.0/24'],
  },
  {
    name: 'an exception is not in it, and is not denied by it either',
    policies: cnp(
      'endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}, {toCIDR: [10.1.1.1/32]}]',
    ),
    flows: `
      a/x → 10.2.0.1 80/TCP: allowed
      a/x → 10.1.0.1 80/TCP: denied, egress default-deny
      a/x → 10.1.1.1 80/TCP: allowed`,
  },
  {
    name: 'an exception of a deny is not an allow',
    policies: cnp(
      'endpointSelector: {}, egressDeny: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}], egress: [{toCIDR: [10.1.1.1/32]}]',
    ),
    flows: `
      a/x → 10.2.0.1 80/TCP: denied, egress deny-rule
      a/x → 10.1.1.1 80/TCP: allowed
      a/x → 10.1.0.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'an ipBlock with exceptions is the same',
    policies: knp(
      'podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]',
    ),
    flows: `
      a/x → 1.1.1.1 80/TCP: allowed
      a/x → 10.1.1.1 80/TCP: denied, egress default-deny
      a/x → a/y 80/TCP: denied, egress default-deny`,
  },
  {
    name: '::/0 where there is no IPv6 is nobody',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: ["::/0"]}]'),
    flows: `
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny
      a/x → world 80/TCP: denied, egress default-deny`,
  },
  {
    name: '::/0 in dual stack is IPv6 outside',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: ["::/0"]}]'),
    options: { ipv6: true },
    flows: `
      a/x → 2001:db8::1 80/TCP: allowed
      a/x → world-ipv6 80/TCP: allowed
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny
      a/x → world-ipv4 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'the world is both families in dual stack',
    policies: cnp('endpointSelector: {}, egress: [{toEntities: [world]}]'),
    options: { ipv6: true },
    flows: `
      a/x → 2001:db8::1 80/TCP: allowed
      a/x → 1.1.1.1 80/TCP: allowed`,
  },
  {
    name: 'a prefix does not reach pods within it',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8]}]'),
    endpoints: [POD_WITH_ADDRESS],
    flows: 'a/x → a/addressed 80/TCP: denied, egress default-deny',
  },
  {
    name: 'with policy-cidr-match-mode pods it does',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8]}]'),
    endpoints: [POD_WITH_ADDRESS],
    versions: ['1.20', 'main'],
    options: { cidrMatchMode: ['pods'] },
    flows: `
      a/x → a/addressed 80/TCP: allowed
      a/x → 10.9.9.9 80/TCP: allowed
      a/x → a/y 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'a group of prefixes by name, with an exception',
    policies: cnp(
      'endpointSelector: {}, egress: [{toCIDRSet: [{cidrGroupRef: offices, except: [192.0.2.128/25]}]}]',
    ),
    cidrGroups: groups(),
    flows: `
      a/x → 192.0.2.1 80/TCP: allowed
      a/x → 198.51.100.9 80/TCP: allowed
      a/x → 192.0.2.200 80/TCP: denied, egress default-deny
      a/x → 203.0.113.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'groups of prefixes by their labels',
    policies: cnp(
      'endpointSelector: {}, egress: [{toCIDRSet: [{cidrGroupSelector: {matchLabels: {kind: partner}}}]}]',
    ),
    cidrGroups: groups(),
    flows: `
      a/x → 203.0.113.1 80/TCP: allowed
      a/x → 192.0.2.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'a group that is not there is nobody, with a port as well',
    policies: cnp(`endpointSelector: {}, egress: [
      {toCIDRSet: [{cidrGroupRef: missing}], toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]`),
    flows: 'a/x → 1.1.1.1 443/TCP: denied, egress default-deny',
  },
  {
    name: 'an identity that says its group needs no prefixes',
    policies: cnp('endpointSelector: {}, egress: [{toCIDRSet: [{cidrGroupRef: offices}]}]'),
    endpoints: [
      { id: 'office', labels: ['cidrgroup:io.cilium.policy.cidrgroupname/offices', 'reserved:world'] },
      { id: 'home', labels: ['cidrgroup:io.cilium.policy.cidrgroupname/homes', 'reserved:world'] },
    ],
    flows: `
      a/x → office 80/TCP: allowed
      a/x → home 80/TCP: denied, egress default-deny`,
  },
];

function groups(): readonly CidrGroup[] {
  const cidrs = (...texts: string[]) => texts.flatMap((text) => parseCidr(text) ?? []);
  return [
    { name: 'offices', labels: { kind: 'own' }, cidrs: cidrs('192.0.2.0/24', '198.51.100.0/24') },
    { name: 'partners', labels: { kind: 'partner' }, cidrs: cidrs('203.0.113.0/24') },
  ];
}

/** Cilium `pkg/policy/api/fqdn.go`, `pkg/fqdn/matchpattern/matchpattern.go`. */
const NAMES: readonly Case[] = [
  {
    name: 'a name opens the addresses that DNS gave for it, and these alone',
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchName: api.example.com}]}]'),
    endpoints: named('api.example.com', 'www.example.com', 'API.Example.com.'),
    flows: `
      a/x → api.example.com 443/TCP: allowed
      a/x → API.Example.com. 443/TCP: allowed
      a/x → www.example.com 443/TCP: denied, egress default-deny
      a/x → 1.1.1.1 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'a star is within one label, and not the apex',
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "*.example.com"}]}]'),
    endpoints: named('api.example.com', 'example.com', 'a.b.example.com', 'example.com.evil.org'),
    flows: `
      a/x → api.example.com 443/TCP: allowed
      a/x → example.com 443/TCP: denied, egress default-deny
      a/x → a.b.example.com 443/TCP: denied, egress default-deny
      a/x → example.com.evil.org 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'two stars at the front are one label in 1.18',
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "**.example.com"}]}]'),
    endpoints: named('api.example.com', 'example.com', 'a.b.example.com'),
    versions: ['1.18'],
    flows: `
      a/x → api.example.com 443/TCP: allowed
      a/x → a.b.example.com 443/TCP: denied, egress default-deny
      a/x → example.com 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'and from 1.19 one or more',
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "**.example.com"}]}]'),
    endpoints: named('api.example.com', 'example.com', 'a.b.example.com'),
    versions: ['1.19', '1.20', 'main'],
    flows: `
      a/x → api.example.com 443/TCP: allowed
      a/x → a.b.example.com 443/TCP: allowed
      a/x → example.com 443/TCP: denied, egress default-deny`,
  },
  {
    name: "a name in a flow's labels is the selector's own text",
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "*.example.com"}]}]'),
    endpoints: named('*.example.com', '*.example.org'),
    flows: `
      a/x → *.example.com 443/TCP: allowed
      a/x → *.example.org 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'a name never opens a pod or a gateway of the cluster',
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "*"}]}]'),
    endpoints: [
      ...named('api.example.com'),
      { id: 'gateway', labels: ['fqdn:shop.example.com', 'reserved:ingress'] },
    ],
    flows: `
      a/x → api.example.com 443/TCP: allowed
      a/x → gateway 443/TCP: denied, egress default-deny
      a/x → b/x 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'a deny of the world closes what a name opened',
    policies: cnp(
      'endpointSelector: {}, egress: [{toFQDNs: [{matchName: api.example.com}]}], egressDeny: [{toEntities: [world]}]',
    ),
    endpoints: named('api.example.com'),
    flows: 'a/x → api.example.com 443/TCP: denied, egress deny-rule',
  },
  {
    name: 'an empty list of names is as if there were none: with a port, everyone',
    policies: cnp(
      'endpointSelector: {}, egress: [{toFQDNs: [], toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]',
    ),
    flows: `
      a/x → b/x 443/TCP: allowed
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny`,
  },
];

function named(...names: readonly string[]): readonly Endpoint[] {
  return names.map((name) => ({ id: name, labels: [`fqdn:${name}`, 'reserved:world'] }));
}

/** Cilium `pkg/policy/k8s/service.go`. */
const SERVICES: readonly Case[] = [
  {
    name: 'a Service with a selector stands for its pods, on their ports',
    policies: cnp(`endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: x, namespace: b}}],
      toPorts: [{ports: [{port: "8080", protocol: TCP}]}]}]`),
    services: [
      {
        namespace: 'b',
        name: 'x',
        labels: {},
        selector: { app: 'x' },
        ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
      },
    ],
    flows: `
      a/x → b/x 8080/TCP: allowed
      a/x → b/x 80/TCP: denied, egress default-deny
      a/x → a/x 8080/TCP: denied, egress default-deny
      a/x → 1.1.1.1 8080/TCP: denied, egress default-deny`,
  },
  {
    name: 'a Service without a selector stands for the addresses of its backends',
    policies: cnp(
      'endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: legacy, namespace: a}}]}]',
    ),
    services: [
      { namespace: 'a', name: 'legacy', labels: {}, ports: [], backends: ['192.0.2.10', '192.0.2.11'] },
      { namespace: 'b', name: 'legacy', labels: {}, ports: [], backends: ['192.0.2.99'] },
    ],
    flows: `
      a/x → 192.0.2.10 5432/TCP: allowed
      a/x → 192.0.2.11 5432/TCP: allowed
      a/x → 192.0.2.99 5432/TCP: denied, egress default-deny`,
  },
  {
    name: 'Services by their labels, in any namespace',
    policies: cnp(
      'endpointSelector: {}, egress: [{toServices: [{k8sServiceSelector: {selector: {matchLabels: {tier: data}}}}]}]',
    ),
    services: [
      { namespace: 'b', name: 'x', labels: { tier: 'data' }, selector: { app: 'x' }, ports: [] },
      { namespace: 'a', name: 'y', labels: { tier: 'web' }, selector: { app: 'y' }, ports: [] },
    ],
    flows: `
      a/x → b/x 80/TCP: allowed
      a/x → a/y 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'a Service without a selector and without backends is as if there were none',
    policies:
      cnp(`endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: legacy, namespace: a}}],
      toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]`),
    services: [{ namespace: 'a', name: 'legacy', labels: {}, ports: [] }],
    flows: 'a/x → 1.1.1.1 443/TCP: allowed',
  },
];

/** What "nothing written", "an empty list" and "an empty selector" mean; `mergeEndpointSelectors`, PR #29608. */
const NOTHING: readonly Case[] = [
  ...(['fromEndpoints', 'fromEntities', 'fromCIDR', 'fromCIDRSet'] as const).map((field) => ({
    name: `an empty ${field} is nobody`,
    policies: cnp(`endpointSelector: {}, ingress: [{${field}: []}]`),
    flows: `
      a/x → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny`,
  })),
  {
    name: 'a rule without anything denies nothing, and isolates',
    policies: cnp('endpointSelector: {}, ingressDeny: [{}]'),
    flows: `
      a/x → a/y 80/TCP: denied, ingress default-deny
      host → a/y 80/TCP: allowed`,
  },
  {
    name: 'a denied port without a peer is denied to everyone',
    policies: cnp(
      'endpointSelector: {}, ingressDeny: [{toPorts: [{ports: [{port: "22", protocol: TCP}]}]}], ingress: [{fromEntities: [all]}]',
    ),
    flows: `
      host → a/y 22/TCP: denied, ingress deny-rule
      a/x → a/y 22/TCP: denied, ingress deny-rule
      a/x → a/y 80/TCP: allowed`,
  },
  {
    name: 'a misspelt peer beside a port is pruned, and opens the port to everyone',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoint: [{matchLabels: {app: x}}], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]',
    ),
    flows: '1.1.1.1 → a/y 80/TCP: allowed',
  },
  {
    name: 'a null peer beside a port is pruned too',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: null, toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]',
    ),
    flows: '1.1.1.1 → a/y 80/TCP: allowed',
  },
];

describe('who a rule is about', () => {
  describe.each([
    ['namespaces, clusters and labels', NAMESPACES],
    ['negative selectors', NEGATIVE],
    ['entities and nodes', ENTITIES],
    ['addresses', ADDRESSES],
    ['names', NAMES],
    ['Services', SERVICES],
    ['nothing written', NOTHING],
  ])('%s', (_group, cases) => {
    it.each(rowsOf(cases))('%s', (_name, row) => {
      expect(answersOf(row)).toEqual(expectedOf(row));
    });
  });
});
