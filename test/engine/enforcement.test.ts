import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/core/model/world.ts';
import { answersOf, type Case, expectedOf, rowsOf } from '../lib/answers.ts';
import { ccnp, cnp, knp } from '../lib/policies.ts';

/** Whose policies count: Cilium `computePolicyEnforcementAndRules` in `pkg/policy/repository.go`. */
const MODES: readonly Case[] = [
  {
    name: 'enable-policy=never enforces nothing, not even a deny',
    policies: cnp('endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]'),
    options: { enforcement: 'never' },
    flows: `
      b/x → a/y 80/TCP: allowed
      init → a/y 80/TCP: allowed`,
  },
  {
    name: 'enable-policy=always asks for a rule at both ends',
    policies: [
      cnp('endpointSelector: {}, ingress: [{fromEntities: [all]}]'),
      cnp('endpointSelector: {}, egress: [{toEntities: [all]}]', 'out', 'b'),
    ].join(''),
    options: { enforcement: 'always' },
    flows: `
      b/x → a/y 80/TCP: allowed
      a/y → b/x 80/TCP: denied, egress enforced-always, ingress enforced-always
      a/x → a/y 80/TCP: denied, egress enforced-always
      1.1.1.1 → a/y 80/TCP: allowed
      a/x → 1.1.1.1 80/TCP: denied, egress enforced-always`,
  },
  {
    name: 'an endpoint that starts is denied everything both ways',
    flows: `
      init → 1.1.1.1 80/TCP: denied, egress enforced-always
      1.1.1.1 → init 80/TCP: denied, ingress enforced-always`,
  },
  {
    name: 'the other direction of a policy is not touched',
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    flows: `
      a/y → 1.1.1.1 80/TCP: allowed
      a/y → b/x 80/TCP: allowed`,
  },
  {
    name: 'an empty subject in a CCNP is every pod, health, ingress and what starts, and not the host',
    policies: ccnp('endpointSelector: {}, ingress: [{}]'),
    flows: `
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      1.1.1.1 → health 4240/TCP: denied, ingress default-deny
      1.1.1.1 → ingress 443/TCP: denied, ingress default-deny
      1.1.1.1 → init 443/TCP: denied, ingress default-deny
      1.1.1.1 → host 22/TCP: allowed
      1.1.1.1 → remote-node 22/TCP: allowed`,
  },
  {
    name: 'a CNP selects neither health, nor ingress, nor what starts',
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    flows: `
      1.1.1.1 → health 4240/TCP: allowed
      1.1.1.1 → ingress 443/TCP: allowed`,
  },
  {
    name: 'reserved labels in a subject have an empty value',
    policies: [
      ccnp('endpointSelector: {matchLabels: {"reserved:health": ""}}, ingress: [{}]', 'right'),
      ccnp('endpointSelector: {matchLabels: {reserved: ingress}}, ingress: [{}]', 'wrong'),
    ].join(''),
    flows: `
      1.1.1.1 → health 4240/TCP: denied, ingress default-deny
      1.1.1.1 → ingress 443/TCP: allowed`,
  },
];

const LABELLED_HOST: Endpoint = {
  id: 'a/host-label',
  labels: ['k8s:host=yes', 'k8s:io.cilium.k8s.policy.cluster=default', 'k8s:io.kubernetes.pod.namespace=a'],
};

/** Cilium `Documentation/security/policy/host.rst`, `pkg/policy/repository.go`. */
const HOST: readonly Case[] = [
  {
    name: 'without the host firewall a rule about nodes does nothing',
    policies: ccnp('nodeSelector: {}, ingress: [{fromEntities: [cluster]}]'),
    flows: '1.1.1.1 → host 22/TCP: allowed',
  },
  {
    name: 'with it, it isolates the local host and nobody else',
    policies: ccnp('nodeSelector: {}, ingress: [{fromEntities: [cluster]}]'),
    options: { hostFirewall: true },
    flows: `
      1.1.1.1 → host 22/TCP: denied, ingress default-deny
      b/x → host 22/TCP: allowed
      remote-node → host 22/TCP: allowed
      1.1.1.1 → a/y 22/TCP: allowed
      1.1.1.1 → remote-node 22/TCP: allowed`,
  },
  {
    name: 'the host has no exception for itself',
    policies: ccnp('nodeSelector: {}, ingress: [{fromEntities: [world]}]'),
    options: { hostFirewall: true },
    flows: 'host → host 22/TCP: denied, ingress default-deny',
  },
  {
    name: 'egress of the host',
    policies: ccnp('nodeSelector: {}, egress: [{toEntities: [cluster]}]'),
    options: { hostFirewall: true },
    flows: `
      host → 1.1.1.1 443/TCP: denied, egress default-deny
      host → a/y 8080/TCP: allowed
      a/y → 1.1.1.1 443/TCP: allowed`,
  },
  {
    name: 'rules about endpoints never select the host, whatever they say',
    policies: ccnp('endpointSelector: {matchLabels: {"reserved:host": ""}}, ingress: [{}]'),
    options: { hostFirewall: true },
    flows: '1.1.1.1 → host 22/TCP: allowed',
  },
  {
    name: 'a pod with a label host is exempt while the host firewall is off',
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    endpoints: [LABELLED_HOST],
    flows: `
      b/x → a/host-label 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'and is not while it is on',
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    endpoints: [LABELLED_HOST],
    options: { hostFirewall: true },
    flows: 'b/x → a/host-label 80/TCP: denied, ingress default-deny',
  },
];

/** `allow-localhost`; from 1.20 cilium#48444. */
const LOCAL_HOST: readonly Case[] = [
  ...(['auto', 'always'] as const).map((allowLocalhost) => ({
    name: `allow-localhost=${allowLocalhost}: the local host is let in, other nodes are not`,
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    options: { allowLocalhost },
    flows: `
      host → a/y 80/TCP: allowed
      host → a/y 8/ICMP: allowed
      remote-node → a/y 80/TCP: denied, ingress default-deny
      kube-apiserver → a/y 80/TCP: denied, ingress default-deny`,
  })),
  {
    name: 'allow-localhost=policy: the local host is like any other',
    policies: cnp('endpointSelector: {}, ingress: [{}]'),
    options: { allowLocalhost: 'policy' },
    flows: 'host → a/y 80/TCP: denied, ingress default-deny',
  },
  {
    name: 'there is no such exception on egress',
    policies: cnp('endpointSelector: {}, egress: [{}]'),
    flows: 'a/x → host 80/TCP: denied, egress default-deny',
  },
  {
    name: 'a denied port stays denied to it, and only that port',
    policies: cnp(
      'endpointSelector: {}, ingressDeny: [{fromEntities: [host], toPorts: [{ports: [{port: "22", protocol: TCP}]}]}]',
    ),
    flows: `
      host → a/y 22/TCP: denied, ingress deny-rule
      host → a/y 80/TCP: allowed`,
  },
  {
    name: 'until 1.19 the local host reaches what starts',
    versions: ['1.18', '1.19'],
    flows: 'host → init 80/TCP: allowed',
  },
  {
    name: 'from 1.20 only where an ingress rule selects it',
    versions: ['1.20', 'main'],
    flows: 'host → init 80/TCP: denied, ingress enforced-always',
  },
  {
    name: 'which a CCNP for everything does',
    policies: ccnp('endpointSelector: {}, ingress: [{}]'),
    versions: ['1.20', 'main'],
    flows: 'host → init 80/TCP: allowed',
  },
];

/** `enableDefaultDeny`: Cilium `Rule.Sanitize`, cilium#35558. */
const DEFAULT_DENY: readonly Case[] = [
  {
    name: 'default deny that is asked for without a rule is not there',
    policies: cnp('endpointSelector: {}, enableDefaultDeny: {ingress: true}, egress: [{toEntities: [all]}]'),
    flows: 'b/x → a/y 80/TCP: allowed',
  },
  {
    name: 'a policy without default deny adds allows and closes nothing',
    policies: cnp(
      'endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{}]}]',
    ),
    flows: '1.1.1.1 → a/y 80/TCP: allowed',
  },
  {
    name: 'and does not cancel the default deny of another',
    policies: [
      cnp(
        'endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{}]}]',
        'soft',
      ),
      cnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{}]', 'hard'),
    ].join(''),
    flows: `
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      a/x → a/y 80/TCP: allowed
      1.1.1.1 → a/x 80/TCP: allowed`,
  },
  {
    name: 'it is set for each direction',
    policies: cnp('endpointSelector: {}, enableDefaultDeny: {egress: false}, ingress: [{}], egress: [{}]'),
    flows: `
      a/x → 1.1.1.1 80/TCP: allowed
      1.1.1.1 → a/x 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'it is set for each of several specs',
    policies: `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: two, namespace: a}
specs:
  - {endpointSelector: {matchLabels: {app: x}}, enableDefaultDeny: {ingress: false}, ingress: [{}]}
  - {endpointSelector: {matchLabels: {app: y}}, ingress: [{}]}
`,
    flows: `
      b/x → a/x 80/TCP: allowed
      b/x → a/y 80/TCP: denied, ingress default-deny`,
  },
  {
    name: 'with enable-non-default-deny-policies off it is not heard',
    policies: cnp('endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{}]'),
    options: { nonDefaultDeny: false },
    flows: 'b/x → a/y 80/TCP: denied, ingress default-deny',
  },
  {
    name: 'a rule that selects nobody makes default deny all the same',
    policies: cnp('endpointSelector: {}, ingress: [{fromEntities: [none]}]'),
    flows: 'b/x → a/y 80/TCP: denied, ingress default-deny',
  },
  {
    name: 'a NetworkPolicy without rules isolates what policyTypes say, and ingress where they say nothing',
    policies: [
      knp('podSelector: {matchLabels: {app: x}}, policyTypes: [Egress]', 'out'),
      knp('podSelector: {matchLabels: {app: y}}', 'in'),
    ].join(''),
    flows: `
      a/x → 1.1.1.1 80/TCP: denied, egress default-deny
      1.1.1.1 → a/x 80/TCP: allowed
      1.1.1.1 → a/y 80/TCP: denied, ingress default-deny
      a/y → 1.1.1.1 80/TCP: allowed`,
  },
];

describe('whether a side is enforced', () => {
  describe.each([
    ['modes and subjects', MODES],
    ['the host', HOST],
    ['the local host as a peer', LOCAL_HOST],
    ['default deny', DEFAULT_DENY],
  ])('%s', (_group, cases) => {
    it.each(rowsOf(cases))('%s', (_name, row) => {
      expect(answersOf(row)).toEqual(expectedOf(row));
    });
  });
});
