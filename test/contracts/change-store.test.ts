import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { gitChanges } from '../../src/adapters/git/changes.ts';
import { writeFiles } from '../../src/cli/write-files.ts';
import { MemoryChanges } from '../../src/core/ports/change-store-memory.ts';
import { type TestRepository, testRepository } from '../lib/git-repository.ts';
import { type ChangeBench, describeChangeStore } from './change-store.ts';

const opened: TestRepository[] = [];
afterAll(() => {
  for (const repository of opened) repository.remove();
});

describeChangeStore('memory', (files) => {
  const memory = new MemoryChanges(files);
  return Promise.resolve({
    store: memory,
    write: (path, text) => Promise.resolve(memory.write(path, text)),
    inWorkTree: (path) => Promise.resolve(memory.inWorkTree(path)),
    on: (branch, path) => Promise.resolve(memory.on(branch, path)),
    messages: (branch) => Promise.resolve(memory.messages(branch)),
    current: () => Promise.resolve(memory.current()),
  });
});

describeChangeStore('git', (files) => Promise.resolve(bench(testRepository(files), '')));

// Git cannot make a second work tree where a file stands in the way.
describeChangeStore('git without a second work tree', (files) => {
  const repository = testRepository(files);
  repository.write('.git/worktrees', 'in the way');
  return Promise.resolve(bench(repository, ''));
});

describeChangeStore('a folder in git', (files) => {
  const repository = testRepository(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`infra/${path}`, text])),
  );
  return Promise.resolve(bench(repository, 'infra/'));
});

describeChangeStore('git with hooks', (files) => {
  const repository = testRepository(files);
  repository.hook('pre-commit', 'test -e apps/blog.yaml');
  return Promise.resolve(bench(repository, ''));
});

function bench(repository: TestRepository, prefix: string): ChangeBench {
  const { root, env, git } = repository;
  opened.push(repository);
  const tried = (...args: readonly string[]): string | undefined => {
    try {
      return git(...args);
    } catch {
      return undefined;
    }
  };
  return {
    store: gitChanges(join(root, prefix), { write: writeFiles, env }),
    write(path, text) {
      if (text === undefined) rmSync(join(root, prefix, path));
      else repository.write(`${prefix}${path}`, text);
      return Promise.resolve();
    },
    inWorkTree: (path) => Promise.resolve(repository.read(`${prefix}${path}`)),
    on: (branch, path) => Promise.resolve(tried('show', `${branch}:${prefix}${path}`)),
    messages: (branch) =>
      Promise.resolve(tried('log', '--format=%B%x00', branch, '--')?.split('\0').map(trimmed).slice(0, -1)),
    current: () => Promise.resolve(git('symbolic-ref', '--short', 'HEAD').trim()),
  };
}

function trimmed(message: string): string {
  return message.trim();
}
