import type { PatchSources } from '../kustomize/apply-patch.ts';
import type { Patch } from '../kustomize/kustomization.ts';
import { parseYaml, type YamlDocument } from '../yaml/document.ts';
import { splitDocuments } from '../yaml/split.ts';
import { textSource } from '../yaml/text.ts';
import type { FileIndex } from './index-files.ts';

/** Finds the texts of patches: in files of the repository, and in kustomizations themselves. */
export function patchSources(index: FileIndex): PatchSources {
  const inline = new WeakMap<Patch, readonly YamlDocument[] | undefined>();
  return {
    file: (path) => index.files.get(path)?.documents.map((document) => document.parse()),
    inline(patch) {
      if (!inline.has(patch)) inline.set(patch, parseInline(patch));
      return inline.get(patch);
    },
  };
}

function parseInline({ text = '', origin }: Patch): readonly YamlDocument[] | undefined {
  const source = textSource(origin.locate([]).file, text);
  const documents = splitDocuments(text).map((range) => parseYaml(source, range));
  if (!documents.every((document) => document.readable)) return undefined;
  // The lines of a text within YAML depend on its style; the place of the whole patch is always right.
  return documents.map((document) => ({ ...document, locate: () => origin.locate(origin.path) }));
}
