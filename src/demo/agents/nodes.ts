import type { JsonMap } from '../kubernetes/json.ts';
import { NODES } from '../traffic/cluster.ts';

/** The nodes, as the API server has them. The first runs the control plane, and no pods. */
export function nodeObjects(kubeletVersion: string): readonly JsonMap[] {
  return NODES.map(({ name, ip }, i) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(i === 0 ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
      },
    },
    spec: { podCIDR: `10.42.${i}.0/24`, podCIDRs: [`10.42.${i}.0/24`] },
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      nodeInfo: { kubeletVersion, operatingSystem: 'linux' },
    },
  }));
}
