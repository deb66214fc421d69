import { jsonText, yamlText } from './data-text.ts';
import type { Io } from './io.ts';

/** Data in the format that was asked for. */
export async function printData(data: unknown, output: 'json' | 'yaml', io: Io): Promise<void> {
  switch (output) {
    case 'json':
      io.out(jsonText(data));
      return;
    case 'yaml':
      io.out(await yamlText(data));
  }
}
