import { describe, expect, it } from 'vitest';
import type { NamedPort } from '../../src/core/model/port.ts';
import { answersOf, type Case, expectedOf, rowsOf } from '../lib/answers.ts';
import { cnp, knp } from '../lib/policies.ts';

const tcp = (name: string, port: number): NamedPort => ({ name, protocol: 'TCP', port });
const udp = (name: string, port: number): NamedPort => ({ name, protocol: 'UDP', port });

/** Cilium `pkg/policy/api/l4.go`, `pkg/policy/l4.go` (`keysForRange`). */
const NUMBERS: readonly Case[] = [
  {
    name: 'a range holds both its ends',
    policies: ingressPorts('{port: "8000", endPort: 8010, protocol: TCP}'),
    flows: `
      b/x → a/y 7999/TCP: denied, ingress default-deny
      b/x → a/y 8000/TCP: allowed
      b/x → a/y 8010/TCP: allowed
      b/x → a/y 8011/TCP: denied, ingress default-deny
      b/x → a/y 8000/UDP: denied, ingress default-deny`,
  },
  {
    name: 'an end below the port is none',
    policies: ingressPorts('{port: "8000", endPort: 80, protocol: TCP}'),
    flows: `
      b/x → a/y 8000/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny
      b/x → a/y 7000/TCP: denied, ingress default-deny`,
  },
  {
    name: 'port 0 is every port of its protocol',
    policies: ingressPorts('{port: "0", protocol: UDP}'),
    flows: `
      b/x → a/y 1/UDP: allowed
      b/x → a/y 65535/UDP: allowed
      b/x → a/y 1/TCP: denied, ingress default-deny`,
  },
  {
    name: 'port 0 with an end is a range until 1.19',
    policies: ingressPorts('{port: "0", endPort: 1023, protocol: TCP}'),
    versions: ['1.18', '1.19'],
    flows: `
      b/x → a/y 1023/TCP: allowed
      b/x → a/y 1024/TCP: denied, ingress default-deny`,
  },
  {
    name: 'and every port from 1.20',
    policies: ingressPorts('{port: "0", endPort: 1023, protocol: TCP}'),
    versions: ['1.20', 'main'],
    flows: 'b/x → a/y 1024/TCP: allowed',
  },
  {
    name: 'a port without a protocol is TCP, UDP and SCTP, and no ping',
    policies: ingressPorts('{port: "53"}'),
    flows: `
      b/x → a/y 53/TCP: allowed
      b/x → a/y 53/UDP: allowed
      b/x → a/y 53/SCTP: allowed
      b/x → a/y 53/ICMP: denied, ingress default-deny
      b/x → a/y 8/ICMP: denied, ingress default-deny
      b/x → a/y 0/VRRP: denied, ingress default-deny`,
  },
  {
    name: 'every port of ANY protocol is still no ping',
    policies: ingressPorts('{port: "0", protocol: ANY}'),
    flows: `
      b/x → a/y 7/SCTP: allowed
      b/x → a/y 8/ICMP: denied, ingress default-deny
      b/x → a/y 128/ICMPv6: denied, ingress default-deny`,
  },
  {
    name: 'a peer without ports is every protocol, pings and all',
    policies: cnp('endpointSelector: {}, ingress: [{fromEntities: [cluster]}]'),
    flows: `
      remote-node → a/y 8/ICMP: allowed
      remote-node → a/y 0/VRRP: allowed
      remote-node → a/y 9/SCTP: allowed`,
  },
  {
    name: 'an extended protocol has no ports',
    policies: ingressPorts('{port: "0", protocol: VRRP}'),
    versions: ['1.19', '1.20', 'main'],
    options: { extendedProtocols: true },
    flows: `
      b/x → a/y 0/VRRP: allowed
      b/x → a/y 0/IGMP: denied, ingress default-deny
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  ...(['toPorts: [{}]', 'toPorts: [{ports: []}]', 'icmps: [{fields: []}]'] as const).map((ports) => ({
    name: `a list of ports without a port matches nothing: ${ports}`,
    policies: cnp(`endpointSelector: {}, ingress: [{fromEntities: [all], ${ports}}]`),
    flows: `
      b/x → a/y 80/TCP: denied, ingress default-deny
      b/x → a/y 8/ICMP: denied, ingress default-deny`,
  })),
  ...(['toPorts: []', 'icmps: []'] as const).map((ports) => ({
    name: `an empty list of ports is as if there were none: ${ports}`,
    policies: cnp(`endpointSelector: {}, ingress: [{fromEntities: [all], ${ports}}]`),
    flows: `
      b/x → a/y 80/TCP: allowed
      b/x → a/y 8/ICMP: allowed`,
  })),
  {
    name: 'a deny of a range cuts a hole into an allow of all',
    policies: cnp(`endpointSelector: {}, ingress: [{fromEntities: [all]}],
      ingressDeny: [{fromEntities: [all], toPorts: [{ports: [{port: "100", endPort: 200, protocol: TCP}]}]}]`),
    flows: `
      b/x → a/y 99/TCP: allowed
      b/x → a/y 100/TCP: denied, ingress deny-rule
      b/x → a/y 200/TCP: denied, ingress deny-rule
      b/x → a/y 201/TCP: allowed
      b/x → a/y 150/UDP: allowed`,
  },
  {
    name: "a NetworkPolicy's port is TCP where nothing is said, and a protocol alone is all its ports",
    policies: knp('podSelector: {}, ingress: [{ports: [{port: 80}, {protocol: UDP}]}]'),
    flows: `
      b/x → a/y 80/TCP: allowed
      b/x → a/y 81/TCP: denied, ingress default-deny
      b/x → a/y 5000/UDP: allowed`,
  },
  {
    name: "a NetworkPolicy's range",
    policies: knp('podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90, protocol: TCP}]}]'),
    flows: `
      b/x → a/y 90/TCP: allowed
      b/x → a/y 91/TCP: denied, ingress default-deny`,
  },
];

/** Cilium `toMapState` in `pkg/policy/l4.go`, `pkg/types/portmap.go`, PR #44429. */
const NAMED: readonly Case[] = [
  {
    name: 'a name on ingress is what the receiving pod means by it',
    policies: ingressPorts('{port: http, protocol: TCP}'),
    pods: {
      'a/y': { ports: [tcp('http', 8080)] },
      'a/z': { ports: [tcp('http', 9090)] },
      'a/none': {},
    },
    flows: `
      b/x → a/y 8080/TCP: allowed
      b/x → a/y 9090/TCP: denied, ingress default-deny
      b/x → a/z 9090/TCP: allowed
      b/x → a/z 8080/TCP: denied, ingress default-deny
      b/x → a/none 8080/TCP: denied, ingress default-deny
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'a name on ingress needs the protocol that the pod declares',
    policies: ingressPorts('{port: dns, protocol: TCP}'),
    pods: { 'a/y': { ports: [udp('dns', 53)] } },
    flows: `
      b/x → a/y 53/TCP: denied, ingress default-deny
      b/x → a/y 53/UDP: denied, ingress default-deny`,
  },
  {
    name: 'a name without a protocol is each protocol that the pod declares it for',
    policies: ingressPorts('{port: dns}'),
    pods: { 'a/y': { ports: [udp('dns', 53), tcp('dns', 5353)] } },
    flows: `
      b/x → a/y 53/UDP: allowed
      b/x → a/y 5353/TCP: allowed
      b/x → a/y 53/TCP: denied, ingress default-deny
      b/x → a/y 5353/UDP: denied, ingress default-deny`,
  },
  {
    name: 'a name and a number in one rule',
    policies: ingressPorts('{port: http, protocol: TCP}, {port: "9100", protocol: TCP}'),
    pods: { 'a/y': { ports: [tcp('http', 8080)] } },
    flows: `
      b/x → a/y 8080/TCP: allowed
      b/x → a/y 9100/TCP: allowed
      b/x → a/y 8081/TCP: denied, ingress default-deny`,
  },
  {
    name: 'names are compared in lower case',
    policies: ingressPorts('{port: HTTP, protocol: TCP}'),
    pods: { 'a/y': { ports: [tcp('http', 8080)] } },
    flows: 'b/x → a/y 8080/TCP: allowed',
  },
  {
    name: 'a denied name denies what the pod means by it',
    policies: cnp(`endpointSelector: {}, ingress: [{fromEntities: [all]}],
      ingressDeny: [{fromEntities: [all], toPorts: [{ports: [{port: admin, protocol: TCP}]}]}]`),
    pods: { 'a/y': { ports: [tcp('admin', 9000)] } },
    flows: `
      b/x → a/y 9000/TCP: denied, ingress deny-rule
      b/x → a/x 9000/TCP: allowed`,
  },
  {
    name: 'a name on egress that all pods mean alike is its number, whoever the peer is, until 1.19',
    policies: egressPorts('{port: http, protocol: TCP}'),
    pods: { 'b/web': { ports: [tcp('http', 8080)] } },
    versions: ['1.18', '1.19'],
    flows: `
      a/x → b/web 8080/TCP: allowed
      a/x → b/x 8080/TCP: allowed
      a/x → 1.1.1.1 8080/TCP: allowed
      a/x → b/web 80/TCP: denied, egress default-deny`,
  },
  {
    name: 'and nothing at all where two pods differ',
    policies: egressPorts('{port: http, protocol: TCP}'),
    pods: { 'b/web': { ports: [tcp('http', 8080)] }, 'b/other': { ports: [tcp('http', 9090)] } },
    versions: ['1.18', '1.19'],
    flows: `
      a/x → b/web 8080/TCP: denied, egress default-deny
      a/x → b/other 9090/TCP: denied, egress default-deny`,
  },
  {
    name: 'two protocols for one name are no difference',
    policies: egressPorts('{port: dns, protocol: UDP}'),
    pods: { 'b/one': { ports: [udp('dns', 53)] }, 'b/two': { ports: [tcp('dns', 5353)] } },
    versions: ['1.18', '1.19'],
    flows: 'a/x → b/one 53/UDP: allowed',
  },
  {
    name: 'from 1.20 a name on egress is what the peer means by it',
    policies: egressPorts('{port: http, protocol: TCP}'),
    pods: {
      'b/web': { labels: { app: 'web' }, ports: [tcp('http', 8080)] },
      'b/other': { labels: { app: 'other' }, ports: [tcp('http', 9090)] },
    },
    versions: ['1.20', 'main'],
    flows: `
      a/x → b/web 8080/TCP: allowed
      a/x → b/web 9090/TCP: denied, egress default-deny
      a/x → b/other 9090/TCP: allowed
      a/x → b/x 8080/TCP: denied, egress default-deny
      a/x → 1.1.1.1 8080/TCP: denied, egress default-deny`,
  },
  {
    name: 'and what all pods of its identity mean by it',
    policies: egressPorts('{port: http, protocol: TCP}'),
    pods: {
      'b/blue': { labels: { app: 'web' }, ports: [tcp('http', 8080)] },
      'b/green': { labels: { app: 'web' }, ports: [tcp('http', 9090)] },
    },
    versions: ['1.20', 'main'],
    flows: `
      a/x → b/blue 8080/TCP: allowed
      a/x → b/blue 9090/TCP: allowed
      a/x → b/green 8080/TCP: allowed`,
  },
];

function ingressPorts(ports: string): string {
  return cnp(`endpointSelector: {}, ingress: [{toPorts: [{ports: [${ports}]}]}]`);
}

function egressPorts(ports: string): string {
  return cnp(`endpointSelector: {}, egress: [{toEntities: [all], toPorts: [{ports: [${ports}]}]}]`);
}

describe('which ports a rule is about', () => {
  it.each(rowsOf([...NUMBERS, ...NAMED]))('%s', (_name, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});
