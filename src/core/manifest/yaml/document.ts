import { type Document, parseDocument, Schema } from 'yaml';
import type { Path, Place } from '../../model/place.ts';
import { type Converted, convertDocument, type Oddity } from './convert.ts';
import { offsetAt } from './locate.ts';
import { MAX_DEPTH, nestsTooDeep } from './nesting.ts';
import { type PlainDocument, readPlainDocument, spotOffset } from './plain/document.ts';
import type { DocumentRange } from './split.ts';
import type { TextSource } from './text.ts';

/** What is wrong with a document as YAML. */
export interface YamlFault {
  readonly code: 'yaml-syntax' | 'over-limit';
  readonly place: Place;
  /** What was found, and what it should be; either can be empty. */
  readonly value: string;
  readonly expected: string;
}

/** One parsed document. With faults that are errors of syntax, `value` is whatever could be made of it. */
export interface YamlDocument {
  readonly file: string;
  readonly index: number;
  readonly text: string;
  /** Shared by all who ask: not to be changed. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Whether it could be parsed at all. */
  readonly readable: boolean;
  /** Whether a map or a list is used as a key, which YAML allows and only unrendered templates do. */
  readonly hasCollectionKey: boolean;
  readonly locate: (path: Path) => Place;
  /** The same value once more, in objects that the caller may change. */
  readonly copy: () => unknown;
}

/** Parses one document of a stream. Never throws: what is wrong is among the faults. */
export function parseYaml(source: TextSource, range: DocumentRange): YamlDocument {
  const text = source.text.slice(range.start, range.end);
  const plain = readPlainDocument(text);
  if (plain !== undefined) return fromPlain(source, range, text, plain);
  if (nestsTooDeep(text)) return tooDeep(source, range);
  const parsed = parseDocument(text, PARSE_OPTIONS);
  const converted = convertDocument(parsed);
  return {
    file: source.file,
    index: range.index,
    text,
    value: converted.value,
    faults: faultsOf(source, range, parsed, converted),
    readable: parsed.errors.length === 0,
    hasCollectionKey: converted.oddities.some((oddity) => oddity.kind === 'collection-as-key'),
    locate: (path) => source.place(range.start + offsetAt(parsed.contents, path)),
    copy: () => convertDocument(parsed).value,
  };
}

function fromPlain(
  source: TextSource,
  range: DocumentRange,
  text: string,
  { value, root }: PlainDocument,
): YamlDocument {
  return {
    file: source.file,
    index: range.index,
    text,
    value,
    faults: [],
    readable: true,
    hasCollectionKey: false,
    locate: (path) => source.place(range.start + spotOffset(root, path)),
    copy: () => readPlainDocument(text)?.value,
  };
}

// Scalars stay text and keep their style; `scalar.ts` gives them types. Building a schema is slow, so it is shared.
// Finding equal keys is done while converting: the parser's own way is quadratic.
const PARSE_OPTIONS = {
  schema: new Schema({ schema: 'failsafe' }),
  uniqueKeys: false,
  logLevel: 'silent',
  prettyErrors: false,
} as const;

function tooDeep(source: TextSource, range: DocumentRange): YamlDocument {
  const place = source.place(range.start);
  const fault: YamlFault = {
    code: 'over-limit',
    place,
    value: 'depth',
    expected: `at most ${MAX_DEPTH} levels`,
  };
  return {
    file: source.file,
    index: range.index,
    text: '',
    value: null,
    faults: [fault],
    readable: false,
    hasCollectionKey: false,
    locate: () => place,
    copy: () => null,
  };
}

function faultsOf(
  source: TextSource,
  range: DocumentRange,
  parsed: Document.Parsed,
  converted: Converted,
): readonly YamlFault[] {
  const faults: YamlFault[] = [];
  // One mistake makes many errors; the first one is where to look.
  const first = parsed.errors[0];
  if (first !== undefined) {
    const place = source.place(range.start + first.pos[0]);
    faults.push({ code: 'yaml-syntax', place, value: first.message.split('\n', 1)[0] ?? '', expected: '' });
  }
  for (const oddity of converted.oddities) {
    const wrong = ODDITY_FAULTS[oddity.kind];
    if (wrong !== undefined) {
      faults.push({ ...wrong, place: source.place(range.start + oddity.offset), value: oddity.text });
    }
  }
  return faults;
}

const ODDITY_FAULTS: {
  readonly [kind in Oddity['kind']]: Pick<YamlFault, 'code' | 'expected'> | undefined;
} = {
  'duplicate-key': { code: 'yaml-syntax', expected: 'a key once' },
  'collection-as-key': undefined,
  'unknown-alias': { code: 'yaml-syntax', expected: 'the name of an anchor before it' },
  'cyclic-alias': { code: 'yaml-syntax', expected: 'an anchor that does not hold the alias' },
  'too-many-aliases': { code: 'over-limit', expected: 'fewer aliases' },
};
