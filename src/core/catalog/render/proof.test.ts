import { describe, expect, it } from 'vitest';
import { answersOf, type Case, expectedOf, rowsOf } from '../../../../test/lib/answers.ts';
import type { PodGiven } from '../../../../test/lib/world-from.ts';
import { readCatalog } from '../read.ts';
import { renderTree } from './tree.ts';

const PROFILE = 'network-policy.homelab/profile';
const ACCESS = 'access.network-policy.homelab';

/** The policies of a catalog, all of them, as one stream. */
function policiesOf(text: string): string {
  const { catalog, problems } = readCatalog({ path: 'propolis.yaml', text });
  expect(problems).toEqual([]);
  return renderTree(catalog)
    .filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .map((file) => file.text)
    .join('');
}

const PODS: Readonly<Record<string, PodGiven>> = {
  'isolated/app': {},
  'internal/app': {},
  'egress/app': {},
  'standard/app': {},
  'standard/beside': {},
  'standard2/app': {},
  'plain/app': {},
  'asks/app': {},
  'istio-gateway/in': { labels: { 'gateway.networking.k8s.io/gateway-name': 'internal' } },
  'istio-gateway/ex': { labels: { 'gateway.networking.k8s.io/gateway-name': 'external' } },
  'monitoring/prometheus': { labels: { 'app.kubernetes.io/name': 'prometheus' } },
  'monitoring/grafana': { labels: { 'app.kubernetes.io/name': 'grafana' } },
  'database/pg': { labels: { 'cnpg.io/cluster': 'pg' } },
  'cache/df': {},
  'garage/garage': {},
  'istio-system/ztunnel': { labels: { app: 'ztunnel' } },
};

const NAMESPACES = {
  isolated: { [PROFILE]: 'isolated' },
  internal: { [PROFILE]: 'internal' },
  egress: { [PROFILE]: 'internal-egress' },
  standard: { [PROFILE]: 'standard' },
  standard2: { [PROFILE]: 'standard' },
  asks: Object.fromEntries(
    ['postgres', 'dragonfly', 'garage-s3', 'kube-api'].map((name) => [`${ACCESS}/${name}`, 'true']),
  ),
};

const base = { pods: PODS, namespaces: NAMESPACES, policies: policiesOf('') };

// The mission's table, cell by cell, for both ends at once.
const GATEWAYS = {
  isolated: {
    in: 'denied, egress default-deny, ingress default-deny',
    ex: 'denied, egress default-deny, ingress default-deny',
  },
  internal: { in: 'allowed', ex: 'denied, egress default-deny, ingress default-deny' },
  egress: { in: 'allowed', ex: 'denied, egress default-deny, ingress default-deny' },
  standard: { in: 'allowed', ex: 'allowed' },
} as const;
const OUT = { isolated: false, internal: false, egress: true, standard: true } as const;
const APPS = ['isolated', 'internal', 'egress', 'standard'] as const;

const BOTH = 'denied, egress default-deny, ingress default-deny';
const EGRESS = 'denied, egress default-deny';
const INGRESS = 'denied, ingress default-deny';

const CASES: readonly Case[] = [
  ...APPS.map((app) => ({
    ...base,
    name: `the profile of namespace ${app}`,
    flows: `
      istio-gateway/in → ${app}/app 8080/TCP: ${GATEWAYS[app].in}
      istio-gateway/ex → ${app}/app 8080/TCP: ${GATEWAYS[app].ex}
      istio-gateway/in → ${app}/app 53/UDP: ${BOTH}
      istio-gateway/in → ${app}/app 22/TCP: ${BOTH}
      world → ${app}/app 8080/TCP: ${INGRESS}
      ${app}/app → kube-system/dns 53/UDP: allowed
      ${app}/app → kube-system/dns 53/TCP: allowed
      ${app}/app → kube-system/dns 9153/TCP: ${BOTH}
      ${app}/app → world 443/TCP: ${OUT[app] ? 'allowed' : EGRESS}
      ${app}/app → world 443/UDP: ${EGRESS}
      ${app}/app → world 80/TCP: ${EGRESS}
      ${app}/app → world 53/UDP: ${EGRESS}
      ${app}/app → world 8/ICMP: ${EGRESS}
      ${app}/app → 1.1.1.1 443/TCP: ${OUT[app] ? 'allowed' : EGRESS}
      ${app}/app → kube-apiserver 6443/TCP: ${EGRESS}
      ${app}/app → host 443/TCP: ${EGRESS}
      ${app}/app → remote-node 10250/TCP: ${EGRESS}
      ${app}/app → database/pg 5432/TCP: ${BOTH}
      ${app}/app → cache/df 6379/TCP: ${BOTH}
      ${app}/app → garage/garage 3900/TCP: ${BOTH}
      ${app}/app → istio-gateway/in 443/TCP: ${BOTH}
      ${app}/app → monitoring/prometheus 9090/TCP: ${BOTH}
      ${app}/app → plain/app 8080/TCP: ${BOTH}
      plain/app → ${app}/app 8080/TCP: ${BOTH}
      monitoring/prometheus → ${app}/app 9090/TCP: allowed
      monitoring/prometheus → ${app}/app 22/TCP: ${BOTH}
      monitoring/grafana → ${app}/app 9090/TCP: ${BOTH}
      host → ${app}/app 8080/TCP: allowed
      remote-node → ${app}/app 8080/TCP: allowed
      health → ${app}/app 8080/TCP: allowed
      169.254.7.127 → ${app}/app 8080/TCP: allowed
    `,
  })),
  {
    ...base,
    name: 'no profile opens pod to pod, in a namespace or across',
    flows: `
      standard/app → standard/beside 8080/TCP: ${BOTH}
      standard/beside → standard/app 443/TCP: ${BOTH}
      standard/app → standard2/app 8080/TCP: ${BOTH}
      standard/app → internal/app 443/TCP: ${BOTH}
      standard/app → standard/beside 15008/TCP: ${BOTH}
      standard/app → standard/beside 8/ICMP: ${BOTH}
    `,
  },
  {
    ...base,
    name: 'an access label opens both ends, on its port only',
    flows: `
      asks/app → database/pg 5432/TCP: allowed
      asks/app → cache/df 6379/TCP: allowed
      asks/app → garage/garage 3900/TCP: allowed
      asks/app → kube-apiserver 6443/TCP: allowed
      asks/app → database/pg 9187/TCP: ${BOTH}
      asks/app → cache/df 5432/TCP: ${BOTH}
      asks/app → kube-apiserver 443/TCP: ${EGRESS}
      database/pg → asks/app 5432/TCP: ${BOTH}
      asks/app → world 443/TCP: ${EGRESS}
    `,
  },
  {
    ...base,
    name: "Cilium's own endpoints are left alone",
    flows: `
      host → health 4240/TCP: allowed
      remote-node → health 4240/TCP: allowed
      health → remote-node 4240/TCP: allowed
      world → ingress 443/TCP: allowed
      ingress → world 443/TCP: allowed
      ingress → standard/app 8080/TCP: ${INGRESS}
    `,
  },
  {
    ...base,
    name: 'both families of addresses',
    options: { ipv6: true },
    flows: `
      standard/app → world-ipv4 443/TCP: allowed
      standard/app → world-ipv6 443/TCP: allowed
      2606:4700::1111 → standard/app 443/TCP: ${INGRESS}
      isolated/app → 2606:4700::1111 443/TCP: ${EGRESS}
    `,
  },
];

describe('the tree of the default catalog', () => {
  it.each(rowsOf(CASES))('%s', (_, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});

const AMBIENT = { 'istio.io/dataplane-mode': 'ambient' };
const MESHED = {
  ...NAMESPACES,
  standard: { ...NAMESPACES.standard, ...AMBIENT },
  standard2: { ...NAMESPACES.standard2, ...AMBIENT },
  asks: { ...NAMESPACES.asks, ...AMBIENT },
  database: AMBIENT,
};
const mesh = {
  pods: PODS,
  namespaces: MESHED,
  policies: policiesOf(
    'mesh: {ambient: true}\nprometheus: {ports: [9090]}\nhealth: {ranges: []}\nprofiles: {standard: {ingress: [{gateway: internal, ports: [8080]}]}}\n',
  ),
};

describe('the tree in an ambient mesh', () => {
  it.each(
    rowsOf([
      {
        ...mesh,
        name: 'probes come in, whatever ranges the catalog has',
        flows: `
          169.254.7.127 → standard/app 8080/TCP: allowed
          169.254.7.128 → standard/app 8080/TCP: ${INGRESS}
          host → standard/app 8080/TCP: allowed
        `,
      },
      {
        ...mesh,
        name: 'HBONE goes where the inner port may go',
        flows: `
          istio-gateway/in → standard/app 15008/TCP: allowed
          istio-gateway/ex → standard/app 15008/TCP: ${BOTH}
          asks/app → database/pg 15008/TCP: allowed
          standard/app → istio-system/ztunnel 15008/TCP: allowed
          istio-system/ztunnel → standard/app 15008/TCP: allowed
        `,
      },
      {
        ...mesh,
        name: 'HBONE goes nowhere else',
        flows: `
          standard/app → standard/beside 15008/TCP: ${BOTH}
          standard/app → standard2/app 15008/TCP: ${BOTH}
          standard/app → database/pg 15008/TCP: ${BOTH}
          database/pg → asks/app 15008/TCP: ${BOTH}
          asks/app → cache/df 15008/TCP: ${EGRESS}
          monitoring/prometheus → standard/app 15008/TCP: denied, ingress default-deny
          monitoring/prometheus → plain/app 15008/TCP: ${BOTH}
          istio-system/ztunnel → plain/app 15008/TCP: ${BOTH}
          plain/app → istio-system/ztunnel 15008/TCP: ${BOTH}
        `,
      },
      {
        ...mesh,
        name: 'Prometheus in the mesh scrapes by HBONE',
        namespaces: { ...MESHED, monitoring: AMBIENT },
        flows: `
          monitoring/prometheus → standard/app 15008/TCP: allowed
          monitoring/grafana → standard/app 15008/TCP: ${BOTH}
        `,
      },
      {
        ...mesh,
        name: 'both families of probes',
        options: { ipv6: true },
        policies: policiesOf('mesh: {ambient: true}\ncilium: {ipv6: true}\n'),
        flows: `
          fd16:9254:7127:1377:ffff:ffff:ffff:ffff → standard/app 8080/TCP: allowed
          169.254.7.127 → standard/app 8080/TCP: allowed
        `,
      },
    ]),
  )('%s', (_, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});

describe('pods of one namespace', () => {
  const flows = `
    plain/app → plain/other 8080/TCP: allowed
    plain/app → plain/other 8081/TCP: ${BOTH}
    plain/app → asks/app 8080/TCP: ${BOTH}
    asks/app → plain/app 8080/TCP: ${BOTH}
    plain2/app → plain2/other 8080/TCP: ${BOTH}
  `;
  const pods = { ...PODS, 'plain/other': {}, 'plain2/app': {}, 'plain2/other': {} };
  const catalog = 'intraNamespace: {plain: {ports: [8080]}, asks: {ports: [8080]}}\n';
  it.each(
    rowsOf([
      { ...base, name: 'talk where the catalog says so', pods, policies: policiesOf(catalog), flows },
      {
        ...base,
        name: 'talk where the catalog says so, in the mesh too, and never across',
        pods,
        namespaces: { ...NAMESPACES, plain: AMBIENT, asks: { ...NAMESPACES.asks, ...AMBIENT } },
        policies: policiesOf(`${catalog}mesh: {ambient: true}\n`),
        flows: `${flows}
          plain/app → plain/other 15008/TCP: allowed
          plain/app → asks/app 15008/TCP: ${BOTH}
        `,
      },
    ]),
  )('%s', (_, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});

describe('a catalog of its own', () => {
  const policies = policiesOf(`
labelPrefix: np.example.com
profiles:
  lan:
    ingress: [{gateway: internal, ports: [8123/TCP]}]
    egress:
      - {to: 192.168.20.0/24, ports: [80/TCP]}
      - {to: 'fqdn:*.example.com', ports: [443/TCP]}
      - {to: 'fqdn:api.example.org', ports: [443/TCP]}
      - {to: remote-node, ports: [9100/TCP]}
resources:
  mqtt: {namespace: house, labels: {app: mosquitto}, ports: [1883, 5353/UDP]}
  cilium-gateway: {entity: ingress, ports: [443]}
`);
  it.each(
    rowsOf([
      {
        name: 'names everything by its own labels',
        policies,
        pods: {
          ...PODS,
          'lan/app': {},
          'house/broker': { labels: { app: 'mosquitto' } },
          'house/ha': {},
        },
        namespaces: {
          ...NAMESPACES,
          lan: {
            'np.example.com/profile': 'lan',
            'access.np.example.com/mqtt': 'true',
            'access.np.example.com/cilium-gateway': 'true',
            'access.np.example.com/postgres': 'yes',
          },
        },
        endpoints: [{ id: 'sub', labels: ['fqdn:*.example.com', 'reserved:world'] }],
        flows: `
          istio-gateway/in → lan/app 8123/TCP: allowed
          istio-gateway/in → lan/app 8080/TCP: ${BOTH}
          istio-gateway/ex → lan/app 8123/TCP: ${BOTH}
          lan/app → 192.168.20.7 80/TCP: allowed
          lan/app → 192.168.21.7 80/TCP: ${EGRESS}
          lan/app → sub 443/TCP: allowed
          lan/app → world 443/TCP: ${EGRESS}
          lan/app → remote-node 9100/TCP: allowed
          lan/app → house/broker 1883/TCP: allowed
          lan/app → house/broker 5353/UDP: allowed
          lan/app → house/ha 1883/TCP: ${BOTH}
          lan/app → ingress 443/TCP: allowed
          lan/app → database/pg 5432/TCP: ${BOTH}
          standard/app → world 443/TCP: ${EGRESS}
        `,
      },
      {
        name: 'keeps DNS where no baseline has it',
        policies: policiesOf('baselines: [health-probes]\n'),
        pods: PODS,
        namespaces: NAMESPACES,
        flows: `
          isolated/app → kube-system/dns 53/UDP: allowed
          plain/app → kube-system/dns 53/UDP: ${INGRESS}
          isolated/app → world 443/TCP: ${EGRESS}
          asks/app → kube-apiserver 6443/TCP: allowed
        `,
      },
    ]),
  )('%s', (_, row) => {
    expect(answersOf(row)).toEqual(expectedOf(row));
  });
});
