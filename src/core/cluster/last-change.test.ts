import { describe, expect, it } from 'vitest';
import { cnp, DNS_BASELINE, namespace } from '../../../test/diagnose/tools.ts';
import { clusterOf, find, type MutableCluster } from '../../../test/lib/cluster-of.ts';
import { DEFAULT_CATALOG } from '../catalog/index.ts';
import type { LastChange } from '../diagnose/verify/index.ts';
import { agentOptions } from '../model/options.ts';
import { lastChange } from './last-change.ts';

const FILES = [
  {
    path: 'all.yaml',
    text:
      DNS_BASELINE +
      cnp('mail/own', '  endpointSelector: {}') +
      cnp('database/own', '  endpointSelector: {}') +
      namespace('shop') +
      namespace('mail'),
  },
];

function changed(change: (cluster: MutableCluster) => void): LastChange | undefined {
  const state = clusterOf(FILES, { agent: agentOptions() }, change);
  return lastChange(state, 'shop', DEFAULT_CATALOG);
}

function at(hour: number, manager = 'flux', more: object = {}): object {
  return { manager, operation: 'Apply', time: `2026-11-20T${hour}:00:00Z`, ...more };
}

describe('lastChange', () => {
  it('is the newest of the namespace, clusterwide policies and those of its far ends', () => {
    const time = (hour: number): number => Date.UTC(2026, 10, 20, hour);
    expect(changed(() => {})).toMatchObject({ timeMs: time(9) });
    const found = changed((cluster) => {
      find(cluster, 'Namespace', 'shop').metadata.managedFields = [at(10)];
      find(cluster, 'CiliumNetworkPolicy', 'database/own').metadata.managedFields = [at(11)];
      find(cluster, 'CiliumNetworkPolicy', 'mail/own').metadata.managedFields = [at(12)];
      find(cluster, 'Namespace', 'mail').metadata.managedFields = [at(13)];
    });
    expect(found).toEqual({ timeMs: time(11), what: 'policy', name: 'CNP database/own' });
  });

  it('is never a status', () => {
    const found = changed((cluster) => {
      const { metadata } = find(cluster, 'CiliumClusterwideNetworkPolicy', 'baseline-dns-egress');
      metadata.managedFields = [at(12, 'cilium', { subresource: 'status' }), at(10, 'kubectl')];
    });
    expect(found).toEqual({
      timeMs: Date.UTC(2026, 10, 20, 10),
      what: 'policy',
      name: 'CCNP baseline-dns-egress',
    });
  });

  it('is not known where nothing has a time', () => {
    const found = changed((cluster) => {
      for (const list of [
        cluster.Namespace,
        cluster.CiliumNetworkPolicy,
        cluster.CiliumClusterwideNetworkPolicy,
      ])
        for (const { metadata } of list) {
          metadata.managedFields = [null, { manager: 'x', time: 'soon' }];
          delete metadata.creationTimestamp;
        }
    });
    expect(found).toBeUndefined();
  });
});
