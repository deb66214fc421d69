import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../certificate.ts';
import type { FaultEffect } from './faults.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';

let api: ApiServer | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
  api = await startApiServer(options);
  return api;
}

const PODS = '/api/v1/pods';

async function textOf(path: string, limitMs = 5000): Promise<string> {
  const response = await fetch(`${api?.url ?? ''}${path}`, { signal: AbortSignal.timeout(limitMs) });
  return response.text();
}

describe('a fault', () => {
  it.each<readonly [string, FaultEffect, RegExp]>([
    ['answers with what is no JSON', { kind: 'garbage' }, /^<html>/],
    ['answers with a code', { kind: 'refuse', code: 500, message: 'broken' }, /"message":"broken"/],
    ['comes late', { kind: 'slow', milliseconds: 20 }, /"kind":"PodList"/],
  ])('%s', async (_, effect, expected) => {
    (await start()).inject({ resource: 'pods', effect });
    expect(await textOf(PODS)).toMatch(expected);
    expect(await textOf('/api/v1/services')).toMatch(/ServiceList/);
  });

  it.each<readonly [string, FaultEffect]>([
    ['cuts the connection', { kind: 'cut' }],
    ['cuts it in the middle of the answer', { kind: 'cut', afterBytes: 200 }],
    ['does not answer', { kind: 'hang' }],
  ])('%s', async (_, effect) => {
    (await start()).inject({ resource: 'pods', effect });
    await expect(textOf(PODS, 500)).rejects.toThrow(/failed|terminated|timeout/);
    expect(await textOf('/healthz')).toBe('ok');
  });

  it('says how long to wait', async () => {
    const { url } = await start();
    api?.inject({ effect: { kind: 'refuse', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 3 } });
    const response = await fetch(`${url}/version`);
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '3']);
  });

  it('ends a watch as too old, in the stream or before it', async () => {
    const server = await start();
    const watch = `${PODS}?watch=true&timeoutSeconds=1`;
    server.inject({ verb: 'watch', times: 1, effect: { kind: 'expired', as: 'event' } });
    expect(await textOf(watch)).toMatch(/^\{"type":"ERROR",.*"code":410\}\}\n$/);
    server.inject({ verb: 'watch', times: 1, effect: { kind: 'expired', as: 'code' } });
    expect(await textOf(watch)).toMatch(/^\{"kind":"Status",.*"code":410\}$/);
    server.inject({ verb: 'watch', times: 1, effect: { kind: 'garbage' } });
    expect(await textOf(watch)).toMatch(/^<html>/);
    expect(await textOf(watch)).toBe('');
  });
});

describe('the API server over TLS', () => {
  const now = Date.now();
  const { key, cert } = selfSigned({ notBefore: now - 60_000, notAfter: now + 600_000 });

  it('knows users by their token', async () => {
    const rules = [{ verbs: ['*'], groups: ['*'], resources: ['*'] }];
    const { port } = await start({ tls: { key, cert }, users: [{ name: 'a', token: 't', rules }] });
    expect(await ask(port, { ca: cert, headers: { Authorization: 'Bearer t' } })).toBe(200);
    expect(await ask(port, { ca: cert })).toBe(401);
    await expect(ask(port, {})).rejects.toThrow('self-signed certificate');
  });

  it('knows users by a certificate of the authority, and by no other', async ({ skip }) => {
    const made = clientCertificates();
    if (made === undefined) return skip('openssl is not on this machine');
    const rules = [{ verbs: ['list'], resources: ['pods'] }];
    const { port } = await start({ tls: { key, cert, clientCa: made.ca }, users: [{ name: 'dev', rules }] });
    expect(await ask(port, { ca: cert, key: made.key, cert: made.cert })).toBe(200);
    expect(await ask(port, { ca: cert, ...made.stranger })).toBe(401);
  });
});

interface Asked {
  readonly ca?: string;
  readonly key?: string;
  readonly cert?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask(port: number, { headers = {}, ...tls }: Asked): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path: PODS, headers, ...tls, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    call.on('error', reject);
    call.end();
  });
}

interface Certificates {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
  /** With the right name, and of another authority. */
  readonly stranger: { readonly key: string; readonly cert: string };
}

function clientCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'propolis-test-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { stdio: 'ignore', timeout: 20_000 });
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    for (const name of ['ca', 'other']) {
      openssl(
        'req',
        '-x509',
        ...curve,
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.pem`),
        '-subj',
        '/CN=ca',
      );
    }
    for (const [name, ca] of [
      ['dev', 'ca'],
      ['stranger', 'other'],
    ] as const) {
      openssl(
        'req',
        ...curve,
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.csr`),
        '-subj',
        '/CN=dev',
      );
      openssl(
        'x509',
        '-req',
        '-in',
        file(`${name}.csr`),
        '-CA',
        file(`${ca}.pem`),
        '-CAkey',
        file(`${ca}.key`),
        '-CAcreateserial',
        '-out',
        file(`${name}.pem`),
      );
    }
    const read = (name: string): string => readFileSync(file(name), 'utf8');
    return {
      ca: read('ca.pem'),
      key: read('dev.key'),
      cert: read('dev.pem'),
      stranger: { key: read('stranger.key'), cert: read('stranger.pem') },
    };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
