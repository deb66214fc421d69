import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../test/lib/command.ts';
import { VERSION } from './version.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'propolis-cli-'));
  write('repo/policies.yaml', POLICIES);
  write('repo/namespaces.yaml', NAMESPACES);
  write('flows.jsonl', `${DROP}\n`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const POLICIES = `apiVersion: cilium.io/v2
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
              protocol: UDP
---
apiVersion: cilium.io/v2
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
        - matchExpressions:
            - key: io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres
              operator: In
              values: ["true"]
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
`;

const NAMESPACES = `apiVersion: v1
kind: Namespace
metadata:
  name: zipline
  labels:
    network-policy.homelab/profile: standard # public
---
apiVersion: v1
kind: Namespace
metadata:
  name: database
`;

const DROP = JSON.stringify({
  flow: {
    time: '2026-03-01T10:00:00.000000123Z',
    verdict: 'DROPPED',
    drop_reason_desc: 'POLICY_DENIED',
    IP: { source: '10.0.1.7', destination: '10.0.2.9', ipVersion: 'IPv4' },
    l4: { TCP: { source_port: 41234, destination_port: 5432, flags: { SYN: true } } },
    source: {
      identity: 40211,
      namespace: 'zipline',
      pod_name: 'api-7d9c6b5f4-abcde',
      labels: [
        'k8s:app=api',
        'k8s:io.cilium.k8s.policy.cluster=default',
        'k8s:io.kubernetes.pod.namespace=zipline',
      ],
    },
    destination: {
      identity: 51002,
      namespace: 'database',
      pod_name: 'pg-1',
      labels: [
        'k8s:app=pg',
        'k8s:io.cilium.k8s.policy.cluster=default',
        'k8s:io.kubernetes.pod.namespace=database',
      ],
    },
    Type: 'L3_L4',
    node_name: 'n1',
    event_type: { type: 5 },
    traffic_direction: 'EGRESS',
  },
  node_name: 'n1',
  time: '2026-03-01T10:00:00.000000123Z',
});

describe('the command line', () => {
  it('prints its version', async () => {
    expect(await propolis('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  it('prints help with real examples', async () => {
    const { code, out } = await propolis('debug', '--help');
    expect(code).toBe(0);
    expect(out).toContain('propolis debug zipline --flows flows.jsonl');
  });

  it('refuses a verb that it does not have, and names the nearest', async () => {
    const { code, err } = await propolis('debgu');
    expect(code).toBe(2);
    expect(err).toContain('debug');
  });
});

describe('propolis debug', () => {
  it('names the missing access label, the edit and its proof', async () => {
    const { code, out, err } = await propolis('debug', 'zipline', '--repo', 'repo', '--flows', 'flows.jsonl');
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(out).toContain('missing-access-label');
    expect(out).toContain('+     access.network-policy.homelab/postgres: "true"');
    expect(out).toContain('allowed at both ends');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('says the same in JSON', async () => {
    const { code, out } = await propolis(
      'debug',
      'zipline',
      '--repo',
      'repo',
      '--flows',
      'flows.jsonl',
      '-o',
      'json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      namespace: 'zipline',
      window: { from: '2026-03-01T10:00:00Z', flows: 1, dropped: 1, lost: 0, skipped: 0 },
      findings: [
        {
          cause: { code: 'missing-access-label', resource: 'postgres' },
          direction: 'egress',
          from: 'zipline/api',
          port: 5432,
          protocol: 'TCP',
          count: 1,
          fix: { kind: 'access-label', edits: [{ file: 'namespaces.yaml', line: 7, before: '' }] },
          proof: {
            before: 'denied',
            after: 'allowed',
            opens: [{ from: 'zipline/*', to: 'database/*', ports: ['5432/TCP'] }],
          },
        },
      ],
    });
  });

  it('gives a diff that git would apply', async () => {
    const { out } = await propolis(
      'debug',
      'zipline',
      '--repo',
      'repo',
      '--flows',
      'flows.jsonl',
      '-o',
      'diff',
    );
    expect(out).toContain('--- a/namespaces.yaml\n+++ b/namespaces.yaml\n');
    expect(out.split('\n').filter((line) => /^[+-](?![+-])/.test(line))).toEqual([
      '+    access.network-policy.homelab/postgres: "true"',
    ]);
  });

  it('is clean where nothing of the namespace was dropped', async () => {
    expect(
      (
        await propolis('debug', 'database', '--repo', 'repo', '--flows', '-', {
          stdin: DROP.replace('DROPPED', 'FORWARDED'),
        })
      ).code,
    ).toBe(0);
  });
});

describe('propolis can', () => {
  it('denies with the policy that made it default-deny, and what the nearest rule lacks', async () => {
    const { code, out } = await propolis('can', 'zipline', 'database', '5432', '--repo', 'repo');
    expect(code).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('default-deny since baseline-dns-egress');
    expect(out).toContain('access-postgres');
  });

  it('allows with exit 0', async () => {
    expect((await propolis('can', 'zipline', 'world', '53/UDP', '--repo', 'repo')).code).toBe(1);
    expect((await propolis('can', 'world', 'zipline', '443', '--repo', 'repo')).code).toBe(0);
  });

  it('reads a rendered stream from standard input', async () => {
    const stdin = `${POLICIES}---\n${NAMESPACES}`;
    const { code, out } = await propolis('can', 'zipline', 'database', '5432', '--manifests', '-', { stdin });
    expect(code).toBe(1);
    expect(out).toContain('<stdin>:');
  });
});

describe('bad input gets one message with what to do, and exit 2', () => {
  const debugIn = (namespace: string, flows: string, repo = 'repo'): Promise<RanCommand> =>
    propolis('debug', namespace, '--repo', repo, '--flows', flows);

  it.each([
    {
      name: 'a namespace that is not there',
      args: ['debug', 'ziplin', '--repo', 'repo', '--flows', 'flows.jsonl'],
      says: 'Did you mean zipline?',
    },
    {
      name: 'a port that is none',
      args: ['can', 'zipline', 'world', 'https', '--repo', 'repo'],
      says: '5432, 53/UDP',
    },
    {
      name: 'a workload that is not there',
      args: ['can', 'zipline/x', 'nobody', '1', '--repo', 'repo'],
      says: 'Nothing here is called',
    },
    {
      name: 'a repository that is not there',
      args: ['can', 'a', 'b', '1', '--repo', 'nowhere'],
      says: 'nowhere',
    },
    {
      name: 'a flow file that is not there',
      args: ['debug', 'zipline', '--repo', 'repo', '--flows', 'nowhere.jsonl'],
      says: 'nowhere.jsonl',
    },
    {
      name: 'a variable without a name',
      args: ['can', 'a', 'b', '1', '--repo', 'repo', '--var', '=x'],
      says: 'NAME=VALUE',
    },
  ])('$name', async ({ args, says }) => {
    const { code, out, err } = await propolis(...args);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('an empty flow file', async () => {
    write('empty.jsonl', '');
    const { code, out, err } = await debugIn('zipline', 'empty.jsonl');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('no flows');
  });

  it('a flow file of another program', async () => {
    write('other.log', 'Mar  1 10:00:00 host sshd[1]: hello\nMar  1 10:00:01 host sshd[1]: bye\n');
    const { code, err } = await debugIn('zipline', 'other.log');
    expect(code).toBe(2);
    expect(err).toContain('2 lines not understood');
    expect(err).toContain('hubble observe -o json');
  });

  it('a directory without policies', async () => {
    write('bare/namespace.yaml', NAMESPACES);
    const { code, out, err } = await debugIn('zipline', 'flows.jsonl', 'bare');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('no network policy');
  });

  it('a cut-off gzip: what was read is told, and that it was cut', async () => {
    const packed = gzipSync(`${DROP}\n`.repeat(2000));
    write('cut.jsonl.gz', packed.subarray(0, packed.length - 200));
    const { code, out, err } = await debugIn('zipline', 'cut.jsonl.gz');
    expect(code).toBe(2);
    expect(out).toContain('missing-access-label');
    expect(err).toContain('ends in the middle');
  });

  it('broken YAML: the rest is still read, and the place is told', async () => {
    write('broken/policies.yaml', POLICIES);
    write(
      'broken/namespaces.yaml',
      `${NAMESPACES}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: [broken\n`,
    );
    const { code, out, err } = await debugIn('zipline', 'flows.jsonl', 'broken');
    expect(code, err).toBe(2);
    expect(out, err).toContain('missing-access-label');
    expect(err).toMatch(/namespaces\.yaml:1[0-9]/);
  });
});

describe('words of strangers', () => {
  it('reach no terminal unescaped', async () => {
    write(
      'evil.jsonl',
      `${DROP.replaceAll('api-7d9c6b5f4-abcde', 'api\\u001b[2J\\u202e').replace('"k8s:app=api"', '"k8s:app=\\u001b]0;x\\u0007"')}\n`,
    );
    const { out, err } = await propolis('debug', 'zipline', '--repo', 'repo', '--flows', 'evil.jsonl');
    expect(out).not.toBe('');
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(`${out}${err}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

function propolis(...words: readonly (string | { readonly stdin: string })[]): Promise<RanCommand> {
  return runCommand(
    words.filter((word) => typeof word === 'string'),
    { cwd: root, ...words.find((word) => typeof word !== 'string') },
  );
}

function write(path: string, content: string | Uint8Array): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
}
