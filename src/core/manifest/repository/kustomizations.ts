import { type Kustomization, readKustomization } from '../kustomize/kustomization.ts';
import { baseName, directoryOf, KUSTOMIZATION_FILES } from '../kustomize/paths.ts';
import { splitApiVersion } from '../kustomize/transform.ts';
import { asFields, field, textAt } from '../yaml/fields.ts';
import type { FileIndex } from './index-files.ts';
import { noteFaults } from './note-faults.ts';
import type { Notes } from './notes.ts';

const GROUP = 'kustomize.config.k8s.io';

/**
 * Reads every kustomization, by its directory. Those of other clusters too: what they include is a base, and
 * stands in no cluster by itself.
 */
export function readKustomizations(
  index: FileIndex,
  notes: Notes,
  isSelected: (path: string) => boolean,
): ReadonlyMap<string, Kustomization> {
  const found = new Map<string, Kustomization>();
  for (const [path, file] of index.files) {
    const [first] = file.documents;
    if (first === undefined || file.isInChart || !KUSTOMIZATION_FILES.includes(baseName(path))) continue;
    const document = first.parse();
    if (isSelected(path)) noteFaults(document, notes);
    if (!document.readable || asFields(document.value) === undefined) continue;
    // Flux has a kind of the same name, and some give its file this name.
    const kind = field(document.value, 'kind') ?? 'Kustomization';
    const { group } = splitApiVersion(textAt(document.value, ['apiVersion']) ?? `${GROUP}/v1beta1`);
    const isOwn = group === GROUP && (kind === 'Kustomization' || kind === 'Component');
    if (isOwn) found.set(directoryOf(path), readKustomization(document, directoryOf(path)));
  }
  return found;
}
