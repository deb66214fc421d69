import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, readCatalog } from '../../catalog/index.ts';
import { readRepository } from '../../manifest/read.ts';
import { agentOptions } from '../../model/options.ts';
import type { SourceFile } from '../../model/repository.ts';
import { needsFromManifests } from './from-manifests.ts';

function seenIn(files: Readonly<Record<string, string>>, catalog = DEFAULT_CATALOG, namespace = 'shop') {
  const sources: readonly SourceFile[] = Object.entries(files).map(([path, text]) => ({ path, text }));
  const read = readRepository(sources, { agent: agentOptions() });
  return needsFromManifests(namespace, { catalog, files: sources, read });
}

function needsIn(files: Readonly<Record<string, string>>, catalog = DEFAULT_CATALOG): readonly string[] {
  return seenIn(files, catalog).needs.map(({ need }) =>
    need.kind === 'gateway'
      ? `gateway ${need.gateway}`
      : need.kind === 'access'
        ? `access ${need.resource}`
        : 'out',
  );
}

const route = (spec: string, kind = 'HTTPRoute', namespace = 'shop'): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: ${kind}\nmetadata: {name: web, namespace: ${namespace}}\nspec: {${spec}}\n`;

const app = (value: string, namespace = 'namespace: shop'): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, ${namespace}}
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: DATABASE_URL
              value: ${value}
`;

describe('routes', () => {
  it.each([
    {
      name: 'an HTTPRoute',
      text: route('parentRefs: [{name: external, namespace: istio-gateway}]'),
      needs: ['gateway external'],
    },
    {
      name: 'a TLSRoute',
      text: route('parentRefs: [{name: internal, namespace: istio-gateway}]', 'TLSRoute'),
      needs: ['gateway internal'],
    },
    {
      name: 'both gateways',
      text: route(
        'parentRefs: [{name: internal, namespace: istio-gateway}, {name: external, namespace: istio-gateway}]',
      ),
      needs: ['gateway internal', 'gateway external'],
    },
    {
      name: 'a Gateway of that name elsewhere',
      text: route('parentRefs: [{name: external, namespace: other}]'),
      needs: [],
    },
    {
      name: 'a Gateway of that name in its own namespace',
      text: route('parentRefs: [{name: external}]'),
      needs: [],
    },
    {
      name: 'a route of another namespace',
      text: route('parentRefs: [{name: external, namespace: istio-gateway}]', 'HTTPRoute', 'forum'),
      needs: [],
    },
    {
      name: 'a route elsewhere that leads here',
      text: route(
        'parentRefs: [{name: external, namespace: istio-gateway}], rules: [{backendRefs: [{name: web, namespace: shop}]}]',
        'HTTPRoute',
        'routes',
      ),
      needs: ['gateway external'],
    },
    {
      name: 'an Ingress by its class',
      text: route('ingressClassName: nginx-external', 'Ingress'),
      needs: ['gateway external'],
    },
    { name: 'an Ingress of another class', text: route('ingressClassName: traefik', 'Ingress'), needs: [] },
    {
      name: 'a VirtualService',
      text: route('gateways: [istio-gateway/internal, mesh]', 'VirtualService'),
      needs: ['gateway internal'],
    },
  ])('show a gateway: $name', ({ text, needs }) => {
    expect(needsIn({ 'apps/shop/web.yaml': text })).toEqual(needs);
  });

  it('belong to the namespace that their folder’s kustomization sets', () => {
    const text = route('parentRefs: [{name: external, namespace: istio-gateway}]').replace(
      ', namespace: shop',
      '',
    );
    expect(
      needsIn({ 'a/kustomization.yaml': 'namespace: shop\nresources: [r.yaml]\n', 'a/r.yaml': text }),
    ).toEqual(['gateway external']);
    expect(
      needsIn({ 'a/kustomization.yaml': 'namespace: forum\nresources: [r.yaml]\n', 'a/r.yaml': text }),
    ).toEqual([]);
  });

  it('carry the place', () => {
    const [need] = seenIn({
      'a.yaml': `---\n# first\n${route('parentRefs: [{name: external, namespace: istio-gateway}]')}`,
    }).needs;
    expect(need?.evidence).toEqual([
      { kind: 'route', object: 'HTTPRoute', name: 'web', place: { file: 'a.yaml', line: 3, column: 1 } },
    ]);
  });
});

describe('addresses of resources', () => {
  it.each([
    {
      name: 'a URL',
      value: 'postgres://u@pg-rw.database.svc.cluster.local:5432/db',
      needs: ['access postgres'],
    },
    { name: 'a host', value: 'pg-rw.database.svc', needs: ['access postgres'] },
    { name: 'a short host with a port', value: 'dragonfly.cache:6379', needs: ['access dragonfly'] },
    { name: 'a short host with a scheme', value: 'redis://dragonfly.cache/0', needs: ['access dragonfly'] },
    {
      name: 'a URL with variables',
      value: 'postgres://$(USER):$(PASSWORD)@pg.database.svc:5432/db',
      needs: ['access postgres'],
    },
    { name: 'the setting of a Java program', value: 'spring.database.url', needs: [] },
    { name: 'two words with a dot', value: 'app.database', needs: [] },
    { name: 'another namespace', value: 'pg.databases.svc:5432', needs: [] },
    { name: 'a longer name', value: 'x.pg.database.example.com:5432', needs: [] },
  ])('show access: $name', ({ value, needs }) => {
    expect(needsIn({ 'apps/shop/app.yaml': app(value) })).toEqual(needs);
  });

  it('are found in values of a chart beside the namespace’s own files', () => {
    const files = {
      'apps/shop/app.yaml': app('x'),
      'apps/shop/values.yaml': 'env:\n  # PGHOST: old.cache.svc\n  PGHOST: pg.database.svc.cluster.local\n',
      'apps/forum/values.yaml': 'env: {PGHOST: dragonfly.cache.svc}\n',
    };
    expect(needsIn(files)).toEqual(['access postgres']);
    expect(seenIn(files).needs[0]?.evidence).toMatchObject([
      { host: 'pg.database.svc.cluster.local', place: { file: 'apps/shop/values.yaml', line: 3 } },
    ]);
  });

  it('never repeat a password', () => {
    const text = JSON.stringify(
      seenIn({ 'a.yaml': app('postgres://u:hunter2@pg.database.svc:5432/db?password=hunter2') }),
    );
    expect(text).toContain('pg.database.svc:5432');
    expect(text).not.toContain('hunter2');
  });

  it('are told apart in one namespace by the Service, or by the port', () => {
    const { catalog } = readCatalog({
      path: 'propolis.yaml',
      text: 'resources: {postgres: {namespace: data, labels: {app: pg}}, dragonfly: {namespace: data, labels: {app: df}}}\n',
    });
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: store, namespace: data}\nspec: {selector: {app: df}, ports: [{port: 80}]}\n';
    const one = (value: string): readonly string[] =>
      needsIn({ 'apps/shop/app.yaml': app(value), 'data/service.yaml': service }, catalog);
    expect(one('store.data.svc')).toEqual(['access dragonfly']);
    expect(one('other.data.svc:5432')).toEqual(['access postgres']);
    expect(one('other.data.svc')).toEqual([]);
  });

  it('do not count where the text is another namespace’s, or encrypted', () => {
    expect(needsIn({ 'apps/forum/app.yaml': app('pg.database.svc', 'namespace: forum') })).toEqual([]);
    const secret =
      'kind: Secret\nmetadata: {namespace: shop}\nstringData: {a: "ENC[x] pg.database.svc"}\nsops: {}\n';
    expect(needsIn({ 'apps/shop/secret.yaml': secret })).toEqual([]);
  });
});

describe('addresses outside', () => {
  it('are hints only, without what may be a secret', () => {
    const { needs, hints } = seenIn({ 'apps/shop/app.yaml': app('https://api.example.com/v1?token=abc') });
    expect(needs).toEqual([]);
    expect(hints).toMatchObject([{ url: 'https://api.example.com', place: { line: 11 } }]);
    expect(seenIn({ 'a.yaml': app('https://web.shop.svc/x') }).hints).toEqual([]);
  });
});

it('takes time in proportion to the text', () => {
  const words = ['a.', 'a-', 'postgres://', '.database', 'x@', ':5']
    .map((word) => word.repeat(20_000))
    .join(' ');
  const start = performance.now();
  seenIn({ 'apps/shop/app.yaml': app(`.database ${words}`) });
  expect(performance.now() - start).toBeLessThan(2000);
});
