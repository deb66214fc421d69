import { type ConfigMapEntries, type ConfigMapFinder, readEnvFile, readLiteral } from '../flux/variables.ts';
import { type GeneratedConfigMap, type Kustomization, withoutKey } from '../kustomize/kustomization.ts';
import { baseName, resolvePath } from '../kustomize/paths.ts';
import { fieldAt, textAt, textMap } from '../yaml/fields.ts';
import type { FileIndex, IndexedDocument } from './index-files.ts';

/**
 * Finds ConfigMaps by name, in manifests and in `configMapGenerator`s, each looked up once. Of several with one
 * name the later entries win, as a generator's `behavior: merge` does.
 */
export function configMapFinder(
  index: FileIndex,
  kustomizations: readonly Kustomization[],
  isSelected: (path: string) => boolean,
): ConfigMapFinder {
  const known = new Map<string, ConfigMapEntries | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, find(name, index, kustomizations, isSelected));
    return known.get(name);
  };
}

function find(
  name: string,
  index: FileIndex,
  kustomizations: readonly Kustomization[],
  isSelected: (path: string) => boolean,
): ConfigMapEntries | undefined {
  const entries = new Map<string, string>();
  let isComplete = true;
  let isFound = false;
  for (const [path, file] of index.files) {
    if (!isSelected(path) || file.isInChart) continue;
    for (const document of file.documents) {
      const written = readWritten(name, file.source.text, document);
      if (written === undefined) continue;
      isFound = true;
      for (const [key, value] of Object.entries(written)) entries.set(key, value);
    }
  }
  for (const { directory, file, configMaps } of kustomizations) {
    if (!isSelected(file)) continue;
    for (const generated of configMaps.filter((candidate) => candidate.name === name)) {
      isFound = true;
      if (!addGenerated(entries, generated, directory, index)) isComplete = false;
    }
  }
  return isFound ? { entries, isComplete } : undefined;
}

function readWritten(
  name: string,
  text: string,
  { screening, range, parse }: IndexedDocument,
): Readonly<Record<string, string>> | undefined {
  if (screening.kind !== 'ConfigMap' || !mayBeNamed(text.slice(range.start, range.end), name))
    return undefined;
  const { value } = parse();
  return textAt(value, ['metadata', 'name']) === name ? textMap(fieldAt(value, ['data'])) : undefined;
}

/** ConfigMaps can be large, so only those are parsed in which the name stands as one. */
function mayBeNamed(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 40), at);
    if (/["']?name["']?[ \t]*:[ \t]*(?:[&!][^ ]*[ \t]+)?["']?$/.test(before)) return true;
  }
  return false;
}

/** @returns whether all files that it names could be read */
function addGenerated(
  entries: Map<string, string>,
  { literals, envFiles, files }: GeneratedConfigMap,
  directory: string,
  index: FileIndex,
): boolean {
  let isComplete = true;
  const textOf = (path: string): string | undefined => {
    const resolved = resolvePath(directory, path);
    if (resolved === undefined) return undefined;
    return index.envFiles.get(resolved) ?? index.files.get(resolved)?.source.text;
  };
  for (const path of envFiles) {
    const text = textOf(path);
    if (text === undefined) isComplete = false;
    else for (const [key, value] of readEnvFile(text)) entries.set(key, value);
  }
  for (const file of files) {
    const path = withoutKey(file);
    const text = textOf(path);
    const key = path === file ? baseName(path) : file.slice(0, file.indexOf('='));
    if (text === undefined) isComplete = false;
    else entries.set(key, text);
  }
  for (const literal of literals) {
    const entry = readLiteral(literal);
    if (entry !== undefined) entries.set(...entry);
  }
  return isComplete;
}
