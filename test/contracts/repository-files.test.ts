import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { repositoryFiles } from '../../src/adapters/files/repository.ts';
import { filesFromMemory } from '../../src/core/ports/repository.ts';
import { describeRepositoryFiles } from './repository-files.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-files-'));
let opened = 0;
afterAll(() => rm(folder, { recursive: true }));

describeRepositoryFiles('memory', (files) => Promise.resolve(filesFromMemory(files)));
describeRepositoryFiles('a directory', async (files) => {
  opened += 1;
  const root = join(folder, `root-${opened}`);
  await mkdir(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return repositoryFiles(root);
});
