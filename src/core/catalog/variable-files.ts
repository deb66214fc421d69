import { readEnvFile } from '../manifest/flux/variables.ts';
import { parseYaml } from '../manifest/yaml/document.ts';
import { splitDocuments } from '../manifest/yaml/split.ts';
import { textSource } from '../manifest/yaml/text.ts';
import type { SourceFile } from '../model/repository.ts';
import type { Cluster } from './types.ts';

export interface ClusterVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** Files that the catalog names and the repository does not have. */
  readonly missing: readonly string[];
}

/** A cluster's variables: from its files in their order (`.env`, or `data` of a ConfigMap), then its own, which win. */
export function clusterVariables(cluster: Cluster, files: readonly SourceFile[]): ClusterVariables {
  const variables = new Map<string, string>();
  const missing: string[] = [];
  for (const path of cluster.variableFiles) {
    const file = files.find((one) => one.path === path);
    if (file === undefined) missing.push(path);
    else for (const [name, value] of valuesOf(file)) variables.set(name, value);
  }
  for (const [name, value] of Object.entries(cluster.variables)) variables.set(name, value);
  return { variables: Object.fromEntries(variables), missing };
}

function valuesOf(file: SourceFile): Iterable<readonly [name: string, value: string]> {
  if (file.path.endsWith('.env')) return readEnvFile(file.text);
  const source = textSource(file.path, file.text);
  return splitDocuments(file.text).flatMap((range) => {
    const { value } = parseYaml(source, range);
    return [...stringsOf(fieldOf(value, 'data')), ...stringsOf(fieldOf(value, 'stringData'))];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function stringsOf(value: unknown): readonly (readonly [name: string, value: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text] as const] : [],
  );
}
