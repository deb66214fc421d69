/** A point in time, since no double holds milliseconds and nanoseconds. */
export interface Instant {
  /** Whole milliseconds since 1970. */
  readonly ms: number;
  /** The 0 to 999,999 nanoseconds after them. */
  readonly ns: number;
}
