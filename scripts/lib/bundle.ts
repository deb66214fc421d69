import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { type OutputChunk, type RolldownLog, rolldown } from 'rolldown';
import { collectLicences } from './licences.ts';

export interface CoreBundle {
  readonly code: string;
  /** The variable that holds the exports. */
  readonly globalName: string;
  readonly modules: number;
  /** Everything that rolldown warned of, and what is left to import. Must be empty. */
  readonly problems: readonly string[];
}

/** Bundles src/core/index.ts as a browser would get it. */
export async function bundleCore(root: string): Promise<CoreBundle> {
  const globalName = 'propolis';
  const { chunks, problems } = await bundle(root, 'src/core/index.ts', {
    platform: 'browser',
    format: 'iife',
    name: globalName,
  });
  return {
    code: chunks.map(({ code }) => code).join('\n'),
    globalName,
    modules: chunks.reduce((sum, { moduleIds }) => sum + moduleIds.length, 0),
    problems: [
      ...problems,
      ...chunks.flatMap(({ imports }) => imports.map((name) => `Left to import: ${name}`)),
    ],
  };
}

/** The command: an entry, and a chunk for each part that is loaded when it is needed. */
export interface BinBundle {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly problems: readonly string[];
}

export const BIN_ENTRY = 'src/cli/main.ts';
export const BIN_NAME = 'propolis.js';

/** Bundles the command for Node, with its packages inside, so that an installed command has nothing to resolve. */
export async function bundleBin(root: string): Promise<BinBundle> {
  const { chunks, problems } = await bundle(root, BIN_ENTRY, { platform: 'node', format: 'esm' });
  const licences = collectLicences(chunks.flatMap(({ moduleIds }) => moduleIds));
  const modules = chunks.map(({ fileName, code, isEntry }) => ({
    name: fileName,
    text: isEntry ? withShebang(code) : code,
  }));
  return {
    files: [{ name: 'licences.txt', text: licences.text }, ...modules],
    problems: [...problems, ...licences.problems, ...chunks.flatMap(foreignImports)],
  };
}

function withShebang(code: string): string {
  return code.startsWith('#!') ? code : `#!/usr/bin/env node\n${code}`;
}

function foreignImports({ fileName, imports, dynamicImports }: OutputChunk): readonly string[] {
  return (
    [...imports, ...dynamicImports]
      // Older packages name Node's own modules without `node:`.
      .filter((name) => !isBuiltin(name) && !name.startsWith('chunks/') && name !== BIN_NAME)
      .map((name) => `${fileName} is left to import ${name}, which an installed command cannot resolve`)
  );
}

interface BundleShape {
  readonly platform: 'node' | 'browser';
  readonly format: 'esm' | 'iife';
  readonly name?: string;
}

async function bundle(root: string, entry: string, { platform, format, name }: BundleShape) {
  if (!existsSync(join(root, entry))) return { chunks: [], problems: [`${entry} is missing.`] };
  const problems: string[] = [];
  const build = await rolldown({
    input: { propolis: join(root, entry) },
    cwd: root,
    platform,
    onLog(level, log: RolldownLog) {
      if (level !== 'debug' && level !== 'info') problems.push(log.message);
    },
  });
  try {
    const { output } = await build.generate({
      format,
      ...(name === undefined ? {} : { name }),
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
      sourcemap: false,
      entryFileNames: BIN_NAME,
      chunkFileNames: 'chunks/[name]-[hash].js',
    });
    return { chunks: output.filter((file) => file.type === 'chunk'), problems };
  } catch (error) {
    return { chunks: [], problems: [...problems, error instanceof Error ? error.message : String(error)] };
  } finally {
    await build.close();
  }
}
