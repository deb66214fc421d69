import * as fc from 'fast-check';
import { readPolicy } from '../../src/core/manifest/policy/read-policy.ts';
import type { RawObject } from '../../src/core/manifest/raw-object.ts';
import { parseCidr } from '../../src/core/model/cidr.ts';
import { podIdentityLabels, reservedLabels } from '../../src/core/model/identity.ts';
import { type AgentOptions, agentOptions, CILIUM_VERSIONS } from '../../src/core/model/options.ts';
import type { Policy } from '../../src/core/model/policy.ts';
import { PROTOCOLS, type Protocol } from '../../src/core/model/port.ts';
import type { CidrGroup, Endpoint, Service, World } from '../../src/core/model/world.ts';
import { ADDRESSES, FQDNS, PORT_NUMBERS, randomPolicy } from './random-policy.ts';
import { outsideOf } from './world-from.ts';

export interface RandomWorld {
  readonly world: World;
  readonly options: AgentOptions;
}

/** A world of a few endpoints of every kind, and policies that are about them. @param most how many of each */
export function randomWorld({
  policies = 4,
  pods = 5,
}: {
  readonly policies?: number;
  readonly pods?: number;
} = {}): fc.Arbitrary<RandomWorld> {
  return fc
    .record({
      options: randomOptions(),
      pods: fc.array(pod(), { minLength: Math.floor(pods / 2), maxLength: pods }),
      others: fc.subarray(OTHERS, { minLength: 2, maxLength: 5 }),
      policies: fc.array(randomPolicy(), { maxLength: policies }),
    })
    .map(({ options, pods: chosen, others, policies: written }) => ({
      options,
      world: {
        policies: inForce(written, options),
        endpoints: [
          ...chosen.map((one, i) => ({ ...one, id: `pod-${i}` })),
          ...['host', ...others].map((name) => otherEndpoint(name, options)),
        ],
        services: SERVICES,
        cidrGroups: CIDR_GROUPS,
      },
    }));
}

/** Those that the API server and the agent let into force, named by their numbers. */
export function inForce(values: readonly object[], options: AgentOptions): readonly Policy[] {
  return values.flatMap((nameless, i) => {
    const { metadata } = nameless as { readonly metadata: object };
    const value = { ...nameless, metadata: { ...metadata, name: `policy-${i}` } };
    const raw: RawObject = {
      value,
      file: `policy-${i}`,
      locate: () => ({ file: `policy-${i}`, line: 1, column: 1 }),
    };
    return readPolicy(raw, options).policy ?? [];
  });
}

export function randomOptions(): fc.Arbitrary<AgentOptions> {
  return fc
    .record({
      version: fc.constantFrom(...CILIUM_VERSIONS),
      enforcement: fc.constantFrom('default', 'default', 'default', 'default', 'always', 'never'),
      allowLocalhost: fc.constantFrom('auto', 'policy', 'policy'),
      defaultLocalCluster: fc.boolean(),
      ipv6: fc.boolean(),
      cidrMatchMode: fc.subarray<'nodes' | 'pods'>(['nodes', 'pods']),
      hostFirewall: fc.boolean(),
      nonDefaultDeny: fc.constantFrom(true, true, true, false),
    })
    .map((given) =>
      agentOptions({
        ...given,
        // `pods` came with 1.20.
        cidrMatchMode: given.cidrMatchMode.filter((mode) => mode === 'nodes' || given.version >= '1.20'),
        nodeSelectorLabels: true,
        extendedProtocols: given.version !== '1.18',
      }),
    );
}

export interface Ask {
  readonly from: number;
  readonly to: number;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Questions about endpoints by number, taken modulo the size of the world. */
export function randomAsks(count: number): fc.Arbitrary<readonly Ask[]> {
  const where = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.constantFrom<Protocol>('TCP', 'UDP', 'SCTP'), fc.constantFrom(...PORTS_ASKED)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom<Protocol>('ICMP', 'ICMPv6'), fc.constantFrom(0, 8, 13)),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...PROTOCOLS.slice(5)), fc.constant(0)) },
  );
  return fc.array(
    fc
      .tuple(fc.nat(10_000), fc.nat(10_000), where)
      .map(([from, to, [protocol, port]]) => ({ from, to, protocol, port })),
    { minLength: count, maxLength: count },
  );
}

/** The numbers that policies use, and their neighbours. */
export const PORTS_ASKED: readonly number[] = [
  0,
  1,
  60,
  65_535,
  9000,
  9001,
  444,
  8081,
  ...PORT_NUMBERS,
  ...PORT_NUMBERS.map((port) => port - 1),
];

/** Every pair, with a spread of ports. */
export function everyPair({ endpoints }: World): readonly (readonly [from: number, to: number])[] {
  return endpoints.flatMap((_from, from) => endpoints.map((_to, to) => [from, to] as const));
}

function pod(): fc.Arbitrary<Omit<Endpoint, 'id'>> {
  return fc
    .record({
      namespace: fc.constantFrom('a', 'a', 'b'),
      app: fc.constantFrom('x', 'y', 'z'),
      tier: fc.constantFrom(undefined, 't1', 't2'),
      odd: fc.constantFrom(
        undefined,
        undefined,
        undefined,
        undefined,
        'host',
        'init',
        'cidr',
        'far',
        'container',
      ),
      http: fc.constantFrom(undefined, 80, 8080),
      dns: fc.constantFrom(undefined, 53),
    })
    .map(({ namespace, app, tier, odd, http, dns }) => {
      const team = namespace === 'a' ? 'red' : 'blue';
      const labels = podIdentityLabels({
        namespace,
        podLabels: {
          app,
          ...(tier === undefined ? {} : { tier }),
          ...(odd === 'host' || odd === 'init' ? { [odd]: 'yes' } : {}),
        },
        namespaceLabels: { team },
        cluster: odd === 'far' ? 'other' : 'default',
      });
      const extra = odd === 'cidr' ? ['cidr:10.1.2.3/32'] : odd === 'container' ? ['container:app=x'] : [];
      return {
        labels: [...extra, ...labels],
        ports: [
          ...(http === undefined ? [] : [{ name: 'http', protocol: 'TCP' as const, port: http }]),
          ...(dns === undefined ? [] : [{ name: 'dns', protocol: 'UDP' as const, port: dns }]),
        ],
      };
    });
}

const RESERVED = ['host', 'remote-node', 'kube-apiserver', 'health', 'init', 'ingress', 'unmanaged'] as const;
/** The local host is in every world. */
const OTHERS: string[] = [
  ...RESERVED.slice(1),
  'world',
  'node-with-address',
  'node-with-labels',
  'office',
  'apiserver-outside',
  ...ADDRESSES,
  ...FQDNS.map((name) => `fqdn:${name}`),
  'fqdn:*.example.com',
];

function otherEndpoint(id: string, options: AgentOptions): Endpoint {
  const reserved = RESERVED.find((name) => name === id);
  if (reserved !== undefined) return { id, labels: reservedLabels(reserved) };
  const world = `reserved:${options.ipv6 ? 'world-ipv4' : 'world'}`;
  switch (id) {
    case 'world':
      return { id, labels: [world] };
    case 'node-with-address':
      return { id, labels: ['cidr:10.0.0.1/32', 'reserved:remote-node'] };
    case 'node-with-labels':
      return {
        id,
        labels: ['k8s:io.cilium.k8s.policy.cluster=default', 'node:pool=db', 'reserved:remote-node'],
      };
    case 'office':
      return { id, labels: ['cidrgroup:io.cilium.policy.cidrgroupname/offices', world] };
    case 'apiserver-outside':
      return { id, labels: ['cidr:1.2.3.4/32', 'reserved:kube-apiserver', world] };
    default:
      return id.startsWith('fqdn:') ? { id, labels: [id, world] } : outsideOf(id, options);
  }
}

const CIDR_GROUPS: readonly CidrGroup[] = [
  {
    name: 'offices',
    labels: { app: 'x' },
    cidrs: ['10.1.0.0/16', '1.2.3.0/24'].flatMap((text) => parseCidr(text) ?? []),
  },
  {
    name: 'everywhere',
    labels: { tier: 't1' },
    cidrs: ['0.0.0.0/0'].flatMap((text) => parseCidr(text) ?? []),
  },
];

const SERVICES: readonly Service[] = [
  { namespace: 'a', name: 'web', labels: { app: 'x' }, selector: { app: 'y' }, ports: [] },
  {
    namespace: 'b',
    name: 'web',
    labels: { app: 'y', tier: 't1' },
    selector: { app: 'x', tier: 't1' },
    ports: [],
  },
  { namespace: 'a', name: 'legacy', labels: { app: 'y' }, ports: [], backends: ['10.1.2.3', '1.2.3.4'] },
  { namespace: 'b', name: 'bare', labels: {}, ports: [] },
];
