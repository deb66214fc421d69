import type { Instant } from '../model/instant.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/i;

/** Reads a timestamp of RFC 3339 with up to nine fraction digits; undefined for anything else. */
export function parseInstant(text: string): Instant | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const at = (i: number): number => Number(parts[i] ?? '0');
  const [year, month, day, hour, minute, second] = [at(1), at(2), at(3), at(4), at(5), at(6)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || at(9) > 23 || at(10) > 59) return undefined;
  const fraction = Number((parts[7] ?? '').padEnd(9, '0'));
  const offset = (at(9) * 60 + at(10)) * (parts[8] === '-' ? -1 : 1);
  const seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  return { ms: seconds * 1000 + Math.floor(fraction / 1e6), ns: fraction % 1e6 };
}

/** Days from 1970-01-01 to a date of the Gregorian calendar. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  // Counted from 1 March, so that a leap day ends its year.
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + Math.floor((153 * m + 2) / 5) + day - 719_469;
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
