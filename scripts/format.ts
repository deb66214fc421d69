// npm run format: writes the format and the order of imports.
import { ROOT } from './lib/files.ts';
import { runToolHere } from './lib/tool.ts';

process.exitCode = await runToolHere(ROOT, 'biome', ['check', '--write', '.', ...process.argv.slice(2)]);
