import type { AgentOptions } from '../../core/model/options.ts';
import type { JsonMap } from '../kubernetes/json.ts';

export const CILIUM_NAMESPACE = 'kube-system';
export const RELAY_PORT = 4245;

/** What an installation of Cilium puts into `kube-system`: its settings, the agents, the relay and its Service. */
export function ciliumObjects(options: AgentOptions, isRelayTls = false): readonly JsonMap[] {
  const image = `quay.io/cilium/cilium:v${options.version}.0`;
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('cilium-config', {}),
      data: {
        'cluster-name': options.clusterName,
        'enable-hubble': 'true',
        'enable-policy': 'default',
        'policy-default-local-cluster': String(options.defaultLocalCluster),
        'enable-ipv4': String(options.ipv4),
        'enable-ipv6': String(options.ipv6),
        'hubble-listen-address': ':4244',
      },
    },
    workload(
      'DaemonSet',
      'cilium',
      { 'k8s-app': 'cilium' },
      { name: 'cilium-agent', image, hostNetwork: true, port: 4244 },
    ),
    workload(
      'Deployment',
      'hubble-relay',
      { 'k8s-app': 'hubble-relay' },
      {
        name: 'hubble-relay',
        image: `quay.io/cilium/hubble-relay:v${options.version}.0`,
        hostNetwork: false,
        port: RELAY_PORT,
      },
    ),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata('hubble-relay', { 'k8s-app': 'hubble-relay' }),
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.43.0.5',
        clusterIPs: ['10.43.0.5'],
        selector: { 'k8s-app': 'hubble-relay' },
        // As Helm's chart has it: the port says whether the relay speaks TLS.
        ports: [{ protocol: 'TCP', port: isRelayTls ? 443 : 80, targetPort: 'grpc' }],
      },
    },
  ];
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly hostNetwork: boolean;
  readonly port: number;
}

function workload(
  kind: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  container: Container,
): JsonMap {
  const { image, hostNetwork, port } = container;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: metadata(name, labels),
    spec: {
      ...(kind === 'Deployment' ? { replicas: 1 } : {}),
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...labels, 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'cilium' },
        },
        spec: {
          serviceAccountName: name,
          ...(hostNetwork ? { hostNetwork } : {}),
          containers: [{ name: container.name, image, ports: [{ name: 'grpc', containerPort: port }] }],
        },
      },
    },
  };
}

function metadata(name: string, labels: Readonly<Record<string, string>>): JsonMap {
  return {
    name,
    namespace: CILIUM_NAMESPACE,
    labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/part-of': 'cilium' },
  };
}
