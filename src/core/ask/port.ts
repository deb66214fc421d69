import { highestPort, isProtocol, PROTOCOLS, type Protocol } from '../model/port.ts';

/** Reads `5432`, `5432/TCP`, `53/udp`, `8/ICMP`. Without a protocol it is TCP. */
export function parsePort(text: string): { readonly port: number; readonly protocol: Protocol } | undefined {
  const [number = '', name = 'TCP', ...rest] = text.split('/');
  const protocol = PROTOCOLS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (rest.length > 0 || protocol === undefined || !isProtocol(protocol) || !/^\d{1,5}$/.test(number))
    return undefined;
  const port = Number(number);
  return port <= highestPort(protocol) ? { port, protocol } : undefined;
}
