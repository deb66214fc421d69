/** A point in time, since no double holds milliseconds and nanoseconds. */
export interface Instant {
  /** Whole milliseconds since 1970. */
  readonly ms: number;
  /** The 0 to 999,999 nanoseconds after them. */
  readonly ns: number;
}

/** `2026-03-01T10:00:00.123Z`: ISO 8601 in UTC, from milliseconds since 1970, without a clock or a Date. */
export function isoTime(milliseconds: number): string {
  const { year, month, day, hour, minute, second, ms } = utcOf(milliseconds);
  const fraction = ms === 0 ? '' : `.${pad(ms, 3)}`;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}Z`;
}

/** Days to a civil date: the algorithm of Howard Hinnant, "chrono-compatible low-level date algorithms". */
export function utcOf(
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
