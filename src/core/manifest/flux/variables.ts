import { isVariableName, type Variables, variableValue } from '../substitute/substitute.ts';
import type { PostBuild } from './flux-kustomization.ts';

/** The variables for one build. */
export interface VariableScope {
  readonly values: Variables;
  /** Whether Flux would replace at all: with no variable it does not. */
  readonly isActive: boolean;
  /** Whether all sources could be read. If not, a name without a value may have one in the cluster. */
  readonly isComplete: boolean;
}

/** The entries of a ConfigMap, and whether all are known. */
export interface ConfigMapEntries {
  readonly entries: ReadonlyMap<string, string>;
  readonly isComplete: boolean;
}

/** Finds a ConfigMap by its name. Undefined: no file has it. */
export type ConfigMapFinder = (name: string) => ConfigMapEntries | undefined;

/**
 * Collects the variables of a `postBuild`: later sources beat earlier ones, inline values beat sources, and values
 * that the user gives beat all (fluxcd/pkg `kustomize_varsub.go`, `LoadVariables`). Secrets are never read.
 */
export function scopeOf(
  postBuild: PostBuild | undefined,
  find: ConfigMapFinder,
  given: Readonly<Record<string, string>>,
): VariableScope {
  const values = new Map<string, string>();
  // Without a `postBuild` it is the user alone who gives values.
  let isComplete = postBuild !== undefined;
  for (const { kind, name } of postBuild?.from ?? []) {
    const found = kind === 'ConfigMap' ? find(name) : undefined;
    if (found?.isComplete !== true) isComplete = false;
    for (const [key, value] of found?.entries ?? []) addValue(values, key, value);
  }
  for (const [key, value] of Object.entries(postBuild?.values ?? {})) addValue(values, key, value);
  for (const [key, value] of Object.entries(given)) addValue(values, key, value);
  const hasSource = postBuild !== undefined && !isComplete;
  return { values, isActive: values.size > 0 || hasSource || postBuild?.always === true, isComplete };
}

function addValue(values: Map<string, string>, key: string, value: string): void {
  if (isVariableName(key)) values.set(key, variableValue(value));
}

/** All that any build uses, for objects of which it is not known which build they belong to. */
export function poolOf(all: readonly PostBuild[]): PostBuild | undefined {
  if (all.length === 0) return undefined;
  const sources = new Map<string, PostBuild['from'][number]>();
  for (const { from } of all) for (const source of from) sources.set(`${source.kind}/${source.name}`, source);
  return { values: {}, from: [...sources.values()], always: all.some(({ always }) => always) };
}

/**
 * Reads an env file as kustomize does (`api/kv/kv.go`): `NAME=value` lines, blank lines and `#` comments skipped,
 * nothing unquoted. A name alone has an empty value.
 */
export function readEnvFile(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const trimmed = line.replace(/\r$/, '').trimStart();
    const equals = trimmed.indexOf('=');
    if (trimmed === '' || trimmed.startsWith('#') || equals === 0) continue;
    if (equals === -1) entries.set(trimmed, '');
    else entries.set(trimmed.slice(0, equals), trimmed.slice(equals + 1));
  }
  return entries;
}

/** Reads one of `literals`: `NAME=value`, with quotes around the value removed (kustomize `kv.go`). */
export function readLiteral(literal: string): readonly [string, string] | undefined {
  const equals = literal.indexOf('=');
  if (equals < 1) return undefined;
  const value = literal.slice(equals + 1);
  const quote = value[0];
  const isQuoted = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return [literal.slice(0, equals), isQuoted ? value.slice(1, -1) : value];
}
