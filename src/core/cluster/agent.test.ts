import { describe, expect, it } from 'vitest';
import type { ClusterObject } from '../model/cluster.ts';
import { agentOf } from './agent.ts';

function agentPod(image: string, namespace = 'kube-system'): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'cilium-x', namespace, labels: { 'k8s-app': 'cilium' } },
    spec: { containers: [{ name: 'cilium-agent', image }] },
  };
}

function config(data: Readonly<Record<string, string>>): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data,
  };
}

describe('what a cluster says of its agents', () => {
  it.each([
    ['quay.io/cilium/cilium:v1.19.4@sha256:abc', '1.19.4', '1.19', true],
    ['quay.io/cilium/cilium:v1.18.0', '1.18.0', '1.18', true],
    ['registry:5000/cilium/cilium-ci:v1.20.0-rc.1', '1.20.0-rc.1', '1.20', true],
    ['quay.io/cilium/cilium:v1.16.9', '1.16.9', '1.18', false],
    ['quay.io/cilium/cilium:v1.21.0', '1.21.0', 'main', false],
    ['quay.io/cilium/cilium:latest', '', undefined, false],
  ])('%s is %s, judged by %s', (image, version, judged, isVersionKnown) => {
    const agent = agentOf({ objects: { Pod: [agentPod(image)] } }, 'kube-system');
    expect(agent).toEqual({
      version,
      isVersionKnown,
      options: judged === undefined ? {} : { version: judged },
    });
  });

  it('is looked for where Cilium runs', () => {
    const pods = { objects: { Pod: [agentPod('quay.io/cilium/cilium:v1.19.4', 'shop')] } };
    expect(agentOf(pods, 'kube-system').version).toBe('');
    expect(agentOf(pods, 'shop').version).toBe('1.19.4');
  });

  it('has the options of the ConfigMap, by the names of its flags', () => {
    const data = {
      'cluster-name': 'live',
      'enable-policy': 'always',
      'allow-localhost': 'policy',
      'policy-cidr-match-mode': 'nodes,pods',
      'enable-ipv4': 'true',
      'enable-ipv6': 'true',
      'enable-host-firewall': 'maybe',
      'enable-l7-proxy': 'false',
      unknown: 'x',
    };
    expect(agentOf({ objects: { ConfigMap: [config(data)] } }, 'kube-system').options).toEqual({
      clusterName: 'live',
      enforcement: 'always',
      allowLocalhost: 'policy',
      cidrMatchMode: ['nodes', 'pods'],
      ipv4: true,
      ipv6: true,
      l7Proxy: false,
    });
  });
});
