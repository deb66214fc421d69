import { describe, expect, it } from 'vitest';
import { agentOptions } from '../../model/options.ts';
import { agentRefusals } from './agent-refusals.ts';
import { readPolicy } from './read-policy.ts';

function withPaths(paths: readonly string[]): unknown {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'press', namespace: 'farm' },
    spec: {
      endpointSelector: {},
      ingress: [
        {
          toPorts: [
            { ports: [{ port: '80', protocol: 'TCP' }], rules: { http: paths.map((path) => ({ path })) } },
          ],
        },
      ],
    },
  };
}

describe('regular expressions of HTTP rules', () => {
  it.each([
    ['/public/.*', true],
    ['/a{2,4}/[[:alpha:]]+/\\d', true],
    ['(?i)/api', true],
    ['\\pL+', true],
    ['(', false],
    ['a**', false],
    ['(?<!a)b', false],
    ['\\1', false],
    ['a{1001}', false],
  ])('%s compiles: %s', (path, compiles) => {
    expect(agentRefusals(withPaths([path]), agentOptions()).map(({ rule }) => rule)).toEqual(
      compiles ? [] : ['http-regexp'],
    );
  });

  it('are not compiled beyond a budget, and then the policy is not judged', () => {
    const paths = Array.from({ length: 400 }, () => 'a{1000}');
    const value = withPaths(paths);
    const rules = agentRefusals(value, agentOptions()).map(({ rule }) => rule);
    expect(new Set(rules)).toEqual(new Set(['http-regexp-too-long']));
    const raw = { value, file: 'p.yaml', locate: () => ({ file: 'p.yaml', line: 1, column: 1 }) };
    const { policy, problems } = readPolicy(raw, agentOptions());
    expect([policy, problems[0]?.code]).toEqual([undefined, 'over-limit']);
  });

  it('have room for many of the usual kind', () => {
    const paths = Array.from({ length: 2000 }, (_, i) => `/api/v1/namespaces/[a-z]+/pods/${i}`);
    expect(agentRefusals(withPaths(paths), agentOptions())).toEqual([]);
  });
});
