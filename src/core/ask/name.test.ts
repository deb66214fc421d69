import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../catalog/index.ts';
import { readRepository } from '../manifest/read.ts';
import { worldOf } from '../manifest/world.ts';
import { type AgentOptions, agentOptions } from '../model/options.ts';
import { findNamed, type Named, nearestNames } from './name.ts';

const FILES = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: red}}
---
apiVersion: v1
kind: Namespace
metadata: {name: charts}
---
apiVersion: v1
kind: Namespace
metadata: {name: nodes}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: migrate}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: queue, namespace: shop}
spec: {template: {metadata: {labels: {app: queue}}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec: {template: {metadata: {labels: {app: agent}}, spec: {hostNetwork: true}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: exporter, namespace: nodes}
spec: {template: {metadata: {labels: {app: exporter}}, spec: {hostNetwork: true}}}
`;

function named(text: string, options: Partial<AgentOptions> = {}): Named {
  const agent = agentOptions(options);
  const read = readRepository([{ path: 'all.yaml', text: FILES }], { agent });
  return findNamed(text, { read, world: worldOf(read, agent), catalog: DEFAULT_CATALOG, options: agent });
}

function ids(text: string, options: Partial<AgentOptions> = {}): readonly string[] {
  const found = named(text, options);
  return found.kind === 'found' ? found.endpoints.map(({ id }) => id) : [`unknown: ${found.nearest.join()}`];
}

function labels(text: string, options: Partial<AgentOptions> = {}): readonly string[] {
  const found = named(text, options);
  return found.kind === 'found' ? (found.endpoints[0]?.labels ?? []) : [];
}

describe('who is named', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['a workload', 'shop/queue', ['shop/queue']],
    ['a workload of two kinds', 'shop/web', ['shop/web (Deployment)', 'shop/web (Job)']],
    ['one kind of them', 'shop/web (Job)', ['shop/web (Job)']],
    ['a pod of a StatefulSet', 'shop/queue-0', ['shop/queue']],
    ['a namespace with workloads', 'shop', ['shop/web (Deployment)', 'shop/web (Job)', 'shop/queue']],
    ['any other pod of it', 'shop/*', ['shop/*']],
    ['a namespace whose pods come from charts', 'charts', ['charts/*']],
    ['a pod of it', 'charts/redis', ['charts/redis']],
    ['the world', 'world', ['world']],
    ['an entity', 'kube-apiserver', ['kube-apiserver']],
    ['a gateway that a controller makes', 'gateway:internal', ['gateway:internal']],
    ['an address', '192.0.2.7', ['192.0.2.7']],
    ['a name outside', 'fqdn:api.example.com', ['fqdn:api.example.com']],
    ['a workload in the network of its nodes', 'shop/agent', ['host', 'remote-node']],
    ['a pod of it', 'shop/agent-x8k2p', ['host', 'remote-node']],
    ['a namespace that has only such', 'nodes', ['host', 'remote-node']],
  ])('%s: %s', (_, text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  it.each<readonly [string, string, string]>([
    ['a namespace that nobody declares', 'shopp', 'shop'],
    ['a workload that nobody declares, where others are', 'shop/quue', 'shop/queue,shop/*'],
    ['a pod whose name only begins like a workload', 'shop/queue-import-0', 'shop/*'],
    ['a pod of a namespace that nobody declares', 'shpo/web', 'shop'],
    ['a gateway that the catalog lacks', 'gateway:public', 'gateway:internal,gateway:external'],
    ['nothing', '', ''],
    ['a slash', '/', ''],
    ['a prefix, which is many addresses', '10.0.0.0/8', ''],
    ['an object of every object', '__proto__', ''],
  ])('not %s: %s', (_, text, nearest) => {
    expect(ids(text)).toEqual([`unknown: ${nearest}`]);
  });

  it('is the world of both families in dual stack', () => {
    expect(ids('world', { ipv6: true })).toEqual(['world-ipv4', 'world-ipv6']);
    expect(labels('192.0.2.7', { ipv6: true })).toContain('reserved:world-ipv4');
    expect(labels('2001:db8::7', { ipv6: true })).toEqual(['cidr:2001:db8::7/128', 'reserved:world-ipv6']);
  });

  it('is one address however it is written', () => {
    expect(labels('2001:DB8:0:0::7', { ipv6: true })).toEqual(labels('2001:db8::7', { ipv6: true }));
  });

  it('has the labels of the namespace where nobody declares a pod, and is marked so', () => {
    expect(named('charts/redis')).toMatchObject({ isAssumed: true });
    expect(named('shop/queue')).toMatchObject({ isAssumed: false });
    expect(labels('charts/redis')).toContain('k8s:io.kubernetes.pod.namespace=charts');
  });

  it('tells who shares the network of nodes', () => {
    expect(named('shop/agent')).toMatchObject({ nodeNetwork: ['shop/agent'] });
    expect(named('shop/queue')).toMatchObject({ nodeNetwork: [] });
  });
});

describe('nearest names', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['zipline', ['zipline', 'zip', 'mealie'], ['zipline']],
    ['ziplin', ['zipline', 'mealie'], ['zipline']],
    ['ab', ['ac', 'ad', 'ae', 'af'], ['ac', 'ad', 'ae']],
    ['', ['a', 'abc', 'abcd'], ['a']],
  ])('of %s among %j are %j', (wanted, known, expected) => {
    expect(nearestNames(wanted, known)).toEqual(expected);
  });

  it('take no time on long ones', () => {
    const known = Array.from({ length: 500 }, (_, i) => `${'y'.repeat(5000)}${i}`);
    expect(nearestNames('x'.repeat(5000), known)).toEqual([]);
  });
});
