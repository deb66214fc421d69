import { describe, expect, it } from 'vitest';
import type { Path } from '../../model/place.ts';
import type { NamespaceDeclaration } from '../../model/repository.ts';
import { applyEdits } from './apply-edits.ts';
import { editNamespaceLabels, type LabelChanges } from './namespace-labels.ts';
import type { EditResult } from './types.ts';

describe('a label of a Namespace object', () => {
  const head = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n';
  const cases: readonly (readonly [name: string, before: string, changes: LabelChanges, after: string])[] = [
    [
      'is added below the last one',
      `${head}  labels:\n    a: b\n`,
      { c: 'd' },
      `${head}  labels:\n    a: b\n    c: d\n`,
    ],
    [
      'is quoted where YAML 1.1 or 1.2 would not read a string',
      `${head}  labels:\n    a: b\n`,
      {
        t: 'true',
        i: '1',
        o: 'on',
        u: 'null',
        e: '1e3',
        z: '',
        w: 'y',
        x: '0X1F',
        s: '12:30',
        d: '2026-01-02',
      },
      `${head}  labels:\n    a: b\n    t: "true"\n    i: "1"\n    o: "on"\n    u: "null"\n    e: "1e3"\n    z: ""\n    w: "y"\n    x: "0X1F"\n    s: "12:30"\n    d: "2026-01-02"\n`,
    ],
    [
      'takes the quotes of the neighbours',
      `${head}  labels:\n    a: 'b'\n    c: 'd'\n`,
      { e: 'f', t: 'true' },
      `${head}  labels:\n    a: 'b'\n    c: 'd'\n    e: 'f'\n    t: 'true'\n`,
    ],
    [
      'is not quoted because of neighbours that had to be',
      `${head}  labels:\n    a: "true"\n    b: "1"\n`,
      { e: 'f' },
      `${head}  labels:\n    a: "true"\n    b: "1"\n    e: f\n`,
    ],
    [
      'keeps the quotes that its old value had',
      `${head}  labels:\n    a: b\n    c: d\n    e: 'f'\n    g: "true" # why\n`,
      { e: 'z', g: 'false' },
      `${head}  labels:\n    a: b\n    c: d\n    e: 'z'\n    g: "false" # why\n`,
    ],
    [
      'replaces a value that is no string',
      `${head}  labels:\n    a: true # oops\n`,
      { a: 'true' },
      `${head}  labels:\n    a: "true" # oops\n`,
    ],
    [
      'fills an empty value',
      `${head}  labels:\n    a: # none\n    b: c\n`,
      { a: 'x' },
      `${head}  labels:\n    a: x # none\n    b: c\n`,
    ],
    [
      'keeps the plain style that its old value had',
      `${head}  labels:\n    a: 'b'\n    c: 'd'\n    e: f\n`,
      { e: 'z' },
      `${head}  labels:\n    a: 'b'\n    c: 'd'\n    e: z\n`,
    ],
    ['makes the labels behind the name', head, { a: 'b' }, `${head}  labels:\n    a: b\n`],
    [
      'makes the labels behind the name and in front of what follows',
      `${head}  # why\n  annotations:\n    a: x\n`,
      { a: 'b' },
      `${head}  labels:\n    a: b\n  # why\n  annotations:\n    a: x\n`,
    ],
    [
      'follows the indentation of the file',
      'kind: Namespace\nmetadata:\n    name: x\n',
      { a: 'b' },
      'kind: Namespace\nmetadata:\n    name: x\n    labels:\n        a: b\n',
    ],
    ['goes into {}', `${head}  labels: {}\n`, { a: 'true' }, `${head}  labels: {a: "true"}\n`],
    ['goes into { }', `${head}  labels: { }\n`, { a: 'b' }, `${head}  labels: { a: b }\n`],
    [
      'goes into a flow map',
      `${head}  labels: {a: b, c: d} # x\n`,
      { e: 'f' },
      `${head}  labels: {a: b, c: d, e: f} # x\n`,
    ],
    [
      'goes before a last comma',
      `${head}  labels: {a: b,}\n`,
      { e: 'f' },
      `${head}  labels: {a: b, e: f,}\n`,
    ],
    [
      'gets a line of its own in a flow map of several lines',
      `${head}  labels: {\n    a: b, # one\n    c: d  # two\n  }\n`,
      { e: 'f' },
      `${head}  labels: {\n    a: b, # one\n    c: d,  # two\n    e: f\n  }\n`,
    ],
    [
      'goes below labels that are null',
      `${head}  labels:\n  annotations: {}\n`,
      { a: 'b' },
      `${head}  labels:\n    a: b\n  annotations: {}\n`,
    ],
    [
      'goes below labels that are a word for null',
      `${head}  labels: ~ # none\n`,
      { a: 'b' },
      `${head}  labels: # none\n    a: b\n`,
    ],
    [
      'goes below labels that are only comments',
      `${head}  labels: # none\n    # a: b\n  # next\n  annotations: {}\n`,
      { c: 'd' },
      `${head}  labels: # none\n    # a: b\n    c: d\n  # next\n  annotations: {}\n`,
    ],
    [
      'goes behind comments of the map and in front of those of the next key',
      `${head}  labels:\n    # first\n    a: b # one\n    # c: d\n  # next\n  annotations: {}\n`,
      { e: 'f' },
      `${head}  labels:\n    # first\n    a: b # one\n    # c: d\n    e: f\n  # next\n  annotations: {}\n`,
    ],
    [
      'is removed with its line and its comment',
      `${head}  labels:\n    a: b # why\n    c: d\n`,
      { a: undefined },
      `${head}  labels:\n    c: d\n`,
    ],
    [
      'is removed with labels: if it was the last',
      `${head}  labels:\n    a: b\n  annotations: {}\n`,
      { a: undefined },
      `${head}  annotations: {}\n`,
    ],
    [
      'is removed without the comments around it',
      `${head}  labels:\n    # keep\n    a: b\n`,
      { a: undefined },
      `${head}  labels:\n    # keep\n`,
    ],
    [
      'is removed from a flow map',
      `${head}  labels: {a: b, c: d, e: f}\n`,
      { c: undefined },
      `${head}  labels: {a: b, e: f}\n`,
    ],
    [
      'is removed from { } as it came',
      `${head}  labels: { a: b }\n`,
      { a: undefined },
      `${head}  labels: { }\n`,
    ],
    [
      'leaves a brace on its line alone',
      `${head}  labels: {\n    a: b,\n    c: d } # x\n`,
      { c: undefined },
      `${head}  labels: {\n    a: b } # x\n`,
    ],
    [
      'comes in front of a brace on the line',
      `${head}  labels: {\n    a: b,\n    c: d } # x\n`,
      { e: 'f' },
      `${head}  labels: {\n    a: b,\n    c: d,\n    e: f } # x\n`,
    ],
    [
      'is removed from the start of a flow map',
      `${head}  labels: {a: b, c: d}\n`,
      { a: undefined },
      `${head}  labels: {c: d}\n`,
    ],
    [
      'is removed from a flow map of one',
      `${head}  labels: {a: b}\n`,
      { a: undefined },
      `${head}  labels: {}\n`,
    ],
    [
      'is removed from a flow map of several lines',
      `${head}  labels: {\n    a: b,\n    c: d # x\n  }\n`,
      { c: undefined },
      `${head}  labels: {\n    a: b\n  }\n`,
    ],
    [
      'changes together with others',
      `${head}  labels:\n    a: b\n    c: d\n`,
      { c: 'x', e: 'f', a: undefined },
      `${head}  labels:\n    c: x\n    e: f\n`,
    ],
    [
      'gives its place to another',
      `${head}  labels:\n    a: b\n`,
      { a: undefined, c: 'd' },
      `${head}  labels:\n    c: d\n`,
    ],
    [
      'is not the annotation of the same name',
      `${head}  annotations:\n    a: x\n  labels:\n    b: x\n`,
      { a: 'z' },
      `${head}  annotations:\n    a: x\n  labels:\n    b: x\n    a: z\n`,
    ],
    [
      'keeps carriage returns',
      `${head}  labels:\n    a: b\n`.replaceAll('\n', '\r\n'),
      { c: 'd' },
      `${head}  labels:\n    a: b\n    c: d\n`.replaceAll('\n', '\r\n'),
    ],
    [
      'keeps a missing final newline',
      `${head}  labels:\n    a: b`,
      { c: 'd' },
      `${head}  labels:\n    a: b\n    c: d`,
    ],
    ['keeps a byte order mark', `\ufeff${head}`, { c: 'd' }, `\ufeff${head}  labels:\n    c: d\n`],
    [
      'keeps blanks behind values',
      `${head}  labels:\n    a: b \t\n`,
      { c: 'd' },
      `${head}  labels:\n    a: b \t\n    c: d\n`,
    ],
    [
      'keeps an anchor that nobody uses',
      `${head}  labels: &l\n    a: &v b\n`,
      { a: 'd' },
      `${head}  labels: &l\n    a: &v d\n`,
    ],
    [
      'replaces an alias',
      `kind: Namespace\nmetadata:\n  name: &n shop\n  labels:\n    a: *n\n`,
      { a: 'd' },
      `kind: Namespace\nmetadata:\n  name: &n shop\n  labels:\n    a: d\n`,
    ],
    [
      'is new beside a merge',
      `x: &x {a: b}\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    <<: *x\n`,
      { c: 'd' },
      `x: &x {a: b}\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    <<: *x\n    c: d\n`,
    ],
    [
      'may contain variables of Flux',
      `${head}  labels:\n    a: \${x}\n`,
      { b: '${y}' },
      `${head}  labels:\n    a: \${x}\n    b: \${y}\n`,
    ],
  ];
  it.each(cases)('%s', (_name, before, changes, after) => {
    expect(edited(before, changes)).toBe(after);
  });
});

describe('a Namespace beside others', () => {
  const other = 'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    labels:\n      a: {{ b }}\n';
  const namespace = 'kind: Namespace\nmetadata:\n  name: x\n  labels:\n    a: b\n';

  it('is found by its number, and templates of other documents do not matter', () => {
    const text = `---\n${other}---\n# only a comment\n---\n${namespace}---\n${other}`;
    const after = text.replace('    a: b\n', '    a: b\n    c: d\n');
    expect(edited(text, { c: 'd' }, { document: 2, path: [] })).toBe(after);
  });

  it('is found in a list', () => {
    const item = (name: string): string => `- kind: Namespace\n  metadata:\n    name: ${name}\n`;
    const text = `kind: List\nitems:\n${item('a')}${item('b')}${item('c')}`;
    const after = text.replace('name: b\n', 'name: b\n    labels:\n      c: d\n');
    expect(edited(text, { c: 'd' }, { document: 0, path: ['items', 1] })).toBe(after);
  });

  it('stays JSON on one line', () => {
    const text = '{"kind":"Namespace","metadata":{"name":"x"}}';
    expect(edited(text, { a: 'true' })).toBe(
      '{"kind":"Namespace","metadata":{"name":"x","labels":{"a":"true"}}}',
    );
  });

  it('stays JSON over several lines, in a list, with tabs', () => {
    const text = JSON.stringify(
      { kind: 'List', items: [{ kind: 'Namespace', metadata: { name: 'x', labels: {} } }] },
      null,
      '\t',
    );
    const after = edited(text, { a: 'on', b: 'c' }, { document: 0, path: ['items', 0] });
    expect(after).toBe(
      JSON.stringify(
        {
          kind: 'List',
          items: [{ kind: 'Namespace', metadata: { name: 'x', labels: { a: 'on', b: 'c' } } }],
        },
        null,
        '\t',
      ),
    );
  });
});

describe('no change', () => {
  const text = 'kind: Namespace\nmetadata:\n  name: x\n  labels:\n    a: "true"\n    <<: {m: v}\n';
  const cases: readonly (readonly [name: string, changes: LabelChanges])[] = [
    ['a value that is there', { a: 'true' }],
    ['a label that is absent', { z: undefined }],
    ['a value that a merge brings', { m: 'v' }],
    ['no changes at all', {}],
  ];
  it.each(cases)('is %s', (_name, changes) => {
    expect(edit(text, changes)).toStrictEqual({ kind: 'unchanged' });
  });
});

describe('an edit is refused', () => {
  const named = 'kind: Namespace\nmetadata:\n  name: x\n';
  const cases: readonly (readonly [
    name: string,
    text: string,
    changes: LabelChanges,
    refusal: readonly unknown[],
  ])[] = [
    [
      'for an anchored value used elsewhere',
      `${named}  labels:\n    a: &v b\n    c: *v\n`,
      { a: 'z' },
      ['shared-anchor', 5, 'v'],
    ],
    [
      'for removing such a value',
      `${named}  labels:\n    a: &v b\n    c: *v\n`,
      { a: undefined },
      ['shared-anchor', 5, 'v'],
    ],
    [
      'for anchored labels used elsewhere',
      `${named}  labels: &l\n    a: b\n  annotations: *l\n`,
      { c: 'd' },
      ['shared-anchor', 5, 'l'],
    ],
    [
      'for labels that are an alias',
      `${named}  annotations: &l {a: b}\n  labels: *l\n`,
      { c: 'd' },
      ['shared-anchor', 5, 'l'],
    ],
    [
      'for metadata used elsewhere',
      'kind: Namespace\nmetadata: &m\n  name: x\nspec: *m\n',
      { c: 'd' },
      ['shared-anchor', 3, 'm'],
    ],
    [
      'for changing what a merge brings',
      `${named}  labels:\n    <<: {a: b}\n`,
      { a: 'c' },
      ['merge-key', 5, 'a'],
    ],
    [
      'for removing what a merge brings',
      `${named}  labels:\n    c: d\n    <<: {a: b}\n`,
      { a: undefined },
      ['merge-key', 5, 'a'],
    ],
    [
      'for uncovering what a merge brings',
      `${named}  labels:\n    a: d\n    <<: {a: b}\n`,
      { a: undefined },
      ['merge-key', 5, 'a'],
    ],
    [
      'for labels that a merge brings',
      'x: &x {labels: {a: b}}\nkind: Namespace\nmetadata:\n  <<: *x\n  name: x\n',
      { c: 'd' },
      ['merge-key', 4, 'labels'],
    ],
    [
      'for a key that stands twice',
      `${named}  labels:\n    a: b\n    "a": c\n`,
      { c: 'd' },
      ['duplicate-key', 6, 'a'],
    ],
    [
      'for templates of Helm',
      `${named}  labels:\n    a: "{{ .Values.a }}"\n`,
      { c: 'd' },
      ['templated', 5, '{{'],
    ],
    [
      'for templates that are no YAML',
      `${named}  labels:\n    {{- if x }}\n    a: b\n    {{- end }}\n`,
      { c: 'd' },
      ['templated', 5, '{{'],
    ],
    [
      'for templates of a ResourceSet',
      `${named}  labels:\n    <<- if x >>\n    a: b\n`,
      { c: 'd' },
      ['templated', 5, '<<'],
    ],
    [
      'for labels that are a list',
      `${named}  labels: [a]\n`,
      { c: 'd' },
      ['not-a-map', 4, 'metadata.labels'],
    ],
    [
      'for a document that is no Namespace',
      'kind: Pod\nmetadata:\n  name: x\n',
      { c: 'd' },
      ['not-found', 1, 'Namespace'],
    ],
    ['for a document that is gone', '# nothing\n', { c: 'd' }, ['not-found', 1, 'document']],
    ['for a missing metadata', 'kind: Namespace\n', { c: 'd' }, ['not-found', 1, 'metadata']],
    ['for what is no YAML', `${named}  labels: {a: b\n`, { c: 'd' }, ['unsure', 5, 'BAD_INDENT']],
    ['for nesting without an end', `a: ${'['.repeat(100_000)}`, { c: 'd' }, ['unsure', 1, 'too-deep']],
    [
      'for a key written with a question mark',
      `${named}  labels:\n    ? a\n    : b\n    c: d\n`,
      { a: undefined },
      ['unsure', 5, 'map-layout'],
    ],
    [
      'for a last line end that belongs to a value',
      `${named}  labels:\n    a: |\n      x`,
      { c: 'd' },
      ['unsure', 1, 'not-proved'],
    ],
  ];
  it.each(cases)('%s', (_name, text, changes, [code, line, detail]) => {
    expect(edit(text, changes)).toStrictEqual({
      kind: 'refused',
      refusal: { code, file: 'a.yaml', line, detail },
    });
  });

  it('for a Namespace that no file declares', () => {
    const result = editNamespaceLabels(
      { path: 'a.yaml', text: '' },
      { ...declared, form: { kind: 'implied' } },
      { a: 'b' },
    );
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'not-found', detail: 'shop' } });
  });

  it('leaves prototypes alone', () => {
    const text = `${named}  labels:\n    __proto__: b\n`;
    const changes = JSON.parse('{"__proto__": "c", "constructor": "d"}') as LabelChanges;
    expect(edited(text, changes)).toBe(`${named}  labels:\n    __proto__: c\n    constructor: d\n`);
  });
});

const declared: NamespaceDeclaration = {
  name: 'shop',
  labels: {},
  annotations: {},
  place: { file: 'a.yaml', line: 1, column: 1 },
  form: { kind: 'object', path: [], document: 0 },
};

interface At {
  readonly document: number;
  readonly path: Path;
}

function edit(text: string, changes: LabelChanges, at: At = { document: 0, path: [] }): EditResult {
  return editNamespaceLabels(
    { path: 'a.yaml', text },
    { ...declared, form: { kind: 'object', ...at } },
    changes,
  );
}

function edited(text: string, changes: LabelChanges, at?: At): string {
  const result = edit(text, changes, at);
  expect(result).toMatchObject({ kind: 'edit', file: 'a.yaml' });
  return result.kind === 'edit' ? applyEdits(text, result.edits) : text;
}
