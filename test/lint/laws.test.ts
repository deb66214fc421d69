import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lint, RULE_IDS, SEVERITIES } from '../../src/core/lint/index.ts';
import { CILIUM_VERSIONS } from '../../src/core/model/options.ts';
import { fixText, whatText, whyText } from '../../src/core/report/lint/index.ts';
import { inputsFrom } from '../lib/lint.ts';
import { randomPolicy } from '../lib/random-policy.ts';

const NAMESPACES = ['a', 'b']
  .map((name) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`)
  .join('---\n');

/** Repositories of a few policies of every shape, JSON among YAML. */
const repository = fc
  .record({
    policies: fc.array(randomPolicy(), { minLength: 1, maxLength: 6 }),
    version: fc.constantFrom(...CILIUM_VERSIONS),
    hasNamespaces: fc.boolean(),
  })
  .map(({ policies, version, hasNamespaces }) => ({
    'propolis.yaml': `cilium: {version: "${version}"}\n`,
    ...(hasNamespaces ? { 'namespaces.yaml': NAMESPACES } : {}),
    ...Object.fromEntries(
      policies.map((policy, i) => [`p${i}.json`, `${JSON.stringify(policy, null, 2)}\n`]),
    ),
  }));

describe('whatever the policies are', () => {
  it('every finding has a place in a file, data for programs, and words for people', () => {
    fc.assert(
      fc.property(repository, (files) => {
        const given: Readonly<Record<string, string>> = files;
        for (const finding of lint(inputsFrom(files)).findings) {
          const lines = given[finding.place.file]?.split('\n') ?? [];
          expect(finding.place.line).toBeLessThanOrEqual(lines.length);
          expect(finding.place.line).toBeGreaterThan(0);
          expect(SEVERITIES).toContain(finding.severity);
          expect(finding.fingerprint).toMatch(/^[0-9a-f]{16}$/);
          expect(JSON.parse(JSON.stringify(finding.fields))).toEqual(finding.fields);
          for (const words of [whatText(finding), fixText(finding), whyText(finding.rule)]) {
            expect(words).not.toMatch(/undefined|null|NaN|\[object|\n|^$/);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the same files give the same findings', () => {
    fc.assert(
      fc.property(repository, (files) => {
        expect(lint(inputsFrom(files)).findings).toEqual(lint(inputsFrom(files)).findings);
      }),
      { numRuns: 20 },
    );
  });

  it('one rule alone finds what it finds among all', () => {
    fc.assert(
      fc.property(repository, fc.constantFrom(...RULE_IDS), (files, id) => {
        const inputs = inputsFrom(files);
        const all = lint(inputs).findings.filter(({ rule }) => rule === id);
        expect(lint(inputs, { only: [id] }).findings).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  it('fingerprints are unique', () => {
    fc.assert(
      fc.property(repository, (files) => {
        const all = lint(inputsFrom(files)).findings.flatMap(({ fingerprint, also }) => [
          fingerprint,
          ...also.map((one) => one.fingerprint),
        ]);
        expect(new Set(all).size).toBe(all.length);
      }),
      { numRuns: 60 },
    );
  });
});
