import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { EXAMPLE, exampleFiles, readExample } from '../../scripts/example.ts';
import { accessLabel, enforcementLabel, isPlatform, profileLabel } from '../../src/core/catalog/index.ts';
import { compile, type Engine } from '../../src/core/engine/index.ts';
import type { Decision } from '../../src/core/model/decision.ts';
import type { L7Request } from '../../src/core/model/l7.ts';
import type { SourceFile } from '../../src/core/model/repository.ts';
import { withOutsiders } from '../../src/demo/traffic/cluster.ts';
import { generateFlows } from '../../src/demo/traffic/generate.ts';

const FILES = exampleFiles();
const EXAMPLE_READ = readExample(FILES);
const ENGINE = engineOf(FILES);
const POLICIES = 'kubernetes/platform/config/network-policy';

describe('the files of the example', () => {
  it('are all YAML', () => {
    const errors = FILES.flatMap(({ path, text }) =>
      parseAllDocuments(text)
        .flatMap((document) => ('errors' in document ? document.errors : []))
        .map((error) => `${path}: ${error.message}`),
    );
    expect(errors).toEqual([]);
    expect(FILES.length).toBeGreaterThan(80);
  });

  it('are all named by a kustomization', () => {
    const named = new Set<string>();
    for (const { path, text } of FILES) {
      if (!path.endsWith('/kustomization.yaml')) continue;
      const folder = path.slice(0, path.lastIndexOf('/'));
      const [document] = parseAllDocuments(text);
      const content = document?.toJS() as { readonly resources?: readonly string[] } | undefined;
      for (const resource of content?.resources ?? []) {
        const target = `${folder}/${resource}`;
        expect(existsSync(new URL(target, EXAMPLE)), `${path}: ${resource}`).toBe(true);
        named.add(target.endsWith('.yaml') ? target : `${target}/kustomization.yaml`);
      }
    }
    // Flux reads these, and the catalog belongs to no cluster.
    const roots = ['clusters/live', 'namespaces', 'platform', 'apps', 'platform/config/network-policy'];
    const known = new Set([
      ...named,
      'propolis.yaml',
      ...roots.map((root) => `kubernetes/${root}/kustomization.yaml`),
    ]);
    expect(FILES.map(({ path }) => path).filter((path) => !known.has(path))).toEqual([]);
  });

  it('hold a catalog and policies without a fault that a reader could see', () => {
    expect(EXAMPLE_READ.catalogProblems).toEqual([]);
    expect(EXAMPLE_READ.read.problems).toEqual([]);
    expect(EXAMPLE_READ.read.refused).toEqual([]);
    expect(EXAMPLE_READ.read.policies.length).toBe(34);
  });

  it('declare every app with a profile, and no platform namespace with one', () => {
    const { catalog, read } = EXAMPLE_READ;
    const profiles = new Map(
      read.namespaces.map(({ name, labels }) => [name, labels[profileLabel(catalog)]]),
    );
    const apps = readdirSync(new URL('kubernetes/apps', EXAMPLE)).filter((name) => !name.includes('.'));
    expect(apps.length).toBe(14);
    for (const app of apps) expect(profiles.get(app), app).toBeTypeOf('string');
    for (const [name, profile] of profiles)
      if (isPlatform(catalog, name)) expect(profile, name).toBeUndefined();
  });

  it('keep real addresses out, but for private and documentation ranges', () => {
    const flows = readFileSync(new URL('flows.jsonl', EXAMPLE), 'utf8');
    const text = FILES.map((file) => file.text).join('\n') + flows;
    // Versions have no more than three numbers here.
    const addresses = new Set(text.match(/(?<![0-9.v-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])/g));
    const known = /^(?:10\.|192\.168\.|169\.254\.|198\.51\.100\.|203\.0\.113\.)/;
    expect([...addresses].filter((address) => !known.test(address))).toEqual([]);
  });
});

interface Fault {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly request?: L7Request;
  readonly side: 'egress' | 'ingress';
  readonly reason: string;
  /** The fix of the README: in this file, this text becomes that. None where no policy is at fault. */
  readonly fix?: readonly [path: string, before: string, after: string];
}

const RPC_PORTS = `      toPorts:
        - ports:
            - port: "3901"
              protocol: TCP
`;

const FAULTS: readonly Fault[] = [
  {
    from: 'zipline/api',
    to: 'database/pg-rw',
    port: 5432,
    side: 'egress',
    reason: 'default-deny',
    fix: [
      'kubernetes/namespaces/zipline.yaml',
      'profile: standard\n',
      'profile: standard\n    access.network-policy.homelab/postgres: "true"\n',
    ],
  },
  {
    from: 'paperless/web',
    to: 'cache/dragonfly',
    port: 6379,
    side: 'egress',
    reason: 'default-deny',
    fix: [
      'kubernetes/apps/paperless/namespace.yaml',
      'profile: internal\n',
      'profile: internal\n    access.network-policy.homelab/dragonfly: "true"\n',
    ],
  },
  {
    from: 'home-assistant/home-assistant',
    to: 'api.open-meteo.com',
    port: 443,
    side: 'egress',
    reason: 'default-deny',
    fix: ['kubernetes/apps/home-assistant/namespace.yaml', 'profile: internal,', 'profile: internal-egress,'],
  },
  {
    from: 'istio-gateway/external-istio',
    to: 'vaultwarden/vaultwarden',
    port: 8080,
    side: 'ingress',
    reason: 'default-deny',
    fix: ['kubernetes/apps/vaultwarden/namespace.yaml', "'isolated'", "'standard'"],
  },
  { from: 'miniflux/miniflux', to: 'feeds.example.org', port: 80, side: 'egress', reason: 'default-deny' },
  {
    from: 'immich/server',
    to: 'immich/machine-learning',
    port: 3003,
    side: 'egress',
    reason: 'default-deny',
    fix: ['kubernetes/apps/immich/network-policy.yaml', 'port: "80"', 'port: "3003"'],
  },
  {
    from: 'zigbee2mqtt/zigbee2mqtt',
    to: 'mosquitto/mosquitto',
    port: 1883,
    side: 'egress',
    reason: 'default-deny',
    fix: [
      'kubernetes/namespaces/house.yaml',
      'profile: lan\n',
      'profile: lan\n    access.network-policy.homelab/mqtt: "true"\n',
    ],
  },
  {
    from: 'jellyfin/jellyseerr',
    to: 'jellyfin/jellyfin',
    port: 8096,
    request: { kind: 'http', method: 'POST', path: '/Users/AuthenticateByName', host: 'jellyfin:8096' },
    side: 'ingress',
    reason: 'l7-refused',
    fix: [
      'kubernetes/apps/jellyfin/network-policy.yaml',
      '- method: GET\n',
      '- method: GET\n              - method: POST\n                path: /Users/AuthenticateByName\n',
    ],
  },
  {
    from: 'pod without an identity',
    to: 'jellyfin/jellyfin',
    port: 8096,
    side: 'ingress',
    reason: 'default-deny',
  },
  { from: 'renovate/renovate', to: 'metadata service', port: 80, side: 'egress', reason: 'deny-rule' },
  {
    from: 'backups/pg-dump',
    to: 'garage/garage',
    port: 3900,
    side: 'ingress',
    reason: 'default-deny',
    fix: [
      `${POLICIES}/platform/garage.yaml`,
      '  ingress:\n',
      `  ingress:
    - fromEndpoints:
        - matchLabels:
            io.cilium.k8s.namespace.labels.access.network-policy.homelab/garage-s3: "true"
      toPorts:
        - ports:
            - port: "3900"
              protocol: TCP
`,
    ],
  },
  {
    from: 'garage/garage',
    to: 'garage/garage',
    port: 3901,
    side: 'egress',
    reason: 'default-deny',
    fix: [
      `${POLICIES}/platform/garage.yaml`,
      '  egress:\n',
      `    - fromEndpoints:\n        - {}\n${RPC_PORTS}  egress:\n    - toEndpoints:\n        - {}\n${RPC_PORTS}`,
    ],
  },
  {
    from: 'monitoring/alertmanager',
    to: 'ntfy.sh',
    port: 443,
    side: 'egress',
    reason: 'default-deny',
    fix: [
      `${POLICIES}/platform/monitoring.yaml`,
      '  egress:\n',
      '  egress:\n    - toEntities: [world]\n      toPorts:\n        - ports:\n            - {port: "443", protocol: TCP}\n',
    ],
  },
  {
    from: 'monitoring/prometheus',
    to: 'istio-system/ztunnel',
    port: 15_020,
    side: 'ingress',
    reason: 'default-deny',
    fix: [
      `${POLICIES}/platform/istio-system.yaml`,
      '            # istiod\n',
      '            # istiod\n            - port: "15020"\n              protocol: TCP\n',
    ],
  },
];

describe('the planted faults', () => {
  it.each(FAULTS)('$from → $to $port is denied on $side: $reason', ({ side, reason, ...question }) => {
    const decision = decide(ENGINE, question);
    expect(decision.verdict).toBe('denied');
    expect(decision[side]).toMatchObject({ verdict: 'denied', reason });
  });

  it.each(FAULTS.filter(({ fix }) => fix !== undefined))(
    '$from → $to $port passes at both ends with the fix of the README',
    ({ fix, ...question }) => {
      const [path, before, after] = fix ?? ['', '', ''];
      expect(decide(engineOf(withEdit(path, before, after)), question).verdict).toBe('allowed');
    },
  );

  it.each([
    {
      name: 'linkding asks DNS',
      from: 'linkding/linkding',
      to: 'kube-system/coredns',
      port: 53,
      protocol: 'UDP' as const,
    },
    {
      name: 'Prometheus scrapes linkding',
      from: 'monitoring/prometheus',
      to: 'linkding/linkding',
      port: 9090,
    },
    { name: 'tandoor reaches PostgreSQL', from: 'tandoor/tandoor', to: 'database/pg-rw', port: 5432 },
  ])('$name by what Git says: only the record disagrees', (question) => {
    expect(decide(ENGINE, question).verdict).toBe('allowed');
  });

  it('leave apps apart: no app reaches another, but the broker by its label', () => {
    const { catalog, read, world } = EXAMPLE_READ;
    const apps = world.endpoints.filter(
      ({ id }) => id.includes('/') && !isPlatform(catalog, id.split('/')[0] ?? ''),
    );
    expect(apps.length).toBeGreaterThan(15);
    const label = accessLabel(catalog, 'mqtt');
    const withMqtt = read.namespaces.filter(({ labels }) => labels[label] === 'true').map(({ name }) => name);
    expect(withMqtt).toEqual(['home-assistant']);
    const reached: string[] = [];
    for (const { id: from } of apps) {
      for (const { id: to } of apps) {
        const [one, other] = [from.split('/')[0], to.split('/')[0]];
        if (one === other) continue;
        const ports = ENGINE.portsBetween(ENGINE.find(from) ?? 0, ENGINE.find(to) ?? 0);
        if (ports.some((ranges) => ranges.length > 0)) reached.push(`${from} → ${to}`);
      }
    }
    expect(reached.sort()).toEqual([
      'home-assistant/* → mosquitto/mosquitto',
      'home-assistant/home-assistant → mosquitto/mosquitto',
    ]);
  });
});

describe('the escape hatch', () => {
  const label = enforcementLabel(EXAMPLE_READ.catalog);
  const open = engineOf(
    withEdit(
      'kubernetes/namespaces/zipline.yaml',
      'profile: standard\n',
      `profile: standard\n    ${label}: disabled\n`,
    ),
  );
  const others = EXAMPLE_READ.world.endpoints.map(({ id }) => id).filter((id) => id.includes('/'));

  it('lets every pod reach an open namespace, and be reached by it', () => {
    for (const other of others) {
      for (const [from, to] of [
        ['zipline/api', other],
        [other, 'zipline/api'],
      ] as const) {
        expect(decide(open, { from, to, port: 4321 }).verdict, `${from} → ${to}`).toBe('allowed');
      }
    }
  });

  it('still obeys a deny rule', () => {
    expect(decide(open, { from: 'zipline/api', to: 'metadata service', port: 80 }).verdict).toBe('denied');
  });

  it('changes nothing between others', () => {
    for (const from of others) {
      for (const to of others) {
        if ([from, to].some((id) => id.startsWith('zipline/'))) continue;
        const ports = (engine: Engine) => engine.portsBetween(engine.find(from) ?? 0, engine.find(to) ?? 0);
        expect(ports(open), `${from} → ${to}`).toEqual(ports(ENGINE));
      }
    }
  });
});

describe('flows.jsonl', () => {
  const written = readFileSync(new URL('flows.jsonl', EXAMPLE), 'utf8');
  const { read, world, options } = EXAMPLE_READ;
  const lines = written
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const flows = lines.flatMap(({ flow }) => flow ?? []);

  it('is what the generator makes (node scripts/generate-example-flows.ts writes it)', () => {
    const made = generateFlows(read, world, options);
    expect(made).toEqual(generateFlows(read, world, options));
    expect(`${made.join('\n')}\n` === written).toBe(true);
  });

  it('stays small enough for a repository, in lines that Hubble’s own reader takes', () => {
    expect(written.length).toBeLessThan(1_400_000);
    expect(Math.max(...written.split('\n').map((line) => line.length))).toBeLessThan(65_536);
  });

  it('has each drop of a policy twice, once by verdict and once by drop', () => {
    const dropped = flows.filter(({ drop_reason_desc: reason }) => reason?.startsWith('POLICY') === true);
    const verdicts = dropped.filter(({ event_type }) => event_type.type === 5);
    expect(verdicts.length).toBeGreaterThan(150);
    expect(dropped.length).toBe(2 * verdicts.length);
  });

  it('has a drop for every planted fault, and none besides', () => {
    const seen = new Set(
      flows
        .filter(({ verdict, event_type: { type } }) => verdict === 'DROPPED' && (type === 5 || type === 129))
        .map(({ source, destination, IP, l4 }) => {
          const port = Object.values(l4)[0]?.destination_port ?? 0;
          return `${nameOf(source, IP.source)} → ${nameOf(destination, IP.destination)} ${port}`;
        }),
    );
    const outsiders = new Map(
      withOutsiders(world).endpoints.map(({ id, addresses = [] }) => [id, addresses[0]]),
    );
    const name = (id: string): string => (id.includes('/') ? id : (outsiders.get(id) ?? id));
    const planted = FAULTS.map(({ from, to, port }) => `${name(from)} → ${name(to)} ${port}`);
    const recordedOnly = [
      'linkding/linkding → kube-system/coredns 53',
      'monitoring/prometheus → linkding/linkding 9090',
      'tandoor/tandoor → database/pg-rw 5432',
    ];
    expect([...seen].sort()).toEqual([...planted, ...recordedOnly].sort());
  });

  it('is in order of time, and says what was lost', () => {
    const times = flows.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
    expect(lines.filter(({ lost_events: lost }) => lost !== undefined)).toHaveLength(1);
    expect(lines[0]).toHaveProperty('node_status');
  });
});

interface Line {
  readonly flow?: {
    readonly time: string;
    readonly verdict: string;
    readonly drop_reason_desc?: string;
    readonly event_type: { readonly type: number };
    readonly IP: { readonly source: string; readonly destination: string };
    readonly l4: Readonly<Record<string, { readonly destination_port?: number }>>;
    readonly source: EndOfFlow;
    readonly destination: EndOfFlow;
  };
  readonly lost_events?: unknown;
  readonly node_status?: unknown;
}

interface EndOfFlow {
  readonly namespace?: string;
  readonly workloads?: readonly { readonly name: string }[];
}

function nameOf({ namespace, workloads }: EndOfFlow, ip: string): string {
  return namespace === undefined ? ip : `${namespace}/${workloads?.[0]?.name ?? ''}`;
}

function engineOf(files: readonly SourceFile[]): Engine {
  const { world, options } = readExample(files);
  return compile(withOutsiders(world), options);
}

function withEdit(path: string, before: string, after: string): readonly SourceFile[] {
  const files = FILES.map((file) =>
    file.path === path ? { path, text: file.text.replace(before, () => after) } : file,
  );
  expect(files.filter((file, i) => file.text !== FILES[i]?.text).map((file) => file.path)).toEqual([path]);
  return files;
}

function decide(
  engine: Engine,
  {
    from,
    to,
    port,
    protocol = 'TCP',
    request,
  }: {
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly protocol?: 'TCP' | 'UDP';
    readonly request?: L7Request;
  },
): Decision {
  const [source, destination] = [engine.find(from), engine.find(to)];
  if (source === undefined || destination === undefined)
    throw new Error(`${from} or ${to} is not in the example`);
  const l7 = request === undefined ? {} : { l7: request };
  return engine.decide({ from: source, to: destination, protocol, port, ...l7 });
}
