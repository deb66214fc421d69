import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, readCatalog } from '../../catalog/index.ts';
import { admissionsText } from '../../catalog/profile-words.ts';
import { chooseProfile } from './choose.ts';
import { joinNeeds } from './collect.ts';
import { type Need, NO_NEEDS, type OutTarget, type ShownNeed } from './types.ts';

const gateway = (name: string, port?: number): Need => ({
  kind: 'gateway',
  gateway: name,
  ...(port === undefined ? {} : { port }),
});
const out = (port: number, ...targets: readonly OutTarget[]): Need => ({
  kind: 'out',
  port,
  protocol: 'TCP',
  targets,
});
const access = (resource: string): Need => ({ kind: 'access', resource });
const shown = (needs: readonly Need[]): readonly ShownNeed[] =>
  needs.map((need) => ({ need, evidence: [{ kind: 'asked' }] }));
const at = (address: string, ...names: readonly string[]): OutTarget => ({ address, names });

function choose(needs: readonly Need[], catalog = DEFAULT_CATALOG, labels = {}) {
  const choice = chooseProfile(catalog, { ...NO_NEEDS, needs: shown(needs) }, { namespace: 'shop', labels });
  return {
    ...choice,
    words: [choice.profile, admissionsText(choice.beyond.ingress), admissionsText(choice.beyond.egress)],
  };
}

const APP = '80/TCP, 443/TCP, 1024-65535/TCP';

describe('chooseProfile', () => {
  it.each([
    { name: 'no ingress and no calls', needs: [], words: ['isolated', 'none', 'none'] },
    { name: 'internal only', needs: [gateway('internal')], words: ['internal', 'none', 'none'] },
    {
      name: 'internal only, and external calls',
      needs: [gateway('internal'), out(443)],
      words: ['internal-egress', 'none', 'none'],
    },
    {
      name: 'reached from the internet',
      needs: [gateway('external')],
      words: ['standard', `internal gateway ${APP}`, 'world 443/TCP'],
    },
    {
      name: 'reached from everywhere, and external calls',
      needs: [gateway('external'), gateway('internal'), out(443)],
      words: ['standard', 'none', 'none'],
    },
    {
      name: 'external calls and no ingress: the nearest, with what it opens beyond need',
      needs: [out(443)],
      words: ['internal-egress', `internal gateway ${APP}`, 'none'],
    },
    {
      name: 'one address by HTTPS',
      needs: [gateway('internal'), out(443, at('1.1.1.1'))],
      words: ['internal-egress', 'none', 'none'],
    },
  ])('follows the decision tree: $name', ({ needs, words }) => {
    expect(choose(needs).words).toEqual(words);
    expect(choose(needs).unmet).toEqual([]);
  });

  it('gives the labels, access labels among them', () => {
    const { labels, access: resources } = choose([
      gateway('internal'),
      access('postgres'),
      access('kube-api'),
    ]);
    expect(resources).toEqual(['postgres', 'kube-api']);
    expect(labels).toEqual({
      'network-policy.homelab/profile': 'internal',
      'access.network-policy.homelab/postgres': 'true',
      'access.network-policy.homelab/kube-api': 'true',
    });
  });

  it('says what no profile opens, and still takes the nearest', () => {
    const { profile, unmet, met } = choose([gateway('internal'), out(443), out(25, at('9.9.9.9'))]);
    expect(profile).toBe('internal-egress');
    expect(unmet.map(({ need }) => need)).toEqual([out(25, at('9.9.9.9'))]);
    expect(met.length).toBe(2);
  });

  it('does not take a port for open on which a gateway does not come in', () => {
    expect(choose([gateway('internal', 8080)]).unmet).toEqual([]);
    expect(choose([gateway('internal', 22)]).unmet.map(({ need }) => need)).toEqual([
      gateway('internal', 22),
    ]);
  });

  it('never gives a platform namespace a profile', () => {
    const { profile, isPlatform, labels } = chooseProfile(
      DEFAULT_CATALOG,
      { ...NO_NEEDS, needs: shown([gateway('internal'), access('postgres')]) },
      { namespace: 'monitoring' },
    );
    expect([profile, isPlatform]).toEqual([undefined, true]);
    expect(labels).toEqual({ 'access.network-policy.homelab/postgres': 'true' });
  });

  it('tells what the profile opens that the namespace has now', () => {
    const key = 'network-policy.homelab/profile';
    const now = (profile: string) => choose([gateway('internal')], DEFAULT_CATALOG, { [key]: profile }).now;
    expect(now('internal')).toBeUndefined();
    expect(now('no-such')).toBeUndefined();
    expect(now('isolated')).toMatchObject({ profile: 'isolated', isEnough: false });
    expect(now('standard')).toMatchObject({ profile: 'standard', isEnough: true });
    expect(admissionsText(now('standard')?.beyond.egress ?? [])).toBe('world 443/TCP');
  });

  describe('with profiles of one’s own', () => {
    const { catalog } = readCatalog({
      path: 'propolis.yaml',
      text: `profiles:
  caller: {egress: [{to: world, ports: [443]}]}
  lan: {ingress: [internal], egress: [{to: 192.168.20.0/24, ports: [80]}]}
  api: {egress: [{to: 'fqdn:*.example.com', ports: [443]}, {to: 'fqdn:api.example.org', ports: [443]}]}
gateways: {vpn: {namespace: vpn, labels: {app: vpn}}}
`,
    });

    it.each([
      { name: 'one that opens nothing beyond need', needs: [out(443)], profile: 'caller' },
      {
        name: 'a range of addresses',
        needs: [gateway('internal'), out(80, at('192.168.20.7'))],
        profile: 'lan',
      },
      {
        name: 'names',
        needs: [out(443, at('1.1.1.1', 'a.example.com'), at('1.1.1.2', 'API.example.org.'))],
        profile: 'api',
      },
      {
        name: 'no names, where one of two is another',
        needs: [out(443, at('1.1.1.1', 'a.example.com'), at('1.1.1.2', 'b.a.example.com'))],
        profile: 'caller',
      },
    ])('takes $name', ({ needs, profile }) => {
      expect(choose(needs, catalog)).toMatchObject({ profile, unmet: [] });
    });

    it('leaves open what is outside of the range, and a gateway that no profile has', () => {
      expect(choose([out(80, at('192.168.20.7'), at('192.168.21.7'))], catalog).unmet.length).toBe(1);
      expect(choose([gateway('vpn')], catalog)).toMatchObject({ profile: 'isolated', unmet: [{}] });
    });
  });

  it('has no answer where there is no profile', () => {
    const choice = choose([gateway('internal')], { ...DEFAULT_CATALOG, profiles: [] });
    expect(choice.profile).toBeUndefined();
    expect(choice.unmet.length).toBe(1);
  });
});

describe('joinNeeds', () => {
  it('tells a gateway once, with its port where one is known', () => {
    expect(joinNeeds([shown([gateway('internal')]), shown([gateway('internal', 8080)])])).toEqual([
      { need: gateway('internal', 8080), evidence: [{ kind: 'asked' }, { kind: 'asked' }] },
    ]);
  });
});
