import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { ForgeState } from './state.ts';

export function isGitPath(path: string): boolean {
  return /\.git\/(?:info\/refs|git-upload-pack|git-receive-pack)(?:\?|$)/.test(path);
}

/** A bare repository over HTTP by git's own program for it, behind the token as a password. */
export function serveGit(
  message: IncomingMessage,
  response: ServerResponse,
  { folder, token }: Pick<ForgeState, 'token'> & { readonly folder: string },
): void {
  const basic = /^Basic (.+)$/.exec(message.headers.authorization ?? '')?.[1] ?? '';
  if (!Buffer.from(basic, 'base64').toString('utf8').endsWith(`:${token}`)) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
    return;
  }
  const [path = '', query = ''] = (message.url ?? '').split('?');
  const action = path.slice(path.indexOf('.git/') + '.git'.length);
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: dirname(folder),
      PATH_TRANSLATED: `${folder}${action}`,
      PATH_INFO: `/${folder.slice(dirname(folder).length + 1)}${action}`,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      REMOTE_USER: 'ada',
      REQUEST_METHOD: message.method ?? '',
      QUERY_STRING: query,
      CONTENT_TYPE: message.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: message.headers['content-encoding'] ?? '',
      HTTP_GIT_PROTOCOL: String(message.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  message.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('error', () => response.writeHead(500).end());
  child.on('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    const lines = whole.subarray(0, end).toString('latin1').split('\r\n');
    let status = 200;
    for (const line of lines) {
      const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()];
      if (name === 'Status') status = Number(value.slice(0, 3));
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.end(whole.subarray(end + 4));
  });
}
