import { describe, expect, it } from 'vitest';
import { agentOptions, CILIUM_VERSIONS, isAtLeast } from './options.ts';
import { formatPath } from './place.ts';
import { formatPolicyRef } from './policy.ts';
import { highestPort, isProtocol, PROTOCOLS } from './port.ts';
import { selectorKey } from './selector.ts';

describe('keys of selectors', () => {
  it.each([
    ['app', 'any', 'app'],
    ['k8s:app', 'k8s', 'app'],
    ['reserved:host', 'reserved', 'host'],
    ['$host', 'reserved', 'host'],
    ['app:tier', 'app', 'tier'],
    ['a:b:c', 'a', 'b:c'],
    ['cidr:fd00::/8', 'cidr', 'fd00::/8'],
    [':x', '', 'x'],
  ])('%s is of source %j and key %j', (text, source, key) => {
    expect(selectorKey(text, 'any')).toEqual({ source, key });
  });

  it('are of Kubernetes in a NetworkPolicy', () => {
    expect(selectorKey('app', 'k8s')).toEqual({ source: 'k8s', key: 'app' });
  });
});

describe('paths', () => {
  it.each([
    [[], ''],
    [['spec', 'ingress', 0, 'toPorts'], 'spec.ingress[0].toPorts'],
    [['metadata', 'labels', 'app.kubernetes.io/name'], 'metadata.labels["app.kubernetes.io/name"]'],
    [['items', 2, 'spec'], 'items[2].spec'],
    [[0], '[0]'],
  ] as const)('%j is %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe('policies by name', () => {
  it.each([
    ['CiliumNetworkPolicy', 'a', 'CNP a/p'],
    ['CiliumClusterwideNetworkPolicy', '', 'CCNP p'],
    ['NetworkPolicy', 'a', 'NP a/p'],
  ] as const)('a %s in %j is %s', (kind, namespace, text) => {
    expect(formatPolicyRef({ kind, namespace, name: 'p' })).toBe(text);
  });
});

describe("the agent's options", () => {
  it('are its defaults, which differ by version', () => {
    expect(agentOptions().version).toBe('1.20');
    expect(CILIUM_VERSIONS.map((version) => agentOptions({ version }).defaultLocalCluster)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(agentOptions({ version: '1.18', defaultLocalCluster: true }).defaultLocalCluster).toBe(true);
  });

  it('versions are in order', () => {
    expect(CILIUM_VERSIONS.map((version) => isAtLeast(version, '1.19'))).toEqual([false, true, true, true]);
  });
});

describe('protocols', () => {
  it('are known by their names, in upper case', () => {
    expect(PROTOCOLS.every(isProtocol)).toBe(true);
    expect(['tcp', 'ANY', '', '__proto__'].some(isProtocol)).toBe(false);
    expect(PROTOCOLS.map(highestPort)).toEqual([65_535, 65_535, 65_535, 255, 255, 0, 0, 0, 0, 0, 0, 0]);
  });
});
