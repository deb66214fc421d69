import type { ForgeKind } from '../../core/model/pull-request.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Who asks, as a header. Its value is a secret. */
export type Authorization = string;

export interface Credential {
  readonly username: string;
  readonly password: string;
}

/** What the user's own store of credentials has for a host. Asks nobody. */
export type CredentialSource = (place: {
  readonly protocol: 'https' | 'http';
  readonly host: string;
  readonly path: string;
}) => Promise<Credential | undefined>;

interface Variables {
  readonly tokens: readonly string[];
  /** Variables with the host that the tokens are for. */
  readonly hosts: readonly string[];
  /** Hosts that they are for where no variable says so. */
  readonly usual: (host: string) => boolean;
}

/** As the commands `gh`, `glab` and `tea`, and the runners of each, know them. The first that is set counts. */
const VARIABLES: Readonly<Record<ForgeKind, readonly Variables[]>> = {
  github: [
    {
      tokens: ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'],
      hosts: ['GH_HOST', 'GITHUB_SERVER_URL'],
      usual: () => false,
    },
    {
      tokens: ['GH_TOKEN', 'GITHUB_TOKEN'],
      hosts: ['GH_HOST', 'GITHUB_SERVER_URL'],
      usual: (host) => host === 'github.com' || host.endsWith('.ghe.com'),
    },
  ],
  gitlab: [
    {
      tokens: ['GITLAB_TOKEN'],
      hosts: ['GITLAB_HOST', 'CI_SERVER_URL', 'CI_SERVER_HOST'],
      usual: (host) => host === 'gitlab.com',
    },
  ],
  forgejo: [
    {
      tokens: ['FORGEJO_TOKEN', 'GITEA_TOKEN'],
      hosts: ['FORGEJO_HOST', 'GITEA_HOST', 'GITEA_SERVER_URL', 'GITHUB_SERVER_URL'],
      usual: (host) => host === 'codeberg.org',
    },
    // Its runners set GitHub's variables to their own host.
    { tokens: ['GITHUB_TOKEN'], hosts: ['GITHUB_SERVER_URL'], usual: () => false },
  ],
};

/** A token of the environment is only for the host that it was made for: the usual one, or the one that is named. */
export function tokenFromEnv(kind: ForgeKind, host: string, env: Env): string | undefined {
  for (const { tokens, hosts, usual } of VARIABLES[kind]) {
    const token = tokens.map((name) => env[name]?.trim() ?? '').find((value) => value !== '');
    const named = hosts.map((name) => hostIn(env[name] ?? '')).filter((value) => value !== '');
    if (token !== undefined && isHeaderSafe(token) && (usual(host) || named.includes(host))) return token;
  }
  return undefined;
}

/** Where a token was looked for, for the message: variables, and the one that names the host. */
export function placesOfTokens(kind: ForgeKind, host: string): string {
  const last = VARIABLES[kind].find(({ usual }) => usual(host)) ?? VARIABLES[kind][0];
  if (last === undefined) return '';
  const tokens = last.tokens.join(' or ');
  return last.usual(host) ? tokens : `${tokens} with ${last.hosts[0] ?? ''}=${host}`;
}

/** `host` of `https://host/`, or `host` itself, with its port where it has one. */
function hostIn(value: string): string {
  const text = value.trim();
  return (URL.parse(text.includes('://') ? text : `https://${text}`)?.host ?? '').toLowerCase();
}

export function bearer(token: string): Authorization {
  return `Bearer ${token}`;
}

/** A password of a credential store is a token for GitHub and GitLab; Forgejo takes both with the user's name. */
export function ofCredential(kind: ForgeKind, { username, password }: Credential): Authorization | undefined {
  if (password === '' || !isHeaderSafe(password)) return undefined;
  if (kind !== 'forgejo' || username === '') return bearer(password);
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function isHeaderSafe(token: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(token);
}
