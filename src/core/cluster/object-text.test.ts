import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRepository } from '../manifest/read.ts';
import { parseYaml } from '../manifest/yaml/document.ts';
import { splitDocuments } from '../manifest/yaml/split.ts';
import { textSource } from '../manifest/yaml/text.ts';
import { agentOptions } from '../model/options.ts';
import { objectText } from './object-text.ts';

function parsed(text: string): unknown {
  const ranges = splitDocuments(text);
  expect(ranges).toHaveLength(1);
  const [range] = ranges;
  if (range === undefined) throw new Error('no document');
  const document = parseYaml(textSource('x.yaml', text), range);
  expect(document.faults).toEqual([]);
  return document.value;
}

describe('an object as text', () => {
  it('is YAML as people write it', () => {
    expect(
      objectText({
        kind: 'A',
        metadata: { name: 'x', labels: { 'a/b': 'true' } },
        spec: { list: [{ a: 1, b: [2] }, 'c'] },
      }),
    ).toBe(`kind: A
metadata:
  name: x
  labels:
    a/b: "true"
spec:
  list:
  - a: 1
    b:
    - 2
  - c
`);
  });

  it('reads back as the same object, whatever is in it', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'on', '1', '<<', '', 'sops', 'a: b', '- x'),
      fc.string({ unit: 'binary' }),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          'yes',
          '0755',
          '1e3',
          '~',
          'ENC[AES]',
          '${x}',
          '{{ x }}',
          '---',
          '# x',
          ' ',
          '\u2028',
        ),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }), (object) => {
        fc.pre(!Object.hasOwn(object, '__proto__'));
        const plain: unknown = JSON.parse(JSON.stringify(object));
        expect(JSON.parse(JSON.stringify(parsed(objectText(plain as Record<string, unknown>))))).toEqual(
          plain,
        );
      }),
    );
  });

  it('is neither a template, nor encrypted, nor has it variables', () => {
    const text = objectText({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: {
        name: 'x',
        namespace: 'shop',
        annotations: { note: 'ENC[1]', sops: '', when: '{{ $now }}' },
      },
      spec: { description: '${CIDR}', endpointSelector: {}, ingress: [{ fromEntities: ['health'] }] },
    });
    for (const mark of ['ENC[', '{{', '$']) expect(text).not.toContain(mark);
    const read = readRepository([{ path: 'cluster:cnp/shop/x', text }], { agent: agentOptions() });
    expect(read.policies).toHaveLength(1);
    expect(read.policies[0]?.specs[0]).toMatchObject({});
    expect(read.approximations).toEqual([]);
    expect(read.problems).toEqual([]);
  });
});
