import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { isFailing, isFinal } from '../../src/core/diagnose/verify/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import {
  API,
  COREDNS,
  drop,
  type EndGiven,
  event,
  namespace,
  PG,
  POSTGRES,
  PROFILE,
  passes,
  pod,
  reserved,
  START,
  TOWN,
  udp,
  world,
} from './tools.ts';
import { resultOf, type VerifyGiven, verified } from './verify-tools.ts';

const WITH_ACCESS = {
  ...TOWN,
  'namespaces.yaml': `${namespace('shop', { [PROFILE]: 'standard', [POSTGRES]: 'true' })}${namespace('database')}${namespace('kube-system')}${namespace('istio-gateway')}`,
};
const GRANTED: VerifyGiven = { files: WITH_ACCESS };

function at(seconds: number): Partial<Flow> {
  return { timeMs: START + seconds * 1000 };
}

/** A request as both ends tell it. */
function request(
  from: EndGiven,
  to: EndGiven,
  port: number,
  more: Partial<Flow> = {},
): { readonly left: Flow; readonly arrived: Flow } {
  return {
    left: event(from, to, port, passes(more)),
    arrived: event(
      from,
      to,
      port,
      passes({ direction: 'ingress', eventType: 4, nodeName: 'default/n2', ...more }),
    ),
  };
}

function outcome(flows: readonly Flow[], id: string, given: VerifyGiven = GRANTED): string {
  return resultOf(verified(flows, given), id).outcome;
}

describe('what is verified', () => {
  it('is promised by baselines, the profile and access labels', () => {
    const { results, labels } = verified([], GRANTED);
    expect(labels).toEqual({
      profile: 'standard',
      access: ['postgres'],
      isPlatform: false,
      isHatchOpen: false,
      from: 'files',
    });
    const promised = results.filter(({ check }) => check.promised !== undefined).map(({ check }) => check.id);
    expect(promised).toEqual([
      'dns',
      'access:postgres',
      'internet',
      'gateway:internal',
      'gateway:external',
      'scrape',
      'probes',
    ]);
  });

  it('has the five that everybody asks for even where nothing promises them', () => {
    const files = { ...TOWN, 'namespaces.yaml': namespace('shop') };
    const { results } = verified([], { files });
    const main = results.filter(({ check }) => check.isMain).map(({ check }) => check.id);
    expect(main).toEqual([
      'dns',
      'access:postgres',
      'internet',
      'gateway:internal',
      'gateway:external',
      'scrape',
    ]);
    expect(resultOf(verified([], { files }), 'internet').check.unpromised).toEqual({ kind: 'no-profile' });
  });

  it('is what every platform namespace must have, of a platform namespace', () => {
    const { results } = verified([], { namespace: 'database' });
    const promised = results.filter(({ check }) => check.promised?.kind === 'platform');
    expect(promised.map(({ check }) => check.id)).toEqual(['dns', 'scrape', 'probes']);
    expect(results.some(({ check }) => check.id === 'access:postgres')).toBe(false);
  });

  it('is HBONE both ways for members of the ambient mesh alone', () => {
    const catalog = { ...DEFAULT_CATALOG, mesh: { ...DEFAULT_CATALOG.mesh, ambient: true } };
    const files = {
      ...TOWN,
      'namespaces.yaml': namespace('shop', { 'istio.io/dataplane-mode': 'ambient' }) + namespace('mail'),
    };
    const ids = (of: string): readonly string[] =>
      verified([], { files, catalog, namespace: of }).results.map(({ check }) => check.id);
    expect(ids('shop')).toContain('hbone:out');
    expect(ids('shop')).toContain('hbone:in');
    expect(ids('mail').filter((id) => id.startsWith('hbone'))).toEqual([]);
  });

  it('is every target of the profile, and the pods beside where the catalog says so', () => {
    const [internal] = DEFAULT_CATALOG.profiles.filter(({ name }) => name === 'internal');
    if (internal === undefined) throw new Error('no profile');
    const ports = [{ protocol: 'TCP', port: 80 } as const];
    const catalog = {
      ...DEFAULT_CATALOG,
      profiles: [
        {
          ...internal,
          egress: [
            { to: { kind: 'cidr', cidr: '10.9.0.0/16' } as const, ports },
            { to: { kind: 'fqdn', pattern: '*.example.com' } as const, ports },
          ],
        },
      ],
      intraNamespace: [{ name: 'shop', ports }],
    };
    const flows = [
      event(API, world('10.9.1.1'), 80, passes()),
      event(API, world('1.2.3.4', 'api.example.com'), 80, passes()),
      event(API, pod('shop/db', { ip: '10.0.9.9' }), 80, passes({ direction: 'ingress' })),
    ];
    const found = verified(flows, { catalog });
    for (const id of ['to:10.9.0.0/16', 'to:fqdn:*.example.com', 'beside'])
      expect(resultOf(found, id).outcome, id).toBe('pass');
  });

  it('is taken from the labels that flows recorded where no file declares the namespace', () => {
    const flows = [event(API, COREDNS, 53, passes(udp(53)))];
    const files = { 'policies/baselines.yaml': TOWN['policies/baselines.yaml'] ?? '' };
    expect(verified(flows, { files }).labels).toMatchObject({ profile: 'internal', from: 'flows' });
  });
});

describe('a check passes', () => {
  it('when a request was seen arriving', () => {
    const { left, arrived } = request(API, COREDNS, 53, udp(53));
    expect(outcome([left, arrived], 'dns')).toBe('pass');
    expect(outcome([arrived], 'dns')).toBe('pass');
  });

  it('when a request left and was answered', () => {
    const { left } = request(API, COREDNS, 53, udp(53));
    const answer = event(
      COREDNS,
      API,
      41_234,
      passes({
        isReply: true,
        eventType: 4,
        l4: { protocol: 'UDP', sourcePort: 53, destinationPort: 41_234, flags: [] },
      }),
    );
    expect(outcome([left, answer], 'dns')).toBe('pass');
    expect(outcome([answer], 'dns')).toBe('no-traffic');
  });

  it('when a request left for where nothing is enforced', () => {
    expect(outcome([request(API, world('1.2.3.4'), 443).left], 'internet')).toBe('pass');
  });

  it('when a gateway, Prometheus or the node came in', () => {
    const gateway = pod('istio-gateway/internal', {
      labels: { 'gateway.networking.k8s.io/gateway-name': 'internal' },
    });
    const prometheus = pod('monitoring/prom', { labels: { 'app.kubernetes.io/name': 'prometheus' } });
    const flows = [
      request(gateway, API, 8080).arrived,
      request(prometheus, API, 9090).arrived,
      request(reserved('host', '10.0.0.1', 1), API, 8080).arrived,
    ];
    for (const id of ['gateway:internal', 'scrape', 'probes']) expect(outcome(flows, id), id).toBe('pass');
    expect(outcome(flows, 'gateway:external')).toBe('no-traffic');
  });

  it('by no packet that was seen before a policy was asked', () => {
    const before = event(API, world('1.2.3.4'), 443, passes({ eventType: 4, eventSubType: 5 }));
    expect(outcome([before], 'internet')).toBe('no-traffic');
  });

  it('by the point of observation where an old recording lacks the direction', () => {
    const old = { eventType: 4, direction: 'unknown', ...udp(53) } as const;
    expect(outcome([event(API, COREDNS, 53, passes({ ...old, eventSubType: 3 }))], 'dns')).toBe('half');
    expect(outcome([event(API, COREDNS, 53, passes({ ...old, eventSubType: 0 }))], 'dns')).toBe('pass');
  });

  it('by no flow of another port, namespace or cluster', () => {
    const flows = [
      request(API, COREDNS, 54, udp(54)).arrived,
      request(pod('mail/smtp'), COREDNS, 53, udp(53)).arrived,
      request(
        API,
        pod('kube-system/coredns', { cluster: 'east', labels: { 'k8s-app': 'kube-dns' } }),
        53,
        udp(53),
      ).arrived,
    ];
    expect(outcome(flows, 'dns')).toBe('no-traffic');
  });
});

describe('a check fails', () => {
  it('when requests were dropped, with the cause that debug would name and its fix', () => {
    const other = { ...TOWN, 'policies/database.yaml': TOWN['policies/gateway.yaml'] ?? '' };
    const found = resultOf(verified(drop(API, world('1.2.3.4'), 443), { files: other }), 'internet');
    expect(found.outcome).toBe('fail');
    expect(found.check.unpromised).toEqual({ kind: 'not-in-profile', profile: 'internal' });
    expect(found.findings.map(({ cause }) => cause.code)).toEqual(['profile-without-egress']);
    expect(isFailing(found, true)).toBe(false);
  });

  it('with the fix where it is promised', () => {
    const files = {
      ...WITH_ACCESS,
      'policies/postgres.yaml': '',
    };
    const found = resultOf(verified(drop(API, PG, 5432), { files }), 'access:postgres');
    expect(found).toMatchObject({ outcome: 'fail', evidence: { dropped: { count: 1 } } });
    expect(found.findings).toHaveLength(1);
    expect(isFailing(found, false)).toBe(true);
  });

  it('when the far end drops what the own end admits', () => {
    const { left } = request(API, PG, 5432);
    const refused = drop(API, PG, 5432, { direction: 'ingress', nodeName: 'default/n2' });
    expect(outcome([left, ...refused], 'access:postgres')).toBe('fail');
  });

  it('for one pod, whatever passes for others', () => {
    const old = pod('shop/old', { ip: '10.0.7.7' });
    const flows = [request(API, PG, 5432).arrived, ...drop(old, PG, 5432)];
    expect(outcome(flows, 'access:postgres')).toBe('fail');
  });

  it('by no drop of an answer, and by no noise', () => {
    const flows = drop(COREDNS, API, 53, { isReply: true, ...udp(53) });
    expect(outcome(flows, 'dns')).toBe('no-traffic');
  });
});

describe('a request that was seen leaving only', () => {
  it('is half', () => {
    const found = verified([request(API, PG, 5432).left], GRANTED);
    expect(resultOf(found, 'access:postgres')).toMatchObject({
      outcome: 'half',
      evidence: { left: { count: 1 } },
    });
    expect(isFailing(resultOf(found, 'access:postgres'), false)).toBe(false);
    expect(isFailing(resultOf(found, 'access:postgres'), true)).toBe(true);
  });
});

describe('what audit mode let through', () => {
  it('is neither passed nor dropped', () => {
    expect(outcome([event(API, PG, 5432, { verdict: 'AUDIT' })], 'access:postgres')).toBe('audit');
  });
});

describe('the last state', () => {
  const dropped = drop(API, COREDNS, 53, { ...at(1), ...udp(53) });
  const passedLater = request(API, COREDNS, 53, { ...at(20), ...udp(53) }).arrived;
  const passedBefore = request(API, COREDNS, 53, { ...at(0), ...udp(53) }).arrived;

  it('wins where it changed once, and the drops before are told', () => {
    const found = resultOf(verified([...dropped, passedLater], GRANTED), 'dns');
    expect(found.outcome).toBe('pass');
    expect(found.evidence.outdated).toMatchObject({ count: 1, lastMs: START + 1000 });
    expect(outcome([passedBefore, ...dropped], 'dns')).toBe('fail');
  });

  it('is not known where passing and dropping take turns', () => {
    expect(outcome([passedBefore, ...dropped, passedLater], 'dns')).toBe('fail');
  });

  it('wins there too while enforcement follows a change', () => {
    const change = { timeMs: START, what: 'namespace', name: 'shop' } as const;
    const flows = [passedBefore, ...dropped, passedLater];
    expect(outcome(flows, 'dns', { ...GRANTED, change })).toBe('pass');
    expect(outcome(flows, 'dns', { ...GRANTED, change, graceMs: 500 })).toBe('fail');
  });

  it('is that of the same workload when the fix gave its namespace a label', () => {
    const granted = pod('shop/api', { namespaceLabels: { [PROFILE]: 'internal', [POSTGRES]: 'true' } });
    const flows = [...drop(API, PG, 5432, at(1)), request(granted, PG, 5432, at(20)).arrived];
    const found = resultOf(verified(flows, GRANTED), 'access:postgres');
    expect(found.outcome).toBe('pass');
    expect(found.evidence.outdated).toMatchObject({ count: 1, lastMs: START + 1000 });
    const turned = [request(API, PG, 5432, at(1)).arrived, ...drop(granted, PG, 5432, at(20))];
    expect(outcome(turned, 'access:postgres')).toBe('fail');
  });

  it('is never that of another pod', () => {
    const other = pod('shop/other', { ip: '10.0.5.5' });
    const flows = [...dropped, request(other, COREDNS, 53, { ...at(20), ...udp(53) }).arrived];
    expect(outcome(flows, 'dns')).toBe('fail');
  });

  it('of requests that a proxy refuses is not that of others', () => {
    const l7 = { type: 'L7', eventType: 129 } as const;
    const refused = event(API, COREDNS, 53, { ...at(1), ...udp(53), ...l7, dropReason: '', isReply: false });
    const accepted = event(API, COREDNS, 53, passes({ ...at(20), ...udp(53), ...l7 }));
    expect(outcome([refused, accepted], 'dns')).toBe('fail');
  });

  it('is not known of flows without a time', () => {
    const timeless = [...dropped, passedLater].map((flow) => ({ ...flow, timeMs: 0, timeNs: 0 }));
    expect(outcome(timeless, 'dns')).toBe('fail');
  });
});

describe('waiting', () => {
  const files = { ...WITH_ACCESS, 'namespaces.yaml': namespace('shop') };
  const change = { timeMs: START, what: 'wait', name: '' } as const;
  const all = (seconds: number): readonly Flow[] => [
    request(API, COREDNS, 53, { ...at(seconds), ...udp(53) }).arrived,
    request(
      pod('monitoring/prom', { labels: { 'app.kubernetes.io/name': 'prometheus' } }),
      API,
      9090,
      at(seconds),
    ).arrived,
    request(reserved('host', '10.0.0.1', 1), API, 8080, at(seconds)).arrived,
  ];

  it('ends when all that must work was seen working after enforcement had followed', () => {
    const given = { files, change, graceMs: 10_000 };
    expect(isFinal(verified(all(5), given))).toBe(false);
    expect(isFinal(verified(all(11), given))).toBe(true);
    expect(isFinal(verified(all(11).slice(1), given))).toBe(false);
  });

  it('ends when something failed for good', () => {
    const given = { files, change, graceMs: 10_000 };
    const failed = drop(API, COREDNS, 53, { ...at(12), ...udp(53) });
    expect(isFinal(verified([...failed, ...all(11).slice(1)], given))).toBe(true);
    const early = drop(API, COREDNS, 53, { ...at(2), ...udp(53) });
    expect(isFinal(verified([...early, ...all(11).slice(1)], given))).toBe(false);
  });

  it('says what was seen before the change only', () => {
    const late = { ...change, timeMs: START + 30_000 };
    const found = resultOf(verified(all(5), { files, change: late }), 'dns');
    expect(found).toMatchObject({ outcome: 'pass', isBeforeChange: true });
    expect(isFailing(found, true)).toBe(true);
  });
});

describe('what the policies say', () => {
  it('is told of what was not seen, with the rules that decide', () => {
    const { expected } = resultOf(verified([], GRANTED), 'access:postgres');
    expect(expected.verdict).toBe('allowed');
    expect(expected.decision?.egress.rules.map(({ policy }) => policy.name)).toEqual(['access-postgres']);
  });

  it('asks a gateway that no file has as the catalog describes it', () => {
    const { expected } = resultOf(verified([], GRANTED), 'gateway:external');
    expect(expected).toMatchObject({ verdict: 'allowed', isPeerAssumed: true });
    expect(resultOf(verified([], GRANTED), 'gateway:internal').expected.verdict).toBe('denied');
  });

  it('is what they say to the ends that were seen', () => {
    const flows = [request(API, world('1.2.3.4'), 443).left];
    expect(resultOf(verified(flows), 'internet')).toMatchObject({
      outcome: 'pass',
      expected: { verdict: 'denied' },
    });
  });
});

describe('drops besides', () => {
  it('are counted', () => {
    expect(verified(drop(API, PG, 9999), GRANTED).otherDrops).toBe(1);
  });
});
