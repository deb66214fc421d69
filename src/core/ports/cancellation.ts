/** What the core knows of an AbortSignal, which its own compiler options cannot name. */
export interface Cancellation {
  readonly aborted: boolean;
  /** A source that waits is woken by it. Absent: it looks at `aborted` between batches. */
  readonly addEventListener?: (type: 'abort', listener: () => void, options?: { once?: boolean }) => void;
  readonly removeEventListener?: (type: 'abort', listener: () => void) => void;
}
