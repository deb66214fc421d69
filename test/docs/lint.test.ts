import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lintPages, withTable } from '../../scripts/lib/lint-docs.ts';

const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'docs', 'lint');
const pages = lintPages();

describe('docs/lint, which scripts/generate-lint-docs.ts makes', () => {
  it('has a page for each rule, and no other', () => {
    const found = readdirSync(FOLDER).filter((name) => name !== 'README.md');
    expect(found.sort()).toEqual([...pages.keys()].sort());
  });

  it.each([...pages])('%s is what the rule says today', (name, text) => {
    expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
  });

  it('has a table of the rules of today', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    expect(withTable(readme)).toBe(readme);
  });

  it('links to pages that are there', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([a-z0-9-]+\.md)\)/g)].map(([, name = '']) => name);
    expect(links.filter((name) => !pages.has(name))).toEqual([]);
  });
});
