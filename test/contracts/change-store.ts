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

function done(outcome: CommitOutcome): Extract<CommitOutcome, { readonly kind: 'committed' }>['committed'] {
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusal));
  return outcome.committed;
}
