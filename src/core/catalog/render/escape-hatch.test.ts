import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { policiesFrom } from '../../../../test/lib/world-from.ts';
import { compile, difference, type Engine } from '../../engine/index.ts';
import { podIdentityLabels, type ReservedName, reservedLabels } from '../../model/identity.ts';
import { type AgentOptions, agentOptions, CILIUM_VERSIONS } from '../../model/options.ts';
import type { Policy } from '../../model/policy.ts';
import type { Endpoint, World } from '../../model/world.ts';
import { DEFAULT_CATALOG } from '../defaults.ts';
import type { Catalog } from '../types.ts';
import { hatchDocument } from './escape-hatch.ts';
import { printPolicy } from './print-policy.ts';
import { renderTree } from './tree.ts';

const DISABLED = { 'network-policy.homelab/enforcement': 'disabled' };
const HATCH = 'escape-hatch';

/** Namespaces with any labels, policies of people besides the tree, and agents of any kind. */
interface Given {
  readonly namespaces: readonly NamespaceGiven[];
  readonly extra: readonly string[];
  readonly catalog: Partial<Catalog>;
  readonly options: Partial<AgentOptions>;
}

interface NamespaceGiven {
  readonly labels: Readonly<Record<string, string>>;
  readonly isOpen: boolean;
}

const labels = fc
  .record({
    profile: fc.option(fc.constantFrom('isolated', 'internal', 'internal-egress', 'standard', 'none-such')),
    postgres: fc.boolean(),
    kubeApi: fc.boolean(),
    ambient: fc.boolean(),
  })
  .map(({ profile, postgres, kubeApi, ambient }) => ({
    ...(profile === null ? {} : { 'network-policy.homelab/profile': profile }),
    ...(postgres ? { 'access.network-policy.homelab/postgres': 'true' } : {}),
    ...(kubeApi ? { 'access.network-policy.homelab/kube-api': 'true' } : {}),
    ...(ambient ? { 'istio.io/dataplane-mode': 'ambient' } : {}),
  }));

const namespace = (isOpen: fc.Arbitrary<boolean>) => fc.record({ labels, isOpen });

/** What people add: rules that isolate, by pods, by nodes, at Cilium's own endpoints, and by contents. */
const EXTRA = {
  isolating: 'endpointSelector: {}, ingress: [{}], egress: [{}]',
  ingressEndpoint:
    "endpointSelector: {matchLabels: {'reserved:ingress': ''}}, egress: [{toEntities: [world]}]",
  healthEndpoint:
    "endpointSelector: {matchLabels: {'reserved:health': ''}}, ingress: [{fromEntities: [host]}]",
  host: 'nodeSelector: {}, ingress: [{fromEntities: [remote-node]}], egress: [{toEntities: [world]}]',
  http: 'endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [cluster], toPorts: [{ports: [{port: "8080", protocol: TCP}], rules: {http: [{method: GET}]}}]}]',
} as const;

const given = (isOpen: fc.Arbitrary<boolean>): fc.Arbitrary<Given> =>
  fc.record({
    namespaces: fc.array(namespace(isOpen), { minLength: 1, maxLength: 4 }),
    extra: fc.subarray(Object.values(EXTRA)),
    catalog: fc.record({
      baselines: fc.constantFrom(DEFAULT_CATALOG.baselines, ['dns-egress'] as const, [] as const),
      mesh: fc.boolean().map((ambient) => ({ ...DEFAULT_CATALOG.mesh, ambient })),
    }),
    options: fc.record({
      version: fc.constantFrom(...CILIUM_VERSIONS),
      enforcement: fc.constantFrom('default' as const, 'always' as const),
      hostFirewall: fc.boolean(),
      ipv6: fc.boolean(),
    }),
  });

function catalogOf({ catalog, options }: Given): Catalog {
  return { ...DEFAULT_CATALOG, ...catalog, cilium: options };
}

function treeOf(catalog: Catalog, options: AgentOptions): readonly Policy[] {
  const text = renderTree(catalog)
    .filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .map((file) => file.text)
    .join('');
  return policiesFrom(text, options);
}

function worldOf(drawn: Given, change: (tree: readonly Policy[]) => readonly Policy[]): Engine {
  const options = agentOptions(drawn.options);
  const extra = drawn.extra.map(
    (spec, i) =>
      `---\napiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: extra-${i}}\nspec: {${spec}}\n`,
  );
  const world: World = {
    policies: [...change(treeOf(catalogOf(drawn), options)), ...policiesFrom(extra.join(''), options)],
    endpoints: endpointsOf(drawn, options),
  };
  return compile(world, options);
}

function endpointsOf({ namespaces }: Given, options: AgentOptions): readonly Endpoint[] {
  const pod = (id: string, own: Readonly<Record<string, string>>, podLabels = {}): Endpoint => {
    const [name = ''] = id.split('/');
    const namespaceLabels = { 'kubernetes.io/metadata.name': name, ...own };
    return {
      id,
      labels: podIdentityLabels({
        namespace: name,
        podLabels,
        namespaceLabels,
        cluster: options.clusterName,
      }),
    };
  };
  const world: readonly ReservedName[] = options.ipv6 ? ['world-ipv4', 'world-ipv6'] : ['world'];
  const reserved: readonly ReservedName[] = [
    'host',
    'remote-node',
    'kube-apiserver',
    'health',
    'ingress',
    'init',
    'unmanaged',
    ...world,
  ];
  return [
    ...namespaces.flatMap(({ labels, isOpen }, i) => {
      const own = { ...labels, ...(isOpen ? DISABLED : {}) };
      return [pod(`n${i}/web`, own, { app: 'web' }), pod(`n${i}/job`, own)];
    }),
    pod('kube-system/dns', {}, { 'k8s-app': 'kube-dns' }),
    pod('database/pg', {}),
    pod('istio-gateway/ex', {}, { 'gateway.networking.k8s.io/gateway-name': 'external' }),
    ...reserved.map((name) => ({ id: name, labels: reservedLabels(name) })),
  ];
}

const QUESTIONS = [
  { protocol: 'TCP', port: 8080 },
  { protocol: 'TCP', port: 5432 },
  { protocol: 'UDP', port: 53 },
  { protocol: 'ICMP', port: 8 },
] as const;

/** Flows from or to a pod of an open namespace that are denied at either end. */
function deniedAround(engine: Engine, { namespaces }: Given): readonly string[] {
  const open = new Set(namespaces.flatMap(({ isOpen }, i) => (isOpen ? [`n${i}/web`, `n${i}/job`] : [])));
  return engine.endpoints.flatMap(({ id: from }, i) =>
    engine.endpoints.flatMap(({ id: to }, j) =>
      QUESTIONS.filter(({ protocol, port }) => {
        if (!open.has(from) && !open.has(to)) return false;
        const l7 = { kind: 'http', method: 'POST', host: 'x', path: '/' } as const;
        return engine.decide({ from: i, to: j, protocol, port, l7 }).verdict === 'denied';
      }).map(({ protocol, port }) => `${from} → ${to} ${port}/${protocol}`),
    ),
  );
}

/**
 * From 1.20 the local host is admitted where any ingress rule selects an endpoint, which the hatch's does (cilium#48444).
 * That tells only where enforcement is forced: by the agent's option, and for endpoints that are still starting.
 */
function pairs(from: readonly string[], to: readonly string[], { options }: Given): readonly string[] {
  const isForced = (id: string): boolean => options.enforcement === 'always' || id === 'init';
  return from.flatMap((source) =>
    to.filter((id) => source !== 'host' || !isForced(id)).map((id) => `${source} → ${id}`),
  );
}

const keep = (tree: readonly Policy[]): readonly Policy[] => tree;
const withoutHatch = (tree: readonly Policy[]): readonly Policy[] =>
  tree.filter(({ name }) => name !== HATCH);
/** The form that people write first: only the namespace itself is opened. */
const oneSided = (tree: readonly Policy[]): readonly Policy[] =>
  tree.map((policy) => (policy.name === HATCH ? { ...policy, specs: policy.specs.slice(0, 1) } : policy));

const law = (change: typeof keep) =>
  fc.property(given(fc.boolean()), (drawn) => deniedAround(worldOf(drawn, change), drawn).length === 0);

describe('the escape hatch', () => {
  it('opens both ends: nothing from or to an open namespace is denied', () => {
    fc.assert(law(keep), { numRuns: 60 });
  });

  it('would not open both ends in its one-sided form', () => {
    expect(fc.check(law(oneSided), { numRuns: 60 }).failed).toBe(true);
    expect(fc.check(law(withoutHatch), { numRuns: 60 }).failed).toBe(true);
  });

  it('changes nothing while no namespace is open', () => {
    fc.assert(
      fc.property(given(fc.constant(false)), (drawn) => {
        const [before, after] = [worldOf(drawn, withoutHatch), worldOf(drawn, keep)];
        expect(difference(before, after).flatMap(({ from, to }) => pairs(from, to, drawn))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('lets the local host in where 1.20 forgets it: to endpoints that no ingress rule selects', () => {
    const drawn: Given = {
      namespaces: [{ labels: {}, isOpen: false }],
      extra: [],
      catalog: {},
      options: { version: '1.20' },
    };
    const [before, after] = [worldOf(drawn, withoutHatch), worldOf(drawn, keep)];
    expect(difference(before, after)).toMatchObject([{ from: ['host'], to: ['init'] }]);
  });

  it('gives way to a deny rule', () => {
    const drawn: Given = {
      namespaces: [{ labels: {}, isOpen: true }],
      extra: [
        'endpointSelector: {}, enableDefaultDeny: {egress: false}, egressDeny: [{toEntities: [world]}]',
      ],
      catalog: {},
      options: {},
    };
    const denied = deniedAround(worldOf(drawn, keep), drawn);
    expect(new Set(denied.map((text) => text.split(' ')[2]))).toEqual(new Set(['world']));
    expect(denied.length).toBe(2 * QUESTIONS.length);
  });

  it('is one object, so that no half of it can be missing', () => {
    const documents = parseAllDocuments(printPolicy(hatchDocument(DEFAULT_CATALOG)));
    expect(documents.map((document) => document.toJS() as unknown)).toEqual([
      expect.objectContaining({
        kind: 'CiliumClusterwideNetworkPolicy',
        specs: [expect.anything(), expect.anything()],
      }),
    ]);
  });

  it('opens nodes too where the host firewall guards them', () => {
    const catalog = { ...DEFAULT_CATALOG, cilium: { hostFirewall: true } };
    expect(hatchDocument(catalog).specs.at(-1)?.subject.kind).toBe('nodes');
  });

  it('selects pods alone where some agent would take its rules for a default-deny', () => {
    const catalog = { ...DEFAULT_CATALOG, cilium: { nonDefaultDeny: false } };
    const options = agentOptions(catalog.cilium);
    const engine = compile(
      {
        policies: treeOf(catalog, options),
        endpoints: ['health', 'remote-node'].map((name) => ({ id: name, labels: [`reserved:${name}`] })),
      },
      options,
    );
    expect(engine.decide({ from: 1, to: 0, protocol: 'TCP', port: 4240 }).verdict).toBe('allowed');
  });
});
