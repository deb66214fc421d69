import { type Instant, utcOf } from '../../model/instant.ts';

/** Names of formats of time that Hubble has for `--time-format`. Cilium v1.19.4 `hubble/pkg/time/time.go`. */
export const TIME_FORMATS = [
  'StampMilli',
  'YearMonthDay',
  'YearMonthDayHour',
  'YearMonthDayHourMinute',
  'RFC3339',
  'RFC3339Milli',
  'RFC3339Micro',
  'RFC3339Nano',
  'RFC1123Z',
] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** A point in time in UTC, as Hubble prints it; `N/A` for none. */
export function timeText({ ms, ns }: Instant, format: TimeFormat): string {
  if (ms === 0 && ns === 0) return 'N/A';
  const at = utcOf(ms);
  const date = `${pad(at.year, 4)}-${pad(at.month)}-${pad(at.day)}`;
  const clock = `${pad(at.hour)}:${pad(at.minute)}:${pad(at.second)}`;
  const fraction = pad(at.ms, 3) + pad(ns, 6);
  switch (format) {
    case 'StampMilli':
      return `${MONTHS[at.month - 1]} ${String(at.day).padStart(2)} ${clock}.${pad(at.ms, 3)}`;
    case 'YearMonthDay':
      return date;
    case 'YearMonthDayHour':
      return `${date}T${pad(at.hour)}Z`;
    case 'YearMonthDayHourMinute':
      return `${date}T${pad(at.hour)}:${pad(at.minute)}Z`;
    case 'RFC3339':
      return `${date}T${clock}Z`;
    case 'RFC3339Milli':
      return `${date}T${clock}${trimmed(fraction.slice(0, 3))}Z`;
    case 'RFC3339Micro':
      return `${date}T${clock}${trimmed(fraction.slice(0, 6))}Z`;
    case 'RFC3339Nano':
      return `${date}T${clock}${trimmed(fraction)}Z`;
    case 'RFC1123Z':
      return `${WEEKDAYS[weekdayOf(ms)]}, ${pad(at.day)} ${MONTHS[at.month - 1]} ${pad(at.year, 4)} ${clock} +0000`;
  }
}

/** Go's `.999` leaves out zeros at the end. */
function trimmed(fraction: string): string {
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(ms: number): number {
  const days = Math.floor(ms / 86_400_000);
  return (((days + 4) % 7) + 7) % 7;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
