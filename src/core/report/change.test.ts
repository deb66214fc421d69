import { describe, expect, it } from 'vitest';
import type { ChangeRefusal, Effect, NamespaceChange } from '../change/index.ts';
import { NO_PORTS, normalizeRanges } from '../model/port-set.ts';
import { effectLines, namespaceChangeText } from './change.ts';
import { commitMessage, namespaceCommitMessage } from './change-message.ts';
import { namespaceListText } from './change-namespaces.ts';
import { refusalText } from './change-refusal.ts';
import { PLAIN } from './paint.ts';

const EVIL = 'a\u001b[2J\u202eb';
const place = { file: `${EVIL}.yaml`, line: 3, column: 1 };
const policy = { kind: 'CiliumNetworkPolicy', namespace: EVIL, name: EVIL } as const;
const edit = { code: 'shared-anchor', file: EVIL, line: 2, detail: EVIL } as const;
const wanted = { 'access.np/db': 'true', 'np/profile': undefined, [EVIL]: EVIL };
const ports = [{ protocol: 'TCP', port: 80 }] as const;
const rule = {
  direction: 'ingress',
  peer: EVIL,
  ports,
  peers: { kind: 'entities', entities: ['world'] },
  origin: 'flows',
  evidence: { passed: 1, dropped: 2 },
} as const;

const REFUSALS: readonly ChangeRefusal[] = [
  { code: 'unknown-namespace', namespace: EVIL, nearest: [EVIL], elsewhere: [] },
  { code: 'unknown-namespace', namespace: EVIL, nearest: [], elsewhere: [EVIL] },
  { code: 'unknown-profile', value: EVIL, nearest: [], known: [EVIL] },
  { code: 'unknown-resource', value: EVIL, nearest: [EVIL], known: [] },
  { code: 'platform-profile', namespace: EVIL, profile: EVIL },
  { code: 'not-declared', namespace: EVIL, place, wanted },
  { code: 'several-clusters', namespace: EVIL, places: [{ cluster: EVIL, place }] },
  { code: 'declared-twice', namespace: EVIL, place, other: EVIL },
  { code: 'shared-declaration', namespace: EVIL, place, others: [EVIL], wanted },
  { code: 'edit-refused', refusal: edit, wanted },
  { code: 'set-elsewhere', namespace: EVIL, place, cluster: EVIL, wanted },
  { code: 'reaches-more', place, what: [EVIL] },
  ...(['port', 'unknown', 'pod-not-declared', 'address', 'name-from', 'not-told-apart'] as const).map(
    (why) => ({ code: 'bad-peer', text: EVIL, why, nearest: [EVIL] }) as const,
  ),
  { code: 'has-profile', namespace: EVIL, profile: EVIL, place },
  { code: 'policy-exists', policy, place },
  { code: 'file-exists', path: EVIL },
  { code: 'no-metrics-port', namespace: EVIL, candidates: [EVIL] },
  { code: 'list-refused', refusal: edit, entry: EVIL },
  { code: 'not-applied', policy, place },
  {
    code: 'policy-refused',
    policy,
    problems: [{ code: 'schema', place, field: EVIL, value: EVIL, expected: EVIL }],
  },
  {
    code: 'would-drop',
    namespace: EVIL,
    lost: [{ from: EVIL, to: EVIL, protocol: 'TCP', port: 80, count: 2, direction: 'egress' }],
    rules: [rule],
  },
];

// oxlint-disable-next-line no-control-regex -- that is what must not be there
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

describe('every refusal of a change', () => {
  it.each(REFUSALS.map((refusal) => ({ code: refusal.code, refusal })))(
    '$code says what is wrong and what to do, with words of strangers escaped',
    ({ refusal }) => {
      const { message, remedy } = refusalText(refusal);
      expect(message).toMatch(/\.$/);
      expect(remedy.length).toBeGreaterThan(0);
      expect([message, ...remedy].join('\n')).not.toMatch(UNSAFE);
    },
  );
});

describe('what a change does', () => {
  const tcp = (low: number, high = low) =>
    NO_PORTS.map((none, i) => (i === 0 ? normalizeRanges([[low, high]]) : none));
  const effect = (cluster: string, pairs: number): Effect => ({
    cluster,
    opens: Array.from({ length: pairs }, (_, i) => ({ from: `a${i}`, to: 'b', ports: tcp(80) })),
    closes: [],
  });
  const lines = (...effects: readonly Effect[]): string =>
    effectLines(effects, { width: 80, paint: PLAIN }).join('\n');

  it('is told once for clusters in which it is the same', () => {
    expect(lines(effect('dev', 1), effect('live', 1))).toBe(
      '  in      dev, live\n  opens   a0 → b  80/TCP\n  closes  nothing',
    );
    expect(lines(effect('dev', 1), effect('live', 2)).match(/ {2}in /g)).toHaveLength(2);
  });

  it('is shortened with the number of what is left out', () => {
    expect(lines(effect('', 40))).toContain('and 28 more pairs');
  });

  it('may be nothing', () => {
    expect(lines(effect('', 0))).toContain('opens and closes nothing');
  });

  const change: NamespaceChange = {
    namespace: EVIL,
    place,
    labels: [
      { key: 'np/profile', before: 'internal', after: 'standard' },
      { key: 'access.np/db', before: undefined, after: 'true' },
      { key: 'access.np/cache', before: 'true', after: undefined },
    ],
    annotations: [],
    file: { path: EVIL, before: 'a\n', text: `a\n${EVIL}\n` },
    effects: [effect('', 1)],
  };

  it('is shown without control characters of strangers', () => {
    expect(namespaceChangeText(change)).not.toMatch(UNSAFE);
    expect(namespaceCommitMessage(change, EVIL)).not.toMatch(UNSAFE);
    const entry = {
      name: EVIL,
      profile: EVIL,
      access: [EVIL],
      isPlatform: false,
      isHatchOpen: true,
      place,
      declaredBy: 'object',
      faults: [{ code: 'access-not-granted', resource: EVIL, value: EVIL }],
    } as const;
    expect(namespaceListText([entry])).not.toMatch(UNSAFE);
  });

  it('makes a commit message: what, why, and the proof', () => {
    const message = namespaceCommitMessage({ ...change, namespace: 'shop' }, 'First part.\n\nSecond\npart.');
    expect(message).toBe(
      [
        'Change labels of shop',
        '',
        '- Change profile to standard',
        '- Allow access to db',
        '- Remove access to cache',
        '',
        'First part.',
        '',
        'Second part.',
        '',
        'Opens:',
        '  a0 → b  80/TCP',
        '',
      ].join('\n'),
    );
  });

  it('has no line of a message that is wider than 72 columns, but for what cannot be broken', () => {
    const message = commitMessage({ subject: 'x'.repeat(100), reason: 'word '.repeat(100), effects: [] });
    for (const line of message.split('\n')) expect(line.length).toBeLessThanOrEqual(72);
  });
});
