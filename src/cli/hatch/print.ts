import type { HatchLine } from '../../core/report/hatch/status.ts';
import { textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { printData } from '../print-data.ts';
import type { HatchOptions } from './target.ts';

/** Prints open namespaces in the format that was asked for; `asked` is the one that was named. */
export async function printHatches(
  lines: readonly HatchLine[],
  { output, color, asked }: Pick<HatchOptions, 'output' | 'color'> & { readonly asked?: string },
  io: Io,
): Promise<void> {
  const { hatchStatusJson, hatchStatusText } = await import('../../core/report/hatch/status.ts');
  const nowMs = nowOf(io);
  if (output !== 'table') {
    await printData(hatchStatusJson(lines, nowMs), output, io);
    return;
  }
  const layout = await textOptions(color, io);
  io.out(hatchStatusText(lines, { ...layout, nowMs, ...(asked === undefined ? {} : { asked }) }));
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
