import { stringify } from 'yaml';
import { markYaml } from '../render/marker.ts';
import type { Catalog } from '../types.ts';

/** The name of the CronJob, its account and its role. */
export const REAPER_NAME = 'network-policy-hatch-reaper';

/** What it needs of the cluster, and nothing else: `propolis hatch reap` reads namespaces and patches them. */
const RULES = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'patch'] }];

/** The CronJob that closes what is past its time, with the least of permissions and its own network policy. */
export function reaperText(catalog: Catalog): string {
  const documents = [account, role, binding, settings, policy, job].map((make) => make(catalog));
  return markYaml(documents.map((document) => `---\n${stringify(document, { lineWidth: 0 })}`).join(''));
}

function account({ hatch: { reaper } }: Catalog): object {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: REAPER_NAME, namespace: reaper.namespace },
  };
}

function role(): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: REAPER_NAME },
    rules: RULES,
  };
}

function binding({ hatch: { reaper } }: Catalog): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: REAPER_NAME },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: REAPER_NAME },
    subjects: [{ kind: 'ServiceAccount', name: REAPER_NAME, namespace: reaper.namespace }],
  };
}

/** All that it needs of the catalog: which labels they are. */
function settings({ labelPrefix, hatch: { reaper } }: Catalog): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: REAPER_NAME, namespace: reaper.namespace },
    data: { 'propolis.yaml': stringify({ labelPrefix }) },
  };
}

/** The Kubernetes API, and the registry where the command is brought by npx. DNS is a baseline's. */
function policy(catalog: Catalog): object {
  const { reaper } = catalog.hatch;
  const api = catalog.resources.find(
    ({ target }) => target.kind === 'entity' && target.entity === 'kube-apiserver',
  );
  const ports = (api?.ports ?? [{ protocol: 'TCP', port: 6443 }]).map(({ port, protocol }) => ({
    port: String(port),
    protocol,
  }));
  const registry = {
    toFQDNs: [{ matchName: 'registry.npmjs.org' }],
    toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }],
  };
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: REAPER_NAME, namespace: reaper.namespace },
    spec: {
      description: 'The reaper reaches the Kubernetes API, and the registry that its command comes from.',
      endpointSelector: { matchLabels: { 'app.kubernetes.io/name': REAPER_NAME } },
      egress: [
        { toEntities: ['kube-apiserver'], toPorts: [{ ports }] },
        ...(reaper.command[0] === 'npx' ? [registry] : []),
      ],
    },
  };
}

function job({ hatch: { reaper } }: Catalog): object {
  const container = {
    name: 'reap',
    image: reaper.image,
    command: reaper.command,
    env: [
      { name: 'HOME', value: '/tmp' },
      { name: 'NO_COLOR', value: '1' },
    ],
    resources: { requests: { cpu: '10m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'catalog', mountPath: '/catalog', readOnly: true },
    ],
    workingDir: '/catalog',
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: REAPER_NAME, namespace: reaper.namespace },
    spec: {
      schedule: reaper.schedule,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 240,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 240,
          template: {
            metadata: { labels: { 'app.kubernetes.io/name': REAPER_NAME } },
            spec: {
              serviceAccountName: REAPER_NAME,
              restartPolicy: 'Never',
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 65_534,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              containers: [container],
              volumes: [
                { name: 'tmp', emptyDir: {} },
                { name: 'catalog', configMap: { name: REAPER_NAME } },
              ],
            },
          },
        },
      },
    },
  };
}
