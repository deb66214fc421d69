import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Committed, FileChange } from '../core/model/change.ts';
import type { ChangeStore } from '../core/ports/change-store.ts';
import type { InputOptions } from './inputs.ts';
import type { Io } from './io.ts';
import { errorOf, findTarget, type Published, publish } from './publish.ts';
import { isPublished, type PublishOptions } from './publish-options.ts';
import { writeFiles } from './write-files.ts';

/** What is to be committed, and how it is told elsewhere. */
export interface CommitPlan {
  readonly files: readonly FileChange[];
  readonly message: string;
  /** What a branch of it is called where nobody named one. */
  readonly branch: string;
  /** Of a pull request, in Markdown. */
  readonly body: () => Promise<string>;
}

export interface CommitOptions extends PublishOptions {
  readonly commit?: true;
  readonly branch?: string;
}

export interface CommitDone extends Published {
  readonly committed: Committed;
  /** Whether the branch was there, and is exactly this change. */
  readonly isKnown: boolean;
}

/** Commits, pushes and proposes as the options say. @throws CliError when nothing was committed */
export async function commitAndPublish(
  plan: CommitPlan,
  options: CommitOptions & Pick<InputOptions, 'repo'>,
  io: Io,
): Promise<CommitDone> {
  const root = rootOf(options, io);
  const { gitChanges } = await import('../adapters/git/changes.ts');
  const store = gitChanges(root, { write: writeFiles, env: io.env });
  const target = await findTarget(options, { store, root, io });
  const done = await commit(store, plan, options);
  if (target === undefined) return done;
  const [title = ''] = plan.message.split('\n');
  const proposal = {
    title,
    body: target.forge === undefined ? '' : await plan.body(),
    isNamed: options.branch !== undefined,
  };
  return { ...done, ...(await publish(done.committed, target, { store, options, proposal })) };
}

/** How many branches of one name of ours may be there. */
const NUMBERS_MAX = 20;

async function commit(store: ChangeStore, plan: CommitPlan, options: CommitOptions): Promise<CommitDone> {
  const { files, message } = plan;
  const isOurs = options.branch === undefined && options.commit !== true;
  for (let number = 1; ; number += 1) {
    const derived = number === 1 ? plan.branch : `${plan.branch}-${number}`;
    const branch = options.branch ?? (isOurs ? derived : undefined);
    const outcome = await store.commit({ files, message, ...(branch === undefined ? {} : { branch }) });
    if (outcome.kind === 'committed') return { committed: outcome.committed, isKnown: false };
    const isThere = outcome.refusal.code === 'branch-exists' && branch !== undefined;
    const known = isThere ? await store.find({ files, message, branch }) : undefined;
    if (known !== undefined) return { committed: known, isKnown: true };
    if (isThere && isOurs && number < NUMBERS_MAX) continue;
    const { commitRefusalText } = await import('../core/report/change-commit.ts');
    throw errorOf(commitRefusalText(outcome.refusal));
  }
}

/** Whether the options ask for a commit. */
export function isCommitted(options: CommitOptions): boolean {
  return options.commit === true || options.branch !== undefined || isPublished(options);
}

/** Where the files are: `--repo` may be one file. */
export function rootOf({ repo }: Pick<InputOptions, 'repo'>, { cwd }: Io): string {
  const path = resolve(cwd, repo ?? '.');
  return existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
}

/** What was done, for programs. */
export async function commitJson({ committed, isKnown, push, pullRequest }: CommitDone): Promise<object> {
  const { publishedJson } = await import('../core/report/publish-json.ts');
  return { commit: { ...committed, isKnown }, ...publishedJson({ push, pullRequest }) };
}
