import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../../test/lib/command.ts';

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

describe('propolis profile choose', () => {
  const at = (name: string): readonly string[] => ['--repo', name];
  beforeAll(() => {
    write('app/propolis.yaml', '');
    write(
      'app/shop.yaml',
      `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: internal-egress # why
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{name: internal, namespace: istio-gateway}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: web, env: [{name: PGHOST, value: pg.database.svc}]}]}}}
`,
    );
    write('app/kubernetes/ns.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n');
    write('flows.jsonl', `${JSON.stringify(FLOW)}\n`);
  });

  it('follows the decision tree by flags, and says what it opens beyond need', async () => {
    const { code, out, err } = await propolis('profile', 'choose', '--calls-outside', '--access', 'postgres');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`internal-egress   Internal apps that call external APIs over HTTPS.
  why       goes out of the cluster, 443/TCP
            uses postgres
  beyond    in: internal gateway 80/TCP, 443/TCP, 1024-65535/TCP
  labels    network-policy.homelab/profile: internal-egress
            access.network-policy.homelab/postgres: "true"
`);
    expect((await propolis('profile', 'choose', '--from-internet')).out).toMatch(/^standard /);
    expect((await propolis('profile', 'choose', '--from-inside')).out).toMatch(/^internal /);
    expect((await propolis('profile', 'choose', '--nothing')).out).toMatch(/^isolated /);
  });

  it('asks on a terminal, on standard error', async () => {
    const { code, out, err } = await propolis('profile', 'choose', '--color', 'never', {
      answers: 'n\nmaybe\nyes\ny\n\n\n\ny\n',
    });
    expect(code).toBe(0);
    expect(err).toContain('Is it reached from the internet? [y/N] ');
    expect(err).toContain('Please answer y or n.');
    expect(out).toMatch(/^internal-egress /);
    expect(out).toContain('access.network-policy.homelab/kube-api: "true"');
  });

  it('gives up where the answers end', async () => {
    expect(await propolis('profile', 'choose', { answers: 'y\n' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('There was no answer.') as string,
    });
  });

  it('looks at what a namespace has', async () => {
    const { code, out } = await propolis('profile', 'choose', '-n', 'shop', ...at('app'));
    expect(code).toBe(0);
    expect(out).toBe(`internal   Internal dashboards: the internal gateway comes in.
  why       the internal gateway leads to it (HTTPRoute web, shop.yaml:8)
            uses postgres (pg.database.svc, shop.yaml:16)
  now       internal-egress, which opens beyond need: out: world 443/TCP
  labels    network-policy.homelab/profile: internal
            access.network-policy.homelab/postgres: "true"
`);
  });

  it('takes flows for what it needs too, and exits with 1 where no profile opens something', async () => {
    const flows = ['--flows', 'flows.jsonl'];
    const { code, out } = await propolis(
      'profile',
      'choose',
      '-n',
      'shop',
      ...at('app'),
      ...flows,
      '-o',
      'json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      profile: 'internal',
      access: ['postgres'],
      unmet: [{ need: { kind: 'out', port: 25, targets: [{ address: '203.0.113.7' }] } }],
      now: { profile: 'internal-egress', isEnough: true },
    });
  });

  it('applies access, and no narrower profile on the word of manifests alone', async () => {
    const before = readFileSync(join(root, 'app/shop.yaml'), 'utf8');
    const shown = await propolis('profile', 'choose', '-n', 'shop', ...at('app'), '--diff');
    expect(shown.code).toBe(1);
    expect(shown.out.split('\n').filter((line) => /^[-+] /.test(line))).toEqual([
      '+    access.network-policy.homelab/postgres: "true"',
    ]);
    expect(shown.err).toContain('the profile stays internal-egress');
    expect(readFileSync(join(root, 'app/shop.yaml'), 'utf8')).toBe(before);
    const asked = await propolis('profile', 'choose', '-n', 'shop', ...at('app'), '--from-inside', '--apply');
    expect(asked.code).toBe(0);
    expect(readFileSync(join(root, 'app/shop.yaml'), 'utf8')).toBe(
      before.replace(
        'internal-egress # why\n',
        'internal # why\n    access.network-policy.homelab/postgres: "true"\n',
      ),
    );
  });

  it('gives no profile for want of evidence', async () => {
    mkdirSync(join(root, 'silent'), { recursive: true });
    writeFileSync(join(root, 'silent/all.yaml'), SILENT);
    const { code, out, err } = await propolis('profile', 'choose', '-n', 'quiet', ...at('silent'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('charts are not rendered');
    expect((await propolis('profile', 'choose', '-n', 'quiet', ...at('silent'), '--nothing')).code).toBe(0);
  });

  it('gives a platform namespace no profile', async () => {
    expect((await propolis('profile', 'choose', '-n', 'monitoring', ...at('app'))).out).toMatch(
      /^no profile /,
    );
  });

  it.each([
    { name: 'nothing to go by and nobody to ask', args: [], says: '--from-internet' },
    { name: 'a gateway that is not there', args: ['--gateway', 'vpn'], says: 'internal, external' },
    { name: 'a resource that is not there', args: ['--access', 'postgres,mysql'], says: '"mysql"' },
    { name: 'a change of nobody', args: ['--from-inside', '--apply'], says: '-n' },
    { name: 'a push of nobody', args: ['--from-inside', '--push'], says: 'Name the namespace with -n' },
    { name: 'a request of nobody', args: ['--from-inside', '--pull-request'], says: '--pull-request' },
    { name: 'a push of a cluster', args: ['-n', 'shop', '--cluster', '--push'], says: 'cluster has none' },
    { name: 'a contradiction', args: ['--nothing', '--from-inside'], says: 'contradict' },
    {
      name: 'a namespace that is not there',
      args: ['-n', 'shopp', '--repo', 'app'],
      says: 'Did you mean shop?',
    },
    { name: 'an empty recording', args: ['-n', 'shop', '--repo', 'app', '--flows', '-'], says: 'no flows' },
  ])('refuses $name', async ({ args, says }) => {
    expect(await propolis('profile', 'choose', ...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(says) as string,
    });
  });
});

const FLOW = {
  flow: {
    time: '2026-03-01T10:00:00Z',
    verdict: 'DROPPED',
    drop_reason_desc: 'POLICY_DENIED',
    IP: { source: '10.0.1.7', destination: '203.0.113.7', ipVersion: 'IPv4' },
    l4: { TCP: { source_port: 41234, destination_port: 25, flags: { SYN: true } } },
    source: {
      namespace: 'shop',
      pod_name: 'web-1',
      labels: ['k8s:io.kubernetes.pod.namespace=shop', 'k8s:io.cilium.k8s.policy.cluster=default'],
    },
    destination: { identity: 2, labels: ['reserved:world'] },
    Type: 'L3_L4',
    event_type: { type: 5 },
    traffic_direction: 'EGRESS',
    is_reply: false,
  },
  time: '2026-03-01T10:00:00Z',
};

/** `answers` are typed on a terminal; without them standard input is empty and no terminal. */
function propolis(...words: readonly (string | { readonly answers: string })[]): Promise<RanCommand> {
  const typed = words.find((word) => typeof word !== 'string');
  return runCommand(
    words.filter((word) => typeof word === 'string'),
    { cwd: root, ...(typed === undefined ? {} : { typed: [typed.answers] }) },
  );
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const SILENT = `apiVersion: v1
kind: Namespace
metadata:
  name: quiet
---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: baseline
spec:
  endpointSelector: {}
  ingress:
    - fromEntities: [health]
`;
