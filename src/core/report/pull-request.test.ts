import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FixChange } from '../change/index.ts';
import type { Diagnosis, Finding, Fixed } from '../diagnose/index.ts';
import { COMMIT_REFUSAL_CODES, PUSH_REFUSAL_CODES } from '../model/change.ts';
import type { Decision, SideDecision } from '../model/decision.ts';
import { NO_PORTS } from '../model/port-set.ts';
import { FORGE_REFUSAL_CODES, PULL_REQUEST_MARK } from '../model/pull-request.ts';
import { fixCommitMessage, fixRefusalText } from './apply.ts';
import { commitRefusalText } from './change-commit.ts';
import { forgeRefusalText } from './forge.ts';
import { block, code, document, ownWords, prose } from './markdown.ts';
import { fixPullRequestBody } from './pull-request.ts';
import { pushRefusalText } from './push.ts';

const EVIL = 'x\u001b[2J\u202e`` @ada #1 !2 <img src=x> [a](https://evil.example) /close\n/merge';
// oxlint-disable-next-line no-control-regex -- that is what must not be there
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

describe('text of strangers in Markdown', () => {
  it('is one span of code, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(EVIL), fc.stringMatching(/^[` @#]{0,12}$/)), (text) => {
        const span = code(text);
        const fence = /^`+/.exec(span)?.[0] ?? '';
        expect(span.endsWith(fence)).toBe(true);
        const inner = span.slice(fence.length, -fence.length);
        // No run of as many backticks ends it before its end.
        for (const [run] of inner.matchAll(/`+/g)) expect(run.length).toBeLessThan(fence.length);
        expect(span).not.toMatch(/\n/);
        expect(span).not.toMatch(UNSAFE);
      }),
    );
  });

  it.each([
    'namespace zipline has no access to postgres',
    'judged by the rules of Cilium 1.20',
    'egress of a/b is default-deny since x (a/b.yaml:11), and 4 more',
  ])('%j is a sentence as it is', (text) => {
    expect(prose(text)).toBe(text);
  });

  it.each([
    '@ada',
    '#12',
    'GH-12',
    '!3',
    '&4',
    '~bug',
    '%1',
    '$5',
    '<b>',
    '*a*',
    '_a_',
    '[a](b)',
    'www.evil.example',
    'https://x',
    'a|b',
    'a\\b',
    'PROJ-12',
  ])('what could be more than text is code: %s', (text) => {
    expect(prose(`namespace ${text} has no rule`)).toBe(`\`namespace ${text} has no rule\``);
  });

  it('ends a block no sooner than it ends', () => {
    const text = block('a\n```\n@ada\n````\n', { language: 'diff', max: 1000 });
    expect(text.startsWith('`````diff\n')).toBe(true);
    expect(text.endsWith('\n`````')).toBe(true);
    expect(block('aaaa\nbbbb\ncccc\n', { language: '', max: 10 })).toContain('1 more lines');
  });

  it('leaves the words of the asker theirs, without HTML and commands', () => {
    expect(ownWords('Fixes **#12**.\n\n/merge <img src=x>\n\n\n')).toEqual([
      'Fixes **#12**.',
      '\\/merge &lt;img src=x>',
    ]);
  });

  it('leaves out what is too long, and says so', () => {
    const sections = [
      { title: 'A', lines: ['a'] },
      { title: 'B', lines: ['b'.repeat(2000)] },
      { title: 'C', lines: ['c'] },
    ];
    const text = document(sections, { max: 1000, end: 'END' });
    expect(text).toBe('### A\n\na\n\n### C\n\nc\n\nLeft out, as it would be too long: B.\n\nEND\n');
  });

  it('names what it leaves out by whole titles, so that no code stays open', () => {
    const lines = ['b'.repeat(2000)];
    const title = code(`x${'y'.repeat(90)} @ada`);
    const left = (titles: readonly string[]): string =>
      document(
        titles.map((one) => ({ title: one, lines })),
        { max: 1000, end: 'END' },
      );
    const note = 'Left out, as it would be too long: ';
    expect(left([title, title, '', title])).toBe(`${note}${title}, ${title} and 2 more.\n\nEND\n`);
    expect(left([code('@'.repeat(250))])).toBe(`${note}1 section.\n\nEND\n`);
  });
});

const place = { file: EVIL, line: 1, column: 1 };
const policy = { kind: 'CiliumNetworkPolicy', namespace: EVIL, name: EVIL } as const;
const side = (direction: 'egress' | 'ingress'): SideDecision => ({
  direction,
  subject: EVIL,
  verdict: 'denied',
  reason: 'default-deny',
  rules: [],
  defaultDenyBy: [{ ...policy, place }],
  nearest: [],
  l7: false,
  assumptions: [],
  isCertain: true,
});
const decision: Decision = {
  verdict: 'denied',
  isCertain: true,
  from: EVIL,
  to: EVIL,
  protocol: 'TCP',
  port: 80,
  egress: side('egress'),
  ingress: side('ingress'),
};
const party = {
  kind: 'pod',
  name: EVIL,
  namespace: EVIL,
  workload: EVIL,
  cluster: '',
  seenAs: [EVIL],
  seenCount: 1,
} as const;
const step = { kind: 'access-label', namespace: EVIL, resource: EVIL, label: EVIL } as const;
const finding: Finding = {
  cause: { code: 'missing-access-label', namespace: EVIL, resource: EVIL },
  direction: 'egress',
  from: party,
  to: party,
  protocol: 'TCP',
  port: 80,
  count: 3,
  firstSeenMs: 1,
  lastSeenMs: 2,
  dropReason: EVIL,
  decidedBy: [{ policy, place, how: 'deny' }],
  decision,
  fix: { kind: 'access-label', steps: [step], edits: [], files: [], warnings: [] },
  assumptions: [],
};
const fixed: Fixed = { finding, steps: [step], after: decision };

function changeOf(count: number, text: string): FixChange {
  return {
    namespace: EVIL,
    cluster: EVIL,
    fixed: Array.from({ length: count }, () => fixed),
    files: [{ path: EVIL, before: 'a\n', text: `a\n${text}\n` }],
    edits: [],
    warnings: [{ code: 'private-address', address: EVIL }],
    opens: Array.from({ length: count * 30 }, (_, i) => ({ from: `${EVIL}${i}`, to: EVIL, ports: NO_PORTS })),
    closes: [],
    left: [{ ...finding, noFix: { code: 'needs-own-policy', namespace: EVIL } }],
    elsewhere: [],
    branch: 'b',
  };
}

const diagnosis: Diagnosis = {
  namespace: EVIL,
  window: { flows: 10, dropped: 3, lost: 1, skipped: 0 },
  findings: [finding],
  folded: [{ kind: 'noise', count: 2 }],
  assumptions: [{ code: 'lost-events', count: 1 }],
  counts: { flows: 10, lost: 1, skipped: [], unknownValues: [] } as unknown as Diagnosis['counts'],
  isSeen: true,
};

describe('the body of a pull request', () => {
  it('has nothing of a stranger outside of code', () => {
    const body = fixPullRequestBody(diagnosis, changeOf(2, EVIL));
    expect(body).not.toMatch(UNSAFE);
    const outside = body
      .replace(PULL_REQUEST_MARK, '')
      .replaceAll(/^(`{3,})\w*\n[\s\S]*?^\1$/gm, '')
      .replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    for (const text of ['@ada', '#1', '!2', '<img', 'evil.example', '/close', '/merge']) {
      expect(outside).not.toContain(text);
    }
    expect(body.endsWith(`${PULL_REQUEST_MARK}\n`)).toBe(true);
  });

  it('stays within what forges take, whatever is in it', () => {
    const body = fixPullRequestBody(diagnosis, changeOf(500, 'x'.repeat(200_000)), 'word '.repeat(50_000));
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(body).toContain('Left out, as it would be too long');
    expect(body.endsWith(`${PULL_REQUEST_MARK}\n`)).toBe(true);
  });

  it('and the message of the commit calls nobody and closes nothing', () => {
    const message = fixCommitMessage(changeOf(2, EVIL));
    expect(message).not.toMatch(UNSAFE);
    expect(message).not.toMatch(/@ada|#1|!2/);
  });
});

describe('every refusal', () => {
  const detail = EVIL;
  it.each([
    ...COMMIT_REFUSAL_CODES.map(
      (each) => ['commit', each, commitRefusalText({ code: each, paths: [EVIL], detail })] as const,
    ),
    ...PUSH_REFUSAL_CODES.map(
      (each) => ['push', each, pushRefusalText({ code: each, remote: EVIL, branch: EVIL, detail })] as const,
    ),
    ...FORGE_REFUSAL_CODES.map(
      (each) => ['forge', each, forgeRefusalText({ code: each, host: EVIL, detail })] as const,
    ),
    ...(['no-fix-left', 'other-fix', 'undone'] as const).map(
      (each) => ['fix', each, fixRefusalText({ code: each, finding })] as const,
    ),
    ['fix', 'breaks-elsewhere', fixRefusalText({ code: 'breaks-elsewhere', cluster: EVIL, policy })] as const,
    [
      'fix',
      'finding-without-fix',
      fixRefusalText({ code: 'finding-without-fix', number: 1, finding }),
    ] as const,
  ])('of a %s, %s, says what is wrong and what to do', (_, __, { message, remedy }) => {
    expect(message).toMatch(/[.…]$/);
    expect(remedy.length).toBeGreaterThan(0);
    expect([message, ...remedy].join('\n')).not.toMatch(UNSAFE);
  });
});
