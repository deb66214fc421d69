/** What a command may touch of the world: tests give their own. */
export interface Io {
  /** Data. */
  readonly out: (text: string) => void;
  /** Everything else. */
  readonly err: (text: string) => void;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal on standard output; absent where it is none. */
  readonly columns: number | undefined;
  /** Lines of that terminal, which people change while a command runs. */
  readonly rows?: () => number | undefined;
  readonly stdin: NodeJS.ReadableStream;
  /** Milliseconds since 1970, for `--since 5m`. Absent: the machine's clock. */
  readonly now?: () => number;
  /**
   * Asked for by commands that go on until they are interrupted (SIGINT, SIGTERM): from then on the signal tells
   * them, and they end by themselves. A second interruption ends the process. Absent: nobody interrupts.
   */
  readonly interruption?: () => AbortSignal;
  /** Resolves when standard output takes more. For commands that print without end. */
  readonly drained?: () => Promise<void>;
}

/** The time, in milliseconds since 1970. */
export function nowOf({ now }: Io): number {
  return now === undefined ? Date.now() : now();
}

export const COLOR_MODES = ['auto', 'always', 'never'] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

/** `--color` first, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
export function wantsColor(mode: ColorMode, { env, columns }: Io): boolean {
  switch (mode) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'auto':
      if ((env['NO_COLOR'] ?? '') !== '') return false;
      if (!['', '0', 'false'].includes(env['FORCE_COLOR'] ?? '')) return true;
      return columns !== undefined && env['TERM'] !== 'dumb';
  }
}

const WIDTH_MIN = 60;
const WIDTH_MAX = 120;

/** Lines are broken for the terminal, within reason; 80 columns where there is none. */
export function widthOf({ columns }: Io): number {
  return columns === undefined ? 80 : Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns));
}
