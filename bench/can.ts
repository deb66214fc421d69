// One question over a repository of 500 files, as a whole process, against parsing the same files with the YAML
// library alone.
//
//   node bench/can.ts [FILES]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIN_PATH, ensureBin } from '../scripts/lib/build-bin.ts';
import { machineLine } from './lib/machine.ts';

const FILES = Number(process.argv[2] ?? 500);
const ROUNDS = 9;
/** What a tool that parses everything must do before it can begin. */
const PARSE_ALL = `
import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
const root = process.argv[1];
for (const name of readdirSync(root, { recursive: true })) {
  if (name.endsWith('.yaml')) for (const one of parseAllDocuments(readFileSync(root + '/' + name, 'utf8'))) one.toJS();
}`;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const folder = mkdtempSync(join(tmpdir(), 'propolis-bench-'));
try {
  await ensureBin(ROOT);
  const bytes = writeRepository(folder, FILES);
  console.log(machineLine());
  console.log(`${FILES} files, ${Math.round(bytes / 1000)} kB, a third of them policies and Namespaces`);
  const can = median([join(ROOT, BIN_PATH), 'can', 'app-1/web', 'app-2/web', '8080', '--repo', folder]);
  const parse = median(['--input-type=module', '-e', PARSE_ALL, folder]);
  const empty = median(['-e', '']);
  console.log(`propolis can            ${can.toFixed(0)} ms`);
  console.log(`parsing all with yaml   ${parse.toFixed(0)} ms   ${(parse / can).toFixed(1)} × propolis can`);
  console.log(`empty Node              ${empty.toFixed(0)} ms`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Namespaces, policies and workloads of apps, and between them files that no answer needs. */
function writeRepository(root: string, files: number): number {
  let bytes = 0;
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    bytes += text.length;
  };
  for (let i = 0; i < files; i += 1) {
    const app = `app-${Math.floor(i / 6)}`;
    const path = `kubernetes/apps/${app}`;
    switch (i % 6) {
      case 0:
        put(`${path}/namespace.yaml`, namespaceText(app));
        break;
      case 1:
        put(`${path}/policy.yaml`, policyText(app));
        break;
      case 2:
        put(`${path}/web.yaml`, workloadText(app));
        break;
      default:
        put(`${path}/values-${i}.yaml`, valuesText(app, i));
    }
  }
  return bytes;
}

function namespaceText(app: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${app}\n  labels:\n    network-policy.homelab/profile: standard\n`;
}

function policyText(app: string): string {
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: ${app}
  namespace: ${app}
spec:
  description: what ${app} needs
  endpointSelector:
    matchLabels:
      app.kubernetes.io/name: web
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
  egress:
    - toEntities: [world]
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`;
}

function workloadText(app: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ${app}
spec:
  selector:
    matchLabels: {app.kubernetes.io/name: web}
  template:
    metadata:
      labels: {app.kubernetes.io/name: web}
    spec:
      containers:
        - name: web
          image: example/web:1
          ports:
            - {name: http, containerPort: 8080}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: ${app}
spec:
  selector: {app.kubernetes.io/name: web}
  ports:
    - {name: http, port: 80, targetPort: http}
`;
}

function valuesText(app: string, seed: number): string {
  const lines = Array.from(
    { length: 60 },
    (_, i) => `  setting-${i}:\n    value: "${(seed * 31 + i * 17) % 1000}" # of ${app}`,
  );
  return `# Values of a chart, which no answer about policy needs.\nglobal:\n${lines.join('\n')}\n`;
}

function median(args: readonly string[]): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: ROOT });
    if (status === null || status > 1)
      throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return times[Math.floor(ROUNDS / 2)] ?? 0;
}
