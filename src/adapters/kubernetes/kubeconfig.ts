import { accessSync, existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, Context, User } from '@kubernetes/client-node/dist/config_types.js';
import { ClusterError } from '../../core/model/cluster-error.ts';

export interface KubeconfigOptions {
  /** `--kubeconfig`: this file and no other. */
  readonly kubeconfig?: string;
  /** `--context`. Absent: the current one of the files. */
  readonly context?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a pod finds its account. */
  readonly accountRoot?: string;
}

/** One context with its cluster and user, as they were when the command began. Nothing follows a later change. */
export interface PinnedContext {
  readonly config: KubeConfig;
  readonly cluster: Cluster;
  readonly user: User;
  /** Empty within a pod. */
  readonly context: string;
  /** The URL without a slash at the end. */
  readonly server: string;
}

const SIZE_MAX = 8 * 1024 * 1024;
const ACCOUNT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the cluster as kubectl does: `--kubeconfig`, the files of KUBECONFIG (of the same name the first counts),
 * `~/.kube/config`, and within a pod its own account.
 *
 * @throws ClusterError `no-kubeconfig`, `kubeconfig-…`, `no-context`, `unknown-context`, `context-incomplete`
 */
export function pinContext(options: KubeconfigOptions): PinnedContext {
  const files = filesOf(options);
  const found = files.filter((file) => existsSync(file));
  if (found.length === 0) {
    const account =
      options.kubeconfig === undefined && options.context === undefined ? inPod(options) : undefined;
    if (account !== undefined) return account;
    throw new ClusterError({ code: 'no-kubeconfig', looked: files });
  }
  const loaded = found.map(load);
  const contexts = firstOfName(loaded.flatMap(({ contexts: list }) => list));
  const known = contexts.map(({ name }) => name);
  const wanted = options.context ?? loaded.map(({ currentContext }) => currentContext).find(isFilled);
  if (!isFilled(wanted)) throw new ClusterError({ code: 'no-context', known });
  const context = contexts.find(({ name }) => name === wanted);
  if (context === undefined) throw new ClusterError({ code: 'unknown-context', context: wanted, known });
  const cluster = loaded.flatMap(({ clusters }) => clusters).find(({ name }) => name === context.cluster);
  if (cluster === undefined) throw incomplete(context, 'cluster', context.cluster);
  const user = loaded.flatMap(({ users }) => users).find(({ name }) => name === context.user);
  if (user === undefined && isFilled(context.user)) throw incomplete(context, 'user', context.user);
  return pin(context, cluster, user ?? { name: '' });
}

function filesOf({ kubeconfig, cwd, env }: KubeconfigOptions): readonly string[] {
  if (kubeconfig !== undefined) return [resolve(cwd, kubeconfig)];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return [...new Set(listed.map((file) => resolve(cwd, file)))];
  return [join(env['HOME'] ?? homedir(), '.kube', 'config')];
}

function load(file: string): KubeConfig {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > SIZE_MAX) throw new Error(`${size} bytes, at most ${SIZE_MAX}`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ClusterError({ code: 'kubeconfig-unreadable', file, detail: messageOf(error) });
  }
  const config = new KubeConfig();
  try {
    if (text.trim() === '')
      config.loadFromOptions({ clusters: [], contexts: [], users: [], currentContext: '' });
    else config.loadFromString(text);
  } catch (error) {
    throw new ClusterError({ code: 'kubeconfig-invalid', file, detail: messageOf(error) });
  }
  config.makePathsAbsolute(dirname(file));
  // What the client leaves relative: a plugin beside the file, and the file of a token.
  for (const user of config.users) {
    const exec = user.exec as { command?: unknown } | null | undefined;
    const command = exec?.command;
    if (
      exec !== null &&
      exec !== undefined &&
      typeof command === 'string' &&
      command.includes(sep) &&
      !isAbsolute(command)
    ) {
      exec.command = join(dirname(file), command);
    }
  }
  return config;
}

function firstOfName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(item.name)) seen.set(item.name, item);
  return [...seen.values()];
}

function incomplete(context: Context, lacks: 'cluster' | 'user', name: string): ClusterError {
  return new ClusterError({ code: 'context-incomplete', context: context.name, lacks, name });
}

function pin(context: Context, cluster: Cluster, user: User): PinnedContext {
  const { server } = cluster;
  if (!/^https?:\/\/[^/]/.test(server)) {
    throw new ClusterError({
      code: 'kubeconfig-invalid',
      file: context.name,
      detail: `the server of cluster ${cluster.name} is ${server}, and must begin with https:// or http://`,
    });
  }
  const pinned = new KubeConfig();
  // The client refuses http:// unless it may skip what http:// does not have (kubectl proxy, test servers).
  const own: Cluster = server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : { ...cluster };
  const account: User = { ...user };
  pinned.loadFromOptions({
    clusters: [own],
    users: [account],
    contexts: [{ ...context }],
    currentContext: context.name,
  });
  return { config: pinned, cluster: own, user: account, context: context.name, server };
}

function inPod({ env, accountRoot = ACCOUNT_ROOT }: KubeconfigOptions): PinnedContext | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const tokenFile = join(accountRoot, 'token');
  if (!isFilled(host) || !isReadable(tokenFile)) return undefined;
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const cluster: Cluster = {
    name: 'in-pod',
    server,
    caFile: join(accountRoot, 'ca.crt'),
    skipTLSVerify: false,
  };
  // The kubelet renews the file, and the client reads it again.
  const user: User = { name: 'in-pod', authProvider: { name: 'tokenFile', config: { tokenFile } } };
  return { ...pin({ name: 'in-pod', cluster: 'in-pod', user: 'in-pod' }, cluster, user), context: '' };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

function isFilled(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '';
}

/** The first line of what went wrong. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
