import { applyEdits } from '../../manifest/edit/apply-edits.ts';
import { editKustomizationResources } from '../../manifest/edit/kustomization-resources.ts';
import { plainText, quotedText } from '../../manifest/edit/scalar-text.ts';
import type { EditRefusal } from '../../manifest/edit/types.ts';
import { KUSTOMIZATION_FILES } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';
import { joinPath } from './layout.ts';
import { commentLines } from './print-policy.ts';

/** What a kustomization must list, and what it must not list any more. */
export interface Listing {
  readonly folder: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Said at the top of a new file. */
  readonly comment: string;
}

export type Listed =
  | { readonly kind: 'text'; readonly path: string; readonly text: string }
  /** The file that is there cannot be changed for certain. */
  | { readonly kind: 'refused'; readonly path: string; readonly text: string; readonly refusal: EditRefusal };

/** A folder's kustomization: a new one, or the one that is there with only its entries of ours changed. */
export function listIn(
  { folder, add, remove, comment }: Listing,
  find: (path: string) => SourceFile | undefined,
): Listed {
  const existing = kustomizationOf(folder, find);
  if (existing === undefined) {
    return { kind: 'text', path: joinPath(folder, 'kustomization.yaml'), text: newText(add, comment) };
  }
  const { path, text } = existing;
  const result = editKustomizationResources(existing, { add, remove });
  switch (result.kind) {
    case 'unchanged':
      return { kind: 'text', path, text };
    case 'edit':
      return { kind: 'text', path, text: applyEdits(text, result.edits) };
    case 'refused':
      return { kind: 'refused', path, text, refusal: result.refusal };
  }
}

export function kustomizationOf(
  folder: string,
  find: (path: string) => SourceFile | undefined,
): SourceFile | undefined {
  for (const name of KUSTOMIZATION_FILES) {
    const file = find(joinPath(folder, name));
    if (file !== undefined) return file;
  }
  return undefined;
}

function newText(resources: readonly string[], comment: string): string {
  const lines = [
    '---',
    '# yaml-language-server: $schema=https://json.schemastore.org/kustomization',
    ...commentLines(comment),
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'resources:',
    ...resources.map((name) => `  - ${plainText(name, 'block') ?? quotedText(name, '"')}`),
  ];
  return `${lines.join('\n')}\n`;
}
