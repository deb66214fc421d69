import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/files.ts';

/** `import … from 'x'` and `export … from 'x'` that are there at run time; types are not. */
const STATIC = /^(?:import|export) (?!type )(?:[^'";]*? from )?'([^']+)';/gm;

/** Packages that a module loads with itself, and by which modules. */
function packagesOf(entry: string): ReadonlyMap<string, string> {
  const seen = new Set<string>();
  const found = new Map<string, string>();
  const todo = [join(ROOT, entry)];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(STATIC)) {
      if (name.startsWith('.')) todo.push(join(dirname(file), name));
      else if (!name.startsWith('node:')) found.set(name, file);
    }
  }
  return found;
}

describe('a start', () => {
  it('reads options with nothing loaded that only some verbs need', () => {
    expect([...packagesOf('src/cli/run.ts').keys()]).toEqual(['commander']);
  });

  it('says its version with nothing loaded at all', () => {
    expect([...packagesOf('src/cli/main.ts').keys()]).toEqual([]);
  });

  it.each(['client', 'settings'])('reaches Hubble by %s without a client of Kubernetes', (name) => {
    const packages = [...packagesOf(`src/adapters/hubble/${name}.ts`).keys()];
    expect(packages.filter((one) => one.includes('kubernetes'))).toEqual([]);
  });
});
