import { podIdentityLabels, reservedLabels } from '../../src/core/model/identity.ts';
import type { Peer, Policy, PolicyKind, PolicySpec, Rule } from '../../src/core/model/policy.ts';
import { requirement, type Selector, selectorKey } from '../../src/core/model/selector.ts';
import type { Endpoint, World } from '../../src/core/model/world.ts';

export interface WorldSize {
  readonly endpoints: number;
  readonly namespaces: number;
  readonly policies: number;
}

const PROFILES = ['isolated', 'internal', 'internal-egress', 'standard'];
const RESOURCES = ['postgres', 'dragonfly', 'garage-s3'];
const APPS = ['web', 'api', 'worker', 'cache', 'db'];
const HERE = { file: 'bench', line: 1, column: 1 };

/**
 * A cluster in the product's model: baselines and profiles for all, and in each namespace policies by hand whose
 * selectors name apps. Every pod has a label of its own, so that no two pods share an identity: the worst case.
 */
export function benchWorld({ endpoints, namespaces, policies }: WorldSize): World {
  const pods: Endpoint[] = (['host', 'remote-node', 'kube-apiserver', 'health', 'world'] as const).map(
    (name) => ({
      id: name,
      labels: reservedLabels(name),
    }),
  );
  for (let i = 0; pods.length < endpoints; i += 1) {
    const ns = i % namespaces;
    pods.push({
      id: `ns-${ns}/pod-${i}`,
      labels: podIdentityLabels({
        namespace: `ns-${ns}`,
        podLabels: { app: appOf(i, namespaces), 'app.kubernetes.io/instance': `i-${i}` },
        namespaceLabels: {
          'kubernetes.io/metadata.name': `ns-${ns}`,
          'network-policy.homelab/profile': PROFILES[ns % PROFILES.length] ?? '',
          ...(ns % 3 === 0
            ? { [`access.network-policy.homelab/${RESOURCES[ns % RESOURCES.length]}`]: 'true' }
            : {}),
        },
        cluster: 'default',
      }),
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    });
  }
  const shared = sharedPolicies();
  const own = Array.from({ length: Math.max(0, policies - shared.length) }, (_, i) =>
    ownPolicy(i, namespaces),
  );
  return { endpoints: pods, policies: [...shared, ...own] };
}

/** Each namespace has every app in turn. */
function appOf(i: number, namespaces: number): string {
  return APPS[Math.floor(i / namespaces) % APPS.length] ?? '';
}

function sharedPolicies(): readonly Policy[] {
  const all: Selector = { requirements: [] };
  const dns = labels({ 'io.kubernetes.pod.namespace': 'ns-0', app: 'cache' });
  const prometheus = labels({ 'io.kubernetes.pod.namespace': 'ns-1', app: 'worker' });
  const gateway = labels({ 'io.kubernetes.pod.namespace': 'ns-2', app: 'web' });
  return [
    clusterwide('dns', all, [egress([endpoints(dns)], ['UDP', 53], ['TCP', 53])]),
    clusterwide('health', all, [ingress([entity('health'), entity('host'), entity('remote-node')])]),
    clusterwide('scrape', all, [ingress([endpoints(prometheus)])]),
    ...PROFILES.map((profile, i) =>
      clusterwide(`profile-${profile}`, namespaceLabel('network-policy.homelab/profile', profile), [
        ...(i === 0 ? [] : [ingress([endpoints(gateway)])]),
        ...(i < 2 ? [] : [egress([entity('world')], ['TCP', 443])]),
      ]),
    ),
    ...RESOURCES.map((resource, i) =>
      clusterwide(`access-${resource}`, namespaceLabel(`access.network-policy.homelab/${resource}`, 'true'), [
        egress([endpoints(labels({ 'io.kubernetes.pod.namespace': `ns-${3 + i}` }))], ['TCP', 5432 + i]),
      ]),
    ),
  ];
}

function ownPolicy(i: number, namespaces: number): Policy {
  const ns = i % namespaces;
  const app = appOf(i, namespaces);
  const [client, server] = [appOf(i + 4 * namespaces, namespaces), appOf(i + namespaces, namespaces)];
  return policy('CiliumNetworkPolicy', `ns-${ns}`, `own-${i}`, labels({ app }), [
    ingress([endpoints(labels({ app: client }))], ['TCP', 8080]),
    ingress(
      [endpoints(labels({ 'io.kubernetes.pod.namespace': `ns-${(ns * 7 + 1) % namespaces}` }))],
      ['TCP', 9000 + (i % 50)],
    ),
    egress([endpoints(labels({ app: server }))], ['TCP', 8080]),
    { ...ingress([endpoints(labels({ app: 'worker' }))], ['TCP', 22]), effect: 'deny', list: 'ingressDeny' },
  ]);
}

type Ports = readonly (readonly [protocol: 'TCP' | 'UDP', port: number])[];

function ingress(peers: readonly Peer[], ...ports: Ports): Rule {
  return rule('ingress', peers, ports);
}

function egress(peers: readonly Peer[], ...ports: Ports): Rule {
  return rule('egress', peers, ports);
}

function rule(direction: 'ingress' | 'egress', peers: readonly Peer[], ports: Ports): Rule {
  const portRules = ports.map(([protocol, port]) => ({ ports: [{ kind: 'port', protocol, port } as const] }));
  return {
    direction,
    effect: 'allow',
    list: direction,
    index: 0,
    path: ['spec', direction, 0],
    place: HERE,
    peers: { kind: 'some', peers },
    ...(ports.length === 0 ? {} : { ports: portRules }),
  };
}

function clusterwide(name: string, subject: Selector, rules: readonly Rule[]): Policy {
  return policy('CiliumClusterwideNetworkPolicy', '', name, subject, rules);
}

function policy(
  kind: PolicyKind,
  namespace: string,
  name: string,
  selector: Selector,
  rules: readonly Rule[],
): Policy {
  const spec: PolicySpec = {
    subject: { kind: 'endpoints', selector },
    rules,
    enableDefaultDeny: {},
    place: HERE,
  };
  return { kind, namespace, name, place: HERE, specs: [spec] };
}

function endpoints(selector: Selector): Peer {
  return { kind: 'endpoints', selector };
}

function entity(name: string): Peer {
  return { kind: 'entity', entity: name };
}

function labels(wanted: Readonly<Record<string, string>>): Selector {
  return {
    requirements: Object.entries(wanted).map(([key, value]) =>
      requirement(selectorKey(key, 'any'), 'In', [value]),
    ),
  };
}

function namespaceLabel(key: string, value: string): Selector {
  return labels({ [`io.cilium.k8s.namespace.labels.${key}`]: value });
}
