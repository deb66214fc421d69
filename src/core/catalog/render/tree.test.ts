import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readRepository } from '../../manifest/read.ts';
import { agentOptions, CILIUM_VERSIONS } from '../../model/options.ts';
import type { SourceFile } from '../../model/repository.ts';
import { DEFAULT_CATALOG } from '../defaults.ts';
import { readCatalog } from '../read.ts';
import type { Catalog } from '../types.ts';
import { originOf } from './marker.ts';
import { policyFiles, policyFileText } from './policy-files.ts';
import { renderTree } from './tree.ts';

const ROOT = 'kubernetes/platform/config/network-policy';

function catalogOf(text: string): Catalog {
  const { catalog, problems } = readCatalog({ path: 'propolis.yaml', text });
  expect(problems).toEqual([]);
  return catalog;
}

function pathsOf(catalog: Catalog, existing: readonly SourceFile[] = []): readonly string[] {
  return renderTree(catalog, existing).map(({ path }) => path.replace(`${ROOT}/`, ''));
}

const FULL = `
mesh: {ambient: true}
intraNamespace: {shop: {ports: [8080]}, forum: {ports: [9000-9100, 53/UDP]}}
profiles: {lan: {description: "quotes: \\"x\\" # no comment", ingress: [internal], egress: [{to: 192.168.20.0/24, ports: [80]}, {to: 'fqdn:*.example.com', ports: [443]}]}}
resources: {mqtt: {namespace: home, labels: {app: mosquitto}, ports: [1883]}, gate: {entity: ingress, ports: [443]}}
externalRanges: {iot: {description: Devices., cidrs: [192.168.20.0/24]}}
cilium: {hostFirewall: true}
`;

describe('the files of the tree', () => {
  it('are those of the layout', () => {
    expect(pathsOf(DEFAULT_CATALOG)).toEqual([
      'baselines/dns-egress.yaml',
      'baselines/health-probes.yaml',
      'baselines/prometheus-scrape.yaml',
      'baselines/kube-api-access.yaml',
      'baselines/escape-hatch.yaml',
      'profiles/isolated.yaml',
      'profiles/internal.yaml',
      'profiles/internal-egress.yaml',
      'profiles/standard.yaml',
      'shared-resources/postgres.yaml',
      'shared-resources/dragonfly.yaml',
      'shared-resources/garage-s3.yaml',
      ...DEFAULT_CATALOG.platform.namespaces.map((name) => `platform/${name}.yaml`),
      'kustomization.yaml',
      'baselines/kustomization.yaml',
      'profiles/kustomization.yaml',
      'shared-resources/kustomization.yaml',
      'platform/kustomization.yaml',
      'README.md',
    ]);
  });

  it('carry the marker, but for those that are people’s', () => {
    for (const { path, text, ownership } of renderTree(catalogOf(FULL))) {
      expect(originOf(text), path).toBe(ownership === 'rendered' ? 'rendered' : 'foreign');
    }
  });

  it('are the same, byte for byte, whatever was there of them before', () => {
    const first = renderTree(catalogOf(FULL));
    expect(renderTree(catalogOf(FULL))).toEqual(first);
    const again = renderTree(catalogOf(FULL), first);
    // What was begun is somebody's now, and so is the list of it.
    expect(again).toEqual(first.filter(({ path }) => !path.startsWith(`${ROOT}/platform/`)));
  });

  it('stay where the catalog says', () => {
    const catalog = catalogOf('paths: {policies: ./net//policies/, baselines: a/b, platform: ./c}\n');
    const paths = renderTree(catalog).map(({ path }) => path);
    expect(paths).toContain('net/policies/a/b/dns-egress.yaml');
    expect(paths).toContain('net/policies/c/kube-system.yaml');
    expect(
      renderTree(catalog).find(({ path }) => path === 'net/policies/kustomization.yaml')?.text,
    ).toContain('resources:\n  - a/b\n  - profiles\n  - shared-resources\n  - c\n');
  });

  it('tell their part by their name where parts share a folder', () => {
    const catalog = catalogOf(
      'paths: {policies: net, baselines: ., profiles: ., sharedResources: ., platform: .}\nprofiles: {postgres: {ingress: [internal]}}\nplatform: {namespaces: [postgres]}\n',
    );
    const paths = renderTree(catalog).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toEqual(
      expect.arrayContaining(['net/profile-postgres.yaml', 'net/access-postgres.yaml', 'net/postgres.yaml']),
    );
    const [list] = renderTree(catalog).filter(({ path }) => path.endsWith('kustomization.yaml'));
    expect(list?.text).toContain('  - baseline-dns-egress.yaml\n');
  });

  it('never leave the repository', () => {
    const paths = { ...DEFAULT_CATALOG.paths, baselines: '../../../../../elsewhere' };
    expect(() => renderTree({ ...DEFAULT_CATALOG, paths })).toThrow('leaves the repository');
  });
});

describe('the policies of the tree', () => {
  it.each(CILIUM_VERSIONS)('are accepted by the API server and the agent of %s', (version) => {
    for (const text of ['', FULL, 'baselines: []\n', 'cilium: {l7Proxy: false}\n']) {
      const catalog = catalogOf(text);
      const agent = agentOptions({ ...catalog.cilium, version });
      const read = readRepository(renderTree(catalog), { agent });
      expect([read.problems, read.refused]).toEqual([[], []]);
      expect(read.policies.length).toBeGreaterThan(15);
    }
  });

  it('take ports beyond the forty that one element may have', () => {
    const ports = Array.from({ length: 40 }, (_, i) => 2000 + 2 * i);
    const catalog = catalogOf(
      `mesh: {ambient: true}\nintraNamespace: {shop: {ports: [${ports.join(', ')}]}}\n`,
    );
    const read = readRepository(renderTree(catalog), { agent: agentOptions() });
    expect(read.problems).toEqual([]);
  });

  it('say what a person wrote and nothing else, whatever it is', () => {
    const word = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(word, word, (text, range) => {
        const [profile] = DEFAULT_CATALOG.profiles;
        if (profile === undefined) return;
        const to = { kind: 'cidr', cidr: '10.0.0.0/8' } as const;
        const catalog: Catalog = {
          ...DEFAULT_CATALOG,
          profiles: [
            { ...profile, description: text, egress: [{ to, ports: [{ protocol: 'TCP', port: 1 }] }] },
          ],
          externalRanges: [{ name: 'x', description: range, cidrs: ['10.0.0.0/8'] }],
        };
        const [file] = policyFiles(catalog).filter(({ folder }) => folder === 'profiles');
        const documents = parseAllDocuments(file === undefined ? '' : policyFileText(file));
        expect(documents.map((document) => document.toJS() as unknown)).toEqual([
          {
            apiVersion: 'cilium.io/v2',
            kind: 'CiliumClusterwideNetworkPolicy',
            metadata: { name: 'profile-isolated' },
            spec: {
              description: text === '' ? 'The profile isolated.' : text,
              endpointSelector: {
                matchLabels: { 'io.cilium.k8s.namespace.labels.network-policy.homelab/profile': 'isolated' },
              },
              egress: [{ toCIDR: ['10.0.0.0/8'], toPorts: [{ ports: [{ port: '1', protocol: 'TCP' }] }] }],
            },
          },
        ]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('kustomizations', () => {
  const own = (text: string, path = 'baselines/kustomization.yaml'): SourceFile => ({
    path: `${ROOT}/${path}`,
    text,
  });
  const textOf = (
    existing: readonly SourceFile[],
    path = 'baselines/kustomization.yaml',
  ): string | undefined =>
    renderTree(DEFAULT_CATALOG, existing).find((file) => file.path === `${ROOT}/${path}`)?.text;

  it('keep all that people wrote in them', () => {
    const text = 'resources: # ours\n- deny.yaml   # first\n- ./escape-hatch.yaml\npatches: []';
    expect(textOf([own(text)])).toBe(
      'resources: # ours\n- deny.yaml   # first\n- ./escape-hatch.yaml\n- dns-egress.yaml\n- health-probes.yaml\n- prometheus-scrape.yaml\n- kube-api-access.yaml\npatches: []',
    );
  });

  it('are found by any of their names', () => {
    const existing = [own('resources: [x.yaml]\n', 'profiles/Kustomization')];
    const paths = pathsOf(DEFAULT_CATALOG, existing);
    expect(paths).toContain('profiles/Kustomization');
    expect(paths).not.toContain('profiles/kustomization.yaml');
  });

  it('that are new begin with what Flux would have built without one', () => {
    const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n';
    const existing = [
      own(object, 'deny.yaml'),
      own(object, 'more/a.yaml'),
      own('resources: [b.yaml]\n', 'built/kustomization.yaml'),
      own(object, 'built/b.yaml'),
      own('kind: Component\n', 'part/kustomization.yaml'),
      own(object, 'baselines/extra.yaml'),
      own('notes: none of these\n', 'values.yaml'),
      own('# no manifest\n', 'x.md'),
    ];
    expect(textOf(existing, 'kustomization.yaml')).toMatch(
      /resources:\n {2}- baselines\n {2}- profiles\n {2}- shared-resources\n {2}- platform\n {2}- built\n {2}- deny\.yaml\n {2}- more\/a\.yaml\n$/,
    );
    expect(textOf(existing)).toMatch(/- escape-hatch\.yaml\n {2}- extra\.yaml\n$/);
  });

  it('do not list somebody’s file in the place of ours', () => {
    const existing = [own('kind: X\n', 'baselines/dns-egress.yaml'), own('resources: [a.yaml]\n')];
    expect(textOf(existing)).not.toContain('dns-egress');
  });
});

describe('platform namespaces', () => {
  it('are begun where they exist and have no policy', () => {
    const surroundings = { namespaces: ['database', 'cache', 'shop'], governed: ['cache'] };
    const begun = renderTree(DEFAULT_CATALOG, [], surroundings).filter(
      ({ ownership }) => ownership === 'begun',
    );
    expect(begun.map(({ path }) => path)).toEqual([`${ROOT}/platform/database.yaml`]);
  });

  it('are not begun over a file that is there', () => {
    const path = `${ROOT}/platform/database.yaml`;
    const files = renderTree(DEFAULT_CATALOG, [{ path, text: '# later\n' }]);
    expect(files.map((file) => file.path)).not.toContain(path);
  });
});

describe('the README', () => {
  const textOf = (text: string): string => renderTree(catalogOf(text)).at(-1)?.text ?? '';

  it('has tables that the engine computed', () => {
    const text = textOf('');
    expect(text).toContain('| `isolated` | none | DNS 53/TCP, 53/UDP |');
    expect(text).toContain(
      '| `standard` | internal gateway, external gateway 80/TCP, 443/TCP, 1024-65535/TCP | DNS 53/TCP, 53/UDP; world 443/TCP |',
    );
    expect(text).toContain(
      '| `access.network-policy.homelab/postgres: "true"` | `database`, any pod | 5432/TCP |',
    );
    expect(text).not.toContain('## Mesh');
  });

  it('cannot be broken out of', () => {
    const text = textOf('profiles: {isolated: {description: "a | b \\\\| c\\n| d |"}}\n');
    expect(text).toContain('| a \\| b \\\\\\| c \\| d \\| |');
  });

  it('tells of a mesh where there is one', () => {
    expect(textOf('mesh: {ambient: true, port: 15018}\n')).toContain('15018/TCP');
  });
});
