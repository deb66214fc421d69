import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../../model/repository.ts';
import { DEFAULT_CATALOG } from '../defaults.ts';
import { readCatalog } from '../read.ts';
import type { Catalog } from '../types.ts';
import { differs, planRender, type RenderChange } from './plan.ts';
import { renderTree } from './tree.ts';

const ROOT = 'kubernetes/platform/config/network-policy';
const WITH_LAN = readCatalog({
  path: 'propolis.yaml',
  text: 'profiles: {lan: {ingress: [internal]}}\n',
}).catalog;

/** Writes a plan to files in memory. */
function apply(existing: readonly SourceFile[], changes: readonly RenderChange[]): readonly SourceFile[] {
  const files = new Map(existing.map(({ path, text }) => [path, text]));
  for (const change of changes) {
    if (change.kind === 'create' || change.kind === 'update') files.set(change.path, change.after);
    if (change.kind === 'delete') files.delete(change.path);
  }
  return [...files].map(([path, text]) => ({ path, text }));
}

function render(
  catalog: Catalog,
  existing: readonly SourceFile[] = [],
  force = false,
): readonly SourceFile[] {
  return apply(existing, planRender(catalog, { existing, force }));
}

function different(catalog: Catalog, existing: readonly SourceFile[], force = false): readonly string[] {
  return planRender(catalog, { existing, force })
    .filter(differs)
    .map((change) => {
      const code = change.kind === 'kept' ? ` ${change.reason.code}` : '';
      return `${change.kind}${code} ${change.path.replace(`${ROOT}/`, '')}`;
    });
}

function edit(
  files: readonly SourceFile[],
  path: string,
  change: (text: string) => string,
): readonly SourceFile[] {
  expect(files.some((file) => file.path === `${ROOT}/${path}`)).toBe(true);
  return files.map((file) => (file.path === `${ROOT}/${path}` ? { ...file, text: change(file.text) } : file));
}

const TREE = render(DEFAULT_CATALOG);

describe('planRender', () => {
  it('has nothing to do after it was done', () => {
    expect(different(DEFAULT_CATALOG, TREE)).toEqual([]);
    expect(different(DEFAULT_CATALOG, render(WITH_LAN, TREE))).toEqual(
      ['update README.md', 'delete profiles/lan.yaml', 'update profiles/kustomization.yaml'].sort((a, b) =>
        (a.split(' ')[1] ?? '') < (b.split(' ')[1] ?? '') ? -1 : 1,
      ),
    );
  });

  it('comes back to the same bytes when a profile comes and goes', () => {
    expect(render(DEFAULT_CATALOG, render(WITH_LAN, TREE))).toEqual(TREE);
  });

  it('takes other line ends for the same', () => {
    const crlf = TREE.map(({ path, text }) => ({ path, text: text.replaceAll('\n', '\r\n') }));
    expect(different(DEFAULT_CATALOG, crlf)).toEqual([]);
  });

  it('leaves a file that was edited by hand, and says so', () => {
    const edited = edit(TREE, 'profiles/standard.yaml', (text) => text.replace('"443"', '"8443"'));
    expect(different(DEFAULT_CATALOG, edited)).toEqual(['kept edited profiles/standard.yaml']);
    expect(render(DEFAULT_CATALOG, edited)).toEqual(edited);
    expect(render(DEFAULT_CATALOG, edited, true)).toEqual(TREE);
  });

  it('brings a file up to date that an older catalog made', () => {
    const old = render({ ...DEFAULT_CATALOG, labelPrefix: 'np.example.com' });
    expect(different(DEFAULT_CATALOG, old)).toContain('update profiles/standard.yaml');
    expect(render(DEFAULT_CATALOG, old)).toEqual(TREE);
  });

  it('leaves a file of somebody in the place of one of ours', () => {
    const foreign = edit(TREE, 'baselines/dns-egress.yaml', () => 'kind: Mine\n');
    expect(different(DEFAULT_CATALOG, foreign)).toEqual(['kept foreign baselines/dns-egress.yaml']);
    expect(different(DEFAULT_CATALOG, foreign, true)).toEqual(['update baselines/dns-egress.yaml']);
  });

  it('does not mind a README of somebody’s own, and leaves it', () => {
    const own = edit(TREE, 'README.md', () => '# Ours\n');
    expect(different(DEFAULT_CATALOG, own)).toEqual([]);
    expect(render(DEFAULT_CATALOG, own)).toEqual(own);
  });

  it('leaves alone what else is in the folders', () => {
    const mine = [
      { path: `${ROOT}/baselines/deny-metadata.yaml`, text: 'kind: X\n' },
      { path: `${ROOT}/platform/cache.yaml`, text: 'kind: X\n' },
      { path: `${ROOT}/notes/README.md`, text: '# Rendered by nobody\n' },
      {
        path: 'elsewhere/profile.yaml',
        text: TREE.find(({ path }) => path.endsWith('standard.yaml'))?.text ?? '',
      },
    ];
    const after = render(WITH_LAN, mine);
    expect(after.filter(({ path }) => mine.some((file) => file.path === path))).toEqual(mine);
    expect(render(DEFAULT_CATALOG, after, true)).toEqual(expect.arrayContaining(mine));
  });

  it('keeps a file that is no longer asked for and was edited, and its place in the list', () => {
    const edited = edit(render(WITH_LAN), 'profiles/lan.yaml', (text) => `${text}# mine\n`);
    expect(different(DEFAULT_CATALOG, edited)).toEqual(['update README.md', 'kept edited profiles/lan.yaml']);
    expect(different(DEFAULT_CATALOG, edited, true)).toEqual([
      'update README.md',
      'update profiles/kustomization.yaml',
      'delete profiles/lan.yaml',
    ]);
  });

  it('takes away a folder’s kustomization that lists nothing any more', () => {
    const none = { ...DEFAULT_CATALOG, profiles: [] };
    const after = render(none, TREE);
    expect(after.filter(({ path }) => path.includes('/profiles/'))).toEqual([]);
    expect(after.find(({ path }) => path === `${ROOT}/kustomization.yaml`)?.text).not.toContain('profiles');
    expect(different(none, after)).toEqual([]);
    const texts = (files: readonly SourceFile[]): ReadonlyMap<string, string> =>
      new Map(files.map(({ path, text }) => [path, text]));
    const back = texts(render(DEFAULT_CATALOG, after));
    expect([...back.keys()].sort()).toEqual(TREE.map(({ path }) => path).sort());
  });

  it('does not declare an object twice', () => {
    const path = `${ROOT}/profiles/profile-standard.yaml`;
    const text =
      'apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: profile-standard}\n';
    const [change, ...others] = planRender(DEFAULT_CATALOG, { existing: [{ path, text }] }).filter(
      ({ kind }) => kind === 'kept',
    );
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      path: `${ROOT}/profiles/standard.yaml`,
      reason: { code: 'clash', by: path, name: 'profile-standard' },
    });
    const list = render(DEFAULT_CATALOG, [{ path, text }]).find(
      ({ path: at }) => at === `${ROOT}/profiles/kustomization.yaml`,
    );
    expect(list?.text).toContain('- internal-egress.yaml\n  - profile-standard.yaml\n');
  });

  it('takes an object of the same name and another kind for no second one', () => {
    const path = `${ROOT}/profiles/other.yaml`;
    const text = 'kind: CiliumNetworkPolicy\nmetadata: {name: profile-standard, namespace: shop}\n';
    expect(planRender(DEFAULT_CATALOG, { existing: [{ path, text }] }).map(({ kind }) => kind)).not.toContain(
      'kept',
    );
  });

  it('leaves a kustomization that it cannot change for certain', () => {
    const odd = edit(TREE, 'profiles/kustomization.yaml', () => 'resources: {not: a list}\n');
    expect(different(WITH_LAN, odd)).toEqual([
      'update README.md',
      'kept refused profiles/kustomization.yaml',
      'create profiles/lan.yaml',
    ]);
  });

  it('is what renderTree gives, for an empty repository, with alerts and runbooks beside it', () => {
    const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
      a.path < b.path ? -1 : 1;
    const isPolicy = ({ path }: { readonly path: string }): boolean =>
      path.startsWith(DEFAULT_CATALOG.paths.policies);
    expect([...TREE].sort(byPath).filter(isPolicy)).toEqual(
      renderTree(DEFAULT_CATALOG)
        .map(({ path, text }) => ({ path, text }))
        .sort(byPath),
    );
    expect(TREE.filter((file) => !isPolicy(file)).map(({ path }) => path)).toEqual([
      'docs/runbooks/network-policy-escape-hatch.md',
      'docs/runbooks/network-policy-verification.md',
      'kubernetes/platform/config/monitoring/network-policy-alerts.yaml',
      'kubernetes/platform/config/monitoring/network-policy-kube-state-metrics.yaml',
    ]);
  });
});
