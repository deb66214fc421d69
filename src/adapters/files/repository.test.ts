import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryFiles, streamFile } from './repository.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-walk-'));
afterAll(() => rm(folder, { recursive: true }));

async function tree(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function pathsIn(root: string): Promise<readonly string[]> {
  return (await repositoryFiles(root).files()).map(({ path }) => path);
}

describe('repositoryFiles()', () => {
  it('leaves out other files, hidden directories and installed packages', async () => {
    const root = await tree('others', {
      'a.yaml': 'x',
      'README.md': 'x',
      '.git/config.yaml': 'x',
      '.github/workflows/ci.yaml': 'x',
      'node_modules/p/package.json': 'x',
      'deep/.cache/b.yaml': 'x',
      'deep/.hidden.yaml': 'x',
      'a.yaml.bak': 'x',
      notKustomization: 'x',
    });
    expect(await pathsIn(root)).toEqual(['a.yaml', 'deep/.hidden.yaml']);
  });

  it('reads a single file, whatever its name', async () => {
    const root = await tree('single', { 'rendered.txt': 'kind: Pod\n', 'b.yaml': 'x' });
    expect(await repositoryFiles(join(root, 'rendered.txt')).files()).toEqual([
      { path: 'rendered.txt', text: 'kind: Pod\n' },
    ]);
  });

  it.each([
    ['nothing', 'not-found'],
    ['file.yaml/below', 'not-found'],
  ])('refuses %s (%s), and names it', async (path, code) => {
    const root = await tree('refused', { 'file.yaml': 'x' });
    await expect(repositoryFiles(join(root, path)).files()).rejects.toMatchObject({
      name: 'PropolisError',
      code,
      value: join(root, path),
    });
  });

  it('refuses more files than the limit', async () => {
    const root = await tree('many', { 'a.yaml': 'x', 'b.yaml': 'x', 'c.yaml': 'x' });
    await expect(repositoryFiles(root, { maxFiles: 2 }).files()).rejects.toMatchObject({
      code: 'too-many-files',
    });
    expect(await repositoryFiles(root, { maxFiles: 3 }).files()).toHaveLength(3);
  });

  it('leaves out a file that is too large, and says so', async () => {
    const root = await tree('large', { 'a.yaml': 'x', 'b.yaml': 'xxxxx' });
    const files = repositoryFiles(root, { maxFileSize: 4 });
    expect(await files.files()).toEqual([{ path: 'a.yaml', text: 'x' }]);
    expect(files.skipped()).toEqual([
      {
        code: 'over-limit',
        place: { file: 'b.yaml', line: 1, column: 1 },
        field: '',
        value: '5 bytes',
        expected: 'at most 4 bytes',
      },
    ]);
  });

  it('follows links within the root, and no link out of it', async () => {
    await tree('outside', { 'secret.yaml': 'x' });
    const root = await tree('links', { 'base/a.yaml': 'x' });
    await symlink('base/a.yaml', join(root, 'link.yaml'));
    await symlink('base', join(root, 'linked'));
    await symlink('../outside/secret.yaml', join(root, 'secret.yaml'));
    await symlink('../outside', join(root, 'out'));
    await symlink('gone.yaml', join(root, 'broken.yaml'));
    const files = repositoryFiles(root);
    expect((await files.files()).map(({ path }) => path)).toEqual([
      'base/a.yaml',
      'link.yaml',
      'linked/a.yaml',
    ]);
    expect(files.skipped().map(({ code, place, value }) => [code, place.file, value])).toEqual([
      ['unreadable-file', 'broken.yaml', 'ENOENT'],
      ['unreadable-file', 'secret.yaml', 'a link out of the directory'],
    ]);
  });

  it('ends where links go in circles', async () => {
    const root = await tree('circle', { 'a/b.yaml': 'x' });
    await symlink('..', join(root, 'a/up'));
    await symlink('.', join(root, 'a/self'));
    expect(await pathsIn(root)).toEqual(['a/b.yaml']);
  });

  it('takes a root that is itself a link', async () => {
    const root = await tree('real', { 'a.yaml': 'x' });
    await symlink(root, join(folder, 'alias'));
    expect(await pathsIn(join(folder, 'alias'))).toEqual(['a.yaml']);
  });
});

describe('streamFile()', () => {
  it('is one file, named as what it is', () => {
    expect(streamFile('kind: Pod')).toEqual({ path: '<stdin>', text: 'kind: Pod' });
  });
});
