import { type RequestOptions as HttpOptions, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import { hasPlugin, type PluginCredential, runPlugin } from './credential-plugin.ts';
import { connectionFailure } from './failures.ts';
import { messageOf, type PinnedContext } from './kubeconfig.ts';

/** How long is waited for what. All in milliseconds. */
export interface Timing {
  /** For the whole answer of a request. */
  readonly requestMs: number;
  /** For a credential plugin that asks nobody. */
  readonly pluginMs: number;
  /** Without a byte on a watch, after which it is made anew. API servers send a bookmark about every minute. */
  readonly idleMs: number;
  /** The first wait before a failed watch is tried again, and the longest. */
  readonly backoffMs: readonly [number, number];
}

export const TIMING: Timing = {
  requestMs: 30_000,
  pluginMs: 30_000,
  idleMs: 150_000,
  backoffMs: [500, 30_000],
};

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** With its query, percent-encoded. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Over the whole answer. Absent: `Timing.requestMs`. */
  readonly timeoutMs?: number;
  readonly until?: Cancellation;
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

export interface ConnectionOptions {
  readonly timing: Timing;
  /** For credential plugins. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a plugin may ask the person at the terminal. */
  readonly isInteractive?: boolean;
}

/** The most that is read of one answer, in bytes. */
const BODY_MAX = 128 * 1024 * 1024;

/** A connection to one API server, with the credentials of one user. */
export class Connection {
  readonly server: string;
  readonly context: string;
  readonly timing: Timing;
  readonly #pinned: PinnedContext;
  readonly #options: ConnectionOptions;
  readonly #hasPlugin: boolean;
  /** With what the plugin gave, where there is one. */
  #config: KubeConfig;
  #credential: Promise<PluginCredential> | undefined;

  constructor(pinned: PinnedContext, options: ConnectionOptions) {
    this.#pinned = pinned;
    this.#options = options;
    this.#hasPlugin = hasPlugin(pinned.user);
    this.#config = pinned.config;
    this.server = pinned.server;
    this.context = pinned.context;
    this.timing = options.timing;
  }

  /** One request and its whole answer. @throws ClusterError when there is none, and for 401 */
  async ask(wanted: ApiRequest): Promise<ApiAnswer> {
    const first = await this.#once(wanted);
    if (first.status !== 401) return first;
    // What a plugin gave may have been withdrawn before its time.
    const second = this.refuseCredential() ? await this.#once(wanted) : first;
    if (second.status !== 401) return second;
    throw new ClusterError({ code: 'unauthorized', server: this.server, context: this.context });
  }

  async #once(wanted: ApiRequest): Promise<ApiAnswer> {
    // A plugin has a limit of its own, since it may wait for a person.
    await this.#usePlugin();
    const limitMs = wanted.timeoutMs ?? this.timing.requestMs;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), limitMs);
    try {
      const response = await this.#send(wanted, timeout.signal);
      const text = await this.#bodyOf(response);
      return { status: response.statusCode ?? 0, text };
    } catch (error) {
      if (!timeout.signal.aborted) throw error;
      throw new ClusterError({ code: 'timeout', server: this.server, seconds: limitMs / 1000 });
    } finally {
      clearTimeout(timer);
    }
  }

  /** One request, and its answer as it comes. @throws ClusterError when nothing answers */
  async open(wanted: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    await this.#usePlugin();
    return this.#send(wanted, signal);
  }

  async #send(wanted: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const options = await this.#applied(signal);
    return new Promise((resolve, reject) => {
      const { server } = this;
      const url = new URL(server + wanted.path);
      const isTls = url.protocol === 'https:';
      const headers: Record<string, string> = {
        ...(options.headers as Readonly<Record<string, string>> | undefined),
        accept: 'application/json',
        'user-agent': 'propolis',
        ...(wanted.body === undefined
          ? {}
          : {
              'content-type': wanted.contentType ?? 'application/json',
              'content-length': String(Buffer.byteLength(wanted.body)),
            }),
      };
      const whole: RequestOptions & HttpOptions = { ...options, method: wanted.method, headers, signal };
      const sent = isTls ? httpsRequest(url, whole, resolve) : httpRequest(url, whole, resolve);
      const stop = (): void => void sent.destroy(new Error('stopped'));
      wanted.until?.addEventListener?.('abort', stop, { once: true });
      sent.on('close', () => wanted.until?.removeEventListener?.('abort', stop));
      sent.on('error', (error) => reject(connectionFailure(error, server, false)));
      if (wanted.until?.aborted === true) stop();
      else sent.end(wanted.body);
    });
  }

  /** What TLS and authentication need, for HTTP and for WebSockets. @throws ClusterError about credentials */
  async options(): Promise<RequestOptions> {
    await this.#usePlugin();
    return this.#applied();
  }

  async #applied(signal?: AbortSignal): Promise<RequestOptions> {
    const options: RequestOptions = {};
    const limit = limited(this.timing.pluginMs, this.server, signal);
    try {
      await Promise.race([this.#config.applyToHTTPSOptions(options), limit.promise]);
      return options;
    } catch (error) {
      if (error instanceof ClusterError) throw error;
      const file =
        error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : '';
      throw file === ''
        ? connectionFailure(error, this.server, false)
        : new ClusterError({ code: 'credential-unreadable', file, detail: messageOf(error) });
    } finally {
      limit.clear();
    }
  }

  /** The server refused the credentials. @returns whether a plugin will be asked for new ones */
  refuseCredential(): boolean {
    this.#credential = undefined;
    return this.#hasPlugin;
  }

  async #bodyOf(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > BODY_MAX) {
          const most = `${BODY_MAX / 1024 / 1024} MB`;
          throw new ClusterError({ code: 'too-large', server: this.server, what: 'an answer', most });
        }
        chunks.push(chunk);
      }
    } catch (error) {
      throw connectionFailure(error, this.server, true);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Sees to a credential that is good now, where a plugin gives it. */
  async #usePlugin(): Promise<void> {
    if (!this.#hasPlugin) return;
    const { cluster, user } = this.#pinned;
    const { expiresAt } = (await this.#credential) ?? {};
    if (this.#credential !== undefined && (expiresAt === undefined || Date.now() < expiresAt)) return;
    const { env, isInteractive = false } = this.#options;
    this.#credential = runPlugin(user, cluster, { env, timeoutMs: this.timing.pluginMs, isInteractive });
    let credential: PluginCredential;
    try {
      credential = await this.#credential;
    } catch (error) {
      this.#credential = undefined;
      throw error;
    }
    this.#config = configWith(this.#pinned, credential);
  }
}

/** A new one, since the client keeps connections by the names of cluster and user. */
function configWith(
  { config, cluster, user }: PinnedContext,
  { token, cert, key }: PluginCredential,
): KubeConfig {
  const made = new KubeConfig();
  made.loadFromOptions({
    clusters: [cluster],
    users: [
      {
        ...user,
        exec: undefined,
        ...(token === undefined ? {} : { token }),
        ...(cert === undefined ? {} : { certData: Buffer.from(cert).toString('base64') }),
        ...(key === undefined ? {} : { keyData: Buffer.from(key).toString('base64') }),
      },
    ],
    contexts: config.contexts,
    currentContext: config.currentContext,
  });
  return made;
}

function limited(
  ms: number,
  server: string,
  signal: AbortSignal | undefined,
): { readonly promise: Promise<never>; readonly clear: () => void } {
  let clear = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new ClusterError({ code: 'timeout', server, seconds: ms / 1000 }));
    const timer = setTimeout(stop, ms);
    signal?.addEventListener('abort', stop, { once: true });
    clear = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
  });
  promise.catch(() => undefined);
  return { promise, clear };
}
