import { ClusterError } from '../../core/model/cluster-error.ts';

const CODES: Readonly<
  Record<string, 'tls-unknown-authority' | 'tls-expired' | 'tls-wrong-name' | 'tls-failed'>
> = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-wrong-name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-unknown-authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-unknown-authority',
  CERT_SIGNATURE_FAILURE: 'tls-unknown-authority',
};

/** Codes that say that the connection ended while it was used. */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNABORTED']);

/** What a failed connection means. Errors that have a meaning already stay. */
export function connectionFailure(error: unknown, server: string, wasConnected: boolean): ClusterError {
  if (error instanceof ClusterError) return error;
  const code = codeOf(error);
  const detail = detailOf(error);
  const tls = CODES[code];
  if (tls !== undefined) return new ClusterError({ code: tls, server, detail });
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return new ClusterError({ code: 'tls-failed', server, detail: shortTls(detail) });
  }
  if (code.startsWith('HPE_')) return new ClusterError({ code: 'not-kubernetes', server, detail: 'no HTTP' });
  if (wasConnected || CUT.has(code))
    return new ClusterError({ code: 'cut-off', server, detail: code === '' ? detail : code });
  return new ClusterError({ code: 'unreachable', server, detail: code === '' ? detail : code });
}

/** Errors of the system come in pairs where a name has two addresses. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Node's advice behind a semicolon is about its own options, which are not ours. */
function detailOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  return line.split('; if the root CA', 1)[0]!.slice(0, 300);
}

/** `…:SSL routines:…:wrong version number:…` without OpenSSL's file names. */
function shortTls(detail: string): string {
  return /:SSL routines:[^:]{0,80}:([^:]{1,80}):/.exec(detail)?.[1] ?? detail;
}
