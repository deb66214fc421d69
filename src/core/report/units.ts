import { isoTime } from '../model/instant.ts';
import { highestPort, isProtocol, PROTOCOLS } from '../model/port.ts';
import { isAllPorts, type PortSet, pairsOf } from '../model/port-set.ts';

export { isoTime } from '../model/instant.ts';

/** `398`, `12,400`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 cause`, `2 causes`. */
export function plural(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `2s`, `5m`, `3h`, `4d`: the largest unit that is not zero, rounded down. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** `2026-03-01 10:00:00Z`, for people. */
export function clockTime(milliseconds: number): string {
  return isoTime(Math.floor(milliseconds / 1000) * 1000).replace('T', ' ');
}

/** `5432/TCP`, `type 8/ICMP`; protocols without ports by their name. */
export function portText(port: number, protocol: string): string {
  if (protocol === '') return 'no port';
  if (protocol.startsWith('ICMP')) return `type ${port}/${protocol}`;
  return isProtocol(protocol) && highestPort(protocol) > 0 ? `${port}/${protocol}` : protocol;
}

/** `5432/TCP`, `8000-8100/TCP`, `all TCP`, `everything`; one text for each run of ports. */
export function portTexts(set: PortSet): readonly string[] {
  if (isAllPorts(set)) return ['all ports and protocols'];
  return PROTOCOLS.flatMap((protocol, i) => {
    const ranges = set[i] ?? [];
    return pairsOf(ranges).map(([low, high]) => {
      if (low === 0 && high === highestPort(protocol)) return `all ${protocol}`;
      const ports = low === high ? String(low) : `${low}-${high}`;
      return protocol.startsWith('ICMP') ? `type ${ports}/${protocol}` : `${ports}/${protocol}`;
    });
  });
}
