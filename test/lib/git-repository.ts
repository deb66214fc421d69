import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A git repository in a temporary folder, with an author and no settings of the machine. */
export interface TestRepository {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly git: (...args: readonly string[]) => string;
  readonly write: (path: string, text: string) => void;
  readonly read: (path: string) => string | undefined;
  /** A hook that is a shell script. */
  readonly hook: (name: string, script: string) => void;
  /** A repository on disk to push to, which has the branch that is checked out. @returns its folder */
  readonly addRemote: (name: string) => string;
  readonly remove: () => void;
}

export function testRepository(files: Readonly<Record<string, string>>): TestRepository {
  const folder = mkdtempSync(join(tmpdir(), 'propolis-git-'));
  const root = join(folder, 'repo');
  mkdirSync(root);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
  };
  writeFileSync(
    env.GIT_CONFIG_GLOBAL,
    '[user]\n\tname = Ada Owner\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = false\n',
  );
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const repository: TestRepository = {
    root,
    env,
    git,
    write(path, text) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    hook(name, script) {
      const file = join(root, '.git/hooks', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    },
    addRemote(name) {
      const bare = join(folder, `${name}.git`);
      git('clone', '--quiet', '--bare', '--single-branch', root, bare);
      git('remote', 'add', name, bare);
      git('fetch', '--quiet', name);
      git('remote', 'set-head', name, '--auto');
      return bare;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  git('init', '--quiet');
  for (const [path, text] of Object.entries(files)) repository.write(path, text);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'Begin');
  return repository;
}
