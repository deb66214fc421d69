/** Where a remote is, as its address says. */
export interface RemoteAddress {
  /** Whose keys count: that of the address. Lower case. */
  readonly host: string;
  /** Of its web server: absent where that is the usual one, or the address is not of the web. */
  readonly port?: string;
  /** Whether the address is plain HTTP. */
  readonly isPlain: boolean;
  /** `owner/name`, `group/sub/name`: without `.git`. */
  readonly repository: string;
}

const LENGTH_MAX = 2000;

/** Hosts that take ssh where a firewall lets only 443 through, and whose they are. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
]);

/**
 * Reads the address of a remote: `https://host/a/b.git`, `ssh://git@host:2222/a/b.git`, `git@host:a/b.git` (git-clone,
 * GIT URLS). Undefined for folders and for what names no repository in an owner's.
 */
export function parseRemote(text: string): RemoteAddress | undefined {
  if (text.length > LENGTH_MAX || /[\s\\]/.test(text)) return undefined;
  const parts = text.includes('://') ? ofUrl(text) : ofScp(text);
  if (parts === undefined) return undefined;
  const { host: named, path, ...more } = parts;
  const host = named.toLowerCase().replace(/\.$/, '');
  const repository = repositoryOf(path);
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^\[[0-9a-f:]+\]$/.test(host) || repository === undefined) {
    return undefined;
  }
  return { host: ALIASES.get(host) ?? host, repository, ...more };
}

type Parts = Pick<RemoteAddress, 'host' | 'port' | 'isPlain'> & { readonly path: string };

function ofUrl(text: string): Parts | undefined {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return undefined;
  const { protocol, hostname: host, port, pathname: path } = url;
  switch (protocol) {
    case 'https:':
    case 'http:':
      return { host, path, isPlain: protocol === 'http:', ...(port === '' ? {} : { port }) };
    case 'ssh:':
    case 'git+ssh:':
    case 'ssh+git:':
      // Its port is that of ssh.
      return { host, path, isPlain: false };
    default:
      return undefined;
  }
}

/** `user@host:path`; `C:\path` and `./a:b` are folders. */
function ofScp(text: string): Parts | undefined {
  const match = /^(?:[^@/:]+@)?(\[[^\]]+\]|[^/:[\]]{2,}):([^:]*)$/.exec(text);
  const [, host, path] = match ?? [];
  return host === undefined || path === undefined ? undefined : { host, path, isPlain: false };
}

function repositoryOf(path: string): string | undefined {
  const steps = path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter((step) => step !== '')
    .map(decoded);
  const isNamed = steps.every((step) => /^[^\s/\\?#%]+$/.test(step) && step !== '.' && step !== '..');
  return steps.length >= 2 && isNamed ? steps.join('/') : undefined;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** This machine: whom plain HTTP may carry a token to. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
