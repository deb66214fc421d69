import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestRepository, testRepository } from '../../../test/lib/git-repository.ts';
import { writeFiles } from '../../cli/write-files.ts';
import type { CommitOutcome, FileChange } from '../../core/model/change.ts';
import { gitChanges } from './changes.ts';

const EDIT: FileChange = { path: 'a.yaml', before: 'a: 1\n', text: 'a: 2\n' };
const FILES = { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' };

let opened: TestRepository[] = [];
afterEach(() => {
  for (const repository of opened) repository.remove();
  opened = [];
});

const WAYS = [
  { way: 'in place', where: {}, ref: 'main' },
  { way: 'on a branch of its own', where: { branch: 'own' }, ref: 'own' },
];

describe.each(WAYS)('a commit $way', ({ where, ref }) => {
  it("has the user's name and signature", async () => {
    const repository = open();
    const gpg = join(repository.env['HOME'] ?? '', 'gpg');
    writeFileSync(
      gpg,
      "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho 'signed by Ada'\n",
    );
    chmodSync(gpg, 0o755);
    repository.git('config', 'gpg.program', gpg);
    repository.git('config', 'commit.gpgSign', 'true');
    expect(await commit(repository, where)).toMatchObject({ kind: 'committed' });
    const text = repository.git('cat-file', 'commit', ref);
    expect(text).toContain('author Ada Owner <ada@example.com>');
    expect(text).toContain('committer Ada Owner <ada@example.com>');
    expect(text).toContain('gpgsig signed by Ada');
  });

  it('runs the hooks, which see the files and the message', async () => {
    const repository = open();
    const seen = join(repository.env['HOME'] ?? '', 'seen');
    repository.hook('pre-commit', `cat a.yaml b.yaml >> ${seen}; git diff --cached --name-only >> ${seen}`);
    repository.hook('commit-msg', `cat "$1" >> ${seen}; echo 'Change-Id: I1' >> "$1"`);
    repository.hook('post-commit', `echo done >> ${seen}`);
    expect(await commit(repository, where)).toMatchObject({ kind: 'committed', committed: { altered: [] } });
    expect(readText(seen)).toBe('a: 2\nb: 1\na.yaml\nWhy\ndone\n');
    expect(repository.git('log', '-1', '--format=%B', ref)).toContain('Change-Id: I1');
  });

  it('runs hooks of a folder that is relative and not committed', async () => {
    const repository = open();
    repository.write('.husky/_/pre-commit', '#!/bin/sh\necho not today; exit 1\n');
    chmodSync(join(repository.root, '.husky/_/pre-commit'), 0o755);
    repository.git('config', 'core.hooksPath', '.husky/_');
    expect(await commit(repository, where)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'commit-failed', detail: 'not today' },
    });
  });

  it('is not there when a hook refuses, and everything is as it was', async () => {
    const repository = open();
    repository.hook('pre-commit', 'echo lint: a.yaml is ugly >&2; exit 3');
    repository.write('b.yaml', 'b: mine\n');
    repository.git('add', 'b.yaml');
    const before = stateOf(repository);
    const outcome = await commit(repository, where, [
      EDIT,
      { path: 'n/new.yaml', before: undefined, text: 'n\n' },
    ]);
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { code: 'commit-failed', detail: 'lint: a.yaml is ugly' },
    });
    expect(stateOf(repository)).toEqual(before);
  });

  it('has nothing of what is staged, which stays staged', async () => {
    const repository = open();
    repository.write('b.yaml', 'b: mine\n');
    repository.git('add', 'b.yaml');
    expect(await commit(repository, where)).toMatchObject({ kind: 'committed' });
    expect(repository.git('show', '--format=', '--name-only', ref)).toBe('a.yaml\n');
    expect(repository.git('diff', '--cached', '--name-only')).toBe('b.yaml\n');
  });

  it('says when a hook changed what was planned', async () => {
    const repository = open();
    repository.hook('pre-commit', 'echo formatted >> a.yaml; echo log > log.txt; git add a.yaml log.txt');
    const outcome = await commit(repository, where);
    expect(outcome.kind === 'committed' ? outcome.committed.altered : outcome).toEqual(['a.yaml', 'log.txt']);
  });

  it('goes into the repository of the folder, whatever the environment says', async () => {
    const repository = open();
    const other = open();
    const env = { ...repository.env, GIT_DIR: join(other.root, '.git'), GIT_INDEX_FILE: '/nowhere/index' };
    const outcome = await gitChanges(repository.root, { write: writeFiles, env }).commit({
      files: [EDIT],
      message: 'Why\n',
      ...where,
    });
    expect(outcome.kind).toBe('committed');
    expect(repository.git('show', `${ref}:a.yaml`)).toBe('a: 2\n');
    expect(other.git('rev-list', '--all', '--count').trim()).toBe('1');
  });

  it('keeps line ends as the repository wants them', async () => {
    const repository = testRepository({ ...FILES, '.gitattributes': '*.yaml text eol=crlf\n' });
    opened.push(repository);
    const crlf = { path: 'a.yaml', before: 'a: 1\r\n', text: 'a: 2\r\n' };
    repository.git('rm', '--quiet', '--cached', 'a.yaml');
    repository.write('a.yaml', crlf.before);
    repository.git('add', 'a.yaml');
    expect(repository.git('status', '--porcelain')).toBe('');
    expect(await commit(repository, where, [crlf])).toMatchObject({
      kind: 'committed',
      committed: { altered: [] },
    });
    expect(repository.git('cat-file', 'blob', `${ref}:a.yaml`)).toBe('a: 2\n');
  });

  it.each([
    { what: 'where there is no work tree', code: 'no-store', prepare: (to: TestRepository) => makeBare(to) },
    {
      what: 'without an author',
      code: 'no-identity',
      prepare: (to: TestRepository) => {
        writeFileSync(to.env['GIT_CONFIG_GLOBAL'] ?? '', '[user]\n\tuseConfigOnly = true\n');
      },
    },
    {
      what: 'during a merge',
      code: 'in-progress',
      prepare: (to: TestRepository) => to.write('.git/MERGE_HEAD', to.git('rev-parse', 'HEAD')),
    },
    {
      what: 'where the file is ignored',
      code: 'ignored-file',
      files: [{ path: 'out/new.yaml', before: undefined, text: 'x\n' }],
      prepare: (to: TestRepository) => to.write('.git/info/exclude', 'out/\n'),
    },
    {
      what: 'behind a link',
      code: 'outside',
      files: [{ path: 'link/a.yaml', before: 'a: 1\n', text: 'x\n' }],
      prepare: (to: TestRepository) => symlinkSync('.', join(to.root, 'link')),
    },
  ])('is refused $what', async ({ code, prepare, files }) => {
    const repository = open();
    prepare(repository);
    expect(await commit(repository, where, files ?? [EDIT])).toMatchObject({
      kind: 'refused',
      refusal: { code },
    });
    expect(repository.read('a.yaml')).toBe('a: 1\n');
  });
});

describe('where no branch is checked out', () => {
  it('a commit needs a branch of its own, which begins there', async () => {
    const repository = open();
    repository.git('switch', '--quiet', '--detach');
    expect(await commit(repository, {})).toMatchObject({ kind: 'refused', refusal: { code: 'no-branch' } });
    expect(await commit(repository, { branch: 'own' })).toMatchObject({ kind: 'committed' });
    expect(repository.git('show', 'own:a.yaml')).toBe('a: 2\n');
    expect(repository.git('branch', '--show-current')).toBe('');
  });
});

describe('a repository without any commit', () => {
  it('is refused', async () => {
    const repository = open();
    const root = mkdtempSync(join(repository.env['HOME'] ?? '', 'fresh-'));
    repository.git('-C', root, 'init', '--quiet');
    const store = gitChanges(root, { write: writeFiles, env: repository.env });
    const change = { files: [{ path: 'a.yaml', before: undefined, text: 'a\n' }], message: 'Why\n' };
    expect(await store.commit(change)).toMatchObject({ kind: 'refused', refusal: { code: 'no-history' } });
  });
});

describe('a machine without git', () => {
  it('is told so', async () => {
    const repository = open();
    const store = gitChanges(repository.root, { write: writeFiles, env: { PATH: '/nowhere' } });
    expect(await store.commit({ files: [EDIT], message: 'Why\n' })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'no-store' },
    });
  });
});

describe('programs that the settings of a repository name', () => {
  it('are not run for watching files', async () => {
    const repository = open();
    const trap = join(repository.env['HOME'] ?? '', 'trap');
    const run = join(repository.env['HOME'] ?? '', 'run');
    writeFileSync(trap, `#!/bin/sh\ntouch ${run}\n`, { mode: 0o755 });
    repository.git('config', 'core.fsmonitor', trap);
    expect(await commit(repository, { branch: 'own' })).toMatchObject({ kind: 'committed' });
    expect(existsSync(run)).toBe(false);
  });
});

function open(): TestRepository {
  const repository = testRepository(FILES);
  opened.push(repository);
  return repository;
}

function commit(
  { root, env }: TestRepository,
  where: { readonly branch?: string },
  files: readonly FileChange[] = [EDIT],
): Promise<CommitOutcome> {
  return gitChanges(root, { write: writeFiles, env }).commit({ files, message: 'Why\n', ...where });
}

function stateOf({ git, read, root }: TestRepository): unknown {
  return {
    refs: git('for-each-ref'),
    head: git('symbolic-ref', 'HEAD'),
    status: git('status', '--porcelain', '--untracked-files=all'),
    trees: git('worktree', 'list'),
    files: [read('a.yaml'), read('b.yaml')],
    folders: readdirSync(root),
  };
}

/** A repository without a work tree. */
function makeBare({ git }: TestRepository): void {
  git('config', 'core.bare', 'true');
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
