import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/core/model/world.ts';
import { answersOf, type Case, expectedOf, rowsOf } from '../lib/answers.ts';
import { ccnp, cnp, knp } from '../lib/policies.ts';

/**
 * What goes wrong in real clusters, from public reports: first as it was written, then as it works. The number is
 * that of the report at github.com/cilium/cilium, where no other place is named.
 */
const SITUATIONS: readonly Case[] = [
  {
    name: 'the port of the Service is written where the pod listens on another (#1299, #48141)',
    policies: cnp(
      'endpointSelector: {matchLabels: {app: x}}, egress: [{toEndpoints: [{}], toPorts: [{ports: [{port: "8080", protocol: TCP}]}]}]',
    ),
    services: [
      {
        namespace: 'a',
        name: 'y',
        labels: {},
        selector: { app: 'y' },
        ports: [{ protocol: 'TCP', port: 8080, targetPort: 80 }],
      },
    ],
    flows: `
      a/x → a/y 80/TCP: denied, egress default-deny
      a/x → a/y 8080/TCP: allowed`,
  },
  {
    name: 'the cluster DNS listens on 8053, and 53 is allowed (#13308)',
    policies: ccnp(`endpointSelector: {}, egress: [{toEndpoints: [
      {matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}}],
      toPorts: [{ports: [{port: "53", protocol: ANY}], rules: {dns: [{matchPattern: "*"}]}}]}]`),
    flows: `
      a/x → kube-system/dns 8053/UDP: denied, egress default-deny
      a/x → kube-system/dns 53/UDP: allowed`,
  },
  {
    name: 'the agent does not keep the label that a selector asks for (rancher/rke2#9029)',
    policies: knp(
      'podSelector: {matchLabels: {topology.kubernetes.io/zone: z1}}, ingress: [], policyTypes: [Ingress]',
    ),
    pods: { 'a/zoned': { labels: { 'topology.kubernetes.io/zone': 'z1' } } },
    flows: 'b/x → a/zoned 80/TCP: allowed',
  },
  {
    name: 'the labels of namespaces by a prefix that nobody has (#30149)',
    policies: ccnp(`endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEndpoints: [
      {matchLabels: {k8s.io.kubernetes.pod.namespace.labels.tenant: red}}]}]`),
    namespaces: { b: { tenant: 'red' } },
    flows: 'b/x → a/y 80/TCP: denied, ingress default-deny',
  },
  {
    name: 'and by the right one',
    policies: ccnp(`endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEndpoints: [
      {matchLabels: {io.cilium.k8s.namespace.labels.tenant: red}}]}]`),
    namespaces: { b: { tenant: 'red' } },
    flows: `
      b/x → a/y 80/TCP: allowed
      a/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'a CNP by the labels of namespaces reaches beyond its own (#30650)',
    policies: cnp(`endpointSelector: {}, egress: [{toEndpoints: [
      {matchLabels: {io.cilium.k8s.namespace.labels.tenant: red}}]}]`),
    namespaces: { b: { tenant: 'red' } },
    flows: 'a/x → b/x 80/TCP: allowed',
  },
  {
    name: 'a CNP for another namespace selects nothing; a CCNP is what was meant (#13133)',
    policies: [
      cnp('endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, egress: [{}]', 'dead'),
      ccnp(
        'endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: kube-system}}, egress: [{}]',
        'alive',
      ),
    ].join(''),
    flows: `
      b/x → 1.1.1.1 80/TCP: allowed
      kube-system/dns → 1.1.1.1 80/TCP: denied, egress default-deny`,
  },
  ...(
    [
      [[], 'denied, egress default-deny'],
      [['nodes'], 'allowed'],
    ] as const
  ).map(([cidrMatchMode, answer]) => ({
    name: `an ipBlock for the API server's node, policy-cidr-match-mode [${cidrMatchMode.join()}] (#20550, #33525)`,
    policies: knp(`podSelector: {}, policyTypes: [Egress], egress: [
      {to: [{ipBlock: {cidr: 192.0.2.134/32}}], ports: [{port: 6443}]}]`),
    endpoints: [
      { id: 'apiserver', labels: ['cidr:192.0.2.134/32', 'reserved:kube-apiserver', 'reserved:remote-node'] },
    ],
    options: { cidrMatchMode },
    flows: `
      a/x → apiserver 6443/TCP: ${answer}
      a/x → apiserver 10250/TCP: denied, egress default-deny`,
  })),
  {
    name: 'one dash too many: a peer on all ports, and a port for all peers (#33525)',
    policies: cnp(`endpointSelector: {}, egress: [
      {toEntities: [kube-apiserver]},
      {toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]`),
    flows: `
      a/x → kube-apiserver 22/TCP: allowed
      a/x → 1.1.1.1 443/TCP: allowed
      a/x → b/x 443/TCP: allowed
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'a webhook is called by a node, not by the entity kube-apiserver (#27967)',
    policies: cnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEntities: [kube-apiserver]}]'),
    flows: `
      remote-node → a/y 10250/TCP: denied, ingress default-deny
      kube-apiserver → a/y 10250/TCP: allowed
      host → a/y 10250/TCP: allowed`,
  },
  {
    name: "the prefix of a node's tunnel address does not admit the node (#35401)",
    policies: cnp('endpointSelector: {}, ingress: [{fromCIDR: [10.1.0.0/16, 198.18.0.0/16]}]'),
    endpoints: [{ id: 'tunnel', labels: ['cidr:198.18.0.1/32', 'reserved:remote-node'] }],
    flows: 'tunnel → a/y 8443/TCP: denied, ingress default-deny',
  },
  {
    name: "a pod in the host's network is a node, whatever its namespace (#10405)",
    policies: knp('podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}]'),
    namespaces: { b: { team: 'red' } },
    flows: `
      b/x → a/y 80/TCP: allowed
      remote-node → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: "an ipBlock of pods' addresses admits no pod (#9209)",
    policies: knp('podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.244.1.0/24}}]}], egress: [{}]'),
    endpoints: [addressedPod('b/peer', '10.244.1.140')],
    flows: `
      b/peer → a/y 8/ICMP: denied, ingress default-deny
      a/y → 1.1.1.1 80/TCP: allowed`,
  },
  {
    name: 'a client whose address was changed on the way is the world (aws/eks-anywhere#4406)',
    policies: [
      knp(
        'podSelector: {matchLabels: {app: x}}, ingress: [{from: [{ipBlock: {cidr: 172.27.48.0/24}}], ports: [{port: 8080}]}]',
        'narrow',
      ),
      knp(
        'podSelector: {matchLabels: {app: y}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 8080}]}]',
        'wide',
      ),
    ].join(''),
    flows: `
      world → a/x 8080/TCP: denied, ingress default-deny
      world → a/y 8080/TCP: allowed
      172.27.48.111 → a/x 8080/TCP: allowed`,
  },
  {
    name: 'a Service address that nobody translates is the world (#31519)',
    policies: cnp('endpointSelector: {matchLabels: {app: x}}, egress: [{toEndpoints: [{}]}]'),
    flows: `
      a/x → world 80/TCP: denied, egress default-deny
      a/x → a/y 80/TCP: allowed`,
  },
  {
    name: 'remote-node on a port of a load balancer admits whoever comes by way of a node (#34204)',
    policies: cnp(`endpointSelector: {}, ingress: [
      {fromEntities: [health, remote-node, cluster], toPorts: [{ports: [{port: "26257", protocol: TCP}]}]},
      {fromCIDR: [192.0.2.17/32]}]`),
    flows: `
      remote-node → a/y 26257/TCP: allowed
      192.0.2.18 → a/y 26257/TCP: denied, ingress default-deny
      192.0.2.17 → a/y 80/TCP: allowed`,
  },
  {
    name: "a name that leads to the cluster's own gateway (#47768)",
    policies: [
      cnp(
        'endpointSelector: {matchLabels: {app: x}}, egress: [{toFQDNs: [{matchName: shop.example.com}], toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]',
        'by-name',
      ),
      cnp('endpointSelector: {matchLabels: {app: y}}, egress: [{toEntities: [ingress]}]', 'by-entity'),
    ].join(''),
    endpoints: [{ id: 'gateway', labels: ['fqdn:shop.example.com', 'reserved:ingress'] }],
    flows: `
      a/x → gateway 443/TCP: denied, egress default-deny
      a/y → gateway 443/TCP: allowed`,
  },
  {
    name: 'default deny for everything cuts the gateway off from its backends (#30073)',
    policies: ccnp('endpointSelector: {}, ingress: [{}], egress: [{}]'),
    flows: 'ingress → a/y 8080/TCP: denied, egress default-deny, ingress default-deny',
  },
  {
    name: 'and a policy for the gateway opens its side',
    policies: [
      ccnp('endpointSelector: {}, ingress: [{fromEntities: [ingress]}], egress: [{}]', 'all'),
      ccnp(
        'endpointSelector: {matchExpressions: [{key: "reserved:ingress", operator: Exists}]}, egress: [{toEntities: [cluster]}]',
        'gateway',
      ),
    ].join(''),
    flows: `
      ingress → a/y 8080/TCP: allowed
      a/x → a/y 8080/TCP: denied, egress default-deny, ingress default-deny`,
  },
  {
    name: 'no selector of namespaces admits a gateway (#36509)',
    policies: knp(
      'podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gateway}}}]}]',
    ),
    flows: 'ingress → a/y 8080/TCP: denied, ingress default-deny',
  },
  {
    name: "the agents' health checks under a default deny for everything (#12199)",
    policies: ccnp('endpointSelector: {}, ingress: [{}]'),
    flows: 'remote-node → health 4240/TCP: denied, ingress default-deny',
  },
  {
    name: 'the right label of the health endpoint opens them, and the wrong one does nothing (#14871)',
    policies: [
      ccnp('endpointSelector: {}, ingress: [{}]', 'all'),
      ccnp(
        'endpointSelector: {matchLabels: {reserved: health}}, ingress: [{fromEntities: [world]}]',
        'wrong',
      ),
      ccnp(
        'endpointSelector: {matchLabels: {"reserved:health": ""}}, ingress: [{fromEntities: [remote-node]}]',
        'right',
      ),
    ].join(''),
    flows: `
      world → health 4240/TCP: denied, ingress default-deny
      remote-node → health 4240/TCP: allowed`,
  },
  {
    name: 'a deny of the metadata address cuts all egress (#20914)',
    policies: ccnp('endpointSelector: {}, egressDeny: [{toCIDR: [169.254.169.254/32]}]'),
    flows: `
      a/x → 169.254.169.254 80/TCP: denied, egress deny-rule
      a/x → 1.1.1.1 443/TCP: denied, egress default-deny
      a/x → kube-system/dns 53/UDP: denied, egress default-deny`,
  },
  {
    name: 'and without default deny it does not',
    policies: ccnp(
      'endpointSelector: {}, enableDefaultDeny: {egress: false}, egressDeny: [{toCIDR: [169.254.169.254/32]}]',
    ),
    flows: `
      a/x → 169.254.169.254 80/TCP: denied, egress deny-rule
      a/x → 1.1.1.1 443/TCP: allowed`,
  },
  {
    name: 'unless another policy brings default deny with it',
    policies: [
      ccnp(
        'endpointSelector: {}, enableDefaultDeny: {egress: false}, egressDeny: [{toCIDR: [169.254.169.254/32]}]',
        'soft',
      ),
      cnp('endpointSelector: {}, egress: [{toEntities: [cluster]}]', 'hard'),
    ].join(''),
    flows: `
      a/x → 1.1.1.1 443/TCP: denied, egress default-deny
      b/x → 1.1.1.1 443/TCP: allowed`,
  },
  {
    name: 'a default deny of empty lists is refused by the agent, and so is not there (devantler-tech/platform#3501)',
    policies: cnp(
      'endpointSelector: {}, ingress: [], egress: [], enableDefaultDeny: {ingress: true, egress: true}',
      'empty-lists',
    ),
    refused: ['empty-lists'],
    flows: '1.1.1.1 → a/y 80/TCP: allowed',
  },
  {
    name: "a name that DNS gave with the search domain's end is another name (rwlove/home-ops#11496)",
    policies: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "*.example.com"}]}]'),
    endpoints: [
      { id: 'short', labels: ['fqdn:api.example.com', 'reserved:world'] },
      { id: 'long', labels: ['fqdn:api.example.com.a.svc.cluster.local', 'reserved:world'] },
    ],
    flows: `
      a/x → short 443/TCP: allowed
      a/x → long 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'the allow of probes under Istio ambient isolates every pod by itself (istio/istio#49277)',
    policies: ccnp('endpointSelector: {}, ingress: [{fromCIDR: [169.254.7.127/32]}]'),
    flows: `
      169.254.7.127 → a/y 8080/TCP: allowed
      a/x → a/y 8080/TCP: denied, ingress default-deny`,
  },
  {
    name: 'the entity cluster opens pods and nodes; an API server outside is in it once it is known (#37298)',
    policies: ccnp('endpointSelector: {}, egress: [{toEndpoints: [{}]}, {toEntities: [cluster]}]'),
    endpoints: [
      { id: 'known', labels: ['cidr:192.0.2.9/32', 'reserved:kube-apiserver', 'reserved:world'] },
      { id: 'unknown', labels: ['cidr:192.0.2.9/32', 'reserved:world'] },
    ],
    flows: `
      a/x → b/x 80/TCP: allowed
      a/x → remote-node 6443/TCP: allowed
      a/x → known 6443/TCP: allowed
      a/x → unknown 6443/TCP: denied, egress default-deny`,
  },
  {
    name: 'a pod whose identity was lost on the way is a remote node (#26023)',
    policies: cnp(
      'endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}]',
    ),
    flows: `
      a/x → a/y 8081/TCP: allowed
      remote-node → a/y 8081/TCP: denied, ingress default-deny`,
  },
  {
    name: '"within the namespace" as a CCNP is within the cluster (ionfury/homelab)',
    policies: ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}], egress: [{toEndpoints: [{}]}]'),
    flows: `
      a/x → b/x 80/TCP: allowed
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'an explicit deny of all makes every allow dead (GiganticMinecraft/seichi_infra)',
    policies: [
      cnp('endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]', 'deny-all'),
      cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}, {fromEntities: [host]}]', 'allow'),
    ].join(''),
    flows: `
      a/x → a/y 80/TCP: denied, ingress deny-rule
      host → a/y 80/TCP: denied, ingress deny-rule`,
  },
  {
    name: 'an escape hatch at one end leaves the other end closed (ionfury/homelab#114)',
    policies: [
      ccnp(
        'endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.enforcement: disabled}}, ingress: [{fromEntities: [all]}], egress: [{toEntities: [all]}]',
        'hatch',
      ),
      cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]', 'peer', 'b'),
    ].join(''),
    namespaces: { a: { enforcement: 'disabled' } },
    flows: `
      1.1.1.1 → a/x 80/TCP: allowed
      a/x → 1.1.1.1 80/TCP: allowed
      a/x → b/x 80/TCP: denied, ingress default-deny`,
  },
];

function addressedPod(id: string, address: string): Endpoint {
  const [namespace = ''] = id.split('/');
  return {
    id,
    labels: [
      `cidr:${address}/32`,
      'k8s:io.cilium.k8s.policy.cluster=default',
      `k8s:io.kubernetes.pod.namespace=${namespace}`,
    ],
  };
}

describe('what goes wrong in real clusters', () => {
  it.each(rowsOf(SITUATIONS))('%s', (_name, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});
