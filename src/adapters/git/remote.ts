import type { PushRefusalCode, Remote } from '../../core/model/change.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { Git } from './repository.ts';

/** What stopped a push. Never leaves this folder. */
export class PushRefused extends Error {
  override readonly name = 'PushRefused';
  readonly code: PushRefusalCode;
  readonly remote: string;
  readonly detail: string;

  constructor(code: PushRefusalCode, remote = '', detail = '') {
    super(code);
    this.code = code;
    this.remote = remote;
    this.detail = detail;
  }
}

/**
 * The remote that was named, else the one that a push without arguments would take (git-push, `remote.pushDefault`
 * and `branch.<name>.pushRemote`), else the only one, else `origin`.
 *
 * @throws PushRefused
 */
export async function findRemote(git: Git, named?: string): Promise<Remote> {
  const place = await git(['rev-parse', '--git-dir']);
  if (place.code !== 0) throw new PushRefused('no-store', '', place.said);
  const names = linesOf((await git(['remote'])).out).toSorted();
  const name = named ?? (await usualRemote(git, names));
  if (!names.includes(name)) throw new PushRefused('no-remote', name, names.join(', '));
  const { out } = await git(['remote', 'get-url', '--push', name]);
  return { name, url: withoutSecrets(linesOf(out)[0] ?? '') };
}

async function usualRemote(git: Git, names: readonly string[]): Promise<string> {
  const current = (await git(['symbolic-ref', '--quiet', '--short', 'HEAD'])).out.trim();
  const keys = [
    ...(current === '' ? [] : [`branch.${current}.pushRemote`]),
    'remote.pushDefault',
    ...(current === '' ? [] : [`branch.${current}.remote`]),
  ];
  for (const key of keys) {
    const value = (await git(['config', '--get', key])).out.trim();
    // `.` is this repository itself.
    if (value !== '' && value !== '.') return value;
  }
  if (names.includes('origin')) return 'origin';
  const [first, second] = names;
  if (first === undefined) throw new PushRefused('no-remote');
  if (second !== undefined) throw new PushRefused('several-remotes', '', names.join(', '));
  return first;
}

const ASK_LIMIT_MS = 30_000;

/** The branch that others build on: as the last clone or fetch knew it, else as the remote says. Empty: it has none. */
export async function defaultBranchOf(git: Git, remote: string, until?: Cancellation): Promise<string> {
  const known = (await git(['symbolic-ref', '--quiet', `refs/remotes/${remote}/HEAD`])).out.trim();
  const prefix = `refs/remotes/${remote}/`;
  if (known.startsWith(prefix)) return known.slice(prefix.length);
  const asked = await git(['ls-remote', '--symref', remote, 'HEAD'], {
    away: true,
    limitMs: ASK_LIMIT_MS,
    ...(until === undefined ? {} : { until }),
  });
  if (asked.ended === 'interrupted') throw new PushRefused('interrupted', remote);
  if (asked.ended === 'timed-out') {
    throw new PushRefused('timed-out', remote, String(ASK_LIMIT_MS / 1000));
  }
  if (asked.code !== 0) throw new PushRefused(failureOf(asked.said), remote, withoutSecrets(asked.said));
  return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(asked.out)?.[1] ?? '';
}

const FAILURES: readonly (readonly [code: PushRefusalCode, texts: readonly string[]])[] = [
  [
    'unreachable',
    [
      'could not resolve host',
      'could not resolve proxy',
      'failed to connect',
      'connection refused',
      'connection timed out',
      'connection reset',
      'network is unreachable',
      'no route to host',
      'operation timed out',
      'ssl certificate problem',
      'server certificate verification failed',
      'host key verification failed',
    ],
  ],
  [
    'authentication',
    [
      'authentication failed',
      'could not read username',
      'could not read password',
      'terminal prompts disabled',
      'permission denied (',
      'permission to ',
      'http basic: access denied',
      'invalid username or',
      'returned error: 401',
      'returned error: 403',
      'write access to repository not granted',
      'not allowed to push',
    ],
  ],
];

/** What git's words mean (http.c, remote-curl.c, connect.c, transport.c of git 2.39 to 2.51, and ssh's). */
export function failureOf(said: string): PushRefusalCode {
  const words = said.toLowerCase();
  return FAILURES.find(([, texts]) => texts.some((text) => words.includes(text)))?.[0] ?? 'push-failed';
}

/** Without user and password of the addresses in it. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@'"]{1,1000}@/gi, (whole, scheme: string) =>
    // The user of ssh is no secret, and part of the address.
    /^ssh/i.test(scheme) || /^git\+ssh/i.test(scheme) ? whole.replace(/:[^:@/]*@$/, '@') : scheme,
  );
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
