import { ForgeRefused } from './refused.ts';

/** What a failed `fetch` means. Its error is always the same; the cause beneath has the code of Node or OpenSSL. */
export function refusalOfError(error: unknown, host: string, timeoutMs: number): ForgeRefused {
  const causes = causesOf(error);
  const ours = causes.find((one) => one instanceof ForgeRefused);
  if (ours instanceof ForgeRefused) return ours;
  const codes = causes.map(codeOf).filter((code) => code !== '');
  const detail = codes[0] ?? causes.map(messageOf).at(-1) ?? '';
  if (codes.some(isTimeout)) {
    return new ForgeRefused('timed-out', { host, detail: String(timeoutMs / 1000) });
  }
  return new ForgeRefused(codes.some(isTls) ? 'tls' : 'unreachable', { host, detail });
}

const DEPTH_MAX = 8;

function causesOf(error: unknown): readonly unknown[] {
  const all: unknown[] = [];
  const queue: unknown[] = [error];
  for (let one = queue.shift(); one !== undefined && all.length < DEPTH_MAX; one = queue.shift()) {
    all.push(one);
    if (one instanceof AggregateError) queue.push(...(one.errors as unknown[]));
    if (one instanceof Error && one.cause !== undefined) queue.push(one.cause);
  }
  return all;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isTimeout(code: string): boolean {
  return code === 'ETIMEDOUT' || /^UND_ERR_\w+_TIMEOUT$/.test(code);
}

/** Node's names for failures of verification (tls, x509 error codes), and what OpenSSL says of a broken handshake. */
function isTls(code: string): boolean {
  return /CERT|^ERR_(?:SSL|TLS)_|^UNABLE_TO_|^CRL_|^EPROTO$|^HOSTNAME_MISMATCH$/.test(code);
}
