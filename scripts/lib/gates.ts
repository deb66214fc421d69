import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { bundleCore, type CoreBundle } from './bundle.ts';
import { compileProjects } from './compile.ts';
import { CODE_FOLDERS, GENERATED_FOLDER, listFiles } from './files.ts';
import type { Gate, GateResult } from './gate.ts';
import { checkImports, type DeclaredPackages } from './imports.ts';
import { runTool, type ToolRun } from './tool.ts';

/** Format and order of imports (Biome). `npm run format` puts both right. */
const format: Gate = {
  name: 'format',
  async run(root) {
    const done = await runTool(root, 'biome', ['check', '--error-on-warnings', '--max-diagnostics=40', '.']);
    return judge(done, /Checked (?<count>\d+) files?/, 'files');
  },
};

/** Rules of .oxlintrc.json, with types. */
const lint: Gate = {
  name: 'lint',
  async run(root) {
    const done = await runTool(root, 'oxlint', [
      '--type-aware',
      '--deny-warnings',
      '--report-unused-disable-directives',
    ]);
    return judge(done, /on (?<count>\d+) files? with (?<rules>\d+) rules/, 'files');
  },
};

/**
 * The compiler, twice: the published projects, where the core has neither Node nor a browser in its types, and then
 * everything that is TypeScript, tests and scripts too. A file that neither looked at is a fault.
 */
const types: Gate = {
  name: 'types',
  async run(root) {
    const borders = await compileProjects(root);
    const all = await runTool(root, 'tsc', ['-p', 'tsconfig.json', '--listFiles']);
    const files = listFiles(root, CODE_FOLDERS);
    const listed = new Set(all.output.split('\n').map((line) => line.trim().replaceAll('\\', '/')));
    const base = root.replaceAll('\\', '/').replace(/\/$/, '');
    const unseen = files.filter((path) => !listed.has(`${base}/${path}`));
    const unbuilt =
      borders.code === 0
        ? files.filter((path) => isPublished(path) && !existsSync(join(root, builtPath(path))))
        : [];
    const halves = files.filter((path) => isGenerated(path) && !existsSync(join(root, generatedCode(path))));
    const published = files.filter(isPublished).length;
    return {
      ok:
        borders.code === 0 &&
        all.code === 0 &&
        unseen.length + unbuilt.length + halves.length === 0 &&
        published > 0,
      looked: `${published} modules within the borders, ${files.length - unseen.length} files in all`,
      output: [
        borders.output,
        all.code === 0 ? '' : withoutListing(all.output),
        ...unseen.map((path) => `${path}: no tsconfig includes it\n`),
        ...unbuilt.map(
          (path) => `${path}: neither src/core/tsconfig.json nor src/tsconfig.json includes it\n`,
        ),
        ...halves.map((path) => `${path}: there is no ${generatedCode(path)} that it describes\n`),
      ].join(''),
    };
  },
};

function isPublished(path: string): boolean {
  return path.startsWith('src/') && !path.endsWith('.test.ts') && !isGenerated(path);
}

/** Types of generated code. Declarations anywhere else are a fault: nothing would build them. */
function isGenerated(path: string): boolean {
  return path.startsWith(`${GENERATED_FOLDER}/`) && path.endsWith('.d.ts');
}

function generatedCode(path: string): string {
  return path.replace(/\.d\.ts$/, '.js');
}

/** Where the compiler puts a module of `src`. */
function builtPath(path: string): string {
  return path.replace(/^src\//, 'dist/lib/').replace(/\.ts$/, '.js');
}

/** `--listFiles` prints absolute paths among the errors. */
function withoutListing(output: string): string {
  return output.replace(/^(?:\/|[A-Za-z]:\/).*\.(?:[mc]?[jt]s|json)\r?\n/gm, '');
}

/** Directions of imports, and packages that package.json does not declare. */
const imports: Gate = {
  name: 'imports',
  async run(root) {
    const paths = [...listFiles(root, CODE_FOLDERS), ...listFiles(root, [GENERATED_FOLDER], '.js')];
    const modules = paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
    const findings = checkImports(modules, readDeclared(root));
    return {
      ok: findings.length === 0 && modules.length > 0,
      looked: `${modules.length} modules, ${findings.length} wrong`,
      output: findings.map(({ path, line, message }) => `${path}:${line}: ${message}\n`).join(''),
    };
  },
};

export function readDeclared(root: string): DeclaredPackages {
  const { name, dependencies, devDependencies } = readManifest(root);
  return {
    name,
    dependencies: Object.keys(dependencies ?? {}),
    devDependencies: Object.keys(devDependencies ?? {}),
  };
}

export function readVersion(root: string): string {
  return readManifest(root).version;
}

interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function readManifest(root: string): PackageManifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageManifest;
}

/** The core as one script for a browser, loaded where there is nothing but the language. */
const browser: Gate = {
  name: 'browser',
  async run(root) {
    const bundle = await bundleCore(root);
    const problems = [...bundle.problems, ...(bundle.problems.length === 0 ? loadBare(bundle) : [])];
    return {
      ok: problems.length === 0,
      looked: `${bundle.modules} modules in ${Math.round(bundle.code.length / 1000)} kB`,
      output: problems.join('\n'),
    };
  },
};

function loadBare({ code, globalName }: CoreBundle): readonly string[] {
  // A bundle without exports makes no variable at all.
  const count = `typeof ${globalName} === 'object' ? Object.keys(${globalName}).length : 0`;
  const nothing: object = { __proto__: null };
  try {
    const exported: unknown = runInNewContext(`${code};${count}`, nothing, { timeout: 10_000 });
    return typeof exported === 'number' && exported > 0 ? [] : ['The core exports nothing.'];
  } catch (error) {
    return [`The core does not load without a host: ${String(error)}`];
  }
}

/** A tool whose count cannot be read has not shown that it looked. */
function judge({ code, output }: ToolRun, counted: RegExp, noun: string): GateResult {
  const count = Number(counted.exec(output)?.groups?.['count'] ?? 0);
  return { ok: code === 0 && count > 0, looked: count === 0 ? 'nothing' : `${count} ${noun}`, output };
}

export const GATES: readonly Gate[] = [format, lint, types, imports, browser];
