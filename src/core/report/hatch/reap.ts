import type { OpenHatch } from '../../cluster/hatch.ts';
import { printable } from '../printable.ts';
import { duration } from '../units.ts';

/** What became of a namespace that is past its time. */
export type Reaped =
  | { readonly kind: 'closed' }
  | { readonly kind: 'would-close' }
  /** Somebody set a new end, or closed it, since it was read. */
  | { readonly kind: 'changed-meanwhile' }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string };

/** One line for the log of the job. */
export function reapedText({ namespace, untilMs = 0 }: OpenHatch, outcome: Reaped, nowMs: number): string {
  const name = printable(namespace);
  const late = `its time was over ${duration(nowMs - untilMs)} ago`;
  switch (outcome.kind) {
    case 'closed':
      return `${name} is closed: ${late}.`;
    case 'would-close':
      return `${name} would be closed: ${late}.`;
    case 'changed-meanwhile':
      return `${name} is left alone: it was changed meanwhile, and is not past its time now.`;
    case 'failed':
      return `${name} stays open: ${outcome.message}${outcome.remedy === '' ? '' : `\n  ${outcome.remedy}`}`;
  }
}

/** One without an end is never past its time; people are told, and close it themselves. */
export function endlessText({ namespace, by }: OpenHatch): string {
  const name = printable(namespace);
  const who = by === '' ? '' : ` by ${printable(by)}`;
  return `${name} is open${who} without an end, so it is left open. To close it: propolis hatch close ${name}`;
}
