import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../run.ts';

const root = mkdtempSync(join(tmpdir(), 'propolis-profile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(() => {
  write(
    'ns.yaml',
    `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {network-policy.homelab/profile: standard}}
---
apiVersion: v1
kind: Namespace
metadata: {name: typo, labels: {network-policy.homelab/profile: standrad}}
`,
  );
});

describe('propolis profile list', () => {
  it('has what each profile admits by what render would write, and who has it', async () => {
    const { code, out, err } = await propolis('profile', 'list');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`isolated   Batch jobs and workers: nobody comes in, only DNS goes out.
  in       none
  out      DNS 53/TCP, 53/UDP
  used by  no namespace

internal   Internal dashboards: the internal gateway comes in.
  in       internal gateway 80/TCP, 443/TCP, 1024-65535/TCP
  out      DNS 53/TCP, 53/UDP
  used by  no namespace

internal-egress   Internal apps that call external APIs over HTTPS.
  in       internal gateway 80/TCP, 443/TCP, 1024-65535/TCP
  out      DNS 53/TCP, 53/UDP; world 443/TCP
  used by  no namespace

standard   Public web apps: both gateways come in, HTTPS goes out.
  in       internal gateway, external gateway 80/TCP, 443/TCP, 1024-65535/TCP
  out      DNS 53/TCP, 53/UDP; world 443/TCP
  used by  shop

every profile besides
  in       Prometheus 80/TCP, 443/TCP, 1024-65535/TCP; host, remote-node,
           kube-apiserver every port

access labels
  postgres    5432/TCP  PostgreSQL
  dragonfly   6379/TCP  Dragonfly, which speaks Redis
  garage-s3   3900/TCP  Garage, which speaks S3
  kube-api    6443/TCP  The Kubernetes API

note     the catalog has no profile standrad, which typo has
judged by the policies that \`propolis render\` writes, at both ends
`);
  });

  it('judges the policies of the repository where it has some', async () => {
    write(
      'policies/open.yaml',
      `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: open}
spec: {endpointSelector: {}, ingress: [{fromEndpoints: [{}]}], egress: [{toEntities: [world], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]}
`,
    );
    const { out } = await propolis('profile', 'list');
    expect(out).toContain('  beyond   out: world 80/TCP\n');
    expect(out).toContain('  lacking  out: DNS 53/TCP, 53/UDP; world 443/TCP\n');
    expect(out).toContain('at this end and not at the other');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    const rendered = await propolis('profile', 'list', '--rendered', '-o', 'json');
    expect(JSON.parse(rendered.out)).toMatchObject({
      version: 1,
      source: 'rendered',
      profiles: [
        {},
        {},
        {},
        { profile: 'standard', namespaces: ['shop'], beyond: { ingress: [], egress: [] } },
      ],
    });
  });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function propolis(...args: readonly string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    cwd: root,
    env: {},
    columns: undefined,
    stdin: Readable.from(['']),
  });
  return { code, out, err };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
