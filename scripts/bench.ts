// npm run bench [-- NAME …]: every file of bench/, or the named ones, each in a process of its own.
import { join } from 'node:path';
import { machineLine } from '../bench/lib/machine.ts';
import { listFiles, ROOT } from './lib/files.ts';
import { runHere } from './lib/tool.ts';

const names = process.argv.slice(2);
const known = listFiles(ROOT, ['bench'])
  .filter((path) => /^bench\/[^/]+\.ts$/.test(path) && !path.endsWith('.test.ts'))
  .map((path) => path.slice('bench/'.length, -'.ts'.length));
const unknown = names.filter((name) => !known.includes(name));
if (known.length === 0 || unknown.length > 0) {
  const there = known.length === 0 ? 'none' : known.join(', ');
  process.stderr.write(`No benchmark is called "${unknown.join('", "')}". There are: ${there}.\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`machine: ${machineLine()}\n`);
  for (const name of names.length === 0 ? known : names) {
    process.stdout.write(`\n${name}\n`);
    const code = await runHere(ROOT, process.execPath, [join('bench', `${name}.ts`)]);
    if (code !== 0) process.exitCode = 1;
  }
}
