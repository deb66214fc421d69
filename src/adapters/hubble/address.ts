import { HubbleError } from '../../core/model/hubble-error.ts';

/** Where a relay or agent listens. */
export type ServerAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isTls: boolean }
  | { readonly kind: 'unix'; readonly path: string; readonly isTls: false };

/** What Hubble's own command assumes. */
const DEFAULT_PORT = 4245;

/**
 * Reads an address as Hubble's `--server` takes it: `host:port`, `tls://host:port`, `unix:///path`. A port that is
 * missing is 4245.
 * @throws {HubbleError} `bad-address`
 */
export function parseAddress(text: string): ServerAddress {
  const [, scheme = '', all = ''] = /^(?:([a-z]+):(?!\d+$))?(.*)$/i.exec(text) ?? [];
  const rest = scheme === '' ? all : all.replace(/^\/\//, '');
  switch (scheme.toLowerCase()) {
    case 'unix':
      if (rest === '' || rest.includes('\0')) break;
      return { kind: 'unix', path: rest, isTls: false };
    case 'tls':
      return tcp(text, rest, true);
    // The names of gRPC's own resolvers.
    case 'dns':
    case 'passthrough':
      return tcp(text, rest.replace(/^\//, ''), false);
    case '':
      return tcp(text, rest, false);
    default:
      break;
  }
  throw new HubbleError('bad-address', { where: text });
}

function tcp(text: string, rest: string, isTls: boolean): ServerAddress {
  const found = /^(?:\[([0-9a-f:.]+(?:%\w+)?)\]|([^:/[\]\s]+))?(?::(\d{1,5}))?$/i.exec(rest);
  const host = found?.[1] ?? found?.[2] ?? (rest.startsWith(':') ? 'localhost' : '');
  const port = found?.[3] === undefined ? DEFAULT_PORT : Number(found[3]);
  if (host === '' || port < 1 || port > 65_535) throw new HubbleError('bad-address', { where: text });
  return { kind: 'tcp', host, port, isTls };
}

/** As it is shown, and as HTTP's `:authority`. */
export function authorityOf(address: ServerAddress): string {
  if (address.kind === 'unix') return 'localhost';
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
