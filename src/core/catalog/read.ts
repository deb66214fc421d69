import { type Document, isCollection, LineCounter, type Node, parseDocument } from 'yaml';
import type { Path } from '../model/place.ts';
import type { Problem, SourceFile } from '../model/repository.ts';
import { checkCatalog } from './check.ts';
import { DEFAULT_CATALOG } from './defaults.ts';
import { catalogShape } from './fields/catalog.ts';
import { type Reading, report, type Spot } from './shape/shape.ts';
import type { Catalog } from './types.ts';

/** Far above any real catalog, and small enough to never hold anyone up. */
const TEXT_MAX = 256 * 1024;
const NODES_MAX = 50_000;

export interface CatalogRead {
  readonly catalog: Catalog;
  readonly problems: readonly Problem[];
}

/**
 * Reads `propolis.yaml` on top of the defaults. Fields that are wrong are reported, each with its place, its
 * value and what it must be, and keep their default; the rest counts. An empty file is the default catalog.
 */
export function readCatalog(file: SourceFile): CatalogRead {
  const problems: Problem[] = [];
  const lines = new LineCounter();
  const refuseFile = (code: Problem['code'], value: string, expected: string): CatalogRead => ({
    catalog: DEFAULT_CATALOG,
    problems: [{ code, place: { file: file.path, line: 1, column: 1 }, field: '', value, expected }],
  });
  if (file.text.length > TEXT_MAX) {
    return refuseFile('over-limit', `${file.text.length} characters`, `at most ${TEXT_MAX} characters`);
  }
  let document: Document;
  try {
    document = parseDocument(file.text, { lineCounter: lines, logLevel: 'silent', prettyErrors: false });
  } catch {
    // Only nesting without end can make the parser give up.
    return refuseFile('over-limit', '', 'lists and maps that are not nested so deeply');
  }
  const reading: Reading = { file: file.path, document, lines, problems, nodesLeft: NODES_MAX };
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    const place = { file: file.path, line: Math.max(line, 1), column: Math.max(col, 1) };
    problems.push({ code: 'yaml-syntax', place, field: '', value: '', expected: error.message });
  }
  if (document.errors.length > 0 || isEmpty(document)) return { catalog: DEFAULT_CATALOG, problems };

  const root: Spot = { reading, node: document.contents, path: [] };
  const catalog = catalogShape.read(root, DEFAULT_CATALOG) ?? DEFAULT_CATALOG;
  if (reading.nodesLeft <= 0) {
    report(root, 'over-limit', {
      value: '',
      expected: `at most ${NODES_MAX} values, aliases counted each time`,
    });
  }
  for (const { path, value, expected } of checkCatalog(catalog)) {
    report({ reading, node: nodeAt(document, path), path }, 'schema', { value, expected });
  }
  return { catalog, problems };
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (!isCollection(contents) && 'value' in contents && contents.value === null);
}

/** The node at a path, or the nearest above it that the file has. */
function nodeAt(document: Document, path: Path): Node | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (node !== undefined && node !== null) return node as Node;
  }
  return document.contents;
}
