import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLAGS, type FlagName, filterFlags, filterToText } from '../../src/core/flow/filter/index.ts';
import { rawFiltersText } from '../../src/core/report/observe/raw-filters.ts';
import { HAS_HUBBLE, hubble, NO_HUBBLE } from '../lib/hubble.ts';

/** One word of a command line: a flag with its value. */
type Word = readonly [name: FlagName | 'not' | 'allowlist' | 'denylist', value?: string];

function ours(words: readonly Word[]): string | undefined {
  const flags = filterFlags();
  try {
    for (const [name, value = ''] of words) {
      if (name === 'allowlist' || name === 'denylist') flags.addRaw(name, value);
      else flags.add(name, value);
    }
    return rawFiltersText(flags.filters());
  } catch {
    return undefined;
  }
}

function theirs(words: readonly Word[]): string | undefined {
  const args = words.map(([name, value]) => (value === undefined ? `--${name}` : `--${name}=${value}`));
  const { code, out } = hubble(['observe', '--print-raw-filters', ...args]);
  return code === 0 ? out : undefined;
}

/** What Hubble's own command prints, of version 1.19.4. */
const PRINTED: readonly (readonly [
  words: readonly Word[],
  allow: readonly string[],
  deny?: readonly string[],
])[] = [
  [[['namespace', 'a']], ['{"source_pod":["a/"]}', '{"destination_pod":["a/"]}']],
  [
    [
      ['namespace', 'a'],
      ['namespace', 'b'],
      ['to-port', '80'],
    ],
    [
      '{"source_pod":["a/","b/"],"destination_port":["80"]}',
      '{"destination_pod":["a/","b/"],"destination_port":["80"]}',
    ],
  ],
  [[['from-namespace', 'a']], ['{"source_pod":["a/"]}']],
  [
    [
      ['from-namespace', 'a'],
      ['to-namespace', 'b'],
    ],
    ['{"source_pod":["a/"],"destination_pod":["b/"]}'],
  ],
  [
    [
      ['namespace', 'a'],
      ['pod', 'web'],
    ],
    ['{"source_pod":["a/web"]}', '{"destination_pod":["a/web"]}'],
  ],
  [
    [
      ['namespace', 'a'],
      ['service', 's'],
    ],
    ['{"source_service":["a/s"]}', '{"destination_service":["a/s"]}'],
  ],
  [
    [
      ['from-namespace', 'a'],
      ['pod', 'web'],
    ],
    ['{"source_pod":["a/web"]}', '{"source_pod":["a/"],"destination_pod":["web"]}'],
  ],
  [[['pod', 'web']], ['{"source_pod":["web"]}', '{"destination_pod":["web"]}']],
  [
    [['all-namespaces'], ['service', 'bar']],
    ['{"source_service":["/bar"]}', '{"destination_service":["/bar"]}'],
  ],
  [
    [
      ['ip', '10.0.0.0/8'],
      ['identity', 'world'],
    ],
    [
      '{"source_ip":["10.0.0.0/8"],"source_identity":[2]}',
      '{"destination_ip":["10.0.0.0/8"],"destination_identity":[2]}',
    ],
  ],
  [
    [
      ['port', '53'],
      ['protocol', 'udp'],
    ],
    ['{"protocol":["udp"],"source_port":["53"]}', '{"protocol":["udp"],"destination_port":["53"]}'],
  ],
  [
    [
      ['type', 'policy-verdict'],
      ['type', 'trace:to-endpoint'],
      ['type', '1:133'],
    ],
    [
      '{"event_type":[{"type":5},{"type":4,"match_sub_type":true},{"type":1,"match_sub_type":true,"sub_type":133}]}',
    ],
  ],
  [
    [
      ['allowlist', '{"verdict":["DROPPED"]}'],
      ['namespace', 'z'],
    ],
    ['{"source_pod":["z/"]}', '{"destination_pod":["z/"]}', '{"verdict":["DROPPED"]}'],
  ],
  [
    [['cel-expression', '_flow.verdict == Verdict.DROPPED']],
    ['{"experimental":{"cel_expression":["_flow.verdict == Verdict.DROPPED"]}}'],
  ],
  // Hubble's known trap (hubble#430): both must match for a flow to be left out.
  [
    [['not'], ['namespace', 'kube-system'], ['not'], ['to-port', '53']],
    [],
    [
      '{"source_pod":["kube-system/"],"destination_port":["53"]}',
      '{"destination_pod":["kube-system/"],"destination_port":["53"]}',
    ],
  ],
  [
    [['not'], ['verdict', 'FORWARDED'], ['to-port', '80']],
    ['{"destination_port":["80"]}'],
    ['{"verdict":["FORWARDED"]}'],
  ],
];

describe('flags', () => {
  it.for(PRINTED)('%j are the filters that Hubble makes of them', ([words, allow, deny = []]) => {
    const flags = filterFlags();
    for (const [name, value = ''] of words) {
      if (name === 'allowlist' || name === 'denylist') flags.addRaw(name, value);
      else flags.add(name, value);
    }
    const made = flags.filters();
    expect(made.allow.map(filterToText)).toEqual(allow);
    expect(made.deny.map(filterToText)).toEqual(deny);
  });

  it('are read as Hubble reads them', (context) => {
    if (!HAS_HUBBLE) context.skip(NO_HUBBLE);
    for (const [words] of PRINTED) expect(ours(words)).toBe(theirs(words));
    let made = 0;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (parts) => {
        const words = parts.flat();
        // Hubble refuses a namespace beside the one at the far end; here it means from the one to the other.
        const names = new Set(words.map(([name]) => name));
        fc.pre(!names.has('namespace') || !(names.has('from-namespace') || names.has('to-namespace')));
        const expected = theirs(words);
        expect(ours(words), JSON.stringify(words)).toBe(expected);
        if (expected !== undefined) made += 1;
      }),
      { numRuns: Number(process.env['PROPOLIS_RUNS'] ?? 80) },
    );
    expect(made).toBeGreaterThan(10);
  });
});

const VALUES: Readonly<Partial<Record<FlagName, readonly string[]>>> = {
  verdict: ['DROPPED', 'FORWARDED', 'dropped'],
  'drop-reason-desc': ['POLICY_DENIED', 'POLICY_DENY', 'nothing'],
  type: [
    'drop',
    'trace:to-endpoint',
    'trace:from-crypto',
    'l7',
    '1:133',
    '5',
    'agent:policy-updated',
    'trace:x',
    'x',
  ],
  'traffic-direction': ['ingress', 'EGRESS', 'both'],
  protocol: ['tcp', 'UDP', 'http'],
  'tcp-flags': ['syn', 'syn,ack', 'SYN,x'],
  'ip-version': ['v4', '6', 'none', 'IPv6'],
  'from-identity': ['world', 'host', '40211', '0x10', '010', 'x'],
  'to-identity': ['kube-apiserver', '1'],
  identity: ['remote-node', '7', 'ingress'],
  'from-port': ['80'],
  'to-port': ['443', '53'],
  port: ['8080'],
  'from-ip': ['10.0.0.1', '10.0.0.0/8'],
  'to-ip': ['fd00::1', 'fd00::/8'],
  ip: ['192.0.2.1'],
  'snat-ip': ['192.0.2.1'],
  'from-label': ['app=web,tier in (a,b)', 'reserved:host'],
  'to-label': ['k8s:app=web', '!x'],
  label: ['app=web'],
  workload: ['web', 'Deployment/web', 'Deployment/', '/web', ''],
  'from-workload': ['web'],
  'to-workload': ['StatefulSet/db'],
  'from-fqdn': ['*.example.com'],
  'to-fqdn': ['a.b'],
  fqdn: ['*.cilium.io'],
  'http-status': ['404', '5+'],
  'http-header': ['a:b', 'a:b:c', 'a'],
  'http-path': ['/a&b', "it's"],
  'ip-trace-id': ['7', '0', '18446744073709551615'],
  'node-label': ['zone=a'],
  'node-name': ['east/*', 'n1'],
  'from-namespace': ['a', 'b'],
  'to-namespace': ['a', 'b'],
  namespace: ['a', 'b'],
  pod: ['web', 'a/web', '/web', 'b/'],
  'from-pod': ['web', 'a/web'],
  'to-pod': ['db', 'b/db'],
  service: ['s', 'a/s'],
  'from-service': ['s', 'b/s'],
  'to-service': ['s'],
};

const flag: fc.Arbitrary<Word> = fc.constantFrom(...(Object.keys(FLAGS) as FlagName[])).chain((name) => {
  if (FLAGS[name].hasNoValue === true) return fc.constant<Word>([name]);
  return fc.constantFrom(...(VALUES[name] ?? ['x'])).map((value): Word => [name, value]);
});
const raw = fc
  .constantFrom(
    '{"verdict":["DROPPED"]}',
    '{"source_pod":["a/"]} {"reply":[true]}',
    '{"destinationPort":["1"]}',
    '{}',
    '{',
  )
  .chain((text) => fc.constantFrom<Word>(['allowlist', text], ['denylist', text]));
const word: fc.Arbitrary<readonly Word[]> = fc.oneof(
  { weight: 12, arbitrary: flag.map((one) => [one]) },
  { weight: 4, arbitrary: flag.map((one): readonly Word[] => [['not'], one]) },
  { weight: 1, arbitrary: raw.map((one) => [one]) },
  { weight: 1, arbitrary: fc.constant<readonly Word[]>([['not']]) },
);
