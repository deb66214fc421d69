// Writes docs/lint/<rule>.md and the table of docs/lint/README.md from the rules.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lintPages, withTable } from './lib/lint-docs.ts';

const folder = fileURLToPath(new URL('../docs/lint/', import.meta.url));
const pages = lintPages();
for (const name of readdirSync(folder)) {
  if (name !== 'README.md' && !pages.has(name)) rmSync(join(folder, name));
}
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
const readme = join(folder, 'README.md');
writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
