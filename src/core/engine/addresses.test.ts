import { describe, expect, it } from 'vitest';
import { readPolicy } from '../manifest/policy/read-policy.ts';
import type { AgentOptions } from '../model/options.ts';
import { agentOptions } from '../model/options.ts';
import type { Policy } from '../model/policy.ts';
import { compile } from './index.ts';

const POLICY = {
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumNetworkPolicy',
  metadata: { name: 'out', namespace: 'shop' },
  spec: { endpointSelector: {}, egress: [{ toCIDR: ['10.0.0.0/24'] }] },
};
const SHOP = 'k8s:io.kubernetes.pod.namespace=shop';

describe('addresses of pods and nodes', () => {
  it.each([
    { mode: [], pod: 'denied', node: 'denied' },
    { mode: ['nodes'], pod: 'denied', node: 'allowed' },
    { mode: ['pods'], pod: 'allowed', node: 'denied' },
  ] as const)('are matched by CIDR rules only in the mode for them: $mode', ({ mode, pod, node }) => {
    const engine = compile(
      {
        policies: [policy()],
        endpoints: [
          { id: 'web', labels: [SHOP, 'k8s:app=web'] },
          {
            id: 'pod',
            labels: ['k8s:io.kubernetes.pod.namespace=data'],
            addresses: ['10.0.0.7', 'no address'],
          },
          { id: 'node', labels: ['reserved:remote-node'], addresses: ['10.0.0.5'] },
        ],
      },
      { cidrMatchMode: mode } satisfies Partial<AgentOptions>,
    );
    const to = (id: string): string => {
      const [from, destination] = [engine.find('web'), engine.find(id)];
      if (from === undefined || destination === undefined) throw new Error(`no ${id}`);
      return engine.decide({ from, to: destination, protocol: 'TCP', port: 443 }).egress.verdict;
    };
    expect({ pod: to('pod'), node: to('node') }).toEqual({ pod, node });
  });
});

function policy(): Policy {
  const place = { file: 'p.yaml', line: 1, column: 1 };
  const read = readPolicy({ value: POLICY, file: place.file, locate: () => place }, agentOptions());
  if (read.policy === undefined) throw new Error('refused');
  return read.policy;
}
