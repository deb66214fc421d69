import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes a repository as people have them: for each app a namespace with a profile, a Deployment, a Service and a
 * policy in a file of its own; baselines and profiles for all. The same number gives the same files.
 *
 * @returns bytes written
 */
export function writePolicyRepository(folder: string, policies: number): number {
  let bytes = 0;
  const write = (path: string, text: string): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    bytes += text.length;
  };
  write('baselines/dns.yaml', DNS);
  write('baselines/health.yaml', HEALTH);
  write('baselines/postgres.yaml', POSTGRES);
  write('platform/namespaces.yaml', PLATFORM);
  for (const profile of PROFILES) write(`profiles/${profile}.yaml`, profilePolicy(profile));
  for (let i = 0; i < policies; i += 1) {
    const app = `app-${i}`;
    write(`apps/${app}/namespace.yaml`, namespaceOf(app, PROFILES[i % PROFILES.length] ?? 'standard'));
    write(`apps/${app}/app.yaml`, workloadOf(app));
    write(`apps/${app}/policy.yaml`, policyOf(app, `app-${i % 2 === 0 ? i + 1 : i - 1}`, i));
  }
  return bytes;
}

const PROFILES = ['standard', 'internal', 'internal-egress', 'isolated'] as const;

const DNS = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: baseline-dns-egress
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: kube-system
            k8s-app: kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: ANY
          rules:
            dns:
              - matchPattern: "*"
`;

const HEALTH = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: baseline-health-probes
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
        - host
        - remote-node
`;

const POSTGRES = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: access-postgres
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: database
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitoring
            app.kubernetes.io/name: prometheus
      toPorts:
        - ports:
            - port: "9187"
              protocol: TCP
`;

const PLATFORM = ['database', 'istio-gateway', 'monitoring']
  .map((name) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`)
  .join('---\n');

function profilePolicy(profile: string): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: profile-${profile}
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.network-policy.homelab/profile: ${profile}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
            gateway.networking.k8s.io/gateway-name: internal
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`;
}

function namespaceOf(app: string, profile: string): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: ${app}
  labels:
    network-policy.homelab/profile: ${profile}
    access.network-policy.homelab/postgres: "true"
`;
}

function workloadOf(app: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ${app}
spec:
  selector:
    matchLabels:
      app: ${app}
  template:
    metadata:
      labels:
        app: ${app}
    spec:
      containers:
        - name: web
          image: registry.example/${app}:1
          ports:
            - name: http
              containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: ${app}
spec:
  selector:
    app: ${app}
  ports:
    - port: 80
      targetPort: http
`;
}

/** Every tenth has a fault: any port, an address, the Service's port, a name without DNS rules of its own. */
function policyOf(app: string, peer: string, i: number): string {
  const faults = [
    '    - toEntities:\n        - world\n',
    '    - toCIDR:\n        - 203.0.113.7/32\n      toPorts:\n        - ports:\n            - port: "9100"\n              protocol: TCP\n',
    '    - toFQDNs:\n        - matchName: api.example.com\n      toPorts:\n        - ports:\n            - port: "443"\n              protocol: TCP\n',
  ];
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: ${app}
spec:
  description: ${app} talks to ${peer} on port 8080.
  endpointSelector:
    matchLabels:
      app: ${app}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: ${peer}
            app: ${peer}
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
          rules:
            http:
              - method: GET
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: ${peer}
            app: ${peer}
      toPorts:
        - ports:
            - port: "${i % 10 === 5 ? 80 : 8080}"
              protocol: TCP
${i % 10 === 0 ? (faults[(i / 10) % faults.length] ?? '') : ''}`;
}
