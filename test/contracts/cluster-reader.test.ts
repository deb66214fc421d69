import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openCluster } from '../../src/adapters/kubernetes/index.ts';
import {
  CLUSTER_KIND_NAMES,
  CLUSTER_KINDS,
  type ClusterKindName,
  type ClusterObject,
} from '../../src/core/model/cluster.ts';
import { MemoryCluster } from '../../src/core/ports/cluster-memory.ts';
import { type AccessRule, type ApiServer, startApiServer } from '../../src/demo/kubernetes/index.ts';
import { kubeconfigFor } from '../lib/api-server.ts';
import { type ClusterBench, type ClusterBenchOptions, describeCluster } from './cluster-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'propolis-cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeCluster('memory', (objects, { forbidden = [], isWithoutCilium = false } = {}) => {
  const cluster = new MemoryCluster({ objects });
  for (const { verb, kind } of forbidden) cluster.forbid(verb, kind);
  if (isWithoutCilium) {
    for (const kind of CLUSTER_KIND_NAMES) if (kind.startsWith('Cilium')) cluster.lose(kind);
  }
  return Promise.resolve({
    cluster,
    put: (object) => Promise.resolve(cluster.put(object)),
    remove: (kind, name, namespace) => Promise.resolve(cluster.remove(kind, name, namespace)),
    expire: () => Promise.resolve(cluster.expire()),
    close: () => Promise.resolve(),
  });
});

describeCluster('an API server', async (objects, options = {}) => {
  const server = await startApiServer({
    isWithoutCilium: options.isWithoutCilium === true,
    users: [{ name: 'tester', token: 'secret', rules: rulesWithout(options) }],
  });
  for (const object of objects) write(server, object);
  return bench(server);
});

let opened = 0;

function bench(server: ApiServer): ClusterBench {
  opened += 1;
  const kubeconfig = join(folder, `config-${opened}`);
  writeFileSync(kubeconfig, kubeconfigFor(server.url, { token: 'secret' }));
  const cluster = openCluster({ kubeconfig, cwd: folder, env: {}, timing: { backoffMs: [1, 10] } });
  return {
    cluster,
    put: (object) => Promise.resolve(write(server, object)),
    remove: (kind, name, namespace = '') => {
      server.store.remove(kind, namespace, name);
      return Promise.resolve();
    },
    expire: () => {
      server.compact();
      server.cut();
      return Promise.resolve();
    },
    close: () => server.close(),
  };
}

function write(server: ApiServer, object: ClusterObject): void {
  const kind = server.kinds.find((served) => served.kind === object.kind);
  if (kind === undefined) throw new Error(`${object.kind} is not served`);
  const { name, namespace = '' } = object.metadata;
  const exists = (kindName: string, of: string): boolean => server.store.get(kindName, '', of) !== undefined;
  if (namespace !== '' && !exists('Namespace', namespace)) {
    write(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }
  const by = { manager: 'kubectl-create', isDryRun: false };
  const body = JSON.parse(JSON.stringify(object)) as Parameters<typeof server.registry.create>[2];
  if (server.store.get(object.kind, namespace, name) === undefined)
    server.registry.create(kind, namespace, body, by);
  else server.registry.update({ kind, namespace, name, subresource: '' }, body, by);
}

function rulesWithout({ forbidden = [] }: ClusterBenchOptions): readonly AccessRule[] {
  return CLUSTER_KIND_NAMES.map((kind: ClusterKindName) => {
    const { group, plural } = CLUSTER_KINDS[kind];
    const verbs = ['get', 'list', 'watch', 'create', 'patch'].filter(
      (verb) => !forbidden.some((not) => not.kind === kind && not.verb === verb),
    );
    return { verbs, groups: [group], resources: [plural] };
  });
}
