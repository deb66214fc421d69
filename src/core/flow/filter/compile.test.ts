import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API, event, PG, passes, pod, udp, world } from '../../../../test/diagnose/tools.ts';
import type { Flow } from '../../model/flow.ts';
import type { FlowFilter } from '../../model/flow-filter.ts';
import { FilterError } from './error.ts';
import { compileFilters } from './index.ts';

/** `shop/api` to `database/pg` on 5432, dropped on egress. */
const DROP = event(API, PG, 5432, { uuid: 'u-1', eventSubType: 0 });
const FORWARDED = event(API, PG, 5432, passes({ eventType: 4, eventSubType: 0, policyMatchType: 0 }));
const OUT = event(API, world('1.2.3.4', 'api.example.com'), 443, passes());
const LOOKUP = event(API, PG, 53, {
  ...udp(53),
  isReply: true,
  verdict: 'FORWARDED',
  dropReason: '',
  dropReasonCode: 0,
});
const GET = event(API, PG, 8080, {
  ...passes({ eventType: 129, type: 'L7' }),
  l7: {
    kind: 'http',
    type: 'RESPONSE',
    method: 'GET',
    url: 'http://pg:8080/v1/items?q=1',
    code: 404,
    headers: [['X-Team', 'blue']],
  },
});
const ASK = event(API, PG, 53, {
  ...passes({ eventType: 129, type: 'L7', ...udp(53) }),
  l7: { kind: 'dns', type: 'REQUEST', query: 'pg.database.svc.cluster.local.', ips: [], rcode: 0 },
});
const MORE = event(API, PG, 5432, {
  more: {
    nodeLabels: ['zone=a', 'arch=arm64'],
    traceId: 't1',
    ipTraceId: '7',
    interface: { index: 3, name: 'eth0' },
    isEncrypted: true,
    sourceXlatedIp: '192.0.2.9',
  },
});

function matches(filter: FlowFilter, flow: Flow): boolean {
  return compileFilters({ allow: [filter], deny: [] })(flow);
}

/** The rules of Cilium v1.19 `pkg/hubble/filters/`: what a value must match, and what looks like it and does not. */
const RULES: readonly (readonly [rule: string, filter: FlowFilter, yes: Flow, no: Flow])[] = [
  ['an address is compared whole', { sourceIp: ['10.0.1.7'] }, DROP, event(PG, API, 1)],
  ['a prefix contains addresses', { destinationIp: ['10.0.2.0/24'] }, DROP, OUT],
  ['a translated address is its own', { sourceIpXlated: ['192.0.2.9'] }, MORE, DROP],
  ['a pod is a namespace and the beginning of a name', { sourcePod: ['shop/ap'] }, DROP, event(PG, API, 1)],
  ['a pod without a namespace is in default', { sourcePod: ['api'] }, event(pod('default/api'), PG, 1), DROP],
  ['a slash at the end is any pod of a namespace', { destinationPod: ['database/'] }, DROP, OUT],
  ['a slash at the beginning is any namespace', { destinationPod: ['/pg'] }, DROP, OUT],
  ['a name is a whole name', { destinationFqdn: ['api.example.com'] }, OUT, DROP],
  ['a star stands for parts of names too', { destinationFqdn: ['*.example.com'] }, OUT, DROP],
  [
    'a star is not in front of more',
    { destinationFqdn: ['*.example.com'] },
    OUT,
    event(API, world('1.2.3.4', 'example.com.evil'), 443),
  ],
  ['a label is of any source', { sourceLabel: ['app=api'] }, DROP, event(PG, API, 1)],
  ['a label may name its source', { destinationLabel: ['reserved:world'] }, OUT, DROP],
  ['a selector may ask for a set', { sourceLabel: ['app in (api, web),!canary'] }, DROP, event(PG, API, 1)],
  ['an identity is a number', { sourceIdentity: [API.endpoint.identity] }, DROP, event(PG, API, 1)],
  ['a workload is a name', { sourceWorkload: [{ name: 'api', kind: '' }] }, DROP, event(PG, API, 1)],
  [
    'a workload is a kind',
    { sourceWorkload: [{ name: '', kind: 'Deployment' }] },
    DROP,
    event(world('1.2.3.4'), API, 1),
  ],
  ['a cluster is a name', { sourceClusterName: ['default'] }, DROP, event(world('1.2.3.4'), API, 1)],
  ['a port is of TCP, UDP or SCTP', { destinationPort: ['5432'] }, DROP, OUT],
  ['a verdict', { verdict: ['DROPPED'] }, DROP, OUT],
  ['a drop reason', { dropReasonDesc: ['POLICY_DENIED'] }, DROP, OUT],
  ['a type of event', { eventType: [{ type: 5 }] }, DROP, FORWARDED],
  [
    'a sub-type of event',
    { eventType: [{ type: 4, subType: 0 }] },
    FORWARDED,
    event(API, PG, 1, { eventType: 4, eventSubType: 3 }),
  ],
  ['a protocol, whatever its case', { protocol: ['TCP'] }, DROP, LOOKUP],
  ['a protocol above the transport', { protocol: ['http'] }, GET, DROP],
  ['a status', { httpStatusCode: ['404'] }, GET, DROP],
  ['a range of status', { httpStatusCode: ['4+'] }, GET, ASK],
  ['a method, whatever its case', { httpMethod: ['get'] }, GET, ASK],
  ['a path, by an expression that is not anchored', { httpPath: ['/items'] }, GET, ASK],
  ['a URL, by an expression', { httpUrl: ['^http://pg'] }, GET, ASK],
  ['a header, exactly', { httpHeader: [{ key: 'X-Team', value: 'blue' }] }, GET, DROP],
  ['a question of DNS, by an expression', { dnsQuery: ['^pg\\.'] }, ASK, GET],
  ['a reply', { reply: [true] }, LOOKUP, FORWARDED],
  ['a drop that does not say is no reply', { reply: [false] }, DROP, LOOKUP],
  ['flags of TCP, all of them', { tcpFlags: [['SYN']] }, DROP, LOOKUP],
  ['a node by a pattern', { nodeName: ['default/n*'] }, DROP, event(API, PG, 1, { nodeName: 'east/n1' })],
  [
    'a node without a cluster is in default',
    { nodeName: ['n1'] },
    DROP,
    event(API, PG, 1, { nodeName: 'n2' }),
  ],
  ['labels of the node', { nodeLabels: ['zone=a'] }, MORE, DROP],
  [
    'a version of IP',
    { ipVersion: ['IPv4'] },
    DROP,
    event(API, world('fd00::1'), 443, { sourceIp: 'fd00::2' }),
  ],
  ['a trace', { traceId: ['t1'] }, MORE, DROP],
  ['a trace in IP options', { ipTraceId: ['7'] }, MORE, DROP],
  ['a UUID', { uuid: ['u-1'] }, DROP, OUT],
  ['a direction', { trafficDirection: ['egress'] }, DROP, event(API, PG, 1, { direction: 'ingress' })],
  ['an interface by its name', { interface: [{ index: 0, name: 'eth0' }] }, MORE, DROP],
  ['encryption', { encrypted: [true] }, MORE, DROP],
];

describe('a filter', () => {
  it.each(RULES)('%s', (_, filter, yes, no) => {
    expect([matches(filter, yes), matches(filter, no)]).toEqual([true, false]);
  });

  it('takes the values of a member as alternatives, and its members together', () => {
    expect(matches({ destinationPort: ['1', '5432'], verdict: ['DROPPED'] }, DROP)).toBe(true);
    expect(matches({ destinationPort: ['1', '5432'], verdict: ['FORWARDED'] }, DROP)).toBe(false);
    expect(matches({}, DROP)).toBe(true);
  });

  it.each([
    ['an empty pod', { sourcePod: [''] }],
    ['a prefix that is none', { sourceIp: ['10.0.0.0/33'] }],
    ['a port that is none', { destinationPort: ['65536'] }],
    ['a protocol that is none', { protocol: ['smoke'] }],
    ['a status that is none', { httpStatusCode: ['700'] }],
    ['an expression that is none', { httpPath: ['('] }],
    ['an expression that RE2 does not take', { httpPath: ['(?=x)'] }],
    ['a selector that is none', { sourceLabel: ['a in ('] }],
    ['a name with other characters', { sourceFqdn: ['a b'] }],
    ['HTTP beside events that are none of L7', { httpMethod: ['GET'], eventType: [{ type: 1 }] }],
  ] as const)('refuses %s', (_, filter) => {
    expect(() => matches(filter, DROP)).toThrow(FilterError);
  });

  it('does not slow down on an expression that would explode', () => {
    const slow = event(API, PG, 8080, {
      l7: {
        kind: 'http',
        type: 'REQUEST',
        method: 'GET',
        url: `http://x/${'a'.repeat(20_000)}!`,
        code: 0,
        headers: [],
      },
      eventType: 129,
    });
    expect(matches({ httpPath: ['(a+)+$'] }, slow)).toBe(false);
  });
});

const FLOWS = [DROP, FORWARDED, OUT, LOOKUP, GET, ASK, MORE];
const FILTERS = RULES.map(([, filter]) => filter);

describe('filters', () => {
  const some = fc.array(fc.constantFrom(...FILTERS), { maxLength: 4 });

  it('keep what one of the allowed matches and none of the denied', () => {
    fc.assert(
      fc.property(some, some, fc.constantFrom(...FLOWS), (allow, deny, flow) => {
        const isAllowed = allow.length === 0 || allow.some((filter) => matches(filter, flow));
        const isDenied = deny.some((filter) => matches(filter, flow));
        expect(compileFilters({ allow, deny })(flow)).toBe(isAllowed && !isDenied);
      }),
    );
  });

  it('are the same in any order', () => {
    fc.assert(
      fc.property(some, fc.constantFrom(...FLOWS), (allow, flow) => {
        const turned = [...allow].reverse();
        expect(compileFilters({ allow: turned, deny: [] })(flow)).toBe(
          compileFilters({ allow, deny: [] })(flow),
        );
      }),
    );
  });
});
