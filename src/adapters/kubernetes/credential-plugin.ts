import { spawn } from 'node:child_process';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { ClusterError } from '../../core/model/cluster-error.ts';

/** What a plugin of the kubeconfig's user gave. */
export interface PluginCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since 1970; absent: as long as the command runs. */
  readonly expiresAt?: number;
}

interface Plugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint: string;
  readonly providesCluster: boolean;
  /** Whether it may ask the person at the terminal. */
  readonly mayAsk: boolean;
}

export interface PluginOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Whether standard input is a terminal. */
  readonly isInteractive: boolean;
}

const OUTPUT_MAX = 1024 * 1024;
/** A plugin that asks has to wait for a person. */
const PERSON_MS = 5 * 60_000;

/** The plugin of a user (`exec` in the kubeconfig); undefined for users without. */
export function hasPlugin(user: User): boolean {
  return pluginOf(user) !== undefined;
}

/**
 * Runs a credential plugin as kubectl does: with KUBERNETES_EXEC_INFO, its words for people on standard error, and
 * standard input where it may ask. The client's own way has no time limit and no standard input.
 *
 * @throws ClusterError `plugin-missing`, `plugin-failed`, `plugin-timeout`
 */
export async function runPlugin(
  user: User,
  cluster: Cluster,
  options: PluginOptions,
): Promise<PluginCredential> {
  const plugin = pluginOf(user);
  if (plugin === undefined) return {};
  const asks = plugin.mayAsk && options.isInteractive;
  const output = await outputOf(plugin, cluster, { ...options, asks });
  return credentialOf(plugin.command, output);
}

function pluginOf(user: User): Plugin | undefined {
  const exec: unknown = user.exec;
  const command = member(exec, 'command');
  if (typeof command !== 'string' || command === '') return undefined;
  const args = member(exec, 'args');
  const pairs = member(exec, 'env');
  const env: Record<string, string> = {};
  for (const pair of Array.isArray(pairs) ? (pairs as readonly unknown[]) : []) {
    const name = member(pair, 'name');
    const value = member(pair, 'value');
    if (typeof name === 'string' && typeof value === 'string') env[name] = value;
  }
  return {
    apiVersion: textOr(member(exec, 'apiVersion'), 'client.authentication.k8s.io/v1'),
    command,
    args: Array.isArray(args) ? args.filter((arg): arg is string => typeof arg === 'string') : [],
    env,
    installHint: textOr(member(exec, 'installHint'), ''),
    providesCluster: member(exec, 'provideClusterInfo') === true,
    mayAsk: member(exec, 'interactiveMode') !== 'Never',
  };
}

function outputOf(
  plugin: Plugin,
  cluster: Cluster,
  { env, timeoutMs, asks }: PluginOptions & { readonly asks: boolean },
): Promise<string> {
  const { command } = plugin;
  const limitMs = asks ? PERSON_MS : timeoutMs;
  return new Promise((resolve, reject) => {
    const fail = (detail: string): void =>
      reject(new ClusterError({ code: 'plugin-failed', command, detail }));
    const child = spawn(command, plugin.args, {
      env: { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: execInfo(plugin, cluster, asks) },
      stdio: [asks ? 'inherit' : 'ignore', 'pipe', asks ? 'inherit' : 'pipe'],
    });
    let output = '';
    let words = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new ClusterError({ code: 'plugin-timeout', command, seconds: limitMs / 1000 }));
    }, limitMs);
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > OUTPUT_MAX) child.kill('SIGKILL');
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      words = `${words}${chunk}`.slice(-2000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.code === 'ENOENT' || error.code === 'EACCES') {
        reject(new ClusterError({ code: 'plugin-missing', command, hint: plugin.installHint }));
      } else fail(error.message);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (output.length > OUTPUT_MAX) fail('it printed more than a credential');
      else if (code === 0) resolve(output);
      else
        fail(lastLine(words) ?? (code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`));
    });
  });
}

function execInfo({ apiVersion, providesCluster }: Plugin, cluster: Cluster, asks: boolean): string {
  const about = {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify,
    'certificate-authority-data': cluster.caData,
    'proxy-url': cluster.proxyUrl,
  };
  const spec = { interactive: asks, ...(providesCluster ? { cluster: about } : {}) };
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
}

function credentialOf(command: string, output: string): PluginCredential {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw new ClusterError({ code: 'plugin-failed', command, detail: 'it printed no ExecCredential' });
  }
  const status = member(value, 'status');
  const token = member(status, 'token');
  const cert = member(status, 'clientCertificateData');
  const key = member(status, 'clientKeyData');
  const expires = Date.parse(textOr(member(status, 'expirationTimestamp'), ''));
  if (typeof token !== 'string' && typeof cert !== 'string') {
    throw new ClusterError({ code: 'plugin-failed', command, detail: 'its ExecCredential has no token' });
  }
  return {
    ...(typeof token === 'string' ? { token } : {}),
    ...(typeof cert === 'string' ? { cert } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(Number.isNaN(expires) ? {} : { expiresAt: expires }),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function lastLine(words: string): string | undefined {
  const last = words.split('\n').findLast((line) => line.trim() !== '');
  return last?.trim().slice(0, 400);
}
