import { describe, expect, it } from 'vitest';
import type { NamedPort } from '../../src/core/model/port.ts';
import { answersOf, type Case, expectedOf, rowsOf } from '../lib/answers.ts';
import { ccnp, cnp } from '../lib/policies.ts';

const named = (name: string, port: number): NamedPort => ({ name, protocol: 'TCP', port });

/** Cilium `pkg/policy/api/http.go`; Envoy matches whole values by RE2. */
const HTTP: readonly Case[] = [
  {
    name: 'a path is the whole path, with its query',
    policies: http('{path: "/public/.*"}'),
    flows: `
      a/x → a/y 80/TCP GET web/public/: allowed
      a/x → a/y 80/TCP GET web/public/a?b=c: allowed
      a/x → a/y 80/TCP GET web/public: denied, ingress l7-refused
      a/x → a/y 80/TCP GET web/private/public/: denied, ingress l7-refused`,
  },
  {
    name: 'a dot is any character, for a path is no text but a pattern',
    policies: http('{path: "/v1.0"}'),
    flows: `
      a/x → a/y 80/TCP GET web/v1.0: allowed
      a/x → a/y 80/TCP GET web/v1x0: allowed
      a/x → a/y 80/TCP GET web/v10: denied, ingress l7-refused`,
  },
  {
    name: 'all fields of one rule must hold',
    policies: http('{method: GET, path: /a, host: "web[.]a"}'),
    flows: `
      a/x → a/y 80/TCP GET web.a/a: allowed
      a/x → a/y 80/TCP POST web.a/a: denied, ingress l7-refused
      a/x → a/y 80/TCP GET web.a/b: denied, ingress l7-refused
      a/x → a/y 80/TCP GET web.b/a: denied, ingress l7-refused
      a/x → a/y 80/TCP GET web-a/a: denied, ingress l7-refused`,
  },
  {
    name: 'one rule of several is enough, and methods are patterns',
    policies: http('{method: "GET|HEAD"}, {path: /hook}'),
    flows: `
      a/x → a/y 80/TCP HEAD web/: allowed
      a/x → a/y 80/TCP POST web/hook: allowed
      a/x → a/y 80/TCP POST web/: denied, ingress l7-refused
      a/x → a/y 80/TCP get web/: denied, ingress l7-refused`,
  },
  {
    name: 'an empty rule is every request',
    policies: http('{}'),
    flows: 'a/x → a/y 80/TCP DELETE web/: allowed',
  },
  {
    name: 'an empty list of rules is no rule on contents',
    policies: http(''),
    flows: 'a/x → a/y 80/TCP DELETE web/: allowed',
  },
  {
    name: 'a name resolved or a DNS query is not judged by rules on HTTP, and so not refused',
    policies: http('{method: GET}'),
    flows: 'a/x → a/y 80/TCP dns api.example.com: allowed',
  },
];

/** Cilium `mergePortProto` in `pkg/policy/rule.go`, Envoy's `cilium/network_policy.cc`. */
const TOGETHER: readonly Case[] = [
  {
    name: 'rules for two peers add up for one that is both',
    policies: cnp(`endpointSelector: {}, ingress: [
      {fromEndpoints: [{}], ${onHttp('{method: GET}')}},
      {fromEndpoints: [{matchLabels: {app: x}}], ${onHttp('{method: POST}')}}]`),
    pods: { 'a/z': { labels: { app: 'z' } } },
    flows: `
      a/x → a/y 80/TCP GET web/: allowed
      a/x → a/y 80/TCP POST web/: allowed
      a/x → a/y 80/TCP PUT web/: denied, ingress l7-refused
      a/z → a/y 80/TCP GET web/: allowed
      a/z → a/y 80/TCP POST web/: denied, ingress l7-refused`,
  },
  ...(
    [
      ['a peer without ports', '{fromEndpoints: [{}]}'],
      ['every port', '{fromEndpoints: [{}], toPorts: [{ports: [{port: "0", protocol: TCP}]}]}'],
      ['a range', '{fromEndpoints: [{}], toPorts: [{ports: [{port: "79", endPort: 81, protocol: TCP}]}]}'],
      [
        'another element of the same rule',
        `{fromEndpoints: [{}], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}`,
      ],
    ] as const
  ).map(([what, rule]) => ({
    name: `a plain allow by ${what} accepts every request`,
    policies: cnp(
      `endpointSelector: {}, ingress: [{fromEndpoints: [{}], ${onHttp('{method: GET}')}}, ${rule}]`,
    ),
    flows: 'a/x → a/y 80/TCP POST web/: allowed',
  })),
  {
    name: 'a plain allow for another peer or port does not',
    policies: cnp(`endpointSelector: {}, ingress: [
      {fromEndpoints: [{}], ${onHttp('{method: GET}')}},
      {fromEntities: [world]},
      {fromEndpoints: [{}], toPorts: [{ports: [{port: "81", protocol: TCP}, {port: "80", protocol: UDP}]}]}]`),
    flows: 'a/x → a/y 80/TCP POST web/: denied, ingress l7-refused',
  },
  {
    name: 'a plain part of the same rule counts for its own port alone',
    policies: cnp(`endpointSelector: {}, ingress: [{fromEndpoints: [{}], toPorts: [
      {ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}},
      {ports: [{port: "81", protocol: TCP}]}]}]`),
    flows: `
      a/x → a/y 80/TCP POST web/: denied, ingress l7-refused
      a/x → a/y 81/TCP POST web/: allowed`,
  },
  {
    name: 'a plain part for a named port counts for what the pod means by it',
    policies: cnp(`endpointSelector: {}, ingress: [{fromEndpoints: [{}], toPorts: [
      {ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}},
      {ports: [{port: metrics, protocol: TCP}]}]}]`),
    pods: { 'a/y': { ports: [named('metrics', 9090)] }, 'a/z': { ports: [named('metrics', 80)] } },
    flows: `
      a/x → a/y 80/TCP POST web/: denied, ingress l7-refused
      a/x → a/y 9090/TCP POST web/: allowed
      a/x → a/z 80/TCP POST web/: allowed`,
  },
  {
    name: 'and on egress for what the peer means by it',
    policies: cnp(`endpointSelector: {}, egress: [{toEntities: [all], toPorts: [
      {ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}},
      {ports: [{port: metrics, protocol: TCP}]}]}]`),
    pods: { 'b/y': { ports: [named('metrics', 9090)] } },
    flows: `
      a/x → b/y 80/TCP POST web/: denied, egress l7-refused
      a/x → b/y 80/TCP GET web/: allowed
      a/x → b/y 9090/TCP POST web/: allowed`,
  },
  {
    name: 'rules on the contents of a named port hold on its number',
    policies: cnp(`endpointSelector: {}, ingress: [{toPorts: [
      {ports: [{port: web, protocol: TCP}], rules: {http: [{method: GET}]}}]}]`),
    pods: { 'a/y': { ports: [named('web', 8080)] } },
    flows: `
      a/x → a/y 8080/TCP GET web/: allowed
      a/x → a/y 8080/TCP POST web/: denied, ingress l7-refused`,
  },
  {
    name: 'a wildcard port with an end is a range until 1.19 for contents as well',
    policies: cnp(`endpointSelector: {}, ingress: [{toPorts: [
      {ports: [{port: "8080", protocol: TCP}], rules: {http: [{method: GET}]}},
      {ports: [{port: "0", endPort: 1023, protocol: TCP}]}]}]`),
    versions: ['1.18', '1.19'],
    flows: `
      a/x → a/y 8080/TCP POST web/: denied, ingress l7-refused
      a/x → a/y 80/TCP POST web/: allowed`,
  },
  {
    name: 'a deny is before all contents',
    policies: cnp(`endpointSelector: {}, ingress: [{${onHttp('{}')}}], ingressDeny: [{fromEndpoints: [{}]}]`),
    flows: 'a/x → a/y 80/TCP GET web/: denied, ingress deny-rule',
  },
  {
    name: 'without default deny nothing is refused for its contents',
    policies: cnp(
      `endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{${onHttp('{method: GET}')}}]`,
    ),
    flows: 'a/x → a/y 80/TCP POST web/: allowed',
  },
  {
    name: 'both sides look into the request',
    policies: [
      cnp(
        `endpointSelector: {matchLabels: {app: x}}, egress: [{toEndpoints: [{}], ${onHttp('{method: GET}')}}]`,
        'client',
      ),
      cnp(`endpointSelector: {matchLabels: {app: y}}, ingress: [{${onHttp('{path: /a}')}}]`, 'server'),
    ].join(''),
    flows: `
      a/x → a/y 80/TCP GET web/a: allowed
      a/x → a/y 80/TCP POST web/a: denied, egress l7-refused
      a/x → a/y 80/TCP GET web/b: denied, ingress l7-refused
      a/x → a/y 80/TCP POST web/b: denied, egress l7-refused, ingress l7-refused`,
  },
  {
    name: 'the local host is let in whatever it asks',
    policies: cnp(`endpointSelector: {}, ingress: [{${onHttp('{method: GET}')}}]`),
    flows: 'host → a/y 80/TCP POST web/: allowed',
  },
];

const DNS = (rules: string): string =>
  ccnp(`endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": a}}, egress: [
    {toEndpoints: [{matchLabels: {k8s-app: kube-dns}}],
     toPorts: [{ports: [{port: "53", protocol: ANY}], rules: {dns: [${rules}]}}]}]`);

/** The same matcher as for toFQDNs. */
const NAMES: readonly Case[] = [
  {
    name: 'rules on DNS are about the name that is asked for',
    policies: DNS('{matchName: api.example.com}, {matchPattern: "*.svc.cluster.local"}'),
    flows: `
      a/x → kube-system/dns 53/UDP dns api.example.com: allowed
      a/x → kube-system/dns 53/UDP dns API.example.com.: allowed
      a/x → kube-system/dns 53/TCP dns x.svc.cluster.local: allowed
      a/x → kube-system/dns 53/UDP dns x.a.svc.cluster.local: denied, egress l7-refused
      a/x → kube-system/dns 53/UDP dns evil.example.com: denied, egress l7-refused
      a/x → kube-system/dns 53/UDP: allowed`,
  },
  {
    name: 'a star alone is every name',
    policies: DNS('{matchPattern: "*"}'),
    flows: 'a/x → kube-system/dns 53/UDP dns a.b.c.example.com: allowed',
  },
  {
    name: 'two stars at the front are one label in 1.18',
    policies: DNS('{matchPattern: "**.cluster.local"}'),
    versions: ['1.18'],
    flows: `
      a/x → kube-system/dns 53/UDP dns svc.cluster.local: allowed
      a/x → kube-system/dns 53/UDP dns x.a.svc.cluster.local: denied, egress l7-refused`,
  },
  {
    name: 'and from 1.19 one or more',
    policies: DNS('{matchPattern: "**.cluster.local"}'),
    versions: ['1.19', '1.20', 'main'],
    flows: `
      a/x → kube-system/dns 53/UDP dns svc.cluster.local: allowed
      a/x → kube-system/dns 53/UDP dns x.a.svc.cluster.local: allowed
      a/x → kube-system/dns 53/UDP dns cluster.local: denied, egress l7-refused`,
  },
  {
    name: 'server names of TLS',
    policies: cnp(`endpointSelector: {}, egress: [{toEntities: [world], toPorts: [
      {ports: [{port: "443", protocol: TCP}], serverNames: ["api.example.com", "*.example.org"]}]}]`),
    flows: `
      a/x → 1.1.1.1 443/TCP sni api.example.com: allowed
      a/x → 1.1.1.1 443/TCP sni www.example.org: allowed
      a/x → 1.1.1.1 443/TCP sni www.example.com: denied, egress l7-refused
      a/x → 1.1.1.1 443/TCP sni example.org: denied, egress l7-refused`,
  },
];

function onHttp(rules: string): string {
  return `toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [${rules}]}}]`;
}

function http(rules: string): string {
  return cnp(`endpointSelector: {}, ingress: [{${onHttp(rules)}}]`);
}

describe('rules on contents', () => {
  describe.each([
    ['of HTTP', HTTP],
    ['beside other rules', TOGETHER],
    ['with names', NAMES],
  ])('%s', (_group, cases) => {
    it.each(rowsOf(cases))('%s', (_name, row) => {
      expect(answersOf(row)).toEqual(expectedOf(row));
    });
  });
});
