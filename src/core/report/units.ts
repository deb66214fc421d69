import { highestPort, isProtocol, PROTOCOLS } from '../model/port.ts';
import { isAllPorts, type PortSet, pairsOf } from '../model/port-set.ts';

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

/** `2026-03-01T10:00:00.123Z`: ISO 8601 in UTC, from milliseconds since 1970, without a clock or a Date. */
export function isoTime(milliseconds: number): string {
  const { year, month, day, hour, minute, second, ms } = utc(milliseconds);
  const fraction = ms === 0 ? '' : `.${pad(ms, 3)}`;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}Z`;
}

/** `2026-03-01 10:00:00Z`, for people. */
export function clockTime(milliseconds: number): string {
  return isoTime(Math.floor(milliseconds / 1000) * 1000).replace('T', ' ');
}

/** Days to a civil date: the algorithm of Howard Hinnant, "chrono-compatible low-level date algorithms". */
function utc(
  milliseconds: number,
): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'ms', number> {
  const whole = Math.floor(milliseconds);
  const days = Math.floor(whole / 86_400_000);
  const rest = whole - days * 86_400_000;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    ms: rest % 1000,
  };
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
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
