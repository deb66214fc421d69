import { describe, expect, it } from 'vitest';
import { ccnp, cnp } from '../../../test/lib/policies.ts';
import { policiesFrom } from '../../../test/lib/world-from.ts';
import { agentOptions, CILIUM_VERSIONS } from '../model/options.ts';
import type { RepositoryRead } from '../model/repository.ts';
import { DEFAULT_CATALOG } from './defaults.ts';
import { profileList } from './profile-list.ts';
import { profileTable } from './profile-table.ts';
import { admissionsText, commonOf, portSetText, withoutCommon } from './profile-words.ts';
import { readCatalog } from './read.ts';
import { renderedPolicies } from './render/policies.ts';

const OPTIONS = agentOptions();
const RENDERED = renderedPolicies(DEFAULT_CATALOG, OPTIONS);

/** The table as the README has it: in, out. */
function wordsOf(policies: Parameters<typeof profileTable>[1]['policies'], options = OPTIONS) {
  const { profiles } = profileTable(DEFAULT_CATALOG, { policies, options });
  const common = commonOf(profiles, 'ingress');
  return Object.fromEntries(
    profiles.map((row) => [
      row.profile,
      [admissionsText(withoutCommon(row, common, 'ingress')), admissionsText(row.egress)],
    ]),
  );
}

const APP = '80/TCP, 443/TCP, 1024-65535/TCP';
const MISSION = {
  isolated: ['none', 'DNS 53/TCP, 53/UDP'],
  internal: [`internal gateway ${APP}`, 'DNS 53/TCP, 53/UDP'],
  'internal-egress': [`internal gateway ${APP}`, 'DNS 53/TCP, 53/UDP; world 443/TCP'],
  standard: [`internal gateway, external gateway ${APP}`, 'DNS 53/TCP, 53/UDP; world 443/TCP'],
};

describe('profileTable', () => {
  it.each(CILIUM_VERSIONS)('is the mission’s table for the rendered tree (%s)', (version) => {
    const options = agentOptions({ version });
    expect(wordsOf(renderedPolicies(DEFAULT_CATALOG, options), options)).toEqual(MISSION);
  });

  it('is the same where both families of addresses are in use', () => {
    expect(wordsOf(RENDERED, agentOptions({ ipv6: true }))).toEqual(MISSION);
  });

  it('tells the families apart where policies do', () => {
    const only4 = policiesFrom(
      ccnp(
        "endpointSelector: {}, ingress: [{}], egress: [{toCIDR: ['0.0.0.0/0'], toPorts: [{ports: [{port: '443', protocol: TCP}]}]}]",
      ),
      agentOptions({ ipv6: true }),
    );
    expect(wordsOf(only4, agentOptions({ ipv6: true }))['isolated']?.[1]).toBe('world-ipv4 443/TCP');
  });

  it('follows the policies and not the descriptions', () => {
    const more = policiesFrom(
      ccnp(
        "endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.network-policy.homelab/profile: internal}}, egress: [{toEntities: [world], toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]",
      ),
      OPTIONS,
    );
    expect(wordsOf([...RENDERED, ...more])['internal']?.[1]).toBe('DNS 53/TCP, 53/UDP; world 80/TCP');
  });

  it('shows a clusterwide peer of nothing for what it is', () => {
    const open = policiesFrom(
      ccnp('endpointSelector: {}, ingress: [{fromEndpoints: [{}]}], egress: [{toEndpoints: [{}]}]'),
      OPTIONS,
    );
    expect(wordsOf([...RENDERED, ...open])['isolated']).toEqual([
      'every pod of the cluster every port',
      'every pod of the cluster every port',
    ]);
  });

  it('tells what one end admits in vain', () => {
    const isGateway = ({ subject }: (typeof RENDERED)[number]['specs'][number]): boolean =>
      subject.selector.requirements.some(({ key }) => key.startsWith('gateway.'));
    const oneSided = RENDERED.map((policy) => ({
      ...policy,
      specs: policy.specs.filter((spec) => !isGateway(spec)),
    }));
    const { profiles } = profileTable(DEFAULT_CATALOG, { policies: oneSided, options: OPTIONS });
    const [gateway] = profiles.find(({ profile }) => profile === 'internal')?.ingress ?? [];
    expect(gateway?.peer).toEqual({ kind: 'gateway', name: 'internal' });
    expect([portSetText(gateway?.ports ?? []), portSetText(gateway?.halfOpen ?? [])]).toEqual(['none', APP]);
  });

  it('has what an access label opens, and what is open without it', () => {
    const open = policiesFrom(
      ccnp(
        'endpointSelector: {}, egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: cache}}]}]',
      ) + cnp('endpointSelector: {}, ingress: [{fromEntities: [cluster]}]', 'open', 'cache'),
      OPTIONS,
    );
    const rows = (policies: typeof RENDERED) =>
      profileTable(DEFAULT_CATALOG, { policies, options: OPTIONS }).access.map((row) =>
        [row.resource, row.ports, row.without]
          .map((part) => (typeof part === 'string' ? part : portSetText(part)))
          .join(' | '),
      );
    expect(rows(RENDERED)).toEqual([
      'postgres | 5432/TCP | none',
      'dragonfly | 6379/TCP | none',
      'garage-s3 | 3900/TCP | none',
      'kube-api | 6443/TCP | none',
    ]);
    expect(rows([...RENDERED, ...open])[1]).toBe('dragonfly | every port | every port');
  });

  it('names addresses and names only where the world has them not', () => {
    const { catalog } = readCatalog({
      path: 'propolis.yaml',
      text: `profiles:
  lan: {egress: [{to: 10.1.0.0/16, ports: [80]}, {to: world, ports: [443]}, {to: 'fqdn:x.example.com', ports: [443, 8443]}]}
`,
    });
    const { profiles } = profileTable(catalog, {
      policies: renderedPolicies(catalog, OPTIONS),
      options: OPTIONS,
    });
    expect(admissionsText(profiles.at(-1)?.egress ?? [])).toBe(
      'DNS 53/TCP, 53/UDP; world 443/TCP; 10.1.0.0/16 80/TCP; x.example.com 8443/TCP',
    );
  });
});

describe('profileList', () => {
  const read: Pick<RepositoryRead, 'policies' | 'namespaces' | 'workloads'> = {
    policies: [],
    workloads: [],
    namespaces: [
      { name: 'zoo', labels: { 'network-policy.homelab/profile': 'standard' } },
      { name: 'app', labels: { 'network-policy.homelab/profile': 'standard' } },
      { name: 'odd', labels: { 'network-policy.homelab/profile': 'publik' } },
      { name: 'plain', labels: {} },
    ].map((one) => ({
      ...one,
      annotations: {},
      place: { file: 'x.yaml', line: 1, column: 1 },
      form: { kind: 'implied' },
    })),
  };

  it('judges what would be rendered where there is no policy', () => {
    const { source, profiles, unknown } = profileList(DEFAULT_CATALOG, { read, options: OPTIONS });
    expect(source).toBe('rendered');
    expect(profiles.map(({ profile, namespaces }) => [profile, namespaces])).toEqual([
      ['isolated', []],
      ['internal', []],
      ['internal-egress', []],
      ['standard', ['app', 'zoo']],
    ]);
    expect(unknown).toEqual([{ profile: 'publik', namespaces: ['odd'] }]);
  });

  it('judges the repository, and says what it has beyond the catalog and what it lacks', () => {
    const policies = policiesFrom(
      ccnp(
        "endpointSelector: {}, ingress: [{}], egress: [{toEntities: [world], toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]",
      ),
      OPTIONS,
    );
    const list = profileList(DEFAULT_CATALOG, { read: { ...read, policies }, options: OPTIONS });
    const standard = list.profiles.at(-1);
    expect(list.source).toBe('repository');
    expect(admissionsText(standard?.beyond.egress ?? [])).toBe('world 80/TCP');
    expect(admissionsText(standard?.lacking.egress ?? [])).toBe('DNS 53/TCP, 53/UDP; world 443/TCP');
    expect(
      profileList(DEFAULT_CATALOG, { read: { ...read, policies }, options: OPTIONS, rendered: true }).source,
    ).toBe('rendered');
  });
});

describe('portSetText', () => {
  it.each([
    { text: '53/TCP, 53/UDP', spec: "{port: '53', protocol: UDP}, {port: '53', protocol: TCP}" },
    { text: 'all TCP', spec: "{port: '0', protocol: TCP}" },
    { text: '8000-8100/TCP', spec: "{port: '8000', endPort: 8100, protocol: TCP}" },
  ])('says $text', ({ text, spec }) => {
    const policies = policiesFrom(
      ccnp(
        `endpointSelector: {}, ingress: [{}], egress: [{toEntities: [world], toPorts: [{ports: [${spec}]}]}]`,
      ),
      OPTIONS,
    );
    expect(wordsOf(policies)['isolated']?.[1]).toBe(`world ${text}`);
  });

  it('says all but a few', () => {
    const policies = policiesFrom(
      ccnp(
        "endpointSelector: {}, ingress: [{}], egress: [{toEntities: [world]}], egressDeny: [{toEntities: [all], toPorts: [{ports: [{port: '22', protocol: TCP}]}]}]",
      ),
      OPTIONS,
    );
    expect(wordsOf(policies)['isolated']?.[1]).toBe('world every port but 22/TCP');
  });
});
