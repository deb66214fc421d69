import { type ChildProcess, spawn } from 'node:child_process';
import type { Cancellation } from '../../core/ports/cancellation.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  /** What was said, of both streams. */
  readonly said: string;
  /** Why it was ended before it ended by itself. */
  readonly ended?: 'timed-out' | 'interrupted';
}

export interface GitCall {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Whether the user's hooks may run. */
  readonly hooks?: 'run' | 'none';
  /** It talks to others: nobody may be asked for anything on the way. */
  readonly away?: true;
  /** How long it may take, with hooks and keys that somebody must touch. Milliseconds. */
  readonly limitMs?: number;
  readonly until?: Cancellation;
}

/** Git is missing, or cannot be started. */
export class NoGit extends Error {
  override readonly name = 'NoGit';
}

const SAID_MAX = 64 * 1024;
const OUT_MAX = 64 * 1024 * 1024;
const LIMIT_MS = 10 * 60_000;
/** From asking a process to end to ending it. */
const GRACE_MS = 2000;

/**
 * Runs git without a shell and without a terminal of ours. Hooks run only where that is asked for; programs that the
 * repository's own settings name for watching files never do.
 *
 * @throws NoGit
 */
export async function runGit(call: GitCall): Promise<Ran> {
  const { cwd, args, env, input = '', hooks = 'none', away, limitMs = LIMIT_MS, until } = call;
  const settings = [
    '--no-pager',
    // It knows no such paths, and takes all as they are.
    ...(args[0] === 'check-ignore' ? [] : ['--literal-pathspecs']),
    '-c',
    'core.fsmonitor=false',
    ...(hooks === 'run' ? [] : ['-c', 'core.hooksPath=/dev/null']),
  ];
  // A session of its own has no terminal, so that neither ssh nor a helper can ask there.
  const isSession = away === true && process.platform !== 'win32';
  const child = spawn('git', [...settings, ...args], {
    cwd,
    env: away === true ? awayEnv(gitEnv(env, hooks)) : gitEnv(env, hooks),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    detached: isSession,
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
    let ended: Ran['ended'];
    let force: NodeJS.Timeout | undefined;
    const end = (why: 'timed-out' | 'interrupted'): void => {
      if (ended !== undefined) return;
      ended = why;
      stop(child, { isSession, signal: 'SIGTERM' });
      force = setTimeout(() => {
        stop(child, { isSession, signal: 'SIGKILL' });
        // What a hook has left behind holds them open.
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
    };
    const limit = setTimeout(() => end('timed-out'), limitMs);
    const interrupt = (): void => end('interrupted');
    const done = (): void => {
      clearTimeout(limit);
      clearTimeout(force);
      until?.removeEventListener?.('abort', interrupt);
    };
    until?.addEventListener?.('abort', interrupt, { once: true });
    if (until?.aborted === true) interrupt();
    child.on('error', (error) => {
      done();
      reject(new NoGit(error.message));
    });
    child.on('close', (code) => {
      done();
      resolve({ code: code ?? 1, out, said: said.trim(), ...(ended === undefined ? {} : { ended }) });
    });
    // A hook that does not read its input is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Ends git, and all that it has started where that is a session of its own. */
function stop(
  child: ChildProcess,
  { isSession, signal }: { readonly isSession: boolean; readonly signal: NodeJS.Signals },
): void {
  try {
    if (isSession && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended.
  }
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

/**
 * Nothing that asks, in any way that git, ssh and helpers know; and words in the one language that we understand. Agents
 * and helpers that know the answer still give it.
 */
function awayEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return {
    ...env,
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    LC_ALL: 'C.UTF-8',
    LANGUAGE: '',
  };
}
