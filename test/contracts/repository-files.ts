import { describe, expect, it } from 'vitest';
import type { RepositoryFiles } from '../../src/core/ports/repository.ts';

/** Opens a repository that holds these files. */
export type OpenRepository = (files: Readonly<Record<string, string>>) => Promise<RepositoryFiles>;

/** What every source of manifests must do. */
export function describeRepositoryFiles(name: string, open: OpenRepository): void {
  describe(`${name} as a repository`, () => {
    it('has no files where there are none', async () => {
      expect(await (await open({})).files()).toEqual([]);
    });

    it('gives each file by its path from the root, with its text as it is', async () => {
      const text = '# comment\r\na: "ä€😀"\n\n';
      expect(await (await open({ 'apps/shop/policy.yaml': text })).files()).toEqual([
        { path: 'apps/shop/policy.yaml', text },
      ]);
    });

    it('gives YAML, JSON, env files and kustomizations without an ending', async () => {
      const names = ['a.yaml', 'b.yml', 'c.json', 'd.env', '.e.env', 'f/Kustomization'];
      const files = await (await open(Object.fromEntries(names.map((path) => [path, 'x'])))).files();
      expect(files.map(({ path }) => path)).toEqual(['.e.env', ...names.filter((path) => path !== '.e.env')]);
    });

    it('sorts by path, by the codes of characters', async () => {
      const names = ['b.yaml', 'a/z.yaml', 'a-b.yaml', 'B.yaml', 'a.yaml'];
      const files = await (await open(Object.fromEntries(names.map((path) => [path, 'x'])))).files();
      expect(files.map(({ path }) => path)).toEqual(['B.yaml', 'a-b.yaml', 'a.yaml', 'a/z.yaml', 'b.yaml']);
    });

    it('gives the same when asked again', async () => {
      const repository = await open({ 'a.yaml': 'x', 'b.yaml': 'y' });
      expect(await repository.files()).toEqual(await repository.files());
    });
  });
}
