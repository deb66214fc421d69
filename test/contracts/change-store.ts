import { describe, expect, it } from 'vitest';
import type { CommitOutcome } from '../../src/core/model/change.ts';
import type { ChangeStore } from '../../src/core/ports/change-store.ts';

/** A store with what people do beside it, and ways to look. */
export interface ChangeBench {
  readonly store: ChangeStore;
  /** What somebody writes into the work tree; undefined removes it. */
  write(path: string, text: string | undefined): Promise<void>;
  inWorkTree(path: string): Promise<string | undefined>;
  on(branch: string, path: string): Promise<string | undefined>;
  /** The newest first; undefined where there is no such branch. */
  messages(branch: string): Promise<readonly string[] | undefined>;
  current(): Promise<string>;
  /** A place to push to, which has what is committed now and calls the branch that is checked out its default. */
  addRemote(name: string): Promise<void>;
  /** What somebody else pushes to a branch of a remote, without telling. */
  commitAt(remote: string, branch: string, message: string): Promise<void>;
  /** The newest first; undefined where the remote has no such branch. */
  messagesAt(remote: string, branch: string): Promise<readonly string[] | undefined>;
}

/** Opens a store on the branch `main`, in which these files are committed. */
export type OpenChanges = (files: Readonly<Record<string, string>>) => Promise<ChangeBench>;

const FILES = { 'apps/shop.yaml': 'a: 1\r\nb: "ä😀"\n', 'apps/blog.yaml': 'c: 3\n' };
const EDIT = { path: 'apps/shop.yaml', before: FILES['apps/shop.yaml'], text: 'a: 2\r\nb: "ä😀"' };
const NEW = { path: 'platform/new/db.yaml', before: undefined, text: 'new: true\n' };

/** What every store of changes must do. */
export function describeChangeStore(name: string, open: OpenChanges): void {
  describe(`${name} as a store of changes`, () => {
    it('commits on the branch that is checked out, and the work tree has it', async () => {
      const bench = await open(FILES);
      const { commit, altered, branch } = done(
        await bench.store.commit({ files: [EDIT, NEW], message: 'Why\n' }),
      );
      expect({ branch, altered, id: /^[0-9a-f]{40,64}$/.test(commit) }).toEqual({
        branch: 'main',
        altered: [],
        id: true,
      });
      expect(await bench.on('main', EDIT.path)).toBe(EDIT.text);
      expect(await bench.on('main', NEW.path)).toBe(NEW.text);
      expect(await bench.inWorkTree(EDIT.path)).toBe(EDIT.text);
      expect(await bench.inWorkTree(NEW.path)).toBe(NEW.text);
      expect((await bench.messages('main'))?.map((message) => message.trim())).toEqual(['Why', 'Begin']);
    });

    it('commits on a branch of its own, and the work tree stays', async () => {
      const bench = await open(FILES);
      const committed = done(
        await bench.store.commit({ files: [EDIT, NEW], message: 'Why\n', branch: 'fix/shop-1.0' }),
      );
      expect(committed.branch).toBe('fix/shop-1.0');
      expect(await bench.on('fix/shop-1.0', EDIT.path)).toBe(EDIT.text);
      expect(await bench.on('fix/shop-1.0', NEW.path)).toBe(NEW.text);
      expect(await bench.on('fix/shop-1.0', 'apps/blog.yaml')).toBe(FILES['apps/blog.yaml']);
      expect(await bench.on('main', EDIT.path)).toBe(EDIT.before);
      expect(await bench.inWorkTree(EDIT.path)).toBe(EDIT.before);
      expect(await bench.inWorkTree(NEW.path)).toBeUndefined();
      expect(await bench.current()).toBe('main');
      expect((await bench.messages('fix/shop-1.0'))?.length).toBe(2);
      expect((await bench.messages('main'))?.length).toBe(1);
    });

    it('commits on the current branch when that is the one named', async () => {
      const bench = await open(FILES);
      const change = { files: [EDIT], message: 'Why\n', branch: 'main' };
      expect(done(await bench.store.commit(change)).branch).toBe('main');
      expect(await bench.inWorkTree(EDIT.path)).toBe(EDIT.text);
    });

    it('leaves what others have changed alone', async () => {
      const bench = await open(FILES);
      await bench.write('apps/blog.yaml', 'c: 4\n');
      done(await bench.store.commit({ files: [EDIT], message: 'Why\n', branch: 'other' }));
      done(await bench.store.commit({ files: [EDIT], message: 'Why\n' }));
      expect(await bench.on('main', 'apps/blog.yaml')).toBe('c: 3\n');
      expect(await bench.on('other', 'apps/blog.yaml')).toBe('c: 3\n');
      expect(await bench.inWorkTree('apps/blog.yaml')).toBe('c: 4\n');
    });

    describe.each([
      { how: 'in place, it', where: {} },
      { how: 'on a branch of its own, it', where: { branch: 'own' } },
    ])('$how', ({ where }) => {
      it.each([
        {
          name: 'refuses a file that somebody has changed',
          write: [EDIT.path, `${EDIT.before}# mine\n`] as const,
          change: EDIT,
          code: 'dirty-file',
        },
        {
          name: 'refuses to change a file that is gone',
          write: [EDIT.path, undefined] as const,
          change: EDIT,
          code: 'dirty-file',
        },
        {
          name: 'refuses a new file where there is one that nobody committed',
          write: [NEW.path, 'mine\n'] as const,
          change: NEW,
          code: 'dirty-file',
        },
        {
          name: 'refuses a file that is not as it was read',
          write: undefined,
          change: { ...EDIT, before: 'something else\n' },
          code: 'file-changed',
        },
        {
          name: 'refuses a new file where there is one',
          write: undefined,
          change: { ...EDIT, before: undefined },
          code: 'file-changed',
        },
        {
          name: 'refuses a path out of the repository',
          write: undefined,
          change: { ...NEW, path: '../out.yaml' },
          code: 'outside',
        },
        {
          name: 'refuses a path into its administration',
          write: undefined,
          change: { ...NEW, path: 'apps/.GIT/hooks/pre-commit' },
          code: 'outside',
        },
      ])('$name', async ({ write, change, code }) => {
        const bench = await open(FILES);
        if (write !== undefined) await bench.write(write[0], write[1]);
        const blog = { path: 'apps/blog.yaml', before: 'c: 3\n', text: 'c: 9\n' };
        const outcome = await bench.store.commit({ files: [blog, change], message: 'Why\n', ...where });
        expect(outcome).toMatchObject({ kind: 'refused', refusal: { code, paths: [change.path] } });
        expect(await bench.inWorkTree(blog.path)).toBe(blog.before);
        expect((await bench.messages('main'))?.length).toBe(1);
        expect(await bench.messages('own')).toBeUndefined();
        if (write !== undefined) expect(await bench.inWorkTree(write[0])).toBe(write[1]);
      });
    });

    it('refuses a branch that is there', async () => {
      const bench = await open(FILES);
      done(await bench.store.commit({ files: [EDIT], message: 'Why\n', branch: 'own' }));
      const again = await bench.store.commit({ files: [EDIT], message: 'Why\n', branch: 'own' });
      expect(again).toMatchObject({ kind: 'refused', refusal: { code: 'branch-exists', detail: 'own' } });
      expect((await bench.messages('own'))?.length).toBe(2);
    });

    it.each(['', '-x', 'a..b', 'a b', 'a.lock', 'a/', '@{-1}', 'HEAD', 'a~1', 'x\n', '--force'])(
      'refuses %j as a branch',
      async (branch) => {
        const bench = await open(FILES);
        const outcome = await bench.store.commit({ files: [EDIT], message: 'Why\n', branch });
        expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'branch-name', detail: branch } });
      },
    );

    it('keeps a message as it is, whatever is in it', async () => {
      const bench = await open(FILES);
      const message = 'Why "it" is\n\n# 1 of 2, --amend $(id)\n\n- ä😀\n';
      done(await bench.store.commit({ files: [EDIT], message, branch: 'own' }));
      expect((await bench.messages('own'))?.[0]?.trimEnd()).toBe(message.trimEnd());
    });
  });
}

/** What every store must do that pushes, and that finds again what it made. */
export function describePushes(name: string, open: OpenChanges): void {
  const own = { branch: 'own', isNamed: true, isOwn: true };
  const openWithOwn = async (...remotes: readonly string[]): Promise<ChangeBench> => {
    const bench = await open(FILES);
    for (const remote of remotes) await bench.addRemote(remote);
    done(await bench.store.commit({ files: [EDIT], message: 'Why\n', branch: 'own' }));
    return bench;
  };

  describe(`${name} as a store that pushes`, () => {
    it('sends nothing unless it is asked to', async () => {
      const bench = await openWithOwn('origin');
      expect(await bench.messagesAt('origin', 'own')).toBeUndefined();
    });

    it('sends a branch of its own, and again is no news', async () => {
      const bench = await openWithOwn('origin');
      const outcome = await bench.store.push(own);
      expect(outcome).toMatchObject({
        kind: 'pushed',
        pushed: { branch: 'own', isNews: true, remote: { name: 'origin' } },
      });
      expect(await bench.messagesAt('origin', 'own')).toEqual(['Why', 'Begin']);
      expect(await bench.messagesAt('origin', 'main')).toEqual(['Begin']);
      expect(await bench.store.push(own)).toMatchObject({ kind: 'pushed', pushed: { isNews: false } });
    });

    it('says where a push would go', async () => {
      const bench = await openWithOwn('origin', 'backup');
      const named = await bench.store.remote('backup');
      expect(await bench.store.remote()).toMatchObject({ kind: 'found', remote: { name: 'origin' } });
      expect(named).toMatchObject({ kind: 'found', remote: { name: 'backup' } });
      expect(await bench.store.remote('nowhere')).toMatchObject({
        kind: 'refused',
        refusal: { code: 'no-remote', remote: 'nowhere', detail: 'backup, origin' },
      });
    });

    it('takes the only remote, whatever its name', async () => {
      const bench = await openWithOwn('upstream');
      expect(await bench.store.push(own)).toMatchObject({ pushed: { remote: { name: 'upstream' } } });
    });

    it.each([
      { what: 'without a remote', remotes: [], ask: own, code: 'no-remote' },
      { what: 'where several could be meant', remotes: ['a', 'b'], ask: own, code: 'several-remotes' },
      {
        what: 'of a remote that is not there',
        remotes: ['origin'],
        ask: { ...own, remote: '--all' },
        code: 'no-remote',
      },
      {
        what: 'of a branch that is not there',
        remotes: ['origin'],
        ask: { ...own, branch: 'other' },
        code: 'no-branch',
      },
      {
        what: 'of the default branch that nobody named',
        remotes: ['origin'],
        ask: { branch: 'main', isNamed: false, isOwn: false },
        code: 'default-branch',
      },
    ])('refuses a push $what', async ({ remotes, ask, code }) => {
      const bench = await openWithOwn(...remotes);
      expect(await bench.store.push(ask)).toMatchObject({ kind: 'refused', refusal: { code } });
      for (const remote of remotes) expect(await bench.messagesAt(remote, 'own')).toBeUndefined();
    });

    it('sends the default branch when somebody named it', async () => {
      const bench = await openWithOwn('origin');
      done(await bench.store.commit({ files: [EDIT], message: 'In place\n' }));
      const outcome = await bench.store.push({ branch: 'main', isNamed: true, isOwn: false });
      expect(outcome).toMatchObject({ kind: 'pushed' });
      expect(await bench.messagesAt('origin', 'main')).toEqual(['In place', 'Begin']);
    });

    it('takes nothing along with a branch of its own', async () => {
      const bench = await open(FILES);
      await bench.addRemote('origin');
      const blog = { path: 'apps/blog.yaml', before: 'c: 3\n', text: 'c: 4\n' };
      done(await bench.store.commit({ files: [blog], message: 'Not yet\n' }));
      done(await bench.store.commit({ files: [EDIT], message: 'Why\n', branch: 'own' }));
      expect(await bench.store.push(own)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'unpublished', remote: 'origin', branch: 'own', detail: '1' },
      });
      expect(await bench.messagesAt('origin', 'own')).toBeUndefined();
    });

    it('never overwrites what somebody else has pushed', async () => {
      const bench = await openWithOwn('origin');
      await bench.commitAt('origin', 'own', 'Theirs');
      expect(await bench.store.push(own)).toMatchObject({ kind: 'refused', refusal: { code: 'rejected' } });
      expect((await bench.messagesAt('origin', 'own'))?.[0]).toBe('Theirs');
    });

    it('sends nothing once it is interrupted', async () => {
      const bench = await openWithOwn('origin');
      expect(await bench.store.push(own, { aborted: true })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'interrupted' },
      });
      expect(await bench.messagesAt('origin', 'own')).toBeUndefined();
    });
  });

  describe(`${name} as a store that finds what it made`, () => {
    const change = { files: [EDIT, NEW], message: 'Why\n', branch: 'own' };

    it('finds a branch that is exactly the change', async () => {
      const bench = await open(FILES);
      expect(await bench.store.find(change)).toBeUndefined();
      const committed = done(await bench.store.commit(change));
      expect(await bench.store.find(change)).toEqual(committed);
    });

    it.each([
      { what: 'another text', other: { ...change, files: [{ ...EDIT, text: 'a: 3\n' }, NEW] } },
      { what: 'fewer files', other: { ...change, files: [EDIT] } },
      { what: 'another branch', other: { ...change, branch: 'main' } },
    ])('does not take it for $what', async ({ other }) => {
      const bench = await open(FILES);
      done(await bench.store.commit(change));
      expect(await bench.store.find(other)).toBeUndefined();
    });

    it('does not find one that begins elsewhere', async () => {
      const bench = await open(FILES);
      done(await bench.store.commit(change));
      const blog = { path: 'apps/blog.yaml', before: 'c: 3\n', text: 'c: 4\n' };
      done(await bench.store.commit({ files: [blog], message: 'Later\n' }));
      expect(await bench.store.find(change)).toBeUndefined();
    });
  });
}

function done(outcome: CommitOutcome): Extract<CommitOutcome, { readonly kind: 'committed' }>['committed'] {
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusal));
  return outcome.committed;
}
