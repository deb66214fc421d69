import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ForgeKind } from '../../src/core/model/pull-request.ts';
import { forgejoRoutes } from './forgejo.ts';
import { isGitPath, serveGit } from './git-http.ts';
import { githubRoutes } from './github.ts';
import { gitlabRoutes } from './gitlab.ts';
import type { ForgeState, Recorded, Reply, Routes } from './state.ts';

export interface ForgeServer {
  readonly origin: string;
  readonly state: ForgeState;
  readonly requests: readonly Recorded[];
  /** The answer to the next requests that match, instead of its own; `cut` ends the connection. */
  readonly plan: (...answers: readonly Planned[]) => void;
  readonly close: () => Promise<void>;
}

export interface Planned {
  readonly method?: string;
  /** Part of the path. */
  readonly path?: string;
  readonly reply: Reply | 'cut' | 'do-and-cut';
}

const ROUTES: Readonly<Record<ForgeKind, Routes>> = {
  github: githubRoutes,
  gitlab: gitlabRoutes,
  forgejo: forgejoRoutes,
};

const BODY_MAX = 8 * 1024 * 1024;

/**
 * A server that answers as a forge does, as far as pull requests go: methods, paths, headers and JSON are checked. With
 * `git` it serves that bare repository over HTTP, too.
 */
export async function startForge(
  kind: ForgeKind,
  given: {
    readonly branches?: readonly string[];
    readonly repository?: string;
    readonly token?: string;
    readonly git?: { readonly folder: string; readonly branches: () => readonly string[] };
  } = {},
): Promise<ForgeServer> {
  const requests: Recorded[] = [];
  let planned: readonly Planned[] = [];
  let origin = '';
  const state: ForgeState = {
    kind,
    token: given.token ?? 'a-secret-token',
    repository: given.repository ?? 'homelab/cluster',
    origin: () => origin,
    defaultBranch: 'main',
    branches: given.git?.branches ?? (() => given.branches ?? []),
    pullRequests: [],
  };
  const server = createServer((message, response) => {
    void handle(message, response);
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = message.url ?? '/';
    if (given.git !== undefined && isGitPath(path)) {
      serveGit(message, response, { ...state, folder: given.git.folder });
      return;
    }
    const request: Recorded = {
      method: message.method ?? '',
      path,
      headers: message.headers,
      body: parsed(await textOf(message)),
    };
    requests.push(request);
    const next = planned.find((one) => isFor(one, request));
    planned = planned.filter((one) => one !== next);
    if (next?.reply === 'cut') {
      message.socket.destroy();
      return;
    }
    const reply =
      next === undefined || next.reply === 'do-and-cut' ? ROUTES[kind](request, state) : next.reply;
    if (next?.reply === 'do-and-cut') {
      message.socket.destroy();
      return;
    }
    const { status, headers = {}, body } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    state,
    requests,
    plan: (...answers) => {
      planned = [...planned, ...answers];
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function isFor({ method, path }: Planned, request: Recorded): boolean {
  return (
    (method === undefined || method === request.method) && (path === undefined || request.path.includes(path))
  );
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  message.setEncoding('utf8');
  for await (const chunk of message as AsyncIterable<string>) {
    text += chunk;
    if (text.length > BODY_MAX) break;
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
