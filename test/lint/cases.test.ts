import { describe, expect, it } from 'vitest';
import { metricsConfigText } from '../../src/core/catalog/alerts/index.ts';
import { DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { type Finding, lint, type RuleId } from '../../src/core/lint/index.ts';
import { inputsFrom } from '../lib/lint.ts';
import { ccnp, cnp, knp } from '../lib/policies.ts';

/** What a rule says of a repository: severities, in the order of the places. */
interface Case {
  readonly name: string;
  /** One file, or several by path. */
  readonly given: string | Readonly<Record<string, string>>;
  readonly says: readonly string[];
  /** What the first finding's facts must hold. */
  readonly fields?: object;
}

function found(rule: RuleId, given: Case['given']): readonly Finding[] {
  const files = typeof given === 'string' ? { 'a.yaml': given } : given;
  return lint(inputsFrom(files), { only: [rule] }).findings;
}

function check(rule: RuleId, cases: readonly Case[]): void {
  describe(`the rule ${rule}`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { given, says, fields }) => {
      const findings = found(rule, given);
      expect(findings.map(({ severity }) => severity)).toEqual(says);
      if (fields !== undefined) expect(findings[0]?.fields).toMatchObject(fields);
    });
  });
}

function namespace(name: string, labels = ''): string {
  return `---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
`;
}

function workload(name: string, { labels = `app: ${name}`, ports = '', extra = '', at = 'a' } = {}): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${at}}
spec:
  selector: {matchLabels: {${labels}}}
  template:
    metadata: {labels: {${labels}}}
    spec: {${extra}containers: [{name: c, image: i, ports: [${ports}]}]}
`;
}

function service(name: string, selector: string, ports: string): string {
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: a}
spec: {selector: {${selector}}, ports: [${ports}]}
`;
}

const HELM = `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: x, namespace: a}
spec: {}
`;
const PREFIX = 'io.cilium.k8s.namespace.labels.';
const PROFILE = 'network-policy.homelab/profile';
const HATCH = 'network-policy.homelab/enforcement';
const CATALOG = { 'propolis.yaml': 'platform: {namespaces: [a]}\n' };
const PORT = 'toPorts: [{ports: [{port: "80", protocol: TCP}]}]';

check('any-port', [
  {
    name: 'the world',
    given: cnp('endpointSelector: {}, egress: [{toEntities: [world]}]'),
    says: ['warning'],
  },
  {
    name: 'the world, where the model is in use',
    given: { ...CATALOG, 'a.yaml': cnp('endpointSelector: {}, egress: [{toEntities: [world]}]') },
    says: ['error'],
  },
  {
    name: 'port 0',
    given: cnp(
      'endpointSelector: {}, egress: [{toEntities: [world], toPorts: [{ports: [{port: "0", protocol: TCP}]}]}]',
    ),
    says: ['warning'],
    fields: { how: 'all-ports' },
  },
  {
    name: 'a range of all ports',
    given: cnp(
      'endpointSelector: {}, egress: [{toEntities: [world], toPorts: [{ports: [{port: "1", endPort: 65535, protocol: TCP}]}]}]',
    ),
    says: ['warning'],
  },
  {
    name: 'not a wide range of high ports',
    given: cnp(
      'endpointSelector: {}, egress: [{toEntities: [world], toPorts: [{ports: [{port: "1024", endPort: 65535, protocol: TCP}]}]}]',
    ),
    says: [],
  },
  {
    name: 'not a deny rule',
    given: cnp('endpointSelector: {}, egressDeny: [{toEntities: [world]}]'),
    says: [],
  },
  {
    name: 'not probes of the node',
    given: cnp(
      'endpointSelector: {}, ingress: [{fromEntities: [health, host]}, {fromCIDR: [169.254.0.0/16]}]',
    ),
    says: [],
  },
  {
    name: 'egress to the node is no probe',
    given: cnp('endpointSelector: {}, egress: [{toEntities: [host]}]'),
    says: ['warning'],
  },
  {
    name: 'not the escape hatch',
    given: ccnp(
      `endpointSelector: {matchLabels: {${PREFIX}${HATCH}: disabled}}, egress: [{toEntities: [all]}]`,
    ),
    says: [],
  },
  {
    name: 'not peers of the escape hatch',
    given: ccnp(
      `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {${PREFIX}${HATCH}: disabled}}]}]`,
    ),
    says: [],
  },
  {
    name: 'its own namespace is worth knowing only',
    given: cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]'),
    says: ['info'],
  },
  {
    name: 'another namespace',
    given: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}]}]',
    ),
    says: ['warning'],
  },
  {
    name: 'a NetworkPolicy that admits everybody',
    given: knp('podSelector: {}, ingress: [{}]'),
    says: ['warning'],
    fields: { isWide: true },
  },
  {
    name: 'not a NetworkPolicy that only isolates',
    given: knp('podSelector: {}, policyTypes: [Ingress]'),
    says: [],
  },
]);

check('clusterwide-empty-peer', [
  {
    name: 'not in a namespaced policy',
    given: cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]'),
    says: [],
  },
  {
    name: 'both ways',
    given: ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}], egress: [{toEndpoints: [{}]}]'),
    says: ['error', 'error'],
  },
  {
    name: 'on a port, between all namespaces',
    given: ccnp(`endpointSelector: {}, ingress: [{fromEndpoints: [{}], ${PORT}}]`),
    says: ['error'],
    fields: { ports: ['80/TCP'] },
  },
  {
    name: 'a service of one namespace may be for everyone',
    given: ccnp(
      `endpointSelector: {matchLabels: {k8s:io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns}}, ingress: [{fromEndpoints: [{}], ${PORT}}]`,
    ),
    says: ['info'],
  },
  {
    name: 'not a deny rule',
    given: ccnp('endpointSelector: {}, ingressDeny: [{fromEndpoints: [{}]}]'),
    says: [],
  },
  {
    name: 'not every namespace by name',
    given: ccnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: Exists}]}]}]',
    ),
    says: [],
  },
]);

check('explicit-default-deny', [
  {
    name: 'empty rules',
    given: cnp('endpointSelector: {}, ingress: [{}], egress: [{}]'),
    says: ['warning'],
    fields: { isRedundant: false, directions: ['egress', 'ingress'] },
  },
  {
    name: 'rules that deny nobody',
    given: cnp('endpointSelector: {}, ingressDeny: [{}]'),
    says: ['warning'],
  },
  {
    name: 'a NetworkPolicy without rules',
    given: knp('podSelector: {}, policyTypes: [Ingress]'),
    says: ['warning'],
    fields: { directions: ['ingress'] },
  },
  {
    name: 'beside a baseline, where the model is in use',
    given: {
      ...CATALOG,
      'a.yaml':
        namespace('a') +
        knp('podSelector: {}, policyTypes: [Ingress]') +
        ccnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]'),
    },
    says: ['error'],
    fields: { isRedundant: true },
  },
  {
    name: 'not a port that is open to everyone',
    given: cnp(`endpointSelector: {}, ingress: [{${PORT}}]`),
    says: [],
  },
  {
    name: 'not where one direction has a rule that works',
    given: cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}], egress: [{}]'),
    says: [],
  },
]);

check('health-ingress-missing', [
  {
    name: 'not for pods that are not in the mesh',
    given:
      namespace('a', 'istio.io/dataplane-mode: ambient') +
      workload('web', { labels: 'istio.io/dataplane-mode: none, app: web' }) +
      cnp(`endpointSelector: {}, ingress: [{fromEntities: [host], ${PORT}}]`),
    says: [],
  },
  {
    name: 'of the mesh, in any namespace',
    given:
      namespace('a', 'istio.io/dataplane-mode: ambient') +
      workload('web') +
      cnp(`endpointSelector: {}, ingress: [{fromEntities: [host], ${PORT}}]`),
    says: ['error'],
    fields: { who: '169.254.7.127' },
  },
  {
    name: 'of the platform, by the entity',
    given: {
      ...CATALOG,
      'a.yaml': namespace('a') + cnp(`endpointSelector: {}, ingress: [{fromEntities: [host], ${PORT}}]`),
    },
    says: ['warning'],
    fields: { who: 'health' },
  },
]);

check('accidental-default-deny', [
  {
    name: 'a deny rule alone',
    given: namespace('a') + cnp('endpointSelector: {}, egressDeny: [{toCIDR: [169.254.169.254/32]}]'),
    says: ['error'],
    fields: { direction: 'egress', count: 1 },
  },
  {
    name: 'not with default deny off',
    given:
      namespace('a') +
      cnp(
        'endpointSelector: {}, enableDefaultDeny: {egress: false}, egressDeny: [{toCIDR: [169.254.169.254/32]}]',
      ),
    says: [],
  },
  {
    name: 'not where a baseline isolates anyway',
    given:
      namespace('a') +
      cnp('endpointSelector: {}, egressDeny: [{toCIDR: [169.254.169.254/32]}]') +
      ccnp('endpointSelector: {}, egress: [{toEntities: [kube-apiserver]}]'),
    says: [],
  },
  {
    name: 'not where an allow rule stands beside it',
    given:
      namespace('a') +
      cnp(
        'endpointSelector: {}, egressDeny: [{toCIDR: [169.254.169.254/32]}], egress: [{toEntities: [world]}]',
      ),
    says: [],
  },
]);

check('deny-everything', [
  {
    name: 'voids what others allow',
    given:
      namespace('a') +
      cnp('endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]') +
      cnp('endpointSelector: {}, ingress: [{fromEntities: [ingress]}]', 'other'),
    says: ['error'],
    fields: { voided: 1 },
  },
  {
    name: 'not on one port',
    given: namespace('a') + cnp(`endpointSelector: {}, ingressDeny: [{fromEntities: [all], ${PORT}}]`),
    says: [],
  },
]);

check('ports-without-peer', [
  {
    name: 'is open to everyone',
    given: cnp(`endpointSelector: {}, ingress: [{${PORT}}]`),
    says: ['warning'],
  },
  {
    name: 'after a rule without ports, one dash too many',
    given: cnp(`endpointSelector: {}, egress: [{toEntities: [kube-apiserver]}, {${PORT}}]`),
    says: ['error'],
    fields: { isCutOff: true },
  },
  {
    name: 'not in a NetworkPolicy, where it is how everyone is written',
    given: knp('podSelector: {}, ingress: [{ports: [{port: 80}]}]'),
    says: [],
  },
  {
    name: 'not with an empty list, which has a rule of its own',
    given: cnp(`endpointSelector: {}, egress: [{toFQDNs: [], ${PORT}}]`),
    says: [],
  },
  { name: 'not a deny rule', given: cnp(`endpointSelector: {}, egressDeny: [{${PORT}}]`), says: [] },
]);

check('empty-peer-list', [
  {
    name: 'of endpoints selects nobody',
    given: cnp(`endpointSelector: {}, ingress: [{fromEndpoints: [], ${PORT}}]`),
    says: ['error'],
    fields: { matches: 'nobody', field: 'fromEndpoints' },
  },
  {
    name: 'of names is as if it were not there',
    given: cnp(`endpointSelector: {}, egress: [{toFQDNs: [], ${PORT}}]`),
    says: ['error'],
    fields: { matches: 'everybody', field: 'toFQDNs' },
  },
  {
    name: 'of Services too',
    given: cnp(`endpointSelector: {}, egress: [{toServices: [], ${PORT}}]`),
    says: ['error'],
    fields: { matches: 'everybody' },
  },
  {
    name: 'not of a NetworkPolicy',
    given: knp('podSelector: {}, ingress: [{from: [], ports: [{port: 80}]}]'),
    says: [],
  },
]);

check('empty-rule-list', [
  {
    name: 'does nothing',
    given: cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}], egress: []'),
    says: ['warning'],
    fields: { list: 'egress' },
  },
  {
    name: 'not in a NetworkPolicy, where it isolates',
    given: knp('podSelector: {}, policyTypes: [Ingress], ingress: []'),
    says: [],
  },
  {
    name: 'in the second of several specs',
    given: `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: a}\nspecs:\n  - endpointSelector: {}\n    ingress: [{fromEntities: [host]}]\n  - endpointSelector: {}\n    ingress: [{fromEntities: [host]}]\n    egress: []\n`,
    says: ['warning'],
  },
]);

check('empty-ports', [
  {
    name: 'matches nothing',
    given: cnp('endpointSelector: {}, ingress: [{fromEntities: [world], toPorts: [{}]}]'),
    says: ['error'],
    fields: { isIcmp: false },
  },
  {
    name: 'of ICMP too',
    given: cnp('endpointSelector: {}, ingress: [{fromEntities: [world], icmps: [{}]}]'),
    says: ['error'],
    fields: { isIcmp: true },
  },
  {
    name: 'not an empty list of lists',
    given: cnp('endpointSelector: {}, ingress: [{fromEntities: [world], toPorts: []}]'),
    says: [],
  },
]);

check('hard-coded-address', [
  {
    name: 'an address',
    given: cnp('endpointSelector: {}, egress: [{toCIDR: [203.0.113.7/32]}]'),
    says: ['warning'],
    fields: { cidr: '203.0.113.7/32' },
  },
  {
    name: 'in a set, and not its exceptions',
    given: cnp(
      'endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 203.0.113.0/24, except: [203.0.113.7/32]}]}]',
    ),
    says: ['warning'],
  },
  {
    name: 'of a NetworkPolicy',
    given: knp('podSelector: {}, egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]'),
    says: ['warning'],
  },
  {
    name: 'not the whole world',
    given: cnp('endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}]'),
    says: [],
  },
  {
    name: 'not link-local',
    given: cnp('endpointSelector: {}, egress: [{toCIDR: [169.254.116.108/32]}]'),
    says: [],
  },
  {
    name: 'not a documented range',
    given: {
      'propolis.yaml': 'externalRanges: {dc: {description: x, cidrs: [203.0.113.0/24]}}\n',
      'a.yaml': cnp('endpointSelector: {}, egress: [{toCIDR: [203.0.113.7/32]}]'),
    },
    says: [],
  },
]);

check('cidr-for-cluster', [
  {
    name: 'usual pods',
    given: cnp('endpointSelector: {}, egress: [{toCIDR: [10.244.3.0/24]}]'),
    says: ['error'],
    fields: { what: 'pods', because: 'default' },
  },
  {
    name: 'the address of a Service',
    given:
      cnp('endpointSelector: {}, egress: [{toCIDR: [172.20.0.0/16]}]') +
      service('db', 'app: db', '{port: 80}').replace('spec: {', 'spec: {clusterIP: 172.20.0.9, '),
    says: ['error'],
    fields: { what: 'services', detail: 'a/db' },
  },
  {
    name: 'the API server, as the catalog has it',
    given: {
      'propolis.yaml': 'clusters: {live: {environment: live, server: "https://192.0.2.11:6443"}}\n',
      'a.yaml': cnp('endpointSelector: {}, egress: [{toCIDR: [192.0.2.0/24]}]'),
    },
    says: ['error'],
    fields: { what: 'api-server' },
  },
  {
    name: 'a private address on 6443 only seems so',
    given: cnp(
      'endpointSelector: {}, egress: [{toCIDR: [192.168.1.9/32], toPorts: [{ports: [{port: "6443", protocol: TCP}]}]}]',
    ),
    says: ['warning'],
    fields: { because: 'port' },
  },
  {
    name: 'not an address outside',
    given: cnp('endpointSelector: {}, egress: [{toCIDR: [203.0.113.7/32]}]'),
    says: [],
  },
  {
    name: 'not a range that holds the usual one and much more',
    given: cnp('endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8]}]'),
    says: [],
  },
]);

check('dropped-label', [
  {
    name: 'as a peer',
    given: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}]}]',
    ),
    says: ['error'],
  },
  {
    name: 'names the key that was meant',
    given: ccnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {k8s.io.kubernetes.pod.namespace.labels.tenant: x}}]}]',
    ),
    says: ['error'],
    fields: { instead: 'io.cilium.k8s.namespace.labels.tenant' },
  },
  {
    name: 'not app.kubernetes.io',
    given: cnp(
      'endpointSelector: {matchLabels: {app.kubernetes.io/name: web}}, ingress: [{fromEntities: [host]}]',
    ),
    says: [],
  },
  {
    name: 'not labels of namespaces',
    given: ccnp(
      `endpointSelector: {matchLabels: {${PREFIX}kubernetes.io/metadata.name: a}}, ingress: [{fromEntities: [host]}]`,
    ),
    says: [],
  },
  {
    name: 'not labels of nodes',
    given: ccnp('nodeSelector: {matchLabels: {kubernetes.io/os: linux}}, ingress: [{fromEntities: [host]}]'),
    says: [],
  },
  {
    name: 'not the namespace selector of a NetworkPolicy',
    given: knp(
      'podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}]}]',
    ),
    says: [],
  },
]);

check('misread-key', [
  {
    name: 'reserved as a key',
    given: ccnp('endpointSelector: {matchLabels: {reserved: health}}, ingress: [{fromEntities: [host]}]'),
    says: ['error'],
    fields: { problem: 'reserved-value' },
  },
  {
    name: 'a reserved label with a value',
    given: ccnp(
      'endpointSelector: {matchLabels: {"reserved:health": "true"}}, ingress: [{fromEntities: [host]}]',
    ),
    says: ['error'],
    fields: { problem: 'reserved-with-value' },
  },
  {
    name: 'a colon in a key of the app',
    given: cnp('endpointSelector: {matchLabels: {"app:tier": web}}, ingress: [{fromEntities: [host]}]'),
    says: ['error'],
    fields: { problem: 'unknown-source' },
  },
  {
    name: 'not the right form',
    given: ccnp(
      'endpointSelector: {matchLabels: {"reserved:health": "", "k8s:app": x}}, ingress: [{fromEntities: [host]}]',
    ),
    says: [],
  },
]);

check('foreign-namespace-subject', [
  {
    name: 'selects nothing',
    given: cnp(
      'endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, ingress: [{fromEntities: [host]}]',
    ),
    says: ['error'],
    fields: { isOverwritten: false },
  },
  {
    name: 'is overwritten with the source k8s',
    given: cnp(
      'endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": b}}, ingress: [{fromEntities: [host]}]',
    ),
    says: ['error'],
    fields: { isOverwritten: true },
  },
  {
    name: 'not its own',
    given: cnp(
      'endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: a}}, ingress: [{fromEntities: [host]}]',
    ),
    says: [],
  },
  {
    name: 'not in a clusterwide policy',
    given: ccnp(
      'endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: b}}, ingress: [{fromEntities: [host]}]',
    ),
    says: [],
  },
]);

check('negative-peer', [
  {
    name: 'not where the namespace or cluster is added',
    given: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: NotIn, values: [x]}]}]}]',
    ),
    says: [],
  },
  {
    name: 'every namespace but one, without a cluster term',
    given: {
      'propolis.yaml': 'cilium: {version: "1.18"}\n',
      'a.yaml': cnp(
        'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [x]}]}]}]',
      ),
    },
    says: ['error'],
  },
  {
    name: 'the same with it',
    given: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [x]}]}]}]',
    ),
    says: [],
  },
]);

check('unknown-namespace', [
  {
    name: 'a near miss',
    given:
      namespace('monitoring') +
      namespace('a') +
      cnp(
        'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: monitorng}}]}]',
      ),
    says: ['warning'],
    fields: { nearest: 'monitoring' },
  },
  {
    name: 'a name that is in no way near',
    given:
      namespace('radicale') +
      namespace('a') +
      cnp(
        'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: headscale}}]}]',
      ),
    says: ['warning'],
    fields: { nearest: '' },
  },
  {
    name: 'not where some chart is put there',
    given:
      namespace('a') +
      HELM.replace('namespace: a', 'namespace: b') +
      cnp(
        'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}]}]',
      ),
    says: [],
  },
  {
    name: 'not where no namespace is declared at all',
    given: cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}]}]',
    ),
    says: [],
  },
  {
    name: 'not namespaces that every cluster has',
    given:
      namespace('a') +
      cnp(
        'endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: kube-system}}]}]',
      ),
    says: [],
  },
]);

check('selects-nothing', [
  {
    name: 'a label that other workloads have otherwise',
    given:
      workload('web') + cnp('endpointSelector: {matchLabels: {app: api}}, ingress: [{fromEntities: [host]}]'),
    says: ['warning'],
    fields: { isSubject: true },
  },
  {
    name: 'as a peer',
    given:
      workload('web') + cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: wbe}}]}]'),
    says: ['warning'],
    fields: { nearest: 'app=web' },
  },
  {
    name: 'not with charts in the repository',
    given:
      HELM +
      workload('web') +
      cnp('endpointSelector: {matchLabels: {app: api}}, ingress: [{fromEntities: [host]}]'),
    says: [],
  },
  {
    name: 'a slip of the finger even then',
    given:
      HELM +
      workload('website') +
      cnp('endpointSelector: {matchLabels: {app: websiet}}, ingress: [{fromEntities: [host]}]'),
    says: ['info'],
  },
  {
    name: 'not for a label that no workload has, which an operator may set',
    given:
      workload('web') +
      cnp('endpointSelector: {matchLabels: {cnpg.io/cluster: pg}}, ingress: [{fromEntities: [host]}]'),
    says: [],
  },
  {
    name: 'not in a namespace without workloads',
    given:
      workload('web') +
      cnp('endpointSelector: {matchLabels: {app: api}}, ingress: [{fromEntities: [host]}]', 'x', 'b'),
    says: [],
  },
]);

check('host-network-pods', [
  {
    name: 'as a peer',
    given:
      workload('exporter', { extra: 'hostNetwork: true, ' }) +
      cnp('endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: exporter}}]}]'),
    says: ['warning'],
    fields: { isSubject: false },
  },
  {
    name: 'not where others have the same label',
    given:
      workload('exporter', { extra: 'hostNetwork: true, ' }) +
      workload('other', { labels: 'app: exporter' }) +
      cnp('endpointSelector: {matchLabels: {app: exporter}}, ingress: [{fromEntities: [host]}]'),
    says: [],
  },
]);

check('service-port', [
  {
    name: 'on ingress',
    given:
      workload('web', { ports: '{containerPort: 8080}' }) +
      service('web', 'app: web', '{port: 80, targetPort: 8080}') +
      cnp(`endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [ingress], ${PORT}}]`),
    says: ['error'],
    fields: { podPort: 8080, direction: 'ingress' },
  },
  {
    name: 'by the name of a port',
    given:
      workload('web', { ports: '{name: http, containerPort: 8080}' }) +
      service('web', 'app: web', '{port: 80, targetPort: http}') +
      cnp(`endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {app: web}}], ${PORT}}]`),
    says: ['error'],
    fields: { podPort: 8080 },
  },
  {
    name: 'not where the rule has the pod port too',
    given:
      workload('web', { ports: '{containerPort: 8080}' }) +
      service('web', 'app: web', '{port: 80, targetPort: 8080}') +
      cnp(
        'endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [ingress], toPorts: [{ports: [{port: "80", protocol: TCP}, {port: "8080", protocol: TCP}]}]}]',
      ),
    says: [],
  },
  {
    name: 'not where the pod listens there as well',
    given:
      workload('web', { ports: '{containerPort: 8080}, {containerPort: 80}' }) +
      service('web', 'app: web', '{port: 80, targetPort: 8080}') +
      cnp(`endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [ingress], ${PORT}}]`),
    says: [],
  },
  {
    name: 'not where the Service keeps the port',
    given:
      workload('web', { ports: '{containerPort: 8080}' }) +
      service('web', 'app: web', '{port: 8080}') +
      cnp(`endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [ingress], ${PORT}}]`),
    says: [],
  },
  {
    name: 'once for a policy that makes the mistake often',
    given:
      workload('web', { ports: '{containerPort: 8080}' }) +
      service('web', 'app: web', '{port: 80, targetPort: 8080}') +
      cnp(
        `endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [ingress], ${PORT}}, {fromEntities: [world], ${PORT}}]`,
      ),
    says: ['error'],
    fields: { rules: 2 },
  },
]);

check('unknown-named-port', [
  {
    name: 'on egress',
    given:
      workload('web', { ports: '{name: http, containerPort: 8080}' }) +
      cnp(
        'endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {app: web}}], toPorts: [{ports: [{port: https, protocol: TCP}]}]}]',
      ),
    says: ['warning'],
    fields: { declared: ['http'] },
  },
  {
    name: 'with another protocol',
    given:
      workload('web', { ports: '{name: dns, containerPort: 53, protocol: UDP}' }) +
      cnp(
        'endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [world], toPorts: [{ports: [{port: dns, protocol: TCP}]}]}]',
      ),
    says: ['warning'],
  },
  {
    name: 'not where one of the pods has it',
    given:
      workload('web', { ports: '{name: http, containerPort: 8080}' }) +
      workload('api', { labels: 'app: web', ports: '{name: https, containerPort: 8443}' }) +
      cnp(
        'endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {app: web}}], toPorts: [{ports: [{port: https, protocol: TCP}]}]}]',
      ),
    says: [],
  },
]);

const DNS_L7 =
  'egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns}}], toPorts: [{ports: [{port: "53", protocol: ANY}], rules: {dns: [{matchPattern: "PATTERN"}]}}]}]';

check('fqdn-without-dns-rule', [
  {
    name: 'not where another policy of the pod has it',
    given:
      namespace('a') +
      ccnp(`endpointSelector: {}, ${DNS_L7.replace('PATTERN', '*')}`) +
      cnp('endpointSelector: {matchLabels: {app: web}}, egress: [{toFQDNs: [{matchName: x.example}]}]'),
    says: [],
  },
  {
    name: 'where that is for other pods',
    given:
      namespace('a') +
      cnp(`endpointSelector: {matchLabels: {app: api}}, ${DNS_L7.replace('PATTERN', '*')}`, 'dns') +
      workload('web') +
      cnp('endpointSelector: {matchLabels: {app: web}}, egress: [{toFQDNs: [{matchName: x.example}]}]'),
    says: ['error'],
    fields: { hasOther: false },
  },
  {
    name: 'where that is for other names',
    given:
      namespace('a') +
      ccnp(`endpointSelector: {}, ${DNS_L7.replace('PATTERN', '*.example')}`) +
      cnp(
        'endpointSelector: {matchLabels: {app: web}}, egress: [{toFQDNs: [{matchName: x.test}, {matchName: x.example}]}]',
      ),
    says: ['error'],
    fields: { hasOther: true, names: ['x.test'] },
  },
  {
    name: 'may be otherwise for pods that no file declares',
    given:
      namespace('a') +
      ccnp(`endpointSelector: {matchLabels: {dns: allow}}, ${DNS_L7.replace('PATTERN', '*')}`) +
      cnp('endpointSelector: {matchLabels: {app: web}}, egress: [{toFQDNs: [{matchName: x.test}]}]'),
    says: ['info'],
    fields: { isCertain: false },
  },
]);

check('fqdn-any-name', [
  {
    name: 'stars and dots',
    given: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "*."}]}]'),
    says: ['warning'],
  },
  {
    name: 'not one label',
    given: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "*.example.com"}]}]'),
    says: [],
  },
  {
    name: 'not many labels, at the start',
    given: cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "**.example.com"}]}]'),
    says: [],
  },
  {
    name: 'many labels before 1.19',
    given: {
      'propolis.yaml': 'cilium: {version: "1.18"}\n',
      'a.yaml': cnp('endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: "**.example.com"}]}]'),
    },
    says: ['warning'],
    fields: { problem: 'not-deep' },
  },
]);

const HTTP = 'toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}}]';

check('l7-voided', [
  {
    name: 'by a rule for all ports',
    given:
      namespace('a') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP}}, {fromEndpoints: [{}]}]`,
      ),
    says: ['error'],
    fields: { by: ['CNP a/cnp'] },
  },
  {
    name: 'by a clusterwide policy',
    given:
      namespace('a') +
      cnp(`endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP}}]`) +
      ccnp(`endpointSelector: {}, ingress: [{fromEntities: [cluster], ${PORT}}]`),
    says: ['error'],
    fields: { by: ['CCNP ccnp'] },
  },
  {
    name: 'where default deny is off',
    given:
      namespace('a') +
      cnp(
        `endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP}}]`,
      ),
    says: ['error'],
    fields: { by: [] },
  },
  {
    name: 'not by a rule for other ports',
    given:
      namespace('a') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP}}, {fromEndpoints: [{}], ${PORT.replace('80', '81')}}]`,
      ),
    says: [],
  },
  {
    name: 'not by a rule for other peers',
    given:
      namespace('a') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP}}, {fromEndpoints: [{matchLabels: {app: y}}], ${PORT}}]`,
      ),
    says: [],
  },
  {
    name: 'not rules that accept everything',
    given:
      namespace('a') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP.replace('method: GET', '')}}, {fromEndpoints: [{}]}]`,
      ),
    says: [],
  },
  {
    name: 'not by other rules on contents',
    given:
      namespace('a') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}], ${HTTP}}, {fromEndpoints: [{}], ${HTTP.replace('GET', 'PUT')}}]`,
      ),
    says: [],
  },
]);

check('dns-egress-missing', [
  {
    name: 'not with a baseline',
    given:
      namespace('a') +
      ccnp(`endpointSelector: {}, ${DNS_L7.replace('PATTERN', '*')}`) +
      cnp(`endpointSelector: {}, egress: [{toEntities: [world], ${PORT}}]`),
    says: [],
  },
  {
    name: 'not where a server outside is asked',
    given:
      namespace('a') +
      cnp(
        'endpointSelector: {}, egress: [{toEntities: [world], toPorts: [{ports: [{port: "53", protocol: UDP}]}]}]',
      ),
    says: [],
  },
  {
    name: 'not where nothing goes out at all',
    given: namespace('a') + cnp('endpointSelector: {}, egress: [{}]'),
    says: [],
  },
  {
    name: 'for the pods that a policy selects',
    given:
      namespace('a') +
      cnp(`endpointSelector: {matchLabels: {app: web}}, egress: [{toEntities: [world], ${PORT}}]`),
    says: ['error'],
    fields: { pods: ['a/(app=web)'] },
  },
  {
    name: 'not for ingress',
    given: namespace('a') + cnp(`endpointSelector: {}, ingress: [{fromEntities: [world], ${PORT}}]`),
    says: [],
  },
]);

const AMBIENT = 'istio.io/dataplane-mode: ambient';

check('hbone-missing', [
  {
    name: 'not where the tunnel is admitted',
    given:
      namespace('a', AMBIENT) +
      namespace('b', AMBIENT) +
      cnp(
        'endpointSelector: {}, ingress: [{fromEntities: [cluster], toPorts: [{ports: [{port: "15008", protocol: TCP}]}]}]',
      ),
    says: [],
  },
  {
    name: 'not where only one end is in the mesh',
    given:
      namespace('a', AMBIENT) +
      namespace('b') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}], ${PORT}}]`,
      ),
    says: [],
  },
  {
    name: 'on egress',
    given:
      namespace('a', AMBIENT) +
      namespace('b', AMBIENT) +
      cnp(
        `endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}], ${PORT}}]`,
      ),
    says: ['error'],
    fields: { direction: 'egress', peer: 'b/*' },
  },
  {
    name: 'not for names alone',
    given:
      namespace('a', AMBIENT) +
      namespace('b', AMBIENT) +
      cnp(
        'endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}], toPorts: [{ports: [{port: "53", protocol: ANY}]}]}]',
      ),
    says: [],
  },
]);

check('hatch-one-sided', [
  {
    name: 'not without a hatch',
    given: namespace('a') + cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]'),
    says: [],
  },
  {
    name: 'one way',
    given:
      namespace('a') +
      ccnp(
        `endpointSelector: {matchLabels: {${PREFIX}${HATCH}: disabled}}, egress: [{toEntities: [all]}], ingress: [{fromEntities: [all]}]`,
        'hatch',
      ) +
      cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]'),
    says: ['error'],
    fields: { ways: ['to'], closed: 1 },
  },
  {
    name: 'not where nobody else is isolated',
    given:
      namespace('a') +
      ccnp(
        `endpointSelector: {matchLabels: {${PREFIX}${HATCH}: disabled}}, egress: [{toEntities: [all]}]`,
        'hatch',
      ),
    says: [],
  },
  {
    name: 'though a hole in another policy hides it',
    given:
      namespace('a') +
      ccnp(
        `endpointSelector: {matchLabels: {${PREFIX}${HATCH}: disabled}}, egress: [{toEntities: [all]}], ingress: [{fromEntities: [all]}]`,
        'hatch',
      ) +
      ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]'),
    says: ['error'],
  },
]);

check('access-one-sided', [
  {
    name: 'only the resource admits it',
    given:
      namespace('database') +
      ccnp('endpointSelector: {}, egress: [{toEntities: [kube-apiserver]}]') +
      cnp(
        `endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {${PREFIX}access.network-policy.homelab/postgres: "true"}}], toPorts: [{ports: [{port: "5432", protocol: TCP}]}]}]`,
        'db',
        'database',
      ),
    says: ['error'],
    fields: { closed: 'egress' },
  },
  {
    name: 'not where nobody uses the label',
    given:
      namespace('database') +
      cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]', 'db', 'database'),
    says: [],
  },
]);

check('profile-differs', [
  {
    name: 'not for what a baseline opens for all',
    given:
      ccnp(
        'endpointSelector: {}, egress: [{toEntities: [world], toPorts: [{ports: [{port: "123", protocol: UDP}]}]}]',
        'ntp',
      ) +
      ccnp(
        `endpointSelector: {matchLabels: {${PREFIX}${PROFILE}: isolated}}, egress: [{toEntities: [kube-apiserver]}]`,
      ),
    says: [],
  },
  {
    name: 'a way in from another app',
    given: ccnp(
      `endpointSelector: {matchLabels: {${PREFIX}${PROFILE}: isolated}}, ingress: [{fromEntities: [cluster], ${PORT}}]`,
    ),
    says: ['error'],
    fields: {
      direction: 'ingress',
      ports: ['80/TCP'],
      peers: ['gateway internal', 'gateway external', 'another app'],
    },
  },
  {
    name: 'a gateway that is not let in',
    given: ccnp(
      `endpointSelector: {matchLabels: {${PREFIX}${PROFILE}: internal}}, ingress: [{fromEntities: [health]}]`,
    ),
    says: ['error'],
    fields: { how: 'opens-nothing', peers: ['gateway internal'] },
  },
]);

check('unknown-profile', [
  {
    name: 'not where a policy knows it, though the catalog does not',
    given:
      namespace('a', `${PROFILE}: vpn`) +
      ccnp(`endpointSelector: {matchLabels: {${PREFIX}${PROFILE}: vpn}}, egress: [{toEntities: [world]}]`),
    says: [],
  },
  {
    name: 'the catalog has it and no policy',
    given: namespace('a', `${PROFILE}: standard`),
    says: ['warning'],
    fields: { problem: 'without-policy' },
  },
]);

check('unknown-access', [
  {
    name: 'a value that does not grant',
    given: namespace('a', 'access.network-policy.homelab/postgres: "yes"'),
    says: ['error'],
    fields: { problem: 'value' },
  },
  {
    name: 'a label that some policy asks for, though the catalog does not',
    given:
      namespace('a', 'access.network-policy.homelab/mail: "true"') +
      ccnp(
        `endpointSelector: {matchLabels: {${PREFIX}access.network-policy.homelab/mail: "true"}}, egress: [{toEntities: [world]}]`,
      ),
    says: [],
  },
]);

check('misspelt-label', [
  {
    name: 'not a label of somebody else',
    given: namespace('a', 'pod-security.kubernetes.io/enforce: restricted, team/profile: x'),
    says: [],
  },
  {
    name: 'a misspelt domain',
    given: namespace('a', 'network-policy.homlab/profile: standard'),
    says: ['error'],
    fields: { nearest: PROFILE },
  },
]);

check('enforcement-disabled', [
  {
    name: 'a value that does nothing',
    given: namespace('a', `${HATCH}: "off"`),
    says: ['warning'],
    fields: { isOpen: false },
  },
  { name: 'not an empty value', given: namespace('a', `${HATCH}: ""`), says: [] },
]);

check('namespace-without-profile', [
  {
    name: 'not where nobody uses profiles',
    given: namespace('a') + cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]', 'x', 'b'),
    says: [],
  },
  {
    name: 'not with a policy of its own',
    given:
      namespace('a') +
      namespace('b', `${PROFILE}: standard`) +
      cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]'),
    says: [],
  },
]);

check('platform-without-policy', [
  {
    name: 'a refused policy does not count',
    given: { ...CATALOG, 'a.yaml': namespace('a') + cnp('endpointSelector: {}, ingress: []') },
    says: ['error'],
    fields: { refused: 'cnp' },
  },
  { name: 'not where the model is not in use', given: namespace('database'), says: [] },
]);

check('scrape-ingress-missing', [
  {
    name: 'a port that says metrics',
    given: {
      ...CATALOG,
      'a.yaml':
        namespace('a') +
        workload('db', { ports: '{name: metrics, containerPort: 9187}, {name: db, containerPort: 5432}' }) +
        cnp(
          'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: monitoring, app.kubernetes.io/name: prometheus}}], toPorts: [{ports: [{port: "9090", protocol: TCP}]}]}]',
        ),
    },
    says: ['error'],
    fields: { port: 9187 },
  },
  {
    name: 'not where a baseline admits it',
    given: {
      ...CATALOG,
      'a.yaml':
        namespace('a') +
        cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]') +
        ccnp(
          'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: monitoring, app.kubernetes.io/name: prometheus}}]}]',
        ),
    },
    says: [],
  },
  { name: 'not where nothing is isolated', given: { ...CATALOG, 'a.yaml': namespace('a') }, says: [] },
]);

check('description-contradicts', [
  {
    name: 'a port that no rule opens',
    given: cnp(
      `description: "HTTP on port 8080", endpointSelector: {}, ingress: [{fromEntities: [world], ${PORT}}]`,
    ),
    says: ['warning'],
    fields: { problem: 'port-closed', port: 8080 },
  },
  {
    name: 'not a port that some rule opens',
    given: cnp(
      `description: "HTTP on TCP 80 and TCP/81", endpointSelector: {}, ingress: [{fromEntities: [world], ${PORT}}, {fromEntities: [host], ${PORT.replace('80', '81')}}]`,
    ),
    says: [],
  },
  {
    name: 'not a port that it says is closed',
    given: cnp(
      `description: "HTTP on port 80, but not on port 8080", endpointSelector: {}, ingress: [{fromEntities: [world], ${PORT}}]`,
    ),
    says: [],
  },
  {
    name: 'not an address',
    given: cnp(
      `description: "probes from TCP 169.254.0.0", endpointSelector: {}, ingress: [{fromEntities: [world], ${PORT}}]`,
    ),
    says: [],
  },
  {
    name: 'no egress, and a way out',
    given: cnp(
      `description: No internet egress., endpointSelector: {}, egress: [{toEntities: [world], ${PORT}}]`,
    ),
    says: ['warning'],
    fields: { problem: 'opens-egress' },
  },
  {
    name: 'HTTPS only, and port 80',
    given: cnp(`description: HTTPS only., endpointSelector: {}, egress: [{toEntities: [world], ${PORT}}]`),
    says: ['warning'],
    fields: { problem: 'opens-http' },
  },
  {
    name: 'own namespace, in a namespaced policy',
    given: cnp(
      'description: Pods talk within their own namespace., endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]',
    ),
    says: [],
  },
]);

const ALERT = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: r, namespace: m}
spec: {groups: [{name: g, rules: [{alert: A, expr: 'EXPR'}]}]}
---
`;
const ONE = cnp('endpointSelector: {}, ingress: [{fromEntities: [host]}]');
const EXPR = 'kube_namespace_labels{label_network_policy_homelab_enforcement="disabled"}';

check('alert-label-not-exported', [
  {
    name: 'an annotation that is not exported',
    given: {
      'a.yaml':
        ALERT.replace(
          'EXPR',
          'kube_namespace_annotations{annotation_network_policy_homelab_enforcement_until_unix!=""}',
        ) + ONE,
      'v.yaml': 'ksm:\n  metricLabelsAllowlist:\n    - namespaces=[network-policy.homelab/*]\n',
    },
    says: ['error'],
    fields: { metric: 'annotations', key: 'network-policy.homelab/enforcement-until-unix' },
  },
  {
    name: 'an annotation that is',
    given: {
      'a.yaml':
        ALERT.replace(
          'EXPR',
          'kube_namespace_annotations{annotation_network_policy_homelab_enforcement_until_unix!=""}',
        ) + ONE,
      'v.yaml':
        'ksm:\n  metricAnnotationsAllowList:\n    - namespaces=[network-policy.homelab/enforcement-until-unix]\n',
    },
    says: [],
  },
  {
    name: 'the rendered settings, which no release takes',
    given: { 'a.yaml': ALERT.replace('EXPR', EXPR) + ONE, 'm.yaml': metricsConfigText(DEFAULT_CATALOG) },
    says: ['error'],
    fields: { problem: 'none-listed' },
  },
  {
    name: 'the rendered settings, taken by a release',
    given: {
      'a.yaml': ALERT.replace('EXPR', EXPR) + ONE,
      'm.yaml': metricsConfigText(DEFAULT_CATALOG),
      'r.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: kps, namespace: monitoring}\nspec:\n  valuesFrom:\n    - kind: ConfigMap\n      name: kube-state-metrics-network-policy\n',
    },
    says: [],
  },
  {
    name: 'no file says anything of it',
    given: ALERT.replace('EXPR', EXPR) + ONE,
    says: ['warning'],
    fields: { problem: 'unknown', key: HATCH },
  },
  {
    name: 'kube-state-metrics runs without a list',
    given: ALERT.replace('EXPR', EXPR) + workload('kube-state-metrics') + ONE,
    says: ['error'],
    fields: { problem: 'none-listed' },
  },
  {
    name: 'by an argument of the container',
    given:
      ALERT.replace('EXPR', EXPR) +
      ONE +
      workload('kube-state-metrics').replace(
        'image: i',
        'image: i, args: ["--metric-labels-allowlist=pods=[*],namespaces=[team,network-policy.homelab/enforcement]"]',
      ),
    says: [],
  },
  {
    name: 'by a pattern',
    given: {
      'a.yaml': ALERT.replace('EXPR', EXPR) + ONE,
      'v.yaml': 'ksm:\n  metricLabelsAllowlist:\n    - namespaces=[network-policy.homelab/*]\n',
    },
    says: [],
  },
  {
    name: 'other labels',
    given: {
      'a.yaml': ALERT.replace('EXPR', EXPR) + ONE,
      'v.yaml': 'ksm:\n  metricLabelsAllowlist:\n    - namespaces=[team]\n',
    },
    says: ['error'],
    fields: { problem: 'not-listed', configuredAt: 'v.yaml:3' },
  },
  {
    name: 'a list in a comment is none',
    given: {
      'a.yaml': ALERT.replace('EXPR', EXPR) + ONE,
      'v.yaml':
        'ksm:\n  metricLabelsAllowlist:\n    # - namespaces=[network-policy.homelab/enforcement]\n    - pods=[*]\n',
    },
    says: ['error'],
  },
  {
    name: 'not an alert on the label being absent',
    given: ALERT.replace('EXPR', EXPR.replace('="disabled"', '!="disabled"')) + ONE,
    says: [],
  },
  {
    name: 'not another metric',
    given: ALERT.replace('EXPR', 'kube_pod_labels{label_x="y"}') + ONE,
    says: [],
  },
]);

check('unresolved-variable', [
  {
    name: 'may be in the cluster',
    given: cnp('endpointSelector: {}, egress: [{toCIDR: ["${RANGE}"]}]'),
    says: ['warning'],
    fields: { names: ['RANGE'], mayBeInCluster: true },
  },
  {
    name: 'once for each variable',
    given:
      cnp('endpointSelector: {}, egress: [{toCIDR: ["${RANGE}"]}]') +
      cnp('endpointSelector: {}, egress: [{toCIDR: ["${RANGE}"]}]', 'other'),
    says: ['warning'],
    fields: { objects: 2 },
  },
]);

check('unknown-field', [
  {
    name: 'that leaves ports open to everyone',
    given: cnp(`endpointSelector: {}, ingress: [{fromEndpoint: [{}], ${PORT}}]`),
    says: ['error'],
    fields: { name: 'fromEndpoint', nearest: 'fromEndpoints', opensPorts: true },
  },
  {
    name: 'that does no such harm',
    given: cnp('endpointSelector: {}, descripton: x, ingress: [{fromEntities: [host]}]'),
    says: ['error'],
    fields: { opensPorts: false },
  },
]);

check('refused-object', [
  {
    name: 'both lists empty',
    given: cnp('endpointSelector: {}, ingress: [], egress: []'),
    says: ['error'],
    fields: { by: 'agent' },
  },
  {
    name: 'a port too high',
    given: cnp('endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "70000", protocol: TCP}]}]}]'),
    says: ['error'],
    fields: { by: 'agent' },
  },
]);

check('cilium-health-cut', [
  {
    name: 'not by a policy for pods',
    given: ccnp(
      'endpointSelector: {matchExpressions: [{key: io.kubernetes.pod.namespace, operator: Exists}]}, ingress: [{fromEntities: [host]}]',
    ),
    says: [],
  },
  {
    name: 'not where default deny is off',
    given: ccnp(
      'endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEntities: [host]}]',
    ),
    says: [],
  },
  {
    name: 'not by a policy for egress',
    given: ccnp('endpointSelector: {}, egress: [{toEntities: [world]}]'),
    says: [],
  },
]);

check('missing-service', [
  {
    name: 'a chart may bring it',
    given:
      HELM +
      workload('web') +
      cnp(
        `endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: db, namespace: a}}], ${PORT}}]`,
      ),
    says: ['warning'],
    fields: { isCertain: false, ports: ['80/TCP'] },
  },
  {
    name: 'not where it is there',
    given:
      service('db', 'app: db', '{port: 80}') +
      cnp(
        `endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: db, namespace: a}}], ${PORT}}]`,
      ),
    says: [],
  },
]);
