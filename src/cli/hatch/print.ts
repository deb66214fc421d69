import type { HatchLine } from '../../core/report/hatch/status.ts';
import { textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import type { HatchOptions } from './target.ts';

/** Prints open namespaces in the format that was asked for. */
export async function printHatches(
  lines: readonly HatchLine[],
  { output, color }: Pick<HatchOptions, 'output' | 'color'>,
  io: Io,
): Promise<void> {
  const { hatchStatusJson, hatchStatusText } = await import('../../core/report/hatch/status.ts');
  const nowMs = nowOf(io);
  switch (output) {
    case 'table':
      io.out(hatchStatusText(lines, { ...(await textOptions(color, io)), nowMs }));
      return;
    case 'json':
      io.out(`${JSON.stringify(hatchStatusJson(lines, nowMs), null, 2)}\n`);
      return;
    case 'yaml':
      io.out((await import('yaml')).stringify(hatchStatusJson(lines, nowMs)));
  }
}

/** One namespace, as data; people have been told on standard error already. */
export async function printHatch(
  line: Pick<HatchLine, 'hatch' | 'reverting'>,
  options: Pick<HatchOptions, 'output' | 'color'>,
  io: Io,
): Promise<void> {
  if (options.output === 'table') return;
  const { isOverdue } = await import('../../core/cluster/hatch.ts');
  await printHatches([{ ...line, isOverdue: isOverdue(line.hatch, nowOf(io)) }], options, io);
}
