/** Why a relay or agent of Hubble could not be asked, or did not answer to the end. */
export const HUBBLE_FAULTS = [
  /** Nobody listens there. */
  'refused',
  /** The name has no address. */
  'unknown-host',
  /** There is no way to the address, or something on it said so. */
  'unreachable',
  /** No connection, TLS handshake or HTTP/2 settings within the limit. */
  'dial-timeout',
  /** There is no such Unix socket. */
  'no-socket',
  /** The Unix socket is somebody else's. */
  'socket-forbidden',
  /** Whatever leads to the server (a port-forward) could not be opened. `detail` is what it said. */
  'no-way',
  /** A server of HTTP/1. */
  'http1',
  /** A server of something else. `detail` shows its first bytes. */
  'not-http2',
  /** A server of HTTP/2 that does not speak gRPC. */
  'not-grpc',
  /** It ended the connection before a word. */
  'closed',
  /** We spoke in the clear, and it wants TLS. */
  'wants-tls',
  /** We spoke TLS, and it does not. */
  'no-tls',
  'unknown-ca',
  /** The certificate is for other names. `detail` has them. */
  'wrong-name',
  'expired',
  'not-yet-valid',
  /** It wants a client's certificate, and we gave none or one that it does not trust. */
  'client-certificate',
  /** Any other end of a handshake. `detail` has the reason. */
  'tls-failed',
  /** It said nothing within the limit. */
  'no-answer',
  /** The connection ended in the middle of an answer. */
  'cut-off',
  /** UNIMPLEMENTED: an agent where a relay was asked, or an older version. */
  'unsupported',
  /** UNAVAILABLE. */
  'unavailable',
  /** PERMISSION_DENIED. */
  'forbidden',
  /** UNAUTHENTICATED. */
  'unauthenticated',
  /** INVALID_ARGUMENT: `detail` says which. */
  'bad-request',
  /** A path that the server's flows do not have. */
  'bad-field-mask',
  /** Any other status. `detail` has its name and text. */
  'status',
  /** So many tries to connect again were in vain. `detail` is how many; the last one's fault is the cause. */
  'gave-up',
  /** What was given as the server is no address. */
  'bad-address',
  /** A setting, by a flag, the environment or Hubble's configuration file, has a value that it cannot have. */
  'bad-setting',
  /** A file that a setting names cannot be read, or does not hold what it must. */
  'bad-file',
  /** Of a client's certificate and key, one is missing. */
  'half-pair',
  /** A setting that means something only over TLS. */
  'tls-required',
] as const;
export type HubbleFault = (typeof HUBBLE_FAULTS)[number];

/** What the value of a setting is. */
export const SETTING_KINDS = ['boolean', 'duration', 'text', 'list', 'mapping'] as const;
export type SettingKind = (typeof SETTING_KINDS)[number];

export interface HubbleErrorData {
  /** The server as it was given; of settings the one that is wrong, and for files their path. */
  readonly where: string;
  /** What a stranger said of it, or the value; empty for none. */
  readonly detail?: string;
  /** `GetNodes`, for faults of one call. */
  readonly method?: string;
  /** Milliseconds that were waited, for limits that ran out. */
  readonly waitedMs?: number;
  /** What a setting must be. */
  readonly expected?: SettingKind;
  readonly cause?: unknown;
}

/** Its message is for logs; the wording for people is in `report/`. */
export class HubbleError extends Error {
  override readonly name = 'HubbleError';
  readonly code: HubbleFault;
  readonly where: string;
  readonly detail: string;
  readonly method: string;
  readonly waitedMs: number;
  readonly expected: SettingKind;

  constructor(code: HubbleFault, data: HubbleErrorData) {
    const { where, detail = '', method = '', waitedMs = 0, expected = 'text', cause } = data;
    super(`${code}: ${where}${detail === '' ? '' : ` (${detail})`}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.where = where;
    this.detail = detail;
    this.method = method;
    this.waitedMs = waitedMs;
    this.expected = expected;
  }
}
