import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Path } from '../../model/place.ts';
import type { NamespaceDeclaration } from '../../model/repository.ts';
import { applyEdits } from './apply-edits.ts';
import { lineChanges } from './line-changes.ts';
import { editNamespaceLabels, type LabelChanges } from './namespace-labels.ts';
import type { EditResult } from './types.ts';

/** A file that someone wrote, with the Namespace somewhere in it. */
interface Written {
  readonly text: string;
  readonly document: number;
  readonly path: Path;
  readonly layout: 'absent' | 'block' | 'flow' | 'null' | 'null-with-comment';
  readonly metadata: 'block' | 'flow';
  /** Keys of labels that are there. */
  readonly keys: readonly string[];
}

describe('laws of label edits', () => {
  const fresh = fc.constantFrom('new.example/x', 'access.example/db', 'true', 'on', '0x1f');
  const value = fc.constantFrom(
    'v',
    'true',
    '1',
    'on',
    'null',
    '1e3',
    '',
    'internal-egress',
    '1_000',
    '~',
    'it is: #1',
  );

  it('set and then unset gives the same bytes', () => {
    fc.assert(
      fc.property(written(), fresh, value, (file, key, label) => {
        const set = edited(file, { [key]: label });
        const again = edited({ ...file, text: set }, { [key]: undefined });
        // Two ways to write "no labels" cannot be told apart once there was one.
        fc.pre(file.layout !== 'null');
        fc.pre(!(file.layout === 'flow' && file.metadata === 'flow' && file.keys.length === 0));
        expect(again).toBe(file.text);
      }),
    );
  });

  it('an edit changes the labels to exactly what was asked for, for readers of YAML 1.1 and 1.2', () => {
    fc.assert(
      fc.property(
        written(),
        fc.dictionary(fc.oneof(fresh, fc.constantFrom('k0', 'k1')), fc.option(value, { nil: undefined })),
        (file, changes) => {
          const result = edit(file, changes);
          expect(result.kind).not.toBe('refused');
          const after = result.kind === 'edit' ? applyEdits(file.text, result.edits) : file.text;
          for (const version of ['1.1', '1.2'] as const) {
            expect(withoutEmptyLabels(file, read(after, version))).toStrictEqual(
              withoutEmptyLabels(file, changed(file, read(file.text, version), changes)),
            );
          }
        },
      ),
    );
  });

  it('what is there already is no change', () => {
    fc.assert(
      fc.property(written(), fresh, (file, key) => {
        const labels = labelsIn(file, read(file.text, '1.2'));
        const present: Record<string, string | undefined> = { [key]: undefined };
        for (const [name, label] of labels) {
          if (typeof label === 'string' && label !== 'on') present[String(name)] = label;
        }
        expect(edit(file, present)).toStrictEqual({
          kind: 'unchanged',
        });
      }),
    );
  });

  it('a new label of a block map is one new line', () => {
    fc.assert(
      fc.property(written(), fresh, value, (file, key, label) => {
        fc.pre(file.layout === 'block');
        const changes = lineChanges(file.text, edited(file, { [key]: label }));
        expect(changes).toHaveLength(1);
        expect(changes[0]).toMatchObject({ before: '', after: expect.not.stringContaining('\n') as string });
      }),
    );
  });

  it('line ends, a byte order mark and a missing final newline survive', () => {
    fc.assert(
      fc.property(written(), fresh, value, (file, key, label) => {
        const after = edited(file, { [key]: label });
        expect(after.startsWith('\ufeff')).toBe(file.text.startsWith('\ufeff'));
        expect(after.endsWith('\n')).toBe(file.text.endsWith('\n'));
        if (!/(?<!\r)\n/.test(file.text)) expect(after).not.toMatch(/(?<!\r)\n/);
        if (!file.text.includes('\r')) expect(after).not.toContain('\r');
      }),
    );
  });
});

function edit(file: Written, changes: LabelChanges): EditResult {
  const target: NamespaceDeclaration = {
    name: 'shop',
    labels: {},
    annotations: {},
    place: { file: 'a.yaml', line: 1, column: 1 },
    form: { kind: 'object', path: file.path, document: file.document },
  };
  return editNamespaceLabels({ path: 'a.yaml', text: file.text }, target, changes);
}

function edited(file: Written, changes: LabelChanges): string {
  const result = edit(file, changes);
  if (result.kind !== 'edit') throw new Error(`${JSON.stringify(result)} for\n${file.text}`);
  return applyEdits(file.text, result.edits);
}

type Read = readonly unknown[];
type Fields = Map<unknown, unknown>;

function read(text: string, version: '1.1' | '1.2'): Read {
  return parseAllDocuments(text, { version }).map((document) => {
    expect(document.errors).toStrictEqual([]);
    return document.toJS({ mapAsMap: true }) as unknown;
  });
}

function metadataIn(file: Written, documents: Read): Fields {
  let node = documents[file.document];
  for (const step of file.path) {
    node = typeof step === 'number' ? (node as unknown[])[step] : (node as Fields).get(step);
  }
  return (node as Fields).get('metadata') as Fields;
}

function labelsIn(file: Written, documents: Read): Fields {
  return (metadataIn(file, documents).get('labels') ?? new Map()) as Fields;
}

/** The same changes made to data. */
function changed(file: Written, documents: Read, changes: LabelChanges): Read {
  const labels = labelsIn(file, documents);
  for (const [key, label] of Object.entries(changes)) {
    if (label === undefined) labels.delete(key);
    else labels.set(key, label);
  }
  metadataIn(file, documents).set('labels', labels);
  return documents;
}

/** No labels, null labels and an empty map are the same to Kubernetes. */
function withoutEmptyLabels(file: Written, documents: Read): Read {
  if (labelsIn(file, documents).size === 0) metadataIn(file, documents).delete('labels');
  return documents;
}

// ---- files in many hands ----

function written(): fc.Arbitrary<Written> {
  return fc
    .record({
      layout: fc.constantFrom(
        'absent',
        'block',
        'block',
        'block',
        'flow',
        'flow',
        'null',
        'null-with-comment' as const,
      ),
      metadata: fc.constantFrom('block', 'block', 'flow' as const),
      labels: fc.array(label(), { minLength: 0, maxLength: 4 }),
      annotations: fc.constantFrom('none', 'before', 'after' as const),
      step: fc.integer({ min: 1, max: 4 }),
      place: fc.constantFrom('alone', 'second', 'first', 'list', 'list-indented' as const),
      flow: fc.record({ lines: fc.boolean(), padding: fc.constantFrom('', ' '), comma: fc.boolean() }),
      start: fc.constantFrom('', '---\n', '# head\n', '# head\n---\n', '\ufeff', '\ufeff---\n'),
      tail: fc.constantFrom('', '', '# tail\n', '  # deep\n', '\n\n', '        # deeper\n'),
      crlf: fc.boolean(),
      last: fc.constantFrom('newline', 'none' as const),
    })
    .map(assemble);
}

interface Label {
  readonly value: string;
  readonly keyQuote: '' | '"' | "'";
  readonly above: string;
  readonly behind: string;
}

function label(): fc.Arbitrary<Label> {
  return fc.record({
    value: fc.constantFrom(
      'b',
      '"true"',
      "'on'",
      'plain value',
      "'it''s'",
      '"\\u00e9"',
      '""',
      '&a b',
      '!!str 1',
      '${x}',
      'on',
    ),
    keyQuote: fc.constantFrom('', '', '"', "'"),
    above: fc.constantFrom('', '', '', '# about\n', '\n'),
    behind: fc.constantFrom('', '', ' # why', '   ', ' \t'),
  });
}

interface Plan {
  readonly layout: Written['layout'];
  readonly metadata: Written['metadata'];
  readonly labels: readonly Label[];
  readonly annotations: 'none' | 'before' | 'after';
  readonly step: number;
  readonly place: 'alone' | 'second' | 'first' | 'list' | 'list-indented';
  readonly flow: { readonly lines: boolean; readonly padding: string; readonly comma: boolean };
  readonly start: string;
  readonly tail: string;
  readonly crlf: boolean;
  readonly last: 'newline' | 'none';
}

function assemble(plan: Plan): Written {
  const { place } = plan;
  const labels = plan.labels.map((each, index) => ({ ...each, key: `k${index}` }));
  const block = plan.layout === 'block' && (labels.length === 0 || plan.metadata === 'flow');
  const layout = block
    ? 'absent'
    : plan.metadata === 'flow' && plan.layout.startsWith('null')
      ? 'absent'
      : plan.layout;
  const listIndent = place === 'list-indented' ? 4 : 2;
  const indent = place.startsWith('list') ? listIndent : 0;
  const object = namespaceLines({ ...plan, layout }, labels).map((line) =>
    line === '' ? '' : ' '.repeat(indent) + line,
  );
  const other = 'kind: ConfigMap\nmetadata:\n  labels:\n    new.example/x: "{{ other }}"\n';
  let text = plan.start;
  let document = 0;
  let path: Path = [];
  if (place === 'second') {
    text += `${other}---\n`;
    document = 1;
  }
  if (place.startsWith('list')) {
    const dash = `${' '.repeat(listIndent - 2)}- `;
    text += `kind: List\nitems:\n${dash}kind: Pod\n`;
    object[0] = dash + (object[0] ?? '').slice(listIndent);
    path = ['items', 1];
  }
  text += `${object.join('\n')}\n${plan.tail}`;
  if (place === 'first') text += `---\n${other}`;
  if (plan.last === 'none') text = text.replace(/\n$/, '');
  if (plan.crlf) text = text.replaceAll('\n', '\r\n');
  const keys = layout === 'block' || layout === 'flow' ? labels.map(({ key }) => key) : [];
  return { text, document, path, layout, metadata: plan.metadata, keys };
}

function namespaceLines(plan: Plan, labels: readonly (Label & { readonly key: string })[]): string[] {
  const pad = ' '.repeat(plan.step);
  const annotation = 'annotations: {new.example/x: "no", k0: z}';
  const flow = flowLabels(plan, labels, plan.metadata === 'block' ? pad : '  ');
  if (plan.metadata === 'flow') {
    const fields = ['name: shop', ...(plan.layout === 'flow' ? [`labels: ${flow}`] : [])];
    if (plan.annotations === 'before') fields.unshift(annotation);
    if (plan.annotations === 'after') fields.push(annotation);
    return [
      'kind: Namespace',
      ...`metadata: {${plan.flow.padding}${fields.join(', ')}${plan.flow.padding}}`.split('\n'),
    ];
  }
  const lines = ['kind: Namespace', 'metadata:'];
  if (plan.annotations === 'before') lines.push(pad + annotation);
  lines.push(`${pad}name: shop`);
  switch (plan.layout) {
    case 'absent':
      break;
    case 'null':
      lines.push(`${pad}labels:`);
      break;
    case 'null-with-comment':
      lines.push(`${pad}labels: # none yet`);
      break;
    case 'flow':
      lines.push(...`${pad}labels: ${flow}`.split('\n'));
      break;
    case 'block':
      lines.push(`${pad}labels:`);
      for (const each of labels) {
        if (each.above !== '') lines.push(each.above === '\n' ? '' : `${pad}${pad}${each.above.trimEnd()}`);
        lines.push(`${pad}${pad}${quotedKey(each)}: ${anchored(each)}${each.behind}`);
      }
  }
  if (plan.annotations === 'after') lines.push(`${pad}# about these`, pad + annotation);
  return lines;
}

function flowLabels(plan: Plan, labels: readonly (Label & { readonly key: string })[], pad: string): string {
  const { lines, padding, comma } = plan.flow;
  const texts = labels.map((each) => `${quotedKey(each)}: ${anchored(each).replace('${x}', 'x')}`);
  const last = comma && texts.length > 0 ? ',' : '';
  if (!lines) return `{${padding}${texts.join(', ')}${last}${texts.length > 0 ? padding : ''}}`;
  const inner = `\n${pad}  `;
  const body = texts.map((text, index) => {
    const sep = index < texts.length - 1 ? ',' : last;
    return `${inner}${text}${sep}${(labels[index]?.behind ?? '').replace('\t', '')}`;
  });
  return `{${body.join('')}\n${pad}}`;
}

function quotedKey({ key, keyQuote }: { readonly key: string; readonly keyQuote: string }): string {
  return keyQuote + key + keyQuote;
}

/** Anchors must differ. */
function anchored({ key, value }: { readonly key: string; readonly value: string }): string {
  return value.replace('&a', `&${key}`);
}
