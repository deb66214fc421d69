import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readRepository } from '../../manifest/read.ts';
import { agentOptions } from '../../model/options.ts';
import type { SourceFile } from '../../model/repository.ts';
import { DEFAULT_CATALOG } from '../defaults.ts';
import { readCatalog } from '../read.ts';
import { planRender } from './plan.ts';
import { renderTree } from './tree.ts';

const ROOT = 'kubernetes/platform/config/network-policy';
const folder = mkdtempSync(join(tmpdir(), 'propolis-render-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What builds kustomizations here, with its arguments before the folder. */
const TOOL = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
].find(([command = '', ...args]) => takesFolders(command, args));

/** Kustomize 2, which kubectl had until 1.20, knows no folders among resources, and no repository of today builds. */
function takesFolders(command: string, args: readonly string[]): boolean {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, 'probe', path)), { recursive: true });
    writeFileSync(join(folder, 'probe', path), text);
  };
  put('kustomization.yaml', 'resources: [sub]\n');
  put('sub/kustomization.yaml', 'resources: [one.yaml]\n');
  put('sub/one.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n');
  return spawnSync(command, [...args, join(folder, 'probe')]).status === 0;
}

const CATALOG = readCatalog({
  path: 'propolis.yaml',
  text: 'mesh: {ambient: true}\nintraNamespace: {shop: {ports: [8080]}, forum: {ports: [9000]}}\n',
}).catalog;

function build(
  name: string,
  files: readonly SourceFile[],
): { readonly objects: readonly string[]; readonly said: string } {
  for (const { path, text } of files) {
    const full = join(folder, name, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
  const [command = '', ...args] = TOOL ?? [];
  const { stdout, stderr } = spawnSync(command, [...args, join(folder, name, ROOT)], { encoding: 'utf8' });
  const objects = parseAllDocuments(stdout).flatMap((document) => {
    const value = document.toJS() as {
      kind?: string;
      metadata?: { name?: string; namespace?: string };
    } | null;
    return value === null ? [] : [`${value.kind} ${value.metadata?.namespace ?? ''}/${value.metadata?.name}`];
  });
  return { objects: objects.sort(), said: stderr };
}

function declared(files: readonly SourceFile[]): readonly string[] {
  const { policies } = readRepository(files, { agent: agentOptions() });
  return policies.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).sort();
}

describe.runIf(TOOL !== undefined)(`what ${TOOL?.join(' ') ?? 'kustomize'} makes of the tree`, () => {
  it.each([
    { name: 'the default', catalog: DEFAULT_CATALOG },
    { name: 'a mesh and namespaces whose pods talk', catalog: CATALOG },
  ])('is every policy of it: $name', ({ name, catalog }) => {
    const files = renderTree(catalog);
    const { objects, said } = build(name, files);
    expect(said).toBe('');
    expect(objects).toEqual(declared(files));
    expect(objects.length).toBeGreaterThan(20);
  });

  it('is every policy still, with what people had there before', () => {
    const object = (kind: string, name: string): string =>
      `apiVersion: cilium.io/v2\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\nspec: {endpointSelector: {}, ingress: [{}]}\n`;
    const before: readonly SourceFile[] = [
      { path: `${ROOT}/profiles/own.yaml`, text: object('CiliumNetworkPolicy', 'own') },
      { path: `${ROOT}/baselines/kustomization.yaml`, text: 'resources:\n- mine.yaml\n' },
      { path: `${ROOT}/baselines/mine.yaml`, text: object('CiliumNetworkPolicy', 'mine') },
    ];
    const plan = planRender(DEFAULT_CATALOG, { existing: before });
    const after = new Map(before.map(({ path, text }) => [path, text]));
    for (const change of plan)
      if (change.kind === 'create' || change.kind === 'update') after.set(change.path, change.after);
    const { objects, said } = build(
      'before',
      [...after].map(([path, text]) => ({ path, text })),
    );
    expect(said).toBe('');
    expect(objects).toEqual(
      [
        ...declared(renderTree(DEFAULT_CATALOG)),
        'CiliumNetworkPolicy shop/mine',
        'CiliumNetworkPolicy shop/own',
      ].sort(),
    );
  });
});

it('says why nothing was built where no tool is', (context) => {
  if (TOOL === undefined) context.skip('no kustomize, and no kubectl of 1.21 or newer, is installed');
  expect(TOOL).toBeDefined();
});
