import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/core/model/world.ts';
import { answersOf, type Case, expectedOf, rowsOf } from '../lib/answers.ts';
import { ccnp, cnp, knp } from '../lib/policies.ts';

/** Small worlds in which Cilium's answer is known for sure, and often is not what people expect. */
const CASES: readonly Case[] = [
  {
    name: 'without a policy everything passes',
    flows: `
      a/x → b/x 80/TCP: allowed
      1.1.1.1 → a/x 22/TCP: allowed
      a/x → remote-node 8/ICMP: allowed
      world → health 4240/TCP: allowed`,
  },
  {
    name: 'an empty ingress rule in a CNP isolates, and admits nobody but the local host',
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    flows: `
      a/x → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      remote-node → a/y 80/TCP: denied, ingress default-deny
      host → a/y 80/TCP: allowed
      a/y → a/x 80/TCP: denied, ingress default-deny
      a/y → b/x 80/TCP: allowed`,
  },
  {
    name: 'an empty ingress rule in a NetworkPolicy admits everybody',
    policies: knp('podSelector: {}, ingress: [{}]'),
    flows: `
      1.1.1.1 → a/y 80/TCP: allowed
      b/x → a/y 8/ICMP: allowed
      remote-node → a/y 53/UDP: allowed
      ingress → a/y 53/UDP: allowed`,
  },
  {
    name: 'an empty peer in a CNP is every pod of its own namespace',
    policies: cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]'),
    flows: `
      a/x → a/y 80/TCP: allowed
      a/x → a/y 8/ICMP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      world → a/y 80/TCP: denied, ingress default-deny
      remote-node → a/y 80/TCP: denied, ingress default-deny
      health → a/y 80/TCP: denied, ingress default-deny
      host → a/y 80/TCP: allowed`,
  },
  {
    name: 'the same in a CCNP is every pod there is, and isolates health and ingress too',
    policies: ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]'),
    flows: `
      a/x → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      remote-node → a/y 80/TCP: denied, ingress default-deny
      remote-node → health 4240/TCP: denied, ingress default-deny
      1.1.1.1 → ingress 443/TCP: denied, ingress default-deny
      a/x → host 10250/TCP: allowed`,
  },
  {
    name: 'a port without a peer is for every peer',
    policies: cnp('endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]'),
    flows: `
      1.1.1.1 → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed
      remote-node → a/y 80/TCP: allowed
      1.1.1.1 → a/y 81/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/UDP: denied, ingress default-deny
      1.1.1.1 → a/y 8/ICMP: denied, ingress default-deny`,
  },
  {
    name: 'the world is neither pods nor nodes, and DNS is a pod',
    policies: cnp('endpointSelector: {}, egress: [{toEntities: [world]}]'),
    flows: `
      a/x → 1.1.1.1 443/TCP: allowed
      a/x → world 443/TCP: allowed
      a/x → b/x 80/TCP: denied, egress default-deny
      a/x → host 80/TCP: denied, egress default-deny
      a/x → remote-node 80/TCP: denied, egress default-deny
      a/x → kube-apiserver 6443/TCP: denied, egress default-deny
      a/x → kube-system/dns 53/UDP: denied, egress default-deny`,
  },
  {
    name: '0.0.0.0/0 in dual stack is IPv4 outside the cluster, and nothing else',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: [0.0.0.0/0]}]'),
    options: { ipv6: true },
    flows: `
      a/x → 1.1.1.1 443/TCP: allowed
      a/x → world-ipv4 443/TCP: allowed
      a/x → 2606:4700::1111 443/TCP: denied, egress default-deny
      a/x → world-ipv6 443/TCP: denied, egress default-deny
      a/x → a/y 443/TCP: denied, egress default-deny
      a/x → remote-node 443/TCP: denied, egress default-deny`,
  },
  {
    name: 'a prefix does not reach nodes inside it',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8]}]'),
    endpoints: [nodeWithAddress()],
    flows: `
      a/x → 10.1.1.1 6443/TCP: allowed
      a/x → node 6443/TCP: denied, egress default-deny`,
  },
  {
    name: 'with policy-cidr-match-mode nodes it does',
    policies: cnp('endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8]}]'),
    endpoints: [nodeWithAddress()],
    options: { cidrMatchMode: ['nodes'] },
    flows: `
      a/x → node 6443/TCP: allowed
      a/x → a/y 6443/TCP: denied, egress default-deny`,
  },
  {
    name: 'a denied prefix has no exceptions by an allow, and the deny alone makes egress default-deny',
    policies: cnp(
      'endpointSelector: {}, egressDeny: [{toCIDR: [10.0.0.0/8]}], egress: [{toCIDR: [10.1.1.1/32]}]',
    ),
    flows: `
      a/x → 10.1.1.1 80/TCP: denied, egress deny-rule
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'without default deny, a deny rule closes only what it names',
    policies: cnp(
      'endpointSelector: {}, enableDefaultDeny: {egress: false}, egressDeny: [{toCIDR: [10.0.0.0/8]}]',
    ),
    flows: `
      a/x → 10.1.1.1 80/TCP: denied, egress deny-rule
      a/x → 1.1.1.1 80/TCP: allowed
      a/x → b/x 80/TCP: allowed`,
  },
  {
    name: 'a plain allow of the port makes rules on its contents void',
    policies: cnp(`endpointSelector: {}, ingress: [
      {toPorts: [{ports: [{port: "80", protocol: TCP}]}]},
      {fromEndpoints: [{matchLabels: {app: x}}],
       toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}}]}]`),
    flows: `
      a/x → a/y 80/TCP POST web/: allowed
      a/x → a/y 80/TCP GET web/: allowed`,
  },
  {
    name: 'a rule on contents refuses what it does not name',
    policies: cnp(`endpointSelector: {}, ingress: [
      {toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}}]}]`),
    flows: `
      a/x → a/y 80/TCP GET web/: allowed
      a/x → a/y 80/TCP POST web/: denied, ingress l7-refused
      a/x → a/y 80/TCP: allowed
      a/x → a/y 81/TCP GET web/: denied, ingress default-deny`,
  },
  {
    name: 'a rule on HTTP for any protocol keeps the whole object out of force',
    policies: cnp(
      'endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80"}], rules: {http: [{method: GET}]}}]}]',
      'any-http',
    ),
    refused: ['any-http'],
    flows: 'b/x → a/y 81/TCP: allowed',
  },
  {
    name: 'a CNP cannot select pods of another namespace, and so selects none',
    policies: cnp('endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, ingress: [{}]'),
    flows: `
      a/x → b/x 80/TCP: allowed
      a/x → a/y 80/TCP: allowed`,
  },
  {
    name: 'a k8s: label for another namespace is overwritten by its own',
    policies: cnp('endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": b}}, ingress: [{}]'),
    flows: `
      a/x → b/x 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'a namespace that is not kube-system is any place at all, where clusters do not count',
    policies: cnp(
      `endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [
        {key: io.kubernetes.pod.namespace, operator: NotIn, values: [kube-system]}]}]}]`,
    ),
    versions: ['1.18', '1.19'],
    options: { defaultLocalCluster: false },
    flows: `
      1.1.1.1 → a/y 80/TCP: allowed
      remote-node → a/y 80/TCP: allowed
      b/x → a/y 80/TCP: allowed
      kube-system/dns → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'and within the local cluster it is pods alone',
    policies: cnp(
      `endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [
        {key: io.kubernetes.pod.namespace, operator: NotIn, values: [kube-system]}]}]}]`,
    ),
    options: { defaultLocalCluster: true },
    flows: `
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      remote-node → a/y 80/TCP: denied, ingress default-deny
      b/x → a/y 80/TCP: allowed
      kube-system/dns → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'an ICMP rule is for its type and family',
    policies: cnp(
      'endpointSelector: {}, ingress: [{icmps: [{fields: [{type: 8, family: IPv4}, {type: EchoRequest, family: IPv6}]}]}]',
    ),
    flows: `
      1.1.1.1 → a/y 8/ICMP: allowed
      1.1.1.1 → a/y 13/ICMP: denied, ingress default-deny
      1.1.1.1 → a/y 128/ICMPv6: allowed
      1.1.1.1 → a/y 8/ICMPv6: denied, ingress default-deny
      1.1.1.1 → a/y 8/TCP: denied, ingress default-deny`,
  },
  {
    name: 'ICMP type 0 is every type of its family',
    policies: cnp('endpointSelector: {}, ingress: [{icmps: [{fields: [{type: 0, family: IPv4}]}]}]'),
    flows: `
      1.1.1.1 → a/y 0/ICMP: allowed
      1.1.1.1 → a/y 13/ICMP: allowed
      1.1.1.1 → a/y 128/ICMPv6: denied, ingress default-deny`,
  },
  {
    name: 'an empty list of peers is nobody, with a port as well',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]',
    ),
    flows: `
      a/x → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      host → a/y 80/TCP: allowed`,
  },
  {
    name: 'a deny of the local host wins over its exception',
    policies: cnp('endpointSelector: {}, ingressDeny: [{fromEntities: [host]}]'),
    flows: `
      host → a/y 80/TCP: denied, ingress deny-rule
      a/x → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'under enable-policy=always the local host still reaches pods without a policy',
    versions: ['1.18', '1.19'],
    options: { enforcement: 'always' },
    flows: `
      host → a/y 80/TCP: allowed
      a/x → a/y 80/TCP: denied, egress enforced-always, ingress enforced-always
      1.1.1.1 → a/y 80/TCP: denied, ingress enforced-always`,
  },
  {
    name: 'and from 1.20 it does not: probes fail',
    versions: ['1.20', 'main'],
    options: { enforcement: 'always' },
    flows: `
      host → a/y 80/TCP: denied, ingress enforced-always
      a/x → a/y 80/TCP: denied, egress enforced-always, ingress enforced-always`,
  },
  {
    name: 'a Service that is not there, with a port, opens it to everyone',
    policies: cnp(`endpointSelector: {}, egress: [
      {toServices: [{k8sService: {serviceName: missing, namespace: a}}],
       toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]`),
    flows: `
      a/x → 1.1.1.1 443/TCP: allowed
      a/x → b/x 443/TCP: allowed
      a/x → remote-node 443/TCP: allowed
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'and without a port, nothing',
    policies: cnp(
      'endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: missing, namespace: a}}]}]',
    ),
    flows: 'a/x → 1.1.1.1 443/TCP: denied, egress default-deny',
  },
  {
    name: 'a NetworkPolicy for egress alone that still has ingress rules isolates ingress as well',
    policies: knp(
      'podSelector: {}, policyTypes: [Egress], ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]',
    ),
    flows: `
      a/x → a/y 80/TCP: denied, egress default-deny
      b/x → a/y 80/TCP: denied, ingress default-deny
      host → a/y 80/TCP: allowed`,
  },
  {
    name: 'two kinds of peers in one rule keep the whole object out of force',
    policies: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], fromEntities: [host]}]',
      'mixed',
    ),
    refused: ['mixed'],
    flows: 'b/x → a/y 80/TCP: allowed',
  },
  {
    name: 'under Istio ambient the tunnel is what arrives, and probes come from a link-local address',
    policies: cnp(
      'endpointSelector: {matchLabels: {app: y}}, ingress: [{toPorts: [{ports: [{port: "8080", protocol: TCP}]}]}]',
    ),
    flows: `
      a/x → a/y 8080/TCP: allowed
      a/x → a/y 15008/TCP: denied, ingress default-deny
      169.254.7.127 → a/y 15020/TCP: denied, ingress default-deny`,
  },
  {
    name: "an allow at the client does not open the server's side",
    policies: [
      cnp('endpointSelector: {matchLabels: {app: x}}, egress: [{toEndpoints: [{}]}]', 'client'),
      cnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{}]', 'server'),
    ].join(''),
    flows: 'a/x → a/y 80/TCP: denied, ingress default-deny',
  },
];

describe('decisive cases', () => {
  it.each(rowsOf(CASES))('%s', (_name, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});

function nodeWithAddress(): Endpoint {
  return { id: 'node', labels: ['cidr:10.0.0.5/32', 'reserved:remote-node'] };
}
