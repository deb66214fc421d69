import type { SourceFile } from '../../model/repository.ts';
import { baseName, directoryOf, isWithin } from '../kustomize/paths.ts';
import { parseYaml, type YamlDocument } from '../yaml/document.ts';
import { type Screening, screen } from '../yaml/screen.ts';
import { type DocumentRange, splitDocuments } from '../yaml/split.ts';
import { type TextSource, textSource } from '../yaml/text.ts';

/** A file, cut into documents that are parsed when somebody asks. */
export interface IndexedFile {
  readonly path: string;
  readonly source: TextSource;
  readonly documents: readonly IndexedDocument[];
  /** Whether it is part of a Helm chart, whose templates are no manifests. */
  readonly isInChart: boolean;
}

export interface IndexedDocument {
  readonly range: DocumentRange;
  readonly screening: Screening;
  /** Parsed once. */
  readonly parse: () => YamlDocument;
}

export interface FileIndex {
  readonly files: ReadonlyMap<string, IndexedFile>;
  /** Texts of `.env` files. */
  readonly envFiles: ReadonlyMap<string, string>;
  /** What was left out for its size, or its number of documents. */
  readonly overLimit: readonly { readonly path: string; readonly value: string; readonly expected: string }[];
}

export interface ReadLimits {
  /** In UTF-16 units of text. */
  readonly fileSize: number;
  readonly documentsPerFile: number;
}

export const DEFAULT_LIMITS: ReadLimits = { fileSize: 8 * 1024 * 1024, documentsPerFile: 10_000 };

/** Cuts files into documents and looks at each, without parsing any. */
export function indexFiles(sources: readonly SourceFile[], limits: ReadLimits): FileIndex {
  const files = new Map<string, IndexedFile>();
  const envFiles = new Map<string, string>();
  const overLimit: FileIndex['overLimit'][number][] = [];
  const charts = chartDirectories(sources);
  for (const file of sources) {
    const { path, text } = file;
    if (text.length > limits.fileSize) {
      overLimit.push({ path, value: `${text.length}`, expected: `at most ${limits.fileSize} characters` });
      continue;
    }
    if (path.endsWith('.env')) {
      envFiles.set(path, text);
      continue;
    }
    const { source, ranges, documents } = cutFile(file);
    if (ranges.length > limits.documentsPerFile) {
      const expected = `at most ${limits.documentsPerFile} documents`;
      overLimit.push({ path, value: `${ranges.length}`, expected });
    }
    files.set(path, {
      path,
      source,
      documents: documents.slice(0, limits.documentsPerFile),
      isInChart: charts.some((chart) => isWithin(path, chart)),
    });
  }
  return { files, envFiles, overLimit };
}

interface CutFile {
  readonly source: TextSource;
  readonly ranges: readonly DocumentRange[];
  readonly documents: readonly IndexedDocument[];
}

/**
 * What was cut and parsed of a file, for as long as somebody holds it: a fix is proven by reading the repository
 * again with one file replaced, and the others are the same objects.
 */
const cutFiles = new WeakMap<SourceFile, CutFile>();

function cutFile(file: SourceFile): CutFile {
  let cut = cutFiles.get(file);
  if (cut === undefined) {
    const source = textSource(file.path, file.text);
    const ranges = splitDocuments(file.text);
    cut = { source, ranges, documents: ranges.map((range) => indexDocument(source, range)) };
    cutFiles.set(file, cut);
  }
  return cut;
}

/** Templates and embedded charts of a Helm chart: they become manifests only when somebody renders them. */
function chartDirectories(sources: readonly SourceFile[]): readonly string[] {
  return sources
    .filter(({ path }) => baseName(path) === 'Chart.yaml')
    .flatMap(({ path }) => {
      const directory = directoryOf(path);
      const prefix = directory === '' ? '' : `${directory}/`;
      return [`${prefix}templates`, `${prefix}charts`];
    });
}

function indexDocument(source: TextSource, range: DocumentRange): IndexedDocument {
  let parsed: YamlDocument | undefined;
  return {
    range,
    screening: screen(source.text.slice(range.start, range.end)),
    parse: () => {
      parsed ??= parseYaml(source, range);
      return parsed;
    },
  };
}
