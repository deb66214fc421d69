import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HubbleError } from '../../core/model/hubble-error.ts';
import { authorityOf, parseAddress } from './address.ts';
import { durationMs, type HubbleFlags, readSettings } from './settings.ts';
import { securityOf } from './tls.ts';

const home = mkdtempSync(join(tmpdir(), 'propolis-hubble-'));
afterAll(() => rmSync(home, { recursive: true }));

function written(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function settings(flags: HubbleFlags = {}, env: Readonly<Record<string, string>> = {}) {
  return readSettings({ flags, env, cwd: home });
}

function faultOf(work: () => unknown): Partial<HubbleError> {
  try {
    work();
  } catch (error) {
    if (error instanceof HubbleError) {
      const { code, where, detail } = error;
      return { code, where, detail };
    }
    throw error;
  }
  throw new Error('no error');
}

describe('an address', () => {
  it.each([
    ['localhost:4245', { kind: 'tcp', host: 'localhost', port: 4245, isTls: false }],
    ['relay.example', { kind: 'tcp', host: 'relay.example', port: 4245, isTls: false }],
    [':80', { kind: 'tcp', host: 'localhost', port: 80, isTls: false }],
    ['tls://relay:443', { kind: 'tcp', host: 'relay', port: 443, isTls: true }],
    ['TLS://[fd00::1]:443', { kind: 'tcp', host: 'fd00::1', port: 443, isTls: true }],
    ['dns:///relay:80', { kind: 'tcp', host: 'relay', port: 80, isTls: false }],
    [
      'unix:///var/run/cilium/hubble.sock',
      { kind: 'unix', path: '/var/run/cilium/hubble.sock', isTls: false },
    ],
    ['unix:hubble.sock', { kind: 'unix', path: 'hubble.sock', isTls: false }],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    '',
    'relay:',
    'relay:0',
    'relay:70000',
    'http://relay',
    'unix://',
    'a b:1',
    'fd00::1',
    '[fd00::1',
  ])('%j is none', (text) => {
    expect(faultOf(() => parseAddress(text))).toMatchObject({ code: 'bad-address', where: text });
  });

  it('is told with brackets around IPv6', () => {
    expect(authorityOf(parseAddress('[fd00::1]:80'))).toBe('[fd00::1]:80');
  });
});

describe('settings', () => {
  it('are Hubble’s defaults where nothing is said', () => {
    expect(settings()).toEqual({
      isTls: false,
      isInsecureAllowed: false,
      caCertFiles: [],
      isPortForward: false,
      dialTimeoutMs: 5000,
      requestTimeoutMs: 12_000,
      isLegacyJson: false,
    });
  });

  it('come from flags before the environment before the file', () => {
    written(
      'xdg/hubble/config.yaml',
      'server: file:1\ntls: true\ntimeout: 7s\ntls-ca-cert-files: [a.crt, b.crt]\n',
    );
    const env = { XDG_CONFIG_HOME: join(home, 'xdg') };
    expect(settings({}, env)).toMatchObject({
      server: 'file:1',
      isTls: true,
      dialTimeoutMs: 7000,
      caCertFiles: ['a.crt', 'b.crt'],
    });
    const more = {
      ...env,
      HUBBLE_SERVER: 'env:1',
      HUBBLE_TLS: 'false',
      HUBBLE_TLS_CA_CERT_FILES: 'c.crt d.crt',
    };
    expect(settings({}, more)).toMatchObject({
      server: 'env:1',
      isTls: false,
      dialTimeoutMs: 7000,
      caCertFiles: ['c.crt', 'd.crt'],
    });
    expect(settings({ server: 'flag:1', tls: true }, more)).toMatchObject({ server: 'flag:1', isTls: true });
  });

  it('come from the first file that there is, or the one that is named', () => {
    written('home/.hubble/config.yaml', 'server: old:1');
    const env = { HOME: join(home, 'home') };
    expect(settings({}, env).server).toBe('old:1');
    written('home/.config/hubble/config.yaml', 'server: new:1');
    expect(settings({}, env).server).toBe('new:1');
    written('own.yaml', 'server: own:1\nport-forward: true\n');
    expect(settings({ config: 'own.yaml' }, env)).toMatchObject({ server: 'own:1', isPortForward: true });
    expect(settings({}, { ...env, HUBBLE_CONFIG: join(home, 'own.yaml') }).server).toBe('own:1');
  });

  it('name what is wrong, and where', () => {
    expect(faultOf(() => settings({ config: 'none.yaml' }))).toMatchObject({ code: 'bad-file' });
    written('broken.yaml', 'server: [');
    expect(faultOf(() => settings({ config: 'broken.yaml' }))).toMatchObject({ code: 'bad-file' });
    written('list.yaml', '- server');
    expect(faultOf(() => settings({ config: 'list.yaml' }))).toMatchObject({ code: 'bad-setting' });
    expect(faultOf(() => settings({}, { HUBBLE_TLS: 'perhaps' }))).toEqual({
      code: 'bad-setting',
      where: 'HUBBLE_TLS',
      detail: 'perhaps',
    });
    expect(faultOf(() => settings({ timeout: 'soon' }))).toMatchObject({
      where: '--timeout',
      detail: 'soon',
    });
    written('typed.yaml', 'server: {a: 1}');
    expect(faultOf(() => settings({ config: 'typed.yaml' }))).toMatchObject({
      where: `server in ${join(home, 'typed.yaml')}`,
      detail: '{"a":1}',
    });
  });

  it('are not found on the prototype of what was given', () => {
    written('proto.yaml', '__proto__: {server: evil:1}\nconstructor: x\n');
    expect(settings({ config: 'proto.yaml' }).server).toBeUndefined();
  });

  it('know that old scripts want flows without the response around them', () => {
    expect(settings({}, { HUBBLE_COMPAT: 'legacy-json-output' }).isLegacyJson).toBe(true);
  });
});

describe('a duration', () => {
  it.each([
    ['5s', 5000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['2h', 7_200_000],
    ['+.5s', 500],
    ['1.s2000μs', 1002],
  ])('%s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', '5', 's', '-5s', '0s', '99999h', '1ns', '5s ', `${'1s'.repeat(3)}x`])('%j is none', (text) => {
    expect(durationMs(text)).toBeUndefined();
  });
});

describe('security', () => {
  it('is none unless it is asked for', () => {
    expect(securityOf(settings(), 'relay:80', home)).toEqual({});
    expect(securityOf(settings(), 'tls://relay:443', home).tls).toBeDefined();
    expect(securityOf(settings({ tls: true }), 'relay:443', home).tls).toBeDefined();
  });

  it('is whole, or refused', () => {
    const half = settings({ tls: true, 'tls-client-cert-file': 'a.crt' });
    expect(faultOf(() => securityOf(half, 'relay:443', home))).toMatchObject({
      code: 'half-pair',
      where: '--tls-client-key-file',
    });
    const clear = settings({ 'tls-client-cert-file': 'a.crt', 'tls-client-key-file': 'a.key' });
    expect(faultOf(() => securityOf(clear, 'relay:80', home))).toMatchObject({ code: 'tls-required' });
    const auth = settings({ 'basic-auth-username': 'me', 'basic-auth-password': 'secret' });
    expect(faultOf(() => securityOf(auth, 'relay:80', home))).toMatchObject({ code: 'tls-required' });
    expect(securityOf(auth, 'tls://relay', home).basicAuth).toEqual({ username: 'me', password: 'secret' });
  });

  it('names a file that is missing, or is no certificate', () => {
    const missing = settings({ tls: true, 'tls-ca-cert-files': ['none.crt'] });
    expect(faultOf(() => securityOf(missing, 'relay', home))).toEqual({
      code: 'bad-file',
      where: 'none.crt',
      detail: 'ENOENT',
    });
    written('text.crt', 'hello');
    const text = settings({ tls: true, 'tls-ca-cert-files': ['text.crt'] });
    expect(faultOf(() => securityOf(text, 'relay', home))).toMatchObject({ detail: 'it is not PEM' });
  });
});
