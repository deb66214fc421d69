import { type GitCall, NoGit, runGit } from './run-git.ts';

const LIMIT_MS = 30_000;

/**
 * What the user's credential helpers know of a place (git-credential). Nobody is asked: where no helper knows, there
 * is nothing.
 */
export async function gitCredential(
  cwd: string,
  env: GitCall['env'],
  { protocol, host, path }: { readonly protocol: string; readonly host: string; readonly path: string },
): Promise<{ readonly username: string; readonly password: string } | undefined> {
  if ([protocol, host, path].some((value) => /[\n\r\0]/.test(value))) return undefined;
  const input = `protocol=${protocol}\nhost=${host}\npath=${path}\n\n`;
  try {
    const call = { cwd, env, args: ['credential', 'fill'], input, away: true, limitMs: LIMIT_MS } as const;
    const { code, out } = await runGit(call);
    if (code !== 0) return undefined;
    const fields = new Map(
      out.split('\n').map((line) => {
        const equals = line.indexOf('=');
        return [line.slice(0, Math.max(0, equals)), line.slice(equals + 1)];
      }),
    );
    const password = fields.get('password') ?? '';
    return password === '' ? undefined : { username: fields.get('username') ?? '', password };
  } catch (error) {
    if (error instanceof NoGit) return undefined;
    throw error;
  }
}
