import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { gitChanges } from '../../src/adapters/git/changes.ts';
import { writeFiles } from '../../src/cli/write-files.ts';
import { MemoryChanges } from '../../src/core/ports/change-store-memory.ts';
import { type TestRepository, testRepository } from '../lib/git-repository.ts';
import { type ChangeBench, describeChangeStore, describePushes } from './change-store.ts';

const opened: TestRepository[] = [];
afterAll(() => {
  for (const repository of opened) repository.remove();
});

function openMemory(files: Readonly<Record<string, string>>): Promise<ChangeBench> {
  const memory = new MemoryChanges(files);
  return Promise.resolve({
    store: memory,
    write: (path, text) => Promise.resolve(memory.write(path, text)),
    inWorkTree: (path) => Promise.resolve(memory.inWorkTree(path)),
    on: (branch, path) => Promise.resolve(memory.on(branch, path)),
    messages: (branch) => Promise.resolve(memory.messages(branch)),
    current: () => Promise.resolve(memory.current()),
    addRemote: (name) => Promise.resolve(memory.addRemote(name, `https://git.example.com/${name}.git`)),
    commitAt: (...args) => Promise.resolve(memory.commitAt(...args)),
    messagesAt: (...args) => Promise.resolve(memory.messagesAt(...args)?.map((message) => message.trim())),
  });
}

describeChangeStore('memory', openMemory);
describePushes('memory', openMemory);

describeChangeStore('git', (files) => Promise.resolve(bench(testRepository(files), '')));
describePushes('git', (files) => Promise.resolve(bench(testRepository(files), '')));

// Git cannot make a second work tree where a file stands in the way.
describeChangeStore('git without a second work tree', (files) => {
  const repository = testRepository(files);
  repository.write('.git/worktrees', 'in the way');
  return Promise.resolve(bench(repository, ''));
});

function openFolder(files: Readonly<Record<string, string>>): Promise<ChangeBench> {
  const repository = testRepository(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`infra/${path}`, text])),
  );
  return Promise.resolve(bench(repository, 'infra/'));
}

describeChangeStore('a folder in git', openFolder);
describePushes('a folder in git', openFolder);

describeChangeStore('git with hooks', (files) => {
  const repository = testRepository(files);
  repository.hook('pre-commit', 'test -e apps/blog.yaml');
  return Promise.resolve(bench(repository, ''));
});

function bench(repository: TestRepository, prefix: string): ChangeBench {
  const { root, env, git } = repository;
  opened.push(repository);
  const there = (name: string): string => join(root, '..', `${name}.git`);
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
    messages: (branch) => Promise.resolve(messagesOf(tried('log', '--format=%B%x00', branch, '--'))),
    current: () => Promise.resolve(git('symbolic-ref', '--short', 'HEAD').trim()),
    addRemote(name) {
      repository.addRemote(name);
      return Promise.resolve();
    },
    commitAt(remote, branch, message) {
      const onto =
        tried('--git-dir', there(remote), 'rev-parse', '--verify', branch) ?? git('rev-parse', 'main');
      const bare = ['--git-dir', there(remote)];
      const id = git(...bare, 'commit-tree', `${onto.trim()}^{tree}`, '-p', onto.trim(), '-m', message);
      git(...bare, 'update-ref', `refs/heads/${branch}`, id.trim());
      return Promise.resolve();
    },
    messagesAt: (remote, branch) =>
      Promise.resolve(messagesOf(tried('--git-dir', there(remote), 'log', '--format=%B%x00', branch, '--'))),
  };
}

function messagesOf(log: string | undefined): readonly string[] | undefined {
  return log
    ?.split('\0')
    .map((message) => message.trim())
    .slice(0, -1);
}
