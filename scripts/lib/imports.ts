import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { GENERATED_FOLDER } from './files.ts';
import { IMPORT_RULES, type ImportRule, PROCESS_FILE, PROCESS_PARTS, TEST_RULE } from './import-rules.ts';
import { type ModuleRequest, readModuleSyntax } from './module-syntax.ts';

export interface ModuleText {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What package.json declares. */
export interface DeclaredPackages {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

export interface ImportFinding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Checks each module against {@link IMPORT_RULES}. A module that no rule covers is a finding too. */
export function checkImports(
  modules: readonly ModuleText[],
  declared: DeclaredPackages,
): readonly ImportFinding[] {
  return modules.flatMap((module) => checkModule(module, declared));
}

function checkModule({ path, text }: ModuleText, declared: DeclaredPackages): readonly ImportFinding[] {
  const rule = ruleFor(path);
  if (rule === undefined) {
    return [
      { path, line: 1, message: 'no rule says what this file may import (scripts/lib/import-rules.ts)' },
    ];
  }
  const { requests, processParts, error } = readModuleSyntax(path, text);
  if (error !== undefined) return [{ path, line: 1, message: `cannot be parsed: ${error}` }];
  const findings: ImportFinding[] = [];
  for (const request of requests) {
    const message = whatIsWrong(path, rule, request, declared);
    if (message !== undefined) findings.push({ path, line: request.line, message });
  }
  for (const { part, line } of processParts) {
    if (rule.published && path !== PROCESS_FILE && PROCESS_PARTS.includes(part)) {
      findings.push({ path, line, message: `only ${PROCESS_FILE} may touch process.${part}` });
    }
  }
  return findings;
}

function ruleFor(path: string): ImportRule | undefined {
  if (path.endsWith('.test.ts')) return TEST_RULE;
  return IMPORT_RULES.filter(({ from }) => isWithin(path, from)).sort(
    (a, b) => b.from.length - a.from.length,
  )[0];
}

function whatIsWrong(
  path: string,
  rule: ImportRule,
  { specifier }: ModuleRequest,
  declared: DeclaredPackages,
): string | undefined {
  if (specifier === undefined) {
    return rule.published ? 'imports a computed name, which no gate can follow' : undefined;
  }
  if (specifier.startsWith('.')) return wrongPath(path, rule, specifier);
  if (specifier.startsWith('node:') || isBuiltin(specifier)) return wrongBuiltin(rule, specifier);
  return wrongPackage(rule, packageOf(specifier), declared);
}

function wrongPath(path: string, rule: ImportRule, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  const endings = isWithin(target, GENERATED_FOLDER) ? /\.js$/ : /\.(?:ts|mjs|json)$/;
  if (!endings.test(specifier)) return `${specifier} must end in ${ending(target)}, as the file does`;
  if ([rule.from, ...rule.to].some((folder) => isWithin(target, folder))) {
    return target.endsWith('.test.ts') ? `imports a test: ${target}` : undefined;
  }
  const allowed = rule.to.length === 0 ? 'nothing outside itself' : `only ${rule.to.join(', ')}`;
  return `${rule.from} may import ${allowed}; this is ${target}`;
}

function ending(target: string): string {
  return isWithin(target, GENERATED_FOLDER) ? '.js' : '.ts';
}

function wrongBuiltin(rule: ImportRule, specifier: string): string | undefined {
  if (!rule.node) return `${rule.from} runs in a browser and may not import ${specifier}`;
  return specifier.startsWith('node:') ? undefined : `write node:${specifier}`;
}

function wrongPackage(rule: ImportRule, name: string, declared: DeclaredPackages): string | undefined {
  if (name === declared.name && !rule.published) return undefined;
  const isInstalled = rule.published && rule.bundled !== true;
  const known = isInstalled ? declared.dependencies : [...declared.dependencies, ...declared.devDependencies];
  if (!known.includes(name)) {
    const where = isInstalled ? 'dependencies' : 'dependencies or devDependencies';
    return `${name} is not among the ${where} of package.json`;
  }
  if (rule.packages === 'any' || rule.packages.includes(name)) return undefined;
  const allowed = rule.packages.length === 0 ? 'no package' : `only ${rule.packages.join(', ')}`;
  return `${rule.from} may import ${allowed}; this is ${name}`;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
