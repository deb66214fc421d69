import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Document, parseAllDocuments } from 'yaml';
import type { NamespaceDeclaration } from '../../model/repository.ts';
import { resolvePlain } from '../yaml/scalar.ts';
import { applyEdits } from './apply-edits.ts';
import { editKustomizationResources } from './kustomization-resources.ts';
import { editNamespaceLabels } from './namespace-labels.ts';
import { addPolicyRule } from './policy-rule.ts';
import { plainText } from './scalar-text.ts';
import type { EditResult } from './types.ts';

/** Pieces of YAML that rarely make sense together. */
const PIECES = [
  'kind: Namespace\n',
  'metadata:\n',
  '  name: x\n',
  '  labels:\n',
  '    a: b\n',
  '    c: "d" # e\n',
  '  labels: {a: b, c: d}\n',
  'spec:\n',
  '  egress:\n',
  '    - {}\n',
  '  - toEntities: [world]\n',
  '  ingress: []\n',
  'resources:\n',
  '- a.yaml\n',
  'kind: Kustomization\n',
  '---\n',
  '...\n',
  '# c\n',
  '    # c\n',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '  ',
  '{',
  '}',
  '[',
  ']',
  ',',
  ': ',
  '- ',
  '? ',
  '&a ',
  '*a',
  '<<: *a\n',
  '!t ',
  '|\n',
  '>-\n',
  '"',
  "'",
  '\ufeff',
  '%YAML 1.1\n',
  '{{ x }}',
  'é',
  '\u2028',
] as const;

it('whatever a file holds, an edit never throws, and changes only what it is about', () => {
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(''));
  const likely = text.map((rest) => `kind: Namespace\nmetadata:\n  name: x\n${rest}`);
  fc.assert(
    fc.property(fc.oneof(text, likely), fc.nat(2), (file, document) => {
      const source = { path: 'a.yaml', text: file };
      const target: NamespaceDeclaration = {
        name: 'x',
        labels: {},
        annotations: {},
        place: { file: 'a.yaml', line: 1, column: 1 },
        form: { kind: 'object', path: [], document },
      };
      const paths = ['metadata.labels', 'spec.egress', 'resources'];
      const results = [
        editNamespaceLabels(source, target, { a: undefined, c: 'true', 'n/n': 'x' }),
        addPolicyRule(source, { document, specPath: ['spec'], list: 'egress' }, { toEntities: ['host'] }),
        editKustomizationResources(source, { add: ['b.yaml'], remove: ['a.yaml'] }),
      ];
      for (const [index, result] of results.entries()) expectOnly(file, result, paths[index] ?? '');
    }),
    { numRuns: 1500 },
  );
});

it('what is written plain is a string to Kubernetes too', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.stringMatching(/^[-+.0-9_xXobeE:]{1,8}$/),
    fc.constantFrom('yes', 'Off', 'NULL', '.inf', '0o7', '1_0', '0b1', '=', '~', 'nan'),
  );
  fc.assert(
    fc.property(word, (text) => {
      const plain = plainText(text, 'block');
      if (plain !== undefined) expect(resolvePlain(plain)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

function expectOnly(before: string, result: EditResult, path: string): void {
  if (result.kind !== 'edit') return;
  const after = applyEdits(before, result.edits);
  const [was, is] = [without(before, path), without(after, path)];
  expect(is, after).toStrictEqual(was);
  // No comment goes, unless the line it ends goes.
  const lost = comments(before).filter((comment) => !comments(after).includes(comment));
  expect(lost.filter((comment) => comment !== '# e')).toStrictEqual([]);
}

/** Each document without the field that the edit is about, and without maps that are empty then. */
function without(text: string, path: string): readonly unknown[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' }) as Document[];
  return documents.map((document) => {
    expect(document.errors).toStrictEqual([]);
    const object = dataOf(document);
    if (!(object instanceof Map)) return object;
    const [outer, inner] = path.split('.');
    const holder: unknown = inner === undefined ? object : object.get(outer);
    if (holder instanceof Map) holder.delete(inner ?? outer);
    return object;
  });
}

/** An alias without its anchor is an error only when it is followed. */
function dataOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: -1, mapAsMap: true });
  } catch (reason) {
    if (reason instanceof ReferenceError) return reason.message;
    throw reason;
  }
}

function comments(text: string): readonly string[] {
  return text.match(/(?<=^|\s)#.*/g) ?? [];
}
