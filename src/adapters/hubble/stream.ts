import type { ClientHttp2Session } from 'node:http2';
import type { FlowEvent } from '../../core/flow/event.ts';
import type { Flow } from '../../core/model/flow.ts';
import { Call, type CallOptions } from './call.ts';
import type { ResponseDecoder } from './decode-response.ts';
import type { Tally } from './tally.ts';
import { WireError } from './wire.ts';

/** So many events wait at most; then the server has to. */
const WAITING_MAX = 8192;

/** One answer to `GetFlows`: events in batches, each of what arrived since the last. */
export class FlowStream {
  private readonly call: Call;
  private readonly decoder: ResponseDecoder;
  private readonly tally: Tally;
  private readonly matches: ((flow: Flow) => boolean) | undefined;
  private waiting: FlowEvent[] = [];
  private wake: (() => void) | undefined;
  private isDone = false;

  constructor(
    session: ClientHttp2Session,
    options: Omit<CallOptions, 'method' | 'onBytes' | 'onMessage' | 'onArrived'>,
    reading: {
      readonly decoder: ResponseDecoder;
      readonly tally: Tally;
      /** Filters that the server may not know. */
      readonly matches: ((flow: Flow) => boolean) | undefined;
    },
  ) {
    this.decoder = reading.decoder;
    this.tally = reading.tally;
    this.matches = reading.matches;
    this.call = new Call(session, {
      ...options,
      method: 'GetFlows',
      onBytes: (bytes) => this.decoder.read(bytes),
      onMessage: (start, end) => this.onMessage(start, end),
      onArrived: () => this.onArrived(),
    });
    const finish = (): void => {
      this.isDone = true;
      this.wake?.();
    };
    this.call.done.then(finish, finish);
  }

  /** @throws {HubbleError} when the answer did not come to its end */
  async *batches(): AsyncGenerator<readonly FlowEvent[], void, void> {
    for (;;) {
      if (this.waiting.length > 0) {
        const batch = this.waiting;
        this.waiting = [];
        if (batch.length >= WAITING_MAX) this.call.resume();
        yield batch;
      } else if (this.isDone) {
        await this.call.done;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }

  cancel(): void {
    this.call.cancel();
  }

  private onMessage(start: number, end: number): void {
    let event: FlowEvent | undefined;
    try {
      event = this.decoder.event(start, end);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.tally.brokenMessage();
      return;
    }
    this.tally.message(event);
    if (event === undefined) return;
    if (event.kind === 'flow' && this.matches?.(event.flow) === false) return;
    this.waiting.push(event);
  }

  private onArrived(): void {
    this.tally.unknownValues(this.decoder.takeUnknown());
    if (this.waiting.length >= WAITING_MAX) this.call.pause();
    this.wake?.();
  }
}
