import { contentStart } from '../yaml/split.ts';
import type { Collection } from './collect.ts';
import { wouldCollect } from './collect-files.ts';
import type { FoundDeployers } from './find-deployers.ts';
import type { FileIndex } from './index-files.ts';
import type { Notes } from './notes.ts';

/** Says what builds could not follow, and which files are left out because nothing applies them. */
export function noteApplied(
  index: FileIndex,
  { applied, charts, flux }: FoundDeployers,
  isSelected: (path: string) => boolean,
  notes: Notes,
): void {
  for (const { feature, detail, origin } of applied.gaps) {
    const place = origin.locate(origin.path);
    if (isSelected(place.file))
      notes.approximate('kustomize-not-built', `${feature} resource ${detail}`, place);
  }
  for (const { file, notBuilt, helmCharts } of applied.kustomizations) {
    if (!isSelected(file)) continue;
    for (const { feature, place, always } of notBuilt) {
      if (always) notes.approximate('kustomize-not-built', feature, place);
    }
    if (helmCharts !== undefined) {
      notes.approximate('helm-not-rendered', 'helmCharts', helmCharts.place, helmCharts.count);
    }
  }
  for (const { object, count } of charts) {
    notes.approximate('helm-not-rendered', object.kind, object.locate([]), count);
  }
  for (const { pathText, pathOrigin } of flux) {
    for (const [, name = ''] of pathText.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g)) {
      notes.approximate('variable-unknown', name, pathOrigin.locate(pathOrigin.path));
    }
  }
  for (const path of applied.notListed) {
    const file = index.files.get(path);
    const document = file?.documents.find(wouldCollect);
    if (file === undefined || document === undefined || file.isInChart) continue;
    notes.approximate('not-applied', path, file.source.place(contentStart(file.source.text, document.range)));
  }
}

/** Namespaces that only kustomizations and Flux name. */
export function implyNamespaces({ applied, flux }: FoundDeployers, collection: Collection): void {
  for (const appearances of applied.appearances.values()) {
    for (const { layers } of appearances) {
      for (const { namespace } of layers) {
        if (namespace !== undefined) {
          collection.implyNamespace(namespace.value, namespace.origin.locate(namespace.origin.path));
        }
      }
    }
  }
  for (const { targetNamespace } of flux) {
    if (targetNamespace !== undefined && !targetNamespace.value.includes('$')) {
      const { value, origin } = targetNamespace;
      collection.implyNamespace(value, origin.locate(origin.path));
    }
  }
}
