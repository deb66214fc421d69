import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputsFrom } from '../../../test/lib/lint.ts';
import { baselineOf, compareWithBaseline, parseBaseline } from './baseline.ts';
import type { Finding } from './finding.ts';
import { lint } from './run.ts';

function find(text: string): readonly Finding[] {
  return lint(inputsFrom({ 'a.yaml': text }), { only: ['any-port', 'hard-coded-address'] }).findings;
}

function policy(rules: readonly string[], before = ''): string {
  return `${before}apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  egress:
${rules.join('')}`;
}

const WORLD = '    - toEntities:\n        - world\n';
const PRINTER =
  '    - toCIDR:\n        - 203.0.113.7/32\n      toPorts:\n        - ports:\n            - port: "9100"\n              protocol: TCP\n';
const HARMLESS =
  '    - toEntities:\n        - kube-apiserver\n      toPorts:\n        - ports:\n            - port: "6443"\n              protocol: TCP\n';

describe('a fingerprint', () => {
  it('stays while comments and rules come before it, whatever they are', () => {
    const before = find(policy([WORLD, PRINTER])).map(({ fingerprint }) => fingerprint);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\n', '# a comment\n'), { maxLength: 5 }),
        fc.array(fc.constant(HARMLESS), { maxLength: 4 }),
        (lines, rules) => {
          const after = find(policy([...rules, WORLD, ...rules, PRINTER], lines.join('')));
          expect(after.map(({ fingerprint }) => fingerprint)).toEqual(before);
        },
      ),
    );
  });

  it('differs between faults of one object', () => {
    const all = find(policy([WORLD, WORLD, PRINTER])).map(({ fingerprint }) => fingerprint);
    expect(new Set(all).size).toBe(3);
  });

  it('differs between objects', () => {
    const [one] = find(policy([WORLD]));
    const [other] = find(policy([WORLD]).replace('name: web', 'name: api'));
    expect(one?.fingerprint).not.toBe(other?.fingerprint);
  });
});

describe('a baseline', () => {
  it('leaves only what is new', () => {
    const baseline = baselineOf(find(policy([WORLD])));
    const { fresh, known, stale } = compareWithBaseline(find(policy([PRINTER, WORLD])), baseline);
    expect(fresh.map(({ rule }) => rule)).toEqual(['hard-coded-address']);
    expect(known.map(({ rule }) => rule)).toEqual(['any-port']);
    expect(stale).toEqual([]);
  });

  it('counts a second fault of the same kind as new', () => {
    const baseline = baselineOf(find(policy([WORLD])));
    expect(compareWithBaseline(find(policy([WORLD, WORLD])), baseline).fresh.length).toBe(1);
  });

  it('names what is found no more', () => {
    const baseline = baselineOf(find(policy([WORLD, PRINTER])));
    const { stale } = compareWithBaseline(find(policy([WORLD])), baseline);
    expect(stale).toMatchObject([{ rule: 'hard-coded-address', file: 'a.yaml' }]);
  });

  it('comes back from its text', () => {
    const baseline = baselineOf(find(policy([WORLD, PRINTER])));
    expect(parseBaseline(JSON.stringify(baseline))).toEqual(baseline);
  });

  it.each([
    '',
    '[]',
    '{"version":2,"findings":[]}',
    '{"version":1}',
    '{"version":1,"findings":[{"rule":1}]}',
  ])('is not %s', (text) => {
    expect(parseBaseline(text)).toBeUndefined();
  });

  it('holds for every namespace that a component is put into', () => {
    const overlay = (name: string): string =>
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: ${name}\nresources:\n  - ../base\n`;
    const base = {
      'base/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - policy.yaml\n',
      'base/policy.yaml': policy([WORLD]).replace('  namespace: shop\n', ''),
    };
    const two = { ...base, 'a/kustomization.yaml': overlay('a'), 'b/kustomization.yaml': overlay('b') };
    const found = lint(inputsFrom(two), { only: ['any-port'] }).findings;
    expect(
      found.map(({ object, also }) => [object?.namespace, also.map((one) => one.object.namespace)]),
    ).toEqual([['a', ['b']]]);
    const baseline = baselineOf(found);
    const three = lint(inputsFrom({ ...two, 'c/kustomization.yaml': overlay('c') }), { only: ['any-port'] });
    expect(compareWithBaseline(three.findings, baseline).fresh.length).toBe(1);
    expect(compareWithBaseline(found, baseline).fresh).toEqual([]);
  });
});
