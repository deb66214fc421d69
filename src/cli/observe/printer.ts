import type { FlowDecision } from '../../core/diagnose/index.ts';
import type { EventsLost, FlowSeen } from '../../core/flow/event.ts';
import {
  CSV_HEADER,
  compactLine,
  csvFlow,
  csvLost,
  dictText,
  EdgeTable,
  jsonLine,
  type LineOptions,
  lostDict,
  lostLine,
} from '../../core/report/observe/index.ts';
import { type Io, nowOf, widthOf } from '../io.ts';

export type ObserveOutput = 'compact' | 'dict' | 'json' | 'jsonpb' | 'csv' | 'table';

/** How events reach standard output. */
export interface EventPrinter {
  flow(event: FlowSeen, decision: FlowDecision | undefined): void;
  lost(event: EventsLost): void;
  /** Writes what is held back, and waits until it is taken. */
  flush(): Promise<void>;
  /** Says that nothing follows. */
  finish(): Promise<void>;
}

export function eventPrinter(
  output: ObserveOutput,
  options: LineOptions & { readonly isFollowed: boolean },
  io: Io,
): EventPrinter {
  switch (output) {
    case 'compact':
      return new TextPrinter(io, {
        flow: (event, decision) => compactLine(event, decision, options),
        lost: (event) => lostLine(event, options),
      });
    case 'dict': {
      let isFirst = true;
      const first = (): boolean => {
        const was = isFirst;
        isFirst = false;
        return was;
      };
      return new TextPrinter(io, {
        flow: (event, decision) => dictText(event, decision, { ...options, isFirst: first() }),
        lost: (event) => lostDict(event, { ...options, isFirst: first() }),
      });
    }
    case 'json':
    case 'jsonpb':
      return new TextPrinter(io, {
        flow: (event, decision) => jsonLine(event, decision),
        lost: (event) => jsonLine(event, undefined),
      });
    case 'csv':
      return new TextPrinter(io, { flow: csvFlow, lost: csvLost }, CSV_HEADER);
    case 'table':
      return new TablePrinter(io, options);
  }
}

interface Texts {
  readonly flow: (event: FlowSeen, decision: FlowDecision | undefined) => string;
  readonly lost: (event: EventsLost) => string;
}

/** Text of one event behind the other. */
class TextPrinter implements EventPrinter {
  readonly #io: Io;
  readonly #texts: Texts;
  #text: string;

  constructor(io: Io, texts: Texts, head = '') {
    this.#io = io;
    this.#texts = texts;
    this.#text = head;
  }

  flow(event: FlowSeen, decision: FlowDecision | undefined): void {
    this.#text += this.#texts.flow(event, decision);
  }

  lost(event: EventsLost): void {
    this.#text += this.#texts.lost(event);
  }

  async flush(): Promise<void> {
    if (this.#text === '') return;
    this.#io.out(this.#text);
    this.#text = '';
    await this.#io.drained?.();
  }

  finish(): Promise<void> {
    return this.flush();
  }
}

/** Edges, drawn again and again in the same place on a terminal; else once, at the end. */
class TablePrinter implements EventPrinter {
  readonly #io: Io;
  readonly #options: LineOptions & { readonly isFollowed: boolean };
  readonly #table = new EdgeTable();
  #drawn = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(io: Io, options: LineOptions & { readonly isFollowed: boolean }) {
    this.#io = io;
    this.#options = options;
  }

  flow(event: FlowSeen, decision: FlowDecision | undefined): void {
    this.#table.add(event.flow, decision);
  }

  lost(): void {
    // Counted, and told at the end.
  }

  async flush(): Promise<void> {
    if (!this.#options.isFollowed || this.#io.columns === undefined) return;
    const now = nowOf(this.#io);
    if (now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#draw(this.#screen);
    await this.#io.drained?.();
  }

  async finish(): Promise<void> {
    this.#draw(this.#drawn > 0 ? this.#screen : undefined);
    await this.#io.drained?.();
  }

  /** Lines that the terminal can hold above the cursor's: what has scrolled away cannot be drawn over. */
  get #screen(): number {
    return Math.max(LINES_MIN, Math.min(LINES_MAX, (this.#io.rows?.() ?? LINES_MAX + 1) - 1));
  }

  #draw(linesMax: number | undefined): void {
    const { paint } = this.#options;
    const lines = this.#table.lines({
      width: widthOf(this.#io),
      paint,
      ...(linesMax === undefined ? {} : { linesMax }),
    });
    // Up to the first line of the last drawing, and all below is gone.
    const back = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r\u001b[J` : '';
    this.#io.out(`${back}${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }
}

const REDRAW_MS = 500;
/** The table's head, one edge, and what is not shown. */
const LINES_MIN = 4;
/** So that the eye finds what changed; and what a terminal of usual size has. */
const LINES_MAX = 23;
