import { environmentsOf } from '../../manifest/repository/environment.ts';
import { DEFAULT_LIMITS, type IndexedFile, indexFiles } from '../../manifest/repository/index-files.ts';
import type { YamlDocument } from '../../manifest/yaml/document.ts';
import { fieldAt } from '../../manifest/yaml/fields.ts';
import type { Path, Place } from '../../model/place.ts';
import type { Policy } from '../../model/policy.ts';
import type { RepositoryRead, SourceFile } from '../../model/repository.ts';

/** The texts behind what was read. Documents that the reader parsed are not parsed again. */
export interface Documents {
  file(path: string): IndexedFile | undefined;
  /** The place of a field of a document, or of its nearest ancestor that exists. */
  locate(file: string, document: number, path: Path): Place | undefined;
  /** A policy as it is written, before kustomizations and variables. */
  written(policy: Policy): unknown;
  /** The text of a policy's document; empty where it is not known. */
  textOf(policy: Policy): string;
  /** Files of this cluster whose text holds the word. */
  containing(word: string): readonly IndexedFile[];
}

export function documentsOf(files: readonly SourceFile[], read: RepositoryRead): Documents {
  let index: ReadonlyMap<string, IndexedFile> | undefined;
  const all = (): ReadonlyMap<string, IndexedFile> => (index ??= indexFiles(files, DEFAULT_LIMITS).files);
  const isHere = ofThisCluster(files, read);
  const documentOf = ({ place, document }: Policy): YamlDocument | undefined =>
    document === undefined ? undefined : all().get(place.file)?.documents[document]?.parse();
  return {
    file: (path) => all().get(path),
    locate: (file, document, path) => all().get(file)?.documents[document]?.parse().locate(path),
    written: (policy) => fieldAt(documentOf(policy)?.value, policy.root ?? []),
    textOf: (policy) => documentOf(policy)?.text ?? '',
    containing: (word) =>
      files.flatMap(({ path, text }) => (text.includes(word) && isHere(path) ? (all().get(path) ?? []) : [])),
  };
}

/** Whether a file is not that of another cluster than the one that was read. */
function ofThisCluster(files: readonly SourceFile[], read: RepositoryRead): (path: string) => boolean {
  const chosen = read.approximations.find(({ code }) => code === 'environment-chosen')?.detail;
  if (chosen === undefined) return () => true;
  const others = environmentsOf(files.map(({ path }) => path)).filter((name) => name !== chosen);
  return (path) => !others.some((name) => `/${path}`.includes(`/clusters/${name}/`));
}
