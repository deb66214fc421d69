import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PropolisError } from '../../core/model/errors.ts';
import type { Problem, SourceFile } from '../../core/model/repository.ts';
import type { RepositoryFiles } from '../../core/ports/repository.ts';

export interface WalkOptions {
  /** How many files are read at most. */
  readonly maxFiles?: number;
  /** In bytes; a larger file is left out and reported. */
  readonly maxFileSize?: number;
}

/** A directory on disk. */
export interface WalkedFiles extends RepositoryFiles {
  /** What could not be read by the last call of `files`: unreadable, too large, or a link out of the root. */
  skipped(): readonly Problem[];
}

const MAX_FILES = 50_000;
const MAX_FILE_SIZE = 8 * 1024 * 1024;
const NAMES = /(?:\.ya?ml|\.json|\.env|(?:^|\/)Kustomization)$/;
/** Not blocking the process for longer than this many files. */
const BATCH = 500;

/**
 * Reads all YAML, JSON and `.env` files below a directory, or one file of any name. Directories whose names begin with
 * a dot, and `node_modules`, are left out. Links are followed only where they stay within the root.
 *
 * @throws PropolisError `not-found`, `not-readable` or `too-many-files`, when the files are asked for
 */
export function repositoryFiles(root: string, options: WalkOptions = {}): WalkedFiles {
  let problems: readonly Problem[] = [];
  return {
    async files() {
      const walk = beginWalk(root, options);
      const paths = findFiles(walk);
      const files: SourceFile[] = [];
      for (const [i, path] of paths.entries()) {
        if (i % BATCH === BATCH - 1) await setImmediate();
        const text = readText(walk, path);
        if (text !== undefined) files.push({ path, text });
      }
      problems = walk.problems;
      return files;
    },
    skipped: () => problems,
  };
}

/** A stream that was read to its end, as the one file that it is. */
export function streamFile(text: string): SourceFile {
  return { path: '<stdin>', text };
}

interface Walk {
  /** Without links in it. */
  readonly root: string;
  /** The only file, where the root is one. */
  readonly only: string | undefined;
  readonly maxFiles: number;
  readonly maxFileSize: number;
  readonly problems: Problem[];
}

function beginWalk(root: string, { maxFiles = MAX_FILES, maxFileSize = MAX_FILE_SIZE }: WalkOptions): Walk {
  try {
    const real = realpathSync(root);
    const stat = statSync(real);
    if (!stat.isDirectory() && !stat.isFile() && !stat.isFIFO())
      throw new Error('neither a file nor a directory');
    const only = stat.isDirectory() ? undefined : basename(real);
    return { root: only === undefined ? real : dirname(real), only, maxFiles, maxFileSize, problems: [] };
  } catch (cause) {
    const isMissing = codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR';
    throw new PropolisError(isMissing ? 'not-found' : 'not-readable', {
      value: root,
      expected: 'a directory or a file',
    });
  }
}

/** Paths relative to the root, with `/`, sorted by their characters' codes. */
function findFiles(walk: Walk): readonly string[] {
  if (walk.only !== undefined) return [walk.only];
  const paths: string[] = [];
  visit(walk, '', [walk.root], paths);
  return paths.sort();
}

/** @param above the real paths of the directory and of all that lead to it, which a link must not repeat */
function visit(walk: Walk, directory: string, above: readonly string[], paths: string[]): void {
  for (const entry of listDirectory(walk, directory)) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const isHidden = entry.name.startsWith('.') || entry.name === 'node_modules';
    const target = entry.isSymbolicLink() ? followLink(walk, path) : targetOf(entry, above);
    if (target?.kind === 'directory' && !isHidden && !above.includes(target.real)) {
      visit(walk, path, [...above, target.real], paths);
    } else if (target?.kind === 'file' && NAMES.test(entry.name)) {
      paths.push(path);
      if (paths.length > walk.maxFiles) throw tooMany(walk);
    }
  }
}

interface Target {
  readonly kind: 'file' | 'directory';
  readonly real: string;
}

function targetOf(entry: Dirent, above: readonly string[]): Target | undefined {
  const real = join(above.at(-1) ?? '', entry.name);
  if (entry.isFile()) return { kind: 'file', real };
  return entry.isDirectory() ? { kind: 'directory', real } : undefined;
}

/** What a link leads to; nothing, where that is outside of the root. */
function followLink(walk: Walk, path: string): Target | undefined {
  try {
    const real = realpathSync(join(walk.root, path));
    if (!real.startsWith(walk.root.endsWith(sep) ? walk.root : walk.root + sep)) {
      if (NAMES.test(path)) report(walk, path, 'unreadable-file', 'a link out of the directory');
      return undefined;
    }
    const stat = statSync(real);
    if (stat.isDirectory()) return { kind: 'directory', real };
    return stat.isFile() ? { kind: 'file', real } : undefined;
  } catch (error) {
    if (NAMES.test(path)) report(walk, path, 'unreadable-file', codeOf(error));
    return undefined;
  }
}

function tooMany({ root, maxFiles }: Walk): PropolisError {
  return new PropolisError('too-many-files', { value: root, expected: `at most ${maxFiles} files` });
}

function listDirectory(walk: Walk, directory: string): readonly Dirent[] {
  try {
    return readdirSync(join(walk.root, directory), { withFileTypes: true });
  } catch (error) {
    report(walk, directory === '' ? '.' : directory, 'unreadable-file', codeOf(error));
    return [];
  }
}

function readText(walk: Walk, path: string): string | undefined {
  try {
    const file = join(walk.root, path);
    const { size } = statSync(file);
    if (size > walk.maxFileSize) {
      report(walk, path, 'over-limit', `${size} bytes`, `at most ${walk.maxFileSize} bytes`);
      return undefined;
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    report(walk, path, 'unreadable-file', codeOf(error));
    return undefined;
  }
}

function report(
  walk: Walk,
  path: string,
  code: 'unreadable-file' | 'over-limit',
  value: string,
  expected = '',
): void {
  walk.problems.push({ code, place: { file: path, line: 1, column: 1 }, field: '', value, expected });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
