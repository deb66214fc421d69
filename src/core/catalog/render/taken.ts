import { parseAllDocuments } from 'yaml';
import { isWithin } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { PolicyDocument } from './document.ts';
import { originOf } from './marker.ts';

/** An object of the tree that somebody's file declares already: kustomize refuses a second one. */
export interface Clash {
  /** The file that was to declare it. */
  readonly path: string;
  /** The file that does. */
  readonly by: string;
  readonly name: string;
}

/**
 * Finds objects of ours in files of others.
 *
 * @param names of the objects, which most files do not have in them, and so need no parsing
 * @returns by {@link keyOf}, the file
 */
export function takenObjects(
  existing: readonly SourceFile[],
  root: string,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const { path, text } of existing) {
    if (!/\.ya?ml$/.test(path) || !isWithin(path, root)) continue;
    if (!names.some((name) => text.includes(name)) || originOf(text) !== 'foreign') continue;
    for (const key of keysIn(text)) taken.set(key, path);
  }
  return taken;
}

export function keyOf({ name, namespace = '' }: Pick<PolicyDocument, 'name' | 'namespace'>): string {
  return `${namespace === '' ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy'} ${namespace}/${name}`;
}

function keysIn(text: string): readonly string[] {
  try {
    return parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false }).flatMap((document) => {
      const read = (path: readonly string[]): string => {
        const value = document.getIn(path);
        return typeof value === 'string' ? value : '';
      };
      if ('errors' in document && document.errors.length > 0) return [];
      return [`${read(['kind'])} ${read(['metadata', 'namespace'])}/${read(['metadata', 'name'])}`];
    });
  } catch {
    // Nesting without end. Whatever it is, it declares nothing that could be applied.
    return [];
  }
}
