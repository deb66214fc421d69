import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from './defaults.ts';
import { readCatalog } from './read.ts';

const read = (text: string) => readCatalog({ path: 'propolis.yaml', text });
const problemsOf = (text: string) =>
  read(text).problems.map(
    ({ code, place, field, value, expected }) =>
      `${place.file}:${place.line}:${place.column} ${code} ${field} "${value}" → ${expected}`,
  );

describe('readCatalog', () => {
  it.each([
    { name: 'an empty file', text: '' },
    { name: 'a file of comments', text: '# nothing yet\n' },
    { name: 'an empty map', text: '{}' },
    { name: 'a byte order mark', text: '\uFEFF{}\n' },
  ])('takes $name for the defaults', ({ text }) => {
    expect(read(text)).toEqual({ catalog: DEFAULT_CATALOG, problems: [] });
  });

  it('changes only the fields of a default that are written', () => {
    const { catalog, problems } = read('resources:\n  postgres:\n    namespace: db\n');
    expect(problems).toEqual([]);
    expect(catalog.resources[0]).toEqual({
      name: 'postgres',
      description: 'PostgreSQL',
      target: { kind: 'pods', namespace: 'db', labels: {} },
      ports: [{ protocol: 'TCP', port: 5432 }],
    });
    expect({ ...catalog, resources: [] }).toEqual({ ...DEFAULT_CATALOG, resources: [] });
  });

  it('adds resources and profiles of the repository’s own', () => {
    const { catalog, problems } = read(`
resources:
  mqtt: {description: Mosquitto, namespace: home, labels: {app: mosquitto}, ports: [1883]}
profiles:
  lan:
    description: Talks to devices in the house.
    ingress: [internal, {gateway: external, ports: [8080/TCP]}]
    egress:
      - {to: 192.168.0.0/16, ports: [80/TCP, 6053/TCP]}
      - {to: 'fqdn:*.example.com', ports: [443/TCP]}
`);
    expect(problems).toEqual([]);
    expect(catalog.resources.at(-1)).toEqual({
      name: 'mqtt',
      description: 'Mosquitto',
      target: { kind: 'pods', namespace: 'home', labels: { app: 'mosquitto' } },
      ports: [{ protocol: 'TCP', port: 1883 }],
    });
    expect(catalog.profiles.map(({ name }) => name)).toEqual([
      'isolated',
      'internal',
      'internal-egress',
      'standard',
      'lan',
    ]);
    expect(catalog.profiles.at(-1)).toMatchObject({
      ingress: [{ gateway: 'internal' }, { gateway: 'external', ports: [{ protocol: 'TCP', port: 8080 }] }],
      egress: [
        { to: { kind: 'cidr', cidr: '192.168.0.0/16' } },
        { to: { kind: 'fqdn', pattern: '*.example.com' } },
      ],
    });
  });

  it('takes a default away where the file says false', () => {
    const { catalog, problems } = read('resources: {garage-s3: false}\n');
    expect(problems).toEqual([]);
    expect(catalog.resources.map(({ name }) => name)).toEqual(['postgres', 'dragonfly', 'kube-api']);
  });

  it('turns pods into an entity and back', () => {
    const { catalog, problems } = read(
      'resources: {postgres: {entity: world}, kube-api: {namespace: api-proxy}}\n',
    );
    expect(problems).toEqual([]);
    expect(catalog.resources.map(({ target }) => target)).toMatchObject([
      { kind: 'entity', entity: 'world' },
      {},
      {},
      { kind: 'pods', namespace: 'api-proxy' },
    ]);
  });

  it('reads clusters, times and the agent’s options', () => {
    const { catalog, problems } = read(`
clusters:
  live:
    environment: live
    paths: [kubernetes/clusters/live]
    variables: {cluster_name: live}
    context: live
    server: https://10.0.0.1:6443
    cilium: {clusterName: live}
hatch: {maxDuration: 4h, confirmOn: [live]}
cilium: {version: "1.19", cidrMatchMode: [nodes]}
`);
    expect(problems).toEqual([]);
    expect(catalog.clusters).toEqual([
      {
        name: 'live',
        environment: 'live',
        paths: ['kubernetes/clusters/live'],
        variables: { cluster_name: 'live' },
        variableFiles: [],
        context: 'live',
        server: 'https://10.0.0.1:6443',
        cilium: { clusterName: 'live' },
      },
    ]);
    expect(catalog.hatch).toEqual({ ...DEFAULT_CATALOG.hatch, maxSeconds: 14_400, confirmOn: ['live'] });
    expect(catalog.cilium).toEqual({ version: '1.19', cidrMatchMode: ['nodes'] });
  });

  it.each([
    {
      name: 'a misspelt field',
      text: 'profile: {}\n',
      expected: ['propolis.yaml:1:1 unknown-field profile "profile" → profiles'],
    },
    {
      name: 'a misspelt field far down',
      text: 'dns:\n  label: {}\n',
      expected: ['propolis.yaml:2:3 unknown-field dns.label "label" → labels'],
    },
    {
      name: 'a field that resembles none',
      text: 'hatch: {x: 1}\n',
      expected: [
        'propolis.yaml:1:9 unknown-field hatch.x "x" → one of defaultDuration, maxDuration, reasonRequired, ticketRequired, confirmOn, warnAfter, criticalAfter, reaper',
      ],
    },
    {
      name: 'a version that YAML reads as a number',
      text: 'cilium:\n  version: 1.20\n',
      expected: ['propolis.yaml:2:12 schema cilium.version "1.20" → "1.20", in quotes'],
    },
    {
      name: 'a label value that YAML reads as a boolean',
      text: 'dns: {labels: {dns: true}}\n',
      expected: ['propolis.yaml:1:21 schema dns.labels.dns "true" → the value of a label, in quotes'],
    },
    {
      name: 'a misspelt word of a list',
      text: 'baselines: [dns-egres]\n',
      expected: ['propolis.yaml:1:13 schema baselines[0] "dns-egres" → dns-egress'],
    },
    {
      name: 'a port that is none',
      text: 'dns: {ports: [53/DNS]}\n',
      expected: [
        'propolis.yaml:1:15 schema dns.ports[0] "53/DNS" → a port from 1 to 65535, such as 5432/TCP, 53/UDP or 8000-8100/TCP',
      ],
    },
    {
      name: 'a range that runs backwards',
      text: 'dns: {ports: [90-80/TCP]}\n',
      expected: [
        'propolis.yaml:1:15 schema dns.ports[0] "90-80/TCP" → a port from 1 to 65535, such as 5432/TCP, 53/UDP or 8000-8100/TCP',
      ],
    },
    {
      name: 'any port, which has no form',
      text: 'resources: {mqtt: {namespace: home, ports: []}}\n',
      expected: ['propolis.yaml:1:44 schema resources.mqtt.ports "0 elements" → a list of 1 to 40 elements'],
    },
    {
      name: 'a new resource without ports',
      text: 'resources: {mqtt: {namespace: home}}\n',
      expected: ['propolis.yaml:1:19 schema resources.mqtt.ports "" → a list of ports such as 1883/TCP'],
    },
    {
      name: 'a resource that is both pods and an entity',
      text: 'resources: {mqtt: {namespace: home, entity: world, ports: [1883]}}\n',
      expected: [
        'propolis.yaml:1:19 schema resources.mqtt.entity "world" → either an entity, or a namespace with or without labels',
      ],
    },
    {
      name: 'a gateway that is not there',
      text: 'profiles:\n  lan:\n    ingress: [internl]\n',
      expected: ['propolis.yaml:3:15 schema profiles.lan.ingress[0] "internl" → internal'],
    },
    {
      name: 'a gateway taken away that a default profile uses',
      text: 'gateways: {external: false}\n',
      expected: ['propolis.yaml:1:1 schema profiles.standard.ingress[1] "external" → internal'],
    },
    {
      name: 'a path that leaves the repository',
      text: 'paths: {policies: ../elsewhere, alerts: /etc/passwd}\n',
      expected: [
        'propolis.yaml:1:19 schema paths.policies "../elsewhere" → a path relative to the root of the repository, with / and without ..',
        'propolis.yaml:1:41 schema paths.alerts "/etc/passwd" → a path relative to the root of the repository, with / and without ..',
      ],
    },
    {
      name: 'a time without a unit',
      text: 'hatch: {maxDuration: 24}\n',
      expected: ['propolis.yaml:1:22 schema hatch.maxDuration "24" → a time such as 30s, 5m, 2h or 1d'],
    },
    {
      name: 'limits in the wrong order',
      text: 'hatch: {defaultDuration: 2h, maxDuration: 1h}\n',
      expected: ['propolis.yaml:1:26 schema hatch.defaultDuration "7200s" → at most maxDuration'],
    },
    {
      name: 'a name that would be a prototype',
      text: 'resources: {__proto__: {namespace: home, ports: [1]}}\n',
      expected: [
        'propolis.yaml:1:13 schema resources.__proto__ "__proto__" → lower-case letters, digits and dashes, at most 63',
      ],
    },
    {
      name: 'a list where a map must be',
      text: '- profiles\n',
      expected: ['propolis.yaml:1:1 schema  "a list" → a map'],
    },
  ])('refuses $name', ({ text, expected }) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('keeps the default of a field that is wrong, and reads the rest', () => {
    const { catalog } = read('labelPrefix: "no good"\nmesh: {ambient: true, port: http}\n');
    expect(catalog.labelPrefix).toBe('network-policy.homelab');
    expect(catalog.mesh).toEqual({ ...DEFAULT_CATALOG.mesh, ambient: true });
  });

  it('reports broken YAML with its place and falls back to the defaults', () => {
    const { catalog, problems } = read('profiles:\n  lan: {ingress: [internal\n');
    expect(catalog).toBe(DEFAULT_CATALOG);
    expect(problems[0]).toMatchObject({ code: 'yaml-syntax', place: { line: 3 } });
  });

  it('refuses a key that is written twice', () => {
    expect(problemsOf('dns: {}\ndns: {}\n')[0]).toMatch(/^propolis\.yaml:2:1 yaml-syntax/);
  });

  it('follows aliases, and stops where they multiply', () => {
    const { catalog } = read('dns: {ports: &p [53/UDP]}\nprometheus: {ports: *p}\n');
    expect(catalog.prometheus.ports).toEqual([{ protocol: 'UDP', port: 53 }]);
    const many = Array.from({ length: 600 }, (_, i) => `  p${i}: *a`).join('\n');
    const egress = Array.from({ length: 900 }, () => '{to: world, ports: [443]}').join(', ');
    const { problems } = read(`profiles:\n  a: &a {egress: [${egress}]}\n${many}\n`);
    expect(problems.at(-1)).toMatchObject({ code: 'over-limit' });
  });

  it.each([
    { name: 'too long', text: '#'.repeat(256 * 1024 + 1) },
    { name: 'nested without end', text: '['.repeat(100_000) },
  ])('refuses a file that is $name', ({ text }) => {
    const { catalog, problems } = read(text);
    expect(catalog).toBe(DEFAULT_CATALOG);
    expect(problems).not.toEqual([]);
  });

  it('never throws, and gives every problem a place in the file', () => {
    const words = fc.constantFrom(
      'profiles',
      'resources',
      'dns',
      'labels',
      'ports',
      'lan',
      'a',
      '1.20',
      '53/UDP',
      'true',
      'null',
      '*x',
      '&x b',
      '!!binary x',
      '__proto__',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, words, tie('map'), tie('list')),
      map: fc
        .array(fc.tuple(words, tie('value')))
        .map((all) => `{${all.map(([k, v]) => `${k}: ${String(v)}`).join(', ')}}`),
      list: fc.array(tie('value')).map((all) => `[${all.join(', ')}]`),
    }));
    fc.assert(
      fc.property(value, (text) => {
        for (const { place } of read(String(text)).problems) {
          expect(place.line).toBeGreaterThan(0);
          expect(place.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
