import type { Instant } from '../../model/instant.ts';
import { daysIn, daysSinceEpoch } from '../time.ts';
import { FilterError } from './error.ts';

/**
 * A point in time as `--since` and `--until` have it: a Go duration before now (`5m`, `1h30m`), or a date in one of
 * Hubble's layouts. Cilium v1.19.4 `hubble/pkg/time/time.go`.
 *
 * @param nowMs milliseconds since 1970
 * @throws {FilterError} for anything else
 */
export function instantOf(flag: string, text: string, nowMs: number): Instant {
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== undefined) return before(nowMs, nanoseconds);
  const instant = parseDate(text);
  if (instant === undefined) throw new FilterError(flag, text, EXPECTED);
  return instant;
}

const EXPECTED = 'a time ago such as 5m or 1h30m, or a date such as 2026-03-01 or 2026-03-01T10:00:00Z';

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const PART = /([0-9]{1,19}(?:\.[0-9]{0,19})?|\.[0-9]{1,19})(ns|us|µs|μs|ms|s|m|h)/y;
/** Go's durations are 64-bit numbers of nanoseconds. */
const DURATION_MAX = 2n ** 63n;

/** Go's `time.ParseDuration`, in nanoseconds; undefined for what is none. */
export function parseDuration(text: string): bigint | undefined {
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  const rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '') return undefined;
  let sum = 0n;
  let at = 0;
  while (at < rest.length) {
    PART.lastIndex = at;
    const part = PART.exec(rest);
    if (part === null) return undefined;
    const [whole = '', fraction = ''] = part[1]!.split('.');
    const unit = UNITS[part[2]!]!;
    sum += BigInt(whole === '' ? '0' : whole) * BigInt(unit);
    if (fraction !== '') sum += BigInt(Math.trunc(Number(`0.${fraction}`) * unit));
    if (sum >= DURATION_MAX) return undefined;
    at += part[0].length;
  }
  return sign === '-' ? -sum : sum;
}

function before(nowMs: number, nanoseconds: bigint): Instant {
  const now = BigInt(Math.floor(nowMs)) * 1_000_000n;
  const then = now - nanoseconds;
  const ns = ((then % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return { ms: Number((then - ns) / 1_000_000n), ns: Number(ns) };
}

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?:Z|([+-])(\d\d):(\d\d)))?$/;
const RFC_1123 = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function parseDate(text: string): Instant | undefined {
  const date = DATE.exec(text);
  if (date !== null) {
    const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = date;
    return instantFrom([year, month, day, hour, minute, second], fraction, [
      sign,
      offsetHours,
      offsetMinutes,
    ]);
  }
  const mail = RFC_1123.exec(text);
  if (mail === null) return undefined;
  const [, day, month = '', year, hour, minute, second, sign, offsetHours, offsetMinutes] = mail;
  const place = MONTHS.indexOf(month);
  if (place % 3 !== 0) return undefined;
  const parts = [year, String(place / 3 + 1), day, hour, minute, second];
  return instantFrom(parts, undefined, [sign, offsetHours, offsetMinutes]);
}

type Digits = string | undefined;

function instantFrom(
  parts: readonly Digits[],
  fraction: Digits,
  [sign, offsetHours, offsetMinutes]: readonly Digits[],
): Instant | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((digits) =>
    Number(digits ?? 0),
  );
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const [offHour, offMinute] = [Number(offsetHours ?? 0), Number(offsetMinutes ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offHour > 23 || offMinute > 59) return undefined;
  const offset = (offHour * 60 + offMinute) * (sign === '-' ? -1 : 1);
  const seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  const nanoseconds = Number((fraction ?? '').padEnd(9, '0'));
  return { ms: seconds * 1000 + Math.floor(nanoseconds / 1e6), ns: nanoseconds % 1e6 };
}
