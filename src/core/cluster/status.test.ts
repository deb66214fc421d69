import { describe, expect, it } from 'vitest';
import {
  ccnp,
  cnp,
  DNS_BASELINE,
  namespace,
  POSTGRES,
  PROFILE,
  PROFILES,
  workload,
} from '../../../test/diagnose/tools.ts';
import { clusterOf, find, type MutableCluster } from '../../../test/lib/cluster-of.ts';
import { DEFAULT_CATALOG } from '../catalog/index.ts';
import { readDeclared } from '../manifest/read.ts';
import { agentOptions } from '../model/options.ts';
import type { PolicyDrift } from './drift.ts';
import type { ClusterState } from './state.ts';
import { type ClusterStatus, type NamespaceStatus, statusOf } from './status.ts';
import { statusFindings } from './status-findings.ts';

const OPTIONS = agentOptions();
const HATCH = 'network-policy.homelab/enforcement';
const FILES: Readonly<Record<string, string>> = {
  'policies.yaml':
    DNS_BASELINE +
    PROFILES +
    cnp('shop/own', '  endpointSelector: {matchLabels: {app: api}}\n  egress: [{toEntities: [host]}]') +
    cnp('mail/own', '  endpointSelector: {matchLabels: {app: gone}}\n  egress: [{toEntities: [host]}]'),
  'namespaces.yaml':
    namespace('shop', { [PROFILE]: 'internal', [POSTGRES]: 'true' }) +
    namespace('mail', { [PROFILE]: 'strange' }) +
    namespace('database'),
  'workloads.yaml':
    workload('shop/api') +
    workload('mail/smtp') +
    workload('shop/agent', { app: 'agent' }, 'hostNetwork: true'),
};

function declared(files = FILES): ReturnType<typeof readDeclared> {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return readDeclared(list, { agent: OPTIONS });
}

function statusWith(
  change?: (cluster: MutableCluster) => void,
  also: (state: ClusterState) => ClusterState = (state) => state,
  files = FILES,
): ClusterStatus {
  const list = Object.entries(FILES).map(([path, text]) => ({ path, text }));
  const state = also(clusterOf(list, { agent: OPTIONS }, change));
  return statusOf({
    state,
    catalog: DEFAULT_CATALOG,
    options: OPTIONS,
    nowMs: Date.UTC(2026, 2, 1, 12),
    repository: declared(files),
  });
}

function of(status: ClusterStatus, name: string): NamespaceStatus {
  const found = status.namespaces.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no namespace ${name}`);
  return found;
}

function drift(status: ClusterStatus): readonly PolicyDrift[] {
  return status.drift?.policies ?? [];
}

describe('a cluster that is as Git says', () => {
  it('has no finding', () => {
    const status = statusWith();
    expect(statusFindings(status)).toEqual([]);
    expect(status.drift).toEqual({ policies: [], labels: [], missingNamespaces: [], notCompared: [] });
  });

  it('shows profiles, access, pods and the policies that select them', () => {
    const status = statusWith();
    expect(of(status, 'shop')).toMatchObject({
      profile: 'internal',
      isProfileKnown: true,
      access: ['postgres'],
      hatch: { isOpen: false },
      pods: { managed: 1, hostNetwork: ['agent-0'], unmanaged: [], isKnown: true },
    });
    expect(of(status, 'mail').isProfileKnown).toBe(false);
    expect(of(status, 'database').isPlatform).toBe(true);
    const names = (name: string): readonly string[] => of(status, name).policies.map((policy) => policy.name);
    expect(names('shop')).toEqual(['own', 'baseline-dns-egress', 'profile-internal']);
    // It selects nothing, and is shown where it is.
    expect(names('mail')).toEqual(['own', 'baseline-dns-egress']);
  });
});

describe('policies', () => {
  it('are missing, extra, or differ at a field', () => {
    const status = statusWith((cluster) => {
      cluster.CiliumClusterwideNetworkPolicy = cluster.CiliumClusterwideNetworkPolicy.filter(
        ({ metadata }) => metadata.name !== 'baseline-dns-egress',
      );
      const own = find(cluster, 'CiliumNetworkPolicy', 'shop/own');
      own['spec'] = { endpointSelector: { matchLabels: { app: 'web' } }, egress: [{ toEntities: ['host'] }] };
      const { spec } = find(cluster, 'CiliumNetworkPolicy', 'mail/own');
      cluster.CiliumNetworkPolicy.push({
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        metadata: {
          name: 'by-hand',
          namespace: 'mail',
          managedFields: [{ manager: 'kubectl', operation: 'Update' }],
        },
        spec,
      });
    });
    expect(drift(status)).toMatchObject([
      { code: 'missing', name: 'baseline-dns-egress', place: { file: 'policies.yaml' }, isDrift: true },
      {
        code: 'different',
        name: 'own',
        field: 'spec.endpointSelector.matchLabels.app',
        inGit: 'api',
        inCluster: 'web',
        isDrift: true,
      },
      { code: 'extra', name: 'by-hand', managedBy: { kind: 'nobody', managers: ['kubectl'] }, isDrift: true },
    ]);
  });

  it('of charts and of other objects are no drift', () => {
    const status = statusWith((cluster) => {
      const { spec } = find(cluster, 'CiliumNetworkPolicy', 'mail/own');
      const extra = (name: string, metadata: object): void => {
        cluster.CiliumNetworkPolicy.push({
          apiVersion: 'cilium.io/v2',
          kind: 'CiliumNetworkPolicy',
          metadata: { name, namespace: 'mail', ...metadata },
          spec,
        });
      };
      extra('a-chart', { annotations: { 'meta.helm.sh/release-name': 'mail' } });
      extra('b-release', { labels: { 'helm.toolkit.fluxcd.io/name': 'mail' } });
      extra('c-owned', { ownerReferences: [{ kind: 'Cluster', name: 'pg' }] });
      extra('d-flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } });
      extra('e-argo', { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:x/y' } });
    });
    expect(
      drift(status).map((one) => [one.name, one.isDrift, one.code === 'extra' ? one.managedBy.kind : '']),
    ).toEqual([
      ['a-chart', false, 'helm'],
      ['b-release', false, 'flux-helm-release'],
      ['c-owned', false, 'owner'],
      ['d-flux', true, 'flux-kustomization'],
      ['e-argo', true, 'argo-cd'],
    ]);
  });

  it('that only read differently are told, and are no finding', () => {
    const status = statusWith((cluster) => {
      const own = find(cluster, 'CiliumNetworkPolicy', 'shop/own');
      own['spec'] = { ...(own['spec'] as object), description: 'Hello' };
    });
    expect(drift(status)).toMatchObject([{ code: 'worded', field: 'spec.description', isDrift: false }]);
    expect(statusFindings(status)).toEqual([]);
  });

  it('with a variable that no file has are not compared there', () => {
    const files = {
      ...FILES,
      'policies.yaml': (FILES['policies.yaml'] ?? '').replace('{app: api}', '{app: "${APP}"}'),
    };
    expect(drift(statusWith(undefined, undefined, files))).toEqual([]);
  });

  it('that the agents refused are findings, with their words', () => {
    const status = statusWith((cluster) => {
      find(cluster, 'CiliumNetworkPolicy', 'shop/own')['status'] = {
        conditions: [
          { type: 'Valid', status: 'False', message: 'bad port', lastTransitionTime: '2026-03-01T10:00:00Z' },
        ],
      };
    });
    const validity = { kind: 'invalid', message: 'bad port', sinceMs: Date.UTC(2026, 2, 1, 10) };
    expect(status.invalid).toMatchObject([{ name: 'own', validity }]);
    expect(statusFindings(status, 'shop').map(({ kind }) => kind)).toEqual(['invalid-policy']);
    expect(statusFindings(status, 'mail')).toEqual([]);
  });
});

describe('namespaces', () => {
  it('with other labels than Git says, or missing', () => {
    const status = statusWith((cluster) => {
      const shop = find(cluster, 'Namespace', 'shop').metadata;
      shop.labels = { ...shop.labels, [PROFILE]: 'standard', 'team.example/name': 'red' };
      cluster.Namespace = cluster.Namespace.filter(({ metadata }) => metadata.name !== 'database');
    });
    expect(status.drift?.labels).toMatchObject([
      { namespace: 'shop', key: PROFILE, inGit: 'internal', inCluster: 'standard' },
    ]);
    expect(status.drift?.missingNamespaces).toMatchObject([{ name: 'database' }]);
  });

  it('whose hatch is open, with who wrote the label and what the annotations say', () => {
    const status = statusWith((cluster) => {
      const shop = find(cluster, 'Namespace', 'shop').metadata;
      shop.labels = { ...shop.labels, [HATCH]: 'disabled' };
      shop.annotations = {
        'network-policy.homelab/enforcement-reason': 'fire',
        'network-policy.homelab/enforcement-until': '2026-03-01T11:00:00Z',
        other: 'x',
      };
      shop.managedFields = [
        { manager: 'flux', operation: 'Apply', fieldsV1: { 'f:metadata': { 'f:labels': {} } } },
        {
          manager: 'kubectl-label',
          operation: 'Update',
          time: '2026-03-01T10:00:00Z',
          fieldsV1: { 'f:metadata': { 'f:labels': { [`f:${HATCH}`]: {} } } },
        },
      ];
    });
    expect(of(status, 'shop').hatch).toEqual({
      isOpen: true,
      managers: [{ manager: 'kubectl-label', operation: 'Update', time: '2026-03-01T10:00:00Z' }],
      sinceMs: Date.UTC(2026, 2, 1, 10),
      untilMs: Date.UTC(2026, 2, 1, 11),
      isOverdue: true,
      reason: 'fire',
      ticket: '',
      by: '',
    });
    expect(statusFindings(status).map(({ kind }) => kind)).toEqual(['hatch-open']);
  });
});

describe('pods', () => {
  it('without an endpoint are unmanaged, with the identity init starting, and those that ended nobody', () => {
    const status = statusWith((cluster) => {
      cluster.CiliumEndpoint = [];
      const smtp = find(cluster, 'Pod', 'mail/smtp-0');
      cluster.Pod.push({
        ...smtp,
        metadata: { ...smtp.metadata, name: 'new' },
      });
      cluster.Pod.push({ ...smtp, metadata: { ...smtp.metadata, name: 'old' }, status: { phase: 'Failed' } });
      cluster.Pod.push({
        ...smtp,
        metadata: { ...smtp.metadata, name: 'wait' },
        status: { phase: 'Pending' },
      });
      cluster.CiliumEndpoint.push({
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumEndpoint',
        metadata: { name: 'new', namespace: 'mail' },
        status: { identity: { id: 5, labels: ['reserved:init'] } },
      });
    });
    expect(of(status, 'mail').pods).toMatchObject({ managed: 0, unmanaged: ['smtp-0'], starting: ['new'] });
  });

  it('are not judged where endpoints may not be read', () => {
    const permission = {
      verb: 'list',
      group: 'cilium.io',
      resource: 'ciliumendpoints',
      namespace: '',
      name: '',
    };
    const status = statusWith(undefined, (state) => {
      const { CiliumEndpoint: _, ...objects } = state.objects;
      return { ...state, objects, missing: [{ kind: 'CiliumEndpoint', why: 'forbidden', permission }] };
    });
    expect(of(status, 'shop').pods).toMatchObject({ isKnown: false, unmanaged: [] });
    expect(statusFindings(status)).toEqual([]);
  });
});

describe('kinds that may not be read', () => {
  it('are not compared', () => {
    const permission = { verb: 'list', group: '', resource: 'x', namespace: '', name: '' };
    const status = statusWith(undefined, (state) => {
      const { CiliumNetworkPolicy: _, ...objects } = state.objects;
      return { ...state, objects, missing: [{ kind: 'CiliumNetworkPolicy', why: 'forbidden', permission }] };
    });
    expect(drift(status)).toEqual([]);
    expect(status.drift?.notCompared).toEqual(['CiliumNetworkPolicy']);
  });
});

describe('objects of strangers', () => {
  it('never break it, whatever they hold', () => {
    const status = statusWith((cluster) => {
      const own = find(cluster, 'CiliumNetworkPolicy', 'shop/own');
      own['spec'] = { egress: 7, __proto__: { x: 1 } };
      own['status'] = { conditions: 'none' };
      find(cluster, 'Namespace', 'mail').metadata.managedFields = [null, { manager: 3 }, 'x'];
      find(cluster, 'Pod', 'mail/smtp-0')['status'] = [];
      cluster.CiliumClusterwideNetworkPolicy.push({
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumClusterwideNetworkPolicy',
        metadata: { name: '__proto__' },
        spec: ccnp('x', ''),
      });
    });
    expect(drift(status).map(({ code, name }) => `${code} ${name}`)).toEqual([
      'extra __proto__',
      'different own',
    ]);
  });
});
