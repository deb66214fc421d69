import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../catalog/index.ts';
import { readRepository } from '../manifest/read.ts';
import { agentOptions } from '../model/options.ts';
import { type CanAnswer, can } from './can.ts';

type Answer = Extract<CanAnswer, { readonly kind: 'answer' }>;

function ask(from: string, to: string, port: number, files: string): CanAnswer {
  const options = agentOptions();
  const read = readRepository([{ path: 'all.yaml', text: files }], { agent: options });
  return can({ from, to, port, protocol: 'TCP' }, { read, catalog: DEFAULT_CATALOG, options });
}

function answer(from: string, to: string, port: number, files: string): Answer {
  const found = ask(from, to, port, files);
  if (found.kind !== 'answer') throw new Error(JSON.stringify(found));
  return found;
}

const namespaces = (...names: readonly string[]): string =>
  names.map((name) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`).join('');
const workload = (id: string, port: string): string => {
  const [namespace, name] = id.split('/');
  return `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, ports: [${port}]}]}}}\n`;
};
const service = (port: number, target: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: data}\nspec: {selector: {app: db}, ports: [{port: ${port}, targetPort: ${target}}]}\n`;
const cnp = (id: string, spec: string): string => {
  const [namespace, name] = id.split('/');
  return `---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {${spec}}\n`;
};

describe('the trap of Service ports', () => {
  const traps = (port: number, target: string, declared = '{containerPort: 5432, name: pg}'): unknown =>
    answer(
      'shop',
      'data/db',
      port,
      namespaces('shop', 'data') + workload('data/db', declared) + service(port, target),
    ).serviceTraps;

  it.each([
    ['by number', 80, '5432', 5432],
    ['by name', 80, 'pg', 5432],
    ['by a name that nobody declares', 80, 'nobody', 'nobody'],
  ])('is noted %s', (_, port, target, podPort) => {
    expect(traps(port, target)).toEqual([{ service: 'data/db', servicePort: port, podPort }]);
  });

  it.each([
    ['the number is the same', 5432, '5432'],
    ['the name stands for the same number', 5432, 'pg'],
    ['the name is written in capitals', 5432, 'PG'],
  ])('is none where %s', (_, port, target) => {
    expect(traps(port, target)).toEqual([]);
  });
});

describe('pods that no file declares', () => {
  const files = namespaces('shop', 'charts');

  it('are judged with certainty where no policy asks for labels of their own', () => {
    const open =
      files +
      cnp(
        'charts/all',
        'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: shop}}]}]',
      );
    expect(answer('shop', 'charts/redis', 6379, open).decisions).toMatchObject([
      { verdict: 'allowed', isCertain: true },
    ]);
    const closed = files + cnp('charts/all', 'endpointSelector: {}, ingress: [{fromEntities: [health]}]');
    expect(answer('shop', 'charts/redis', 6379, closed).decisions).toMatchObject([
      { verdict: 'denied', isCertain: true },
    ]);
  });

  it('are undecidable where one does', () => {
    const some =
      files +
      cnp(
        'charts/redis',
        'endpointSelector: {matchLabels: {app: redis}}, ingress: [{fromEntities: [health]}]',
      );
    const { decisions, assumed } = answer('shop', 'charts/redis', 6379, some);
    expect(decisions).toMatchObject([{ verdict: 'allowed', isCertain: false }]);
    expect(decisions[0]?.ingress.assumptions).toEqual([
      {
        code: 'labels-unknown',
        policy: { kind: 'CiliumNetworkPolicy', namespace: 'charts', name: 'redis' },
        pod: 'charts/redis',
      },
    ]);
    expect(assumed).toEqual(['shop', 'charts/redis']);
  });
});

describe('many answers to one question', () => {
  it('come for every pair', () => {
    const files =
      namespaces('shop', 'data') +
      workload('shop/a', '') +
      workload('shop/b', '') +
      workload('data/db', '') +
      workload('data/kv', '');
    expect(answer('shop', 'data', 5432, files).decisions.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'shop/a data/db',
      'shop/a data/kv',
      'shop/b data/db',
      'shop/b data/kv',
    ]);
  });

  it('are refused beyond what anybody would read', () => {
    const many = Array.from({ length: 51 }, (_, i) => workload(`shop/w${i}`, '')).join('');
    expect(ask('shop', 'shop', 80, namespaces('shop') + many)).toEqual({
      kind: 'too-many',
      pairs: 2601,
      most: 2500,
    });
  });

  it('name who is not known, the source first', () => {
    expect(ask('nobody', 'none', 80, namespaces('shop'))).toEqual({
      kind: 'unknown',
      name: 'nobody',
      nearest: [],
    });
    expect(ask('shop', 'shopp', 80, namespaces('shop'))).toEqual({
      kind: 'unknown',
      name: 'shopp',
      nearest: ['shop'],
    });
  });
});

describe('what an answer says besides', () => {
  it('addresses are taken for the outside', () => {
    expect(answer('shop', '10.0.0.7', 80, namespaces('shop')).addresses).toEqual(['10.0.0.7']);
    expect(answer('shop', 'world', 80, namespaces('shop')).addresses).toEqual([]);
  });

  it('the version is always told', () => {
    expect(answer('shop', 'world', 80, namespaces('shop')).assumptions).toEqual([
      { code: 'cilium-version', version: '1.20' },
    ]);
  });

  it('the escape hatch is never the nearest way', () => {
    const hatch = `---\napiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: hatch}\nspec: {endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.network-policy.homelab/enforcement: disabled}}, egress: [{toEntities: [all]}], ingress: [{fromEntities: [all]}]}\n`;
    const access = `---\napiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: access}\nspec: {endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"}}, egress: [{toEntities: [all]}]}\n`;
    const closed = cnp('shop/none', 'endpointSelector: {}, egress: [{toEntities: [health]}]');
    const { decisions } = answer('shop', 'world', 80, namespaces('shop') + hatch + closed + access);
    expect(decisions[0]?.egress.nearest.map(({ rule }) => rule.policy.name)).toEqual(['access']);
  });
});
