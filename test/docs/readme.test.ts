import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every `$ propolis …` block of a document, with what it shows beneath. */
function examplesIn(file: string): readonly { readonly command: string; readonly shown: string }[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^```console\n\$ propolis (.*)\n([^]*?)^```$/gm)].map(
    ([, command = '', shown = '']) => ({ command, shown }),
  );
}

describe.each(['README.md'])('%s', (file) => {
  const examples = examplesIn(file);

  it('shows at least one real output', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)('shows what `propolis $command` prints', async ({ command, shown }) => {
    let out = '';
    await run(command.split(' '), {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        throw new Error(text);
      },
      cwd: ROOT,
      env: {},
      columns: undefined,
      stdin: Readable.from([]),
    });
    expect(out).toBe(shown);
  });
});
