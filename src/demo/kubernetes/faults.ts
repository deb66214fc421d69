import type { Attributes } from './access.ts';

/** What goes wrong with a request, so that tests see what a client makes of it. */
export type FaultEffect =
  /** The answer comes late. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The connection ends after so many bytes of the answer; at once where none are given. */
  | { readonly kind: 'cut'; readonly afterBytes?: number }
  /** An answer with this code: 401, 403, 429, 500, 503. */
  | {
      readonly kind: 'refuse';
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** Something that is no JSON. In a watch, one line of it, and then it goes on. */
  | { readonly kind: 'garbage' }
  /** No answer at all, until the client gives up. */
  | { readonly kind: 'hang' }
  /** Of a watch: what it asks for is too old, told in the stream or as the answer's code. */
  | { readonly kind: 'expired'; readonly as: 'event' | 'code' };

export interface Fault {
  /** A path begins with it. Absent: any. */
  readonly path?: string;
  /** A kind's plural. Absent: any. */
  readonly resource?: string;
  /** `list`, `watch`, `get`, … Absent: any. */
  readonly verb?: string;
  readonly effect: FaultEffect;
  /** How often it happens. Absent: until it is taken back. */
  readonly times?: number;
}

/** The faults that are on. */
export interface Faults {
  /** @returns takes it back */
  inject(fault: Fault): () => void;
  /** The first that is meant for a request; counts it. */
  next(path: string, attributes: Attributes): FaultEffect | undefined;
}

export function createFaults(): Faults {
  const left = new Map<Fault, number>();
  return {
    inject(given) {
      // The same fault may be injected twice.
      const fault = { ...given };
      left.set(fault, fault.times ?? Number.POSITIVE_INFINITY);
      return () => left.delete(fault);
    },
    next(path, attributes) {
      for (const [fault, times] of left) {
        if (!isMeant(fault, path, attributes)) continue;
        if (times <= 1) left.delete(fault);
        else left.set(fault, times - 1);
        return fault.effect;
      }
      return undefined;
    },
  };
}

function isMeant(fault: Fault, path: string, attributes: Attributes): boolean {
  if (fault.path !== undefined && !path.startsWith(fault.path)) return false;
  if (fault.verb !== undefined && fault.verb !== attributes.verb) return false;
  return (
    fault.resource === undefined || (attributes.kind === 'resource' && fault.resource === attributes.resource)
  );
}

/** What a proxy says in place of an answer. */
export const GARBAGE = '<html><body>502 Bad Gateway</body></html>\n';
