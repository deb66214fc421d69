import { describe, expect, it } from 'vitest';
import { cnp } from '../../../../test/lib/policies.ts';
import { policiesFrom } from '../../../../test/lib/world-from.ts';
import { DEFAULT_CATALOG } from '../../catalog/index.ts';
import type { FlowEndpoint } from '../../model/flow.ts';
import { agentOptions } from '../../model/options.ts';
import { needsFromFlows, type ObservedEdge } from './from-flows.ts';

const OPTIONS = agentOptions();

function end(id: string, ...labels: readonly string[]): FlowEndpoint {
  const [namespace = '', pod] = id.split('/');
  const own = pod === undefined ? [`reserved:${id}`] : [`k8s:io.kubernetes.pod.namespace=${namespace}`];
  return {
    identity: 1,
    namespace: pod === undefined ? '' : namespace,
    podName: pod ?? '',
    labels: [...own, 'k8s:io.cilium.k8s.policy.cluster=default', ...labels].filter(
      (label) => pod !== undefined || label.startsWith('reserved:'),
    ),
    workloads: [],
    clusterName: 'default',
  };
}

const WEB = end('shop/web');
const edge = (
  source: FlowEndpoint,
  destination: FlowEndpoint,
  more: Partial<ObservedEdge> = {},
): ObservedEdge => ({
  source,
  destination,
  sourceIp: '10.0.0.1',
  destinationIp: '10.0.0.2',
  protocol: 'TCP',
  port: 443,
  direction: 'egress',
  isReply: false,
  count: 1,
  names: [],
  ...more,
});

function seen(edges: readonly ObservedEdge[], policies = '') {
  return needsFromFlows('shop', edges, {
    catalog: DEFAULT_CATALOG,
    options: OPTIONS,
    policies: policiesFrom(policies, OPTIONS),
  });
}

describe('needsFromFlows', () => {
  it.each([
    {
      name: 'a gateway, with the port of the pod',
      given: edge(end('istio-gateway/g', 'k8s:gateway.networking.k8s.io/gateway-name=external'), WEB, {
        port: 8080,
      }),
      need: { kind: 'gateway', gateway: 'external', port: 8080 },
    },
    {
      name: 'a resource',
      given: edge(WEB, end('database/pg'), { port: 5432 }),
      need: { kind: 'access', resource: 'postgres' },
    },
    {
      name: 'the API server',
      given: edge(WEB, end('kube-apiserver'), { port: 6443 }),
      need: { kind: 'access', resource: 'kube-api' },
    },
    {
      name: 'the outside, with address and name',
      given: edge(WEB, end('world'), { destinationIp: '1.1.1.1', names: ['api.example.com'] }),
      need: {
        kind: 'out',
        port: 443,
        protocol: 'TCP',
        targets: [{ address: '1.1.1.1', names: ['api.example.com'] }],
      },
    },
  ])('finds $name', ({ given, need }) => {
    const { needs, others } = seen([given]);
    expect(needs.map((one) => one.need)).toEqual([need]);
    expect(others).toEqual([]);
  });

  it.each([
    {
      name: 'DNS',
      given: edge(WEB, end('kube-system/dns', 'k8s:k8s-app=kube-dns'), { port: 53, protocol: 'UDP' }),
    },
    { name: 'scrapes', given: edge(end('monitoring/p', 'k8s:app.kubernetes.io/name=prometheus'), WEB) },
    { name: 'probes', given: edge(end('host'), WEB) },
    { name: 'answers', given: edge(WEB, end('world'), { isReply: true }) },
    { name: 'what routers say', given: edge(WEB, end('unknown'), { protocol: 'ICMPv6', port: 133 }) },
    { name: 'other namespaces', given: edge(end('forum/web'), end('world')) },
  ])('leaves out $name', ({ given }) => {
    expect(seen([given])).toEqual({ needs: [], others: [] });
  });

  it.each([
    { name: 'another app', given: edge(WEB, end('forum/web')), to: 'forum/web' },
    { name: 'its own pods', given: edge(WEB, end('shop/db')), to: 'shop/db' },
    {
      name: 'a cloud’s metadata',
      given: edge(WEB, end('world'), { destinationIp: '169.254.169.254' }),
      to: '169.254.169.254',
    },
    {
      name: 'a ping',
      given: edge(WEB, end('world'), { protocol: 'ICMP', port: 8, destinationIp: '1.1.1.1' }),
      to: '1.1.1.1',
    },
  ])('tells of $name by itself', ({ given, to }) => {
    const { needs, others } = seen([given]);
    expect(needs).toEqual([]);
    expect(others[0]).toMatchObject({ direction: 'egress', from: 'shop/web', to });
  });

  it('counts a flow once of which both nodes tell, passed or dropped', () => {
    const pg = end('database/pg');
    const { needs } = seen([
      edge(WEB, pg, { port: 5432, count: 3 }),
      edge(WEB, pg, { port: 5432, count: 2, direction: 'ingress' }),
      edge(WEB, pg, { port: 5432, count: 4 }),
    ]);
    expect(needs).toEqual([
      {
        need: { kind: 'access', resource: 'postgres' },
        evidence: [{ kind: 'flows', count: 7, example: 'database/pg' }],
      },
    ]);
  });

  it('takes what goes out on one port for one need, and very many addresses for the world', () => {
    const many = Array.from({ length: 150 }, (_, i) =>
      edge(WEB, end('world'), { destinationIp: `1.1.1.${i}` }),
    );
    expect(seen(many.slice(0, 3)).needs.map(({ need }) => need)).toMatchObject([
      { kind: 'out', targets: [{}, {}, {}] },
    ]);
    expect(seen(many).needs.map(({ need }) => need)).toEqual([
      { kind: 'out', port: 443, protocol: 'TCP', targets: [] },
    ]);
  });

  it('asks for no profile where a policy of the namespace’s own admits it', () => {
    const own = cnp(
      "endpointSelector: {}, egress: [{toCIDR: ['1.1.1.0/24'], toPorts: [{ports: [{port: '443', protocol: TCP}]}]}]",
      'own',
      'shop',
    );
    const { needs, others } = seen(
      [
        edge(WEB, end('world'), { destinationIp: '1.1.1.1' }),
        edge(WEB, end('world'), { destinationIp: '9.9.9.9' }),
      ],
      own,
    );
    expect(needs.map(({ need }) => need)).toMatchObject([{ kind: 'out', targets: [{ address: '9.9.9.9' }] }]);
    expect(others).toMatchObject([{ to: '1.1.1.1', admittedBy: { name: 'own' } }]);
  });
});
