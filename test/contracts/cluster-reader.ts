import { describe, expect, it } from 'vitest';
import type { ClusterKindName, ClusterObject } from '../../src/core/model/cluster.ts';
import type { ClusterChange, ClusterReader, ClusterWriter } from '../../src/core/ports/cluster-reader.ts';

/** A cluster, and what happens to it by other ways. */
export interface ClusterBench {
  readonly cluster: ClusterReader & ClusterWriter;
  /** Creates or replaces, as `kubectl create` and `replace` do. */
  readonly put: (object: ClusterObject) => Promise<void>;
  readonly remove: (kind: ClusterKindName, name: string, namespace?: string) => Promise<void>;
  /** The server forgets where watches stand. */
  readonly expire: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ClusterBenchOptions {
  /** `list CiliumIdentity`: what may not be done. */
  readonly forbidden?: readonly {
    readonly verb: 'get' | 'list' | 'watch' | 'patch';
    readonly kind: ClusterKindName;
  }[];
  /** The API server has none of Cilium's kinds. */
  readonly isWithoutCilium?: boolean;
}

/** What every ClusterReader and ClusterWriter does. */
export function describeCluster(
  name: string,
  open: (objects: readonly ClusterObject[], options?: ClusterBenchOptions) => Promise<ClusterBench>,
): void {
  describe(`a cluster: ${name}`, () => {
    it('lists a kind of all namespaces, with what identifies each object', async () => {
      await using(
        open([namespace('shop'), policy('shop', 'web'), policy('blog', 'api')]),
        async ({ cluster }) => {
          const listing = await cluster.list('CiliumNetworkPolicy');
          expect(namesOf(listing)).toEqual(['blog/api', 'shop/web']);
          const [first] = objectsOf(listing);
          expect(first).toMatchObject({ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' });
          expect(first?.metadata.uid).toEqual(expect.any(String));
        },
      );
    });

    it('lists those of one namespace, with certain labels, or of one name', async () => {
      const labelled = {
        ...policy('shop', 'api'),
        metadata: { name: 'api', namespace: 'shop', labels: { app: 'api' } },
      };
      await using(open([policy('shop', 'web'), labelled, policy('blog', 'web')]), async ({ cluster }) => {
        expect(namesOf(await cluster.list('CiliumNetworkPolicy', { namespace: 'shop' }))).toEqual([
          'shop/api',
          'shop/web',
        ]);
        expect(namesOf(await cluster.list('CiliumNetworkPolicy', { labelSelector: 'app=api' }))).toEqual([
          'shop/api',
        ]);
        expect(namesOf(await cluster.list('CiliumNetworkPolicy', { name: 'web' }))).toEqual([
          'blog/web',
          'shop/web',
        ]);
        const scope = { namespace: 'shop', name: 'web' };
        expect(namesOf(await cluster.list('CiliumNetworkPolicy', scope))).toEqual(['shop/web']);
      });
    });

    it('has an empty list for a namespace that is not there, and for a name', async () => {
      await using(open([policy('shop', 'web')]), async ({ cluster }) => {
        expect(objectsOf(await cluster.list('Pod', { namespace: 'nowhere' }))).toEqual([]);
        expect(
          objectsOf(await cluster.list('ConfigMap', { namespace: 'kube-system', name: 'none' })),
        ).toEqual([]);
      });
    });

    it('names the permission that lacks, and lists the rest', async () => {
      const forbidden = [{ verb: 'list', kind: 'CiliumIdentity' }] as const;
      await using(open([namespace('shop')], { forbidden }), async ({ cluster }) => {
        expect(await cluster.list('CiliumIdentity')).toEqual({
          kind: 'forbidden',
          permission: {
            verb: 'list',
            group: 'cilium.io',
            resource: 'ciliumidentities',
            namespace: '',
            name: '',
          },
        });
        expect(namesOf(await cluster.list('Namespace'))).toContain('shop');
      });
    });

    it('says that a kind is absent, to lists and to watches', async () => {
      await using(open([], { isWithoutCilium: true }), async ({ cluster }) => {
        expect(await cluster.list('CiliumCIDRGroup')).toEqual({ kind: 'absent' });
        const seen: ClusterChange[] = [];
        for await (const changes of cluster.watch('CiliumCIDRGroup')) seen.push(...changes);
        expect(seen).toEqual([{ kind: 'absent' }]);
      });
    });

    it('ends a watch that is forbidden', async () => {
      const forbidden = [{ verb: 'list', kind: 'Node' }] as const;
      await using(open([], { forbidden }), async ({ cluster }) => {
        const seen: ClusterChange[] = [];
        for await (const changes of cluster.watch('Node')) seen.push(...changes);
        expect(seen.map(({ kind }) => kind)).toEqual(['forbidden']);
      });
    });

    it('watches: all there is, then each change in order, until it is stopped', async () => {
      await using(open([policy('shop', 'web')]), async ({ cluster, put, remove }) => {
        const stop = new AbortController();
        const seen: string[] = [];
        for await (const changes of cluster.watch(
          'CiliumNetworkPolicy',
          { namespace: 'shop' },
          stop.signal,
        )) {
          for (const change of changes) seen.push(textOf(change));
          if (seen.length === 1) {
            await put(policy('shop', 'api'));
            await put(policy('blog', 'api'));
            await put({ ...policy('shop', 'web'), spec: { endpointSelector: {}, egress: [] } });
            await remove('CiliumNetworkPolicy', 'api', 'shop');
          }
          if (seen.length >= 4) stop.abort();
        }
        expect(seen).toEqual(['all shop/web', 'put shop/api', 'put shop/web', 'gone shop/api']);
      });
    });

    it('tells all anew once the server has forgotten where a watch stood', async () => {
      await using(open([policy('shop', 'web')]), async ({ cluster, put, expire }) => {
        const stop = new AbortController();
        const seen: string[] = [];
        for await (const changes of cluster.watch('CiliumNetworkPolicy', {}, stop.signal)) {
          for (const change of changes) if (change.kind !== 'interrupted') seen.push(textOf(change));
          if (seen.length === 1) {
            await put(policy('shop', 'api'));
            await expire();
          }
          if (seen.at(-1) === 'all shop/api shop/web') stop.abort();
        }
        expect(seen[0]).toBe('all shop/web');
        expect(seen.at(-1)).toBe('all shop/api shop/web');
      });
    });

    it('applies: creates, and then changes only what it was given', async () => {
      await using(open([namespace('shop')]), async ({ cluster }) => {
        const options = { fieldManager: 'propolis' };
        expect(await cluster.apply(policy('shop', 'web'), options)).toMatchObject({
          kind: 'written',
          isNew: true,
        });
        const labelled = {
          ...namespace('shop'),
          metadata: { name: 'shop', labels: { profile: 'internal' } },
        };
        const write = await cluster.apply(labelled, options);
        expect(write).toMatchObject({ kind: 'written', isNew: false });
        const found = objectsOf(await cluster.list('Namespace', { name: 'shop' }))[0];
        expect(found?.metadata.labels).toMatchObject({ profile: 'internal', team: 'shop' });
        await cluster.apply(namespaceAlone('shop'), options);
        const after = objectsOf(await cluster.list('Namespace', { name: 'shop' }))[0];
        expect(after?.metadata.labels).toMatchObject({ team: 'shop' });
        expect(after?.metadata.labels?.['profile']).toBeUndefined();
      });
    });

    it('names the managers and fields of a conflict, and takes them over when forced', async () => {
      await using(open([namespace('shop')]), async ({ cluster }) => {
        const other = { ...namespaceAlone('shop'), metadata: { name: 'shop', labels: { team: 'blog' } } };
        const options = { fieldManager: 'propolis' };
        expect(await cluster.apply(other, options)).toMatchObject({
          kind: 'conflict',
          managers: [{ field: '.metadata.labels.team' }],
        });
        expect(
          objectsOf(await cluster.list('Namespace', { name: 'shop' }))[0]?.metadata.labels,
        ).toMatchObject({
          team: 'shop',
        });
        expect(await cluster.apply(other, { ...options, isForced: true })).toMatchObject({ kind: 'written' });
        expect(
          objectsOf(await cluster.list('Namespace', { name: 'shop' }))[0]?.metadata.labels,
        ).toMatchObject({
          team: 'blog',
        });
      });
    });

    it('patches: a null takes a field away, whoever wrote it', async () => {
      await using(open([namespace('shop')]), async ({ cluster }) => {
        const target = { kind: 'Namespace', name: 'shop' } as const;
        const patch = { metadata: { labels: { team: null, tier: 'one' } } };
        const dry = await cluster.patch(target, patch, { fieldManager: 'propolis', isDryRun: true });
        expect(dry).toMatchObject({ kind: 'written', isNew: false });
        const labels = async (): Promise<unknown> =>
          objectsOf(await cluster.list('Namespace', { name: 'shop' }))[0]?.metadata.labels;
        expect(await labels()).toMatchObject({ team: 'shop' });
        expect(await cluster.patch(target, patch, { fieldManager: 'propolis' })).toMatchObject({
          kind: 'written',
        });
        expect(await labels()).toMatchObject({ tier: 'one' });
        expect(await labels()).not.toHaveProperty('team');
        // A second time changes nothing, and is no error.
        expect(await cluster.patch(target, patch, { fieldManager: 'propolis' })).toMatchObject({
          kind: 'written',
        });
        expect(
          await cluster.patch({ kind: 'Namespace', name: 'none' }, patch, { fieldManager: 'propolis' }),
        ).toMatchObject({ kind: 'refused' });
      });
    });

    it('says who asks', async () => {
      await using(open([]), async ({ cluster }) => {
        expect(await cluster.whoAmI()).toBe('tester');
      });
    });

    it('only asks what would happen, in a dry run', async () => {
      await using(open([]), async ({ cluster }) => {
        const options = { fieldManager: 'propolis', isDryRun: true };
        expect(await cluster.apply(namespace('shop'), options)).toMatchObject({
          kind: 'written',
          isNew: true,
        });
        expect(namesOf(await cluster.list('Namespace'))).not.toContain('shop');
      });
    });

    it('says what may not be written, and by a review beforehand', async () => {
      const forbidden = [{ verb: 'patch', kind: 'Namespace' }] as const;
      await using(open([namespace('shop')], { forbidden }), async ({ cluster }) => {
        const permission = { verb: 'patch', group: '', resource: 'namespaces', namespace: '', name: 'shop' };
        expect(await cluster.may(permission)).toBe(false);
        expect(await cluster.may({ ...permission, verb: 'list', name: '' })).toBe(true);
        expect(await cluster.apply(namespace('shop'), { fieldManager: 'propolis' })).toMatchObject({
          kind: 'forbidden',
          permission: { verb: 'patch', resource: 'namespaces', name: 'shop' },
        });
      });
    });
  });
}

async function using(
  bench: Promise<ClusterBench>,
  use: (bench: ClusterBench) => Promise<void>,
): Promise<void> {
  const opened = await bench;
  try {
    await use(opened);
  } finally {
    await opened.close();
  }
}

function namespaceAlone(name: string): ClusterObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function namespace(name: string): ClusterObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team: name } } };
}

export function policy(within: string, name: string): ClusterObject {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name, namespace: within },
    spec: { endpointSelector: {}, ingress: [{ fromEntities: ['health'] }] },
  };
}

function objectsOf(listing: Awaited<ReturnType<ClusterReader['list']>>): readonly ClusterObject[] {
  expect(listing.kind).toBe('objects');
  return listing.kind === 'objects' ? listing.objects : [];
}

function namesOf(listing: Awaited<ReturnType<ClusterReader['list']>>): readonly string[] {
  return objectsOf(listing).map(nameOf);
}

function nameOf({ metadata }: ClusterObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function textOf(change: ClusterChange): string {
  switch (change.kind) {
    case 'all':
      return `all ${change.objects.map(nameOf).sort().join(' ')}`;
    case 'put':
    case 'gone':
      return `${change.kind} ${nameOf(change.object)}`;
    default:
      return change.kind;
  }
}
