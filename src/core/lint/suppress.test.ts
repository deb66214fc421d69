import { describe, expect, it } from 'vitest';
import { inputsFrom } from '../../../test/lib/lint.ts';
import type { LintResult } from './run.ts';
import { lint } from './run.ts';

/** A policy with two rules for any port, and whatever stands around them. */
function policy({
  top = '',
  abovePolicy = '',
  above = '',
  behind = '',
  between = '',
}: Readonly<Record<string, string>>): string {
  return `${top}---
${abovePolicy}apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  egress:
${above}    - toEntities:${behind}
        - world
${between}    - toEntities:
        - cluster
`;
}

function run(text: string): LintResult {
  return lint(inputsFrom({ 'a.yaml': text }), { only: ['any-port', 'bad-suppression'] });
}

function linesOf({ findings }: LintResult, rule: string): readonly number[] {
  return findings.filter((finding) => finding.rule === rule).map(({ place }) => place.line);
}

const IGNORE = '# propolis-lint-ignore any-port The provider listens anywhere.';

describe('a comment sets aside', () => {
  it('nothing where there is none', () => {
    expect(linesOf(run(policy({})), 'any-port')).toEqual([10, 12]);
  });

  it.each([
    ['the entry below it', { above: `    ${IGNORE}\n` }, [13]],
    ['the entry below it, with other comments between', { above: `    ${IGNORE}\n    # More.\n\n` }, [15]],
    ['the entry on its own line', { behind: ` ${IGNORE}` }, [12]],
    ['only what is indented below', { between: `    ${IGNORE}\n` }, [10]],
    ['the whole document, before the first entry', { abovePolicy: `${IGNORE}\n` }, []],
    ['the whole document, before its marker', { top: `${IGNORE}\n` }, []],
  ])('%s', (_, parts, left) => {
    const result = run(policy(parts));
    expect(linesOf(result, 'any-port')).toEqual(left);
    expect(result.suppressed.length).toBe(2 - left.length);
    expect(linesOf(result, 'bad-suppression')).toEqual([]);
  });

  it('keeps its reason and its place', () => {
    const { suppressed } = run(policy({ above: `    ${IGNORE}\n` }));
    expect(suppressed.map(({ reason, place }) => [reason, place.line])).toEqual([
      ['The provider listens anywhere.', 10],
    ]);
  });

  it('not in another document of the file', () => {
    const result = run(`${policy({ abovePolicy: `${IGNORE}\n` })}${policy({})}`);
    expect(linesOf(result, 'any-port').length).toBe(2);
  });

  it('several rules at once', () => {
    const both = '# propolis-lint-ignore any-port,hard-coded-address The provider listens anywhere.';
    const result = run(policy({ above: `    ${both}\n` }));
    expect(linesOf(result, 'any-port')).toEqual([13]);
    // The other rule did not run, so nothing can be said of it.
    expect(linesOf(result, 'bad-suppression')).toEqual([]);
  });

  it('in files with CRLF', () => {
    const result = run(policy({ above: `    ${IGNORE}\n` }).replaceAll('\n', '\r\n'));
    expect(linesOf(result, 'any-port')).toEqual([13]);
    expect(result.suppressed[0]?.reason).toBe('The provider listens anywhere.');
  });
});

describe('a comment is itself a finding', () => {
  it.each([
    ['without a reason', 'any-port', 'no-reason'],
    ['without a rule', '', 'no-rule'],
    ['for a rule that there is not', 'any-prot because', 'unknown-rule'],
  ])('%s', (_, words, problem) => {
    const { findings } = run(policy({ above: `    # propolis-lint-ignore ${words}\n` }));
    const bad = findings.filter(({ rule }) => rule === 'bad-suppression');
    expect(bad.map(({ fields }) => fields)).toMatchObject([{ problem }]);
  });

  it('where it sets nothing aside, which is worth knowing', () => {
    const { findings } = run(`${policy({})}  # propolis-lint-ignore any-port Long gone.\n  description: x\n`);
    const bad = findings.filter(({ rule }) => rule === 'bad-suppression');
    expect(bad.map(({ severity, fields }) => [severity, fields])).toMatchObject([
      ['info', { problem: 'unused' }],
    ]);
  });

  it('names the rule that was meant', () => {
    const { findings } = run(policy({ above: '    # propolis-lint-ignore any-prot because\n' }));
    expect(findings.map(({ fields }) => fields)).toContainEqual({
      problem: 'unknown-rule',
      rule: 'any-prot',
      nearest: 'any-port',
    });
  });

  it('not where the words stand in a text', () => {
    const text = policy({}).replace('spec:', 'spec:\n  description: "no# propolis-lint-ignore any-port"');
    expect(linesOf(run(text), 'bad-suppression')).toEqual([]);
    expect(linesOf(run(text), 'any-port').length).toBe(2);
  });
});
