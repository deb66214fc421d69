import { describe, expect, it } from 'vitest';
import { inputsFrom } from '../../../../test/lib/lint.ts';
import { type ExampleFiles, lint } from '../../lint/index.ts';
import { lintGithub } from './github.ts';
import { lintJson } from './json.ts';
import { lintJunit } from './junit.ts';
import type { LintReport } from './report.ts';
import { lintSarif } from './sarif.ts';
import { lintText } from './text.ts';

const POLICY = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - host
  egress: []
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: vpn
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEntities:
        - world
    # propolis-lint-ignore any-port Its peers listen anywhere.
    - toEntities:
        - cluster
`;

function reportOf(files: ExampleFiles): LintReport {
  const inputs = inputsFrom(files);
  const { findings, suppressed, rules } = lint(inputs, { only: ['any-port', 'empty-rule-list'] });
  return {
    findings,
    suppressed,
    baselined: [],
    stale: [],
    rules,
    approximations: inputs.read.approximations,
    counts: { files: 1, policies: 2, namespaces: 1 },
    files: inputs.files,
  };
}

const REPORT = reportOf({ 'apps/shop policy.yaml': POLICY });

describe('the table', () => {
  const text = lintText(REPORT);

  it('shows the line, what, why, fix and where to read on', () => {
    expect(text).toBe(`! empty-rule-list   warning   apps/shop policy.yaml:11   CNP shop/web
  10 │         - host
  11 │   egress: []
     │   ^^^^^^^^^^
  what  egress: [] does nothing
  why   It reads like "nothing may pass". An empty list isolates nothing: what
        isolates a pod is a rule that selects it
  fix   remove egress; the baselines isolate the pods (--fix does it)
  docs  docs/lint/empty-rule-list.md

! any-port   warning   apps/shop policy.yaml:21   CNP shop/vpn
  20 │   egress:
  21 │     - toEntities:
     │       ^^^^^^^^^^^
  what  egress to world on every port and protocol, since no port is named
  why   A rule for any port admits whatever listens, today and tomorrow:
        databases, admin interfaces, debuggers. On the way out it lets
        everything leave
  fix   name the ports of the pods in toPorts; a range is better than none
  docs  docs/lint/any-port.md

0 errors   2 warnings   0 info   2 policies, 1 namespace, 1 file
1 finding suppressed by comments
  any-port at apps/shop policy.yaml:23: Its peers listen anywhere.
`);
  });

  it('gives the reason of a rule once', () => {
    const twice = lintText({ ...REPORT, findings: [...REPORT.findings, ...REPORT.findings] });
    expect(twice.match(/ {2}why /g)?.length).toBe(2);
  });

  it('escapes what strangers wrote', () => {
    const evil = POLICY.replace('name: web', 'name: "w\\u001b[31meb"').replace(
      '- host',
      '- host # \u001b[31m',
    );
    // No such name is accepted; the excerpt is of the file all the same.
    expect(lintText(reportOf({ 'a.yaml': evil }))).not.toContain('\u001b');
  });

  it('says what was not known', () => {
    const approximations = [
      {
        code: 'helm-not-rendered' as const,
        count: 7,
        place: { file: 'x.yaml', line: 2, column: 1 },
        detail: 'HelmRelease',
      },
    ];
    expect(lintText({ ...REPORT, approximations })).toContain('not known  Helm releases were not rendered');
  });
});

describe('JSON', () => {
  it('holds words, facts and edits', () => {
    const { findings, suppressed, counts } = lintJson(REPORT) as Readonly<Record<string, unknown>>;
    expect(findings).toMatchObject([
      {
        rule: 'empty-rule-list',
        severity: 'warning',
        file: 'apps/shop policy.yaml',
        line: 11,
        column: 3,
        object: { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'web' },
        field: 'spec.egress',
        fields: { list: 'egress' },
        docs: 'docs/lint/empty-rule-list.md',
        edits: { file: 'apps/shop policy.yaml' },
      },
      { rule: 'any-port', edits: null },
    ]);
    expect(suppressed).toMatchObject([{ suppression: { reason: 'Its peers listen anywhere.', line: 23 } }]);
    expect(counts).toEqual({ error: 0, warning: 2, info: 0, files: 1, policies: 2, namespaces: 1 });
  });
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly SarifResult[];
  }[];
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region: { readonly startLine: number; readonly startColumn: number };
      };
    },
  ];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { readonly kind: string }[];
  readonly fixes?: readonly unknown[];
}

describe('SARIF', () => {
  const sarif = lintSarif(REPORT, { version: '1.2.3', base: 'cluster/' }) as Sarif;
  const [run] = sarif.runs;

  it('is of version 2.1.0 with one run', () => {
    expect([sarif.version, sarif.runs.length]).toEqual(['2.1.0', 1]);
  });

  it('points every result to its rule', () => {
    for (const { ruleId, ruleIndex } of run?.results ?? []) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    }
  });

  it('has level, message, place and fingerprint', () => {
    expect(run?.results[0]).toMatchObject({
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'cluster/apps/shop%20policy.yaml' },
            region: { startLine: 11, startColumn: 3 },
          },
        },
      ],
    });
    expect(run?.results[0]?.message.text).toContain('Fix: remove egress');
    expect(run?.results[0]?.partialFingerprints['propolis/v1']).toMatch(/^[0-9a-f]{16}$/);
  });

  it('keeps suppressed results, as suppressed', () => {
    expect(run?.results.map(({ suppressions }) => suppressions?.[0]?.kind)).toEqual([
      undefined,
      undefined,
      'inSource',
    ]);
  });

  it('says how a fix changes the file', () => {
    expect(run?.results[0]?.fixes).toMatchObject([
      {
        artifactChanges: [
          {
            replacements: [{ deletedRegion: { startLine: 10, startColumn: 15, endLine: 11, endColumn: 13 } }],
          },
        ],
      },
    ]);
  });
});

describe('JUnit', () => {
  it('fails what is as bad as asked', () => {
    const text = lintJunit(REPORT, 'warning');
    expect(text).toContain('tests="2" failures="2"');
    expect(text.match(/<failure /g)?.length).toBe(2);
  });

  it('only tells of what is milder', () => {
    const text = lintJunit(REPORT, 'error');
    expect(text).toContain('failures="0"');
    expect(text.match(/<system-out>/g)?.length).toBe(2);
  });

  it('has a test for each rule that found nothing', () => {
    expect(lintJunit({ ...REPORT, findings: [] }, 'error').match(/<testcase [^>]*\/>/g)?.length).toBe(2);
  });

  it('escapes what XML cannot hold', () => {
    const [finding] = REPORT.findings;
    if (finding === undefined) throw new Error('a finding');
    const place = { file: 'a<b>&"\u0001.yaml', line: 1, column: 1 };
    const text = lintJunit({ ...REPORT, findings: [{ ...finding, place }] }, 'warning');
    expect(text).toContain('a&lt;b&gt;&amp;&quot;\\x01.yaml');
  });
});

describe('GitHub annotations', () => {
  it('are one line each, escaped as the runner reads them', () => {
    const [first = ''] = lintGithub(REPORT, 'cluster/').split('\n');
    expect(first).toBe(
      '::warning file=cluster/apps/shop policy.yaml,line=11,col=3,title=empty-rule-list%3A Empty list of rules::egress: [] does nothing.%0AFix: remove egress; the baselines isolate the pods.%0Adocs/lint/empty-rule-list.md',
    );
  });

  it('are ten of a level at most, the last of which counts the rest', () => {
    const [finding] = REPORT.findings;
    if (finding === undefined) throw new Error('a finding');
    const lines = lintGithub({ ...REPORT, findings: Array.from({ length: 30 }, () => finding) })
      .trim()
      .split('\n');
    expect(lines.length).toBe(10);
    expect(lines.at(-1)).toContain('21 more warnings');
  });

  it('tell a log nothing that it would obey', () => {
    const [finding] = REPORT.findings;
    if (finding === undefined) throw new Error('a finding');
    const place = { ...finding.place, file: 'a\u001b[31m\u202e.yaml' };
    expect(lintGithub({ ...REPORT, findings: [{ ...finding, place }] })).toContain(
      'file=a\\x1b[31m\\u{202e}.yaml,',
    );
  });

  it('are nothing where there is nothing', () => {
    expect(lintGithub({ ...REPORT, findings: [] })).toBe('');
  });
});
