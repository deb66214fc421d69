import { Code, type ConnectError } from '@connectrpc/connect';
import { HubbleError, type HubbleFault } from '../../core/model/hubble-error.ts';

/** The fault behind an error of a socket or of TLS. @returns undefined for one that says nothing of its own */
export function faultOfSocket(error: unknown): HubbleFault | undefined {
  for (const code of codesOf(error)) {
    const fault = BY_CODE.get(code);
    if (fault !== undefined) return fault;
    if (code.endsWith('ALERT_NO_APPLICATION_PROTOCOL')) return 'http1';
    // OpenSSL's alerts, as Node names them: what the server said when it ended the handshake.
    if (/^ERR_SSL_.*_ALERT_/.test(code))
      return CLIENT_ALERTS.test(code) ? 'client-certificate' : 'tls-failed';
    if (code.startsWith('ERR_SSL_')) return NOT_TLS.test(code) ? 'no-tls' : 'tls-failed';
    if (VERIFY.test(code)) return 'unknown-ca';
  }
  return undefined;
}

/** What Node and OpenSSL call it, for people who look further. */
export function detailOf(error: unknown): string {
  const [code] = codesOf(error);
  const message = error instanceof Error ? error.message : '';
  return code ?? message;
}

/** Codes of an error, of those that it stands for, and of its causes. */
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [...own, ...[...several, error.cause].flatMap((inner) => codesOf(inner, depth + 1))];
}

const BY_CODE: ReadonlyMap<string, HubbleFault> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_AGAIN', 'unknown-host'],
  ['EAI_NONAME', 'unknown-host'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EPERM', 'unreachable'],
  ['ETIMEDOUT', 'dial-timeout'],
  ['ENOENT', 'no-socket'],
  ['EACCES', 'socket-forbidden'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong-name'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not-yet-valid'],
]);

/** OpenSSL's reasons to trust no chain, as Node names them. */
const VERIFY =
  /^(?:UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA)$/;

const CLIENT_ALERTS =
  /CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED/;
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_LAYER/;

/** The fault behind a status of gRPC. */
export function errorOfStatus(error: ConnectError, where: string, method: string): HubbleError {
  const detail = error.rawMessage;
  const as = (code: HubbleFault): HubbleError =>
    new HubbleError(code, { where, detail, method, cause: error });
  switch (error.code) {
    case Code.Unimplemented:
      return as('unsupported');
    case Code.Unavailable:
      return as('unavailable');
    case Code.PermissionDenied:
      return as('forbidden');
    case Code.Unauthenticated:
      return as('unauthenticated');
    case Code.InvalidArgument:
      return as('bad-request');
    case Code.DeadlineExceeded:
      return as('no-answer');
    default:
      // Hubble gives no code of its own to a wrong path in a field mask, only these words.
      if (/invalid field ?mask/i.test(detail)) return as('bad-field-mask');
      return new HubbleError('status', {
        where,
        detail: `${Code[error.code]}: ${detail}`,
        method,
        cause: error,
      });
  }
}
