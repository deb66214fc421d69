import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number;
  readonly out: string;
  /** What was said, of both streams. */
  readonly said: string;
}

export interface GitCall {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Whether the user's hooks may run. */
  readonly hooks?: 'run' | 'none';
}

/** Git is missing, or cannot be started. */
export class NoGit extends Error {
  override readonly name = 'NoGit';
}

const SAID_MAX = 64 * 1024;
const OUT_MAX = 64 * 1024 * 1024;

/**
 * Runs git without a shell and without a terminal of ours. Hooks run only where that is asked for; programs that the
 * repository's own settings name for watching files never do.
 *
 * @throws NoGit
 */
export async function runGit({ cwd, args, env, input = '', hooks = 'none' }: GitCall): Promise<Ran> {
  const settings = [
    '--no-pager',
    // It knows no such paths, and takes all as they are.
    ...(args[0] === 'check-ignore' ? [] : ['--literal-pathspecs']),
    '-c',
    'core.fsmonitor=false',
    ...(hooks === 'run' ? [] : ['-c', 'core.hooksPath=/dev/null']),
  ];
  const child = spawn('git', [...settings, ...args], {
    cwd,
    env: gitEnv(env, hooks),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (out.length < OUT_MAX) out += text;
    said = `${said}${text}`.slice(-SAID_MAX);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-SAID_MAX);
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new NoGit(error.message)));
    child.on('close', (code) => resolve({ code: code ?? 1, out, said: said.trim() }));
    // A hook that does not read its input is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Variables that would make git work on another repository than the one in `cwd`. */
const LOCAL = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
];

function gitEnv(
  env: Readonly<Record<string, string | undefined>>,
  hooks: 'run' | 'none',
): Record<string, string | undefined> {
  const clean: Record<string, string | undefined> = { ...env };
  for (const name of LOCAL) delete clean[name];
  clean['GIT_TERMINAL_PROMPT'] = '0';
  clean['GIT_EDITOR'] = ':';
  // Large files stay pointers where a tree is made only for a commit.
  clean['GIT_LFS_SKIP_SMUDGE'] = '1';
  if (hooks === 'none') clean['LC_ALL'] = 'C';
  return clean;
}
