import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ConnectionOptions, rootCertificates } from 'node:tls';
import { HubbleError } from '../../core/model/hubble-error.ts';
import { parseAddress } from './address.ts';
import type { HubbleOptions } from './client.ts';
import type { HubbleSettings } from './settings.ts';

/**
 * What settings say of TLS and of who asks, with the files read that they name. Authorities are trusted besides those
 * of Node. TLS is what `tls` or the prefix `tls://` of the server ask for, never anything else.
 *
 * @param server the address that the settings name, or that of a forwarded port
 * @throws {HubbleError} `half-pair`, `tls-required`, `bad-file`
 */
export function securityOf(
  settings: HubbleSettings,
  server: string,
  cwd: string,
): Pick<HubbleOptions, 'tls' | 'basicAuth'> {
  const isTls = settings.isTls || parseAddress(server).isTls;
  const { clientCertFile, clientKeyFile, basicAuthUsername, basicAuthPassword } = settings;
  if ((clientCertFile === undefined) !== (clientKeyFile === undefined)) {
    const where = clientKeyFile === undefined ? '--tls-client-key-file' : '--tls-client-cert-file';
    throw new HubbleError('half-pair', { where });
  }
  if (!isTls && clientCertFile !== undefined) {
    throw new HubbleError('tls-required', { where: '--tls-client-cert-file' });
  }
  const wantsAuth = basicAuthUsername !== undefined || basicAuthPassword !== undefined;
  if (!isTls && wantsAuth) throw new HubbleError('tls-required', { where: '--basic-auth-username' });
  if (!isTls) return {};
  return {
    tls: tlsOptions(settings, cwd),
    ...(wantsAuth
      ? { basicAuth: { username: basicAuthUsername ?? '', password: basicAuthPassword ?? '' } }
      : {}),
  };
}

function tlsOptions(settings: HubbleSettings, cwd: string): ConnectionOptions {
  const { caCertFiles, clientCertFile, clientKeyFile, tlsServerName, isInsecureAllowed } = settings;
  const certificate = (file: string): string => {
    const text = pemOf(file, cwd);
    checked(file, () => new X509Certificate(text));
    return text;
  };
  const authorities = caCertFiles.map(certificate);
  const pair =
    clientCertFile === undefined || clientKeyFile === undefined
      ? {}
      : { cert: certificate(clientCertFile), key: keyOf(clientKeyFile, cwd) };
  return {
    ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
    ...pair,
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(isInsecureAllowed ? { rejectUnauthorized: false } : {}),
    minVersion: 'TLSv1.2',
  };
}

function keyOf(file: string, cwd: string): string {
  const text = pemOf(file, cwd);
  checked(file, () => createPrivateKey(text));
  return text;
}

function pemOf(file: string, cwd: string): string {
  return checked(file, () => readFileSync(resolve(cwd, file), 'utf8'));
}

function checked<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const detail = code.startsWith('ERR_OSSL') || code === '' ? 'it is not PEM' : code;
    throw new HubbleError('bad-file', { where: file, detail, cause: error });
  }
}
