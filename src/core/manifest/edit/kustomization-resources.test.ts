import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from './apply-edits.ts';
import { editKustomizationResources, type ResourceChanges } from './kustomization-resources.ts';

const HEAD = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

describe('resources of a kustomization', () => {
  const cases: readonly (readonly [name: string, before: string, changes: ResourceChanges, after: string])[] =
    [
      [
        'get a line',
        `${HEAD}resources:\n  - a.yaml\n  - b.yaml # b\n`,
        { add: ['c.yaml'] },
        `${HEAD}resources:\n  - a.yaml\n  - b.yaml # b\n  - c.yaml\n`,
      ],
      [
        'get a line without indentation where they have none',
        `${HEAD}resources:\n- a.yaml\n# about\nnamespace: x\n`,
        { add: ['c.yaml'] },
        `${HEAD}resources:\n- a.yaml\n- c.yaml\n# about\nnamespace: x\n`,
      ],
      [
        'take the quotes of the neighbours',
        `${HEAD}resources:\n  - 'a.yaml'\n`,
        { add: ['c.yaml'] },
        `${HEAD}resources:\n  - 'a.yaml'\n  - 'c.yaml'\n`,
      ],
      [
        'are made',
        `${HEAD}patches: []\n`,
        { add: ['a.yaml', 'b.yaml'] },
        `${HEAD}resources:\n  - a.yaml\n  - b.yaml\npatches: []\n`,
      ],
      ['replace []', `${HEAD}resources: []\n`, { add: ['a.yaml'] }, `${HEAD}resources:\n  - a.yaml\n`],
      [
        'stay in flow style',
        `${HEAD}resources: [a.yaml]\n`,
        { add: ['b.yaml'] },
        `${HEAD}resources: [a.yaml, b.yaml]\n`,
      ],
      [
        'are removed from flow style',
        `${HEAD}resources: [a.yaml, b.yaml]\n`,
        { remove: ['a.yaml'] },
        `${HEAD}resources: [b.yaml]\n`,
      ],
      [
        'lose a line',
        `${HEAD}resources:\n  - a.yaml # a\n  # b\n  - b.yaml\n`,
        { remove: ['./a.yaml'] },
        `${HEAD}resources:\n  # b\n  - b.yaml\n`,
      ],
      [
        'go from the first line',
        'resources:\n  - a.yaml\nnamespace: x\n',
        { remove: ['a.yaml'] },
        'namespace: x\n',
      ],
      [
        'lose all and go',
        `${HEAD}resources:\n  - a.yaml\n  - b.yaml\n`,
        { remove: ['a.yaml', 'b.yaml'] },
        HEAD,
      ],
      [
        'keep their comments',
        `${HEAD}resources:\n  # a\n  - a.yaml\n`,
        { remove: ['a.yaml'] },
        `${HEAD}resources:\n  # a\n`,
      ],
      [
        'are exchanged',
        `${HEAD}resources:\n  - a.yaml\n`,
        { add: ['b.yaml'], remove: ['a.yaml'] },
        `${HEAD}resources:\n  - b.yaml\n`,
      ],
      [
        'are added once',
        `${HEAD}resources:\n  - ./a.yaml\n  - dir/\n`,
        { add: ['a.yaml', 'dir', 'b.yaml', './b.yaml'] },
        `${HEAD}resources:\n  - ./a.yaml\n  - dir/\n  - b.yaml\n`,
      ],
      [
        'are removed each time they stand there',
        `${HEAD}resources:\n  - a.yaml\n  - b.yaml\n  - ./a.yaml\n`,
        { remove: ['a.yaml'] },
        `${HEAD}resources:\n  - b.yaml\n`,
      ],
      [
        'may be in a file without a kind',
        'namespace: x\nresources: [a]\n',
        { add: ['b'] },
        'namespace: x\nresources: [a, b]\n',
      ],
      [
        'keep carriage returns',
        `${HEAD}resources:\n  - a`.replaceAll('\n', '\r\n'),
        { add: ['b'] },
        `${HEAD}resources:\n  - a\n  - b`.replaceAll('\n', '\r\n'),
      ],
    ];
  it.each(cases)('%s', (_name, before, changes, after) => {
    expect(edited(before, changes)).toBe(after);
  });

  it('are unchanged where nothing is to do', () => {
    const result = edit(`${HEAD}resources:\n  - a.yaml\n`, { add: ['a.yaml'], remove: ['z.yaml'] });
    expect(result).toStrictEqual({ kind: 'unchanged' });
  });

  const refused: readonly (readonly [name: string, text: string, code: string, line: number])[] = [
    ['of another kind', 'kind: Pod\n', 'not-found', 1],
    ['that are a map', `${HEAD}resources: {}\n`, 'not-a-map', 3],
    ['that an alias repeats', `${HEAD}resources: &r\n  - a\ncomponents: *r\n`, 'shared-anchor', 4],
    ['with templates', `${HEAD}resources:\n  - {{ x }}\n`, 'templated', 4],
  ];
  it.each(refused)('are refused %s', (_name, text, code, line) => {
    expect(edit(text, { add: ['b'] })).toMatchObject({ kind: 'refused', refusal: { code, line } });
  });

  it('come back to the same bytes when what was added is removed', () => {
    const text = fc
      .record({
        items: fc.array(fc.constantFrom('- a.yaml', '- ./dir', '-   "b.yaml" # b', '# - z.yaml', ''), {
          maxLength: 5,
        }),
        pad: fc.constantFrom('', '  ', '    '),
        tail: fc.constantFrom('', 'namespace: x\n', '# end\nnamespace: x\n'),
        crlf: fc.boolean(),
      })
      .filter(
        ({ items, tail }) =>
          items.some((item) => item.startsWith('-')) || (items.length === 0 && tail === ''),
      )
      .map(({ items, pad, tail, crlf }) => {
        const lines = items.map((item) => (item === '' ? '\n' : `${pad}${item}\n`)).join('');
        const text = `${HEAD}${items.length === 0 ? '' : `resources:\n${lines}`}${tail}`;
        return crlf ? text.replaceAll('\n', '\r\n') : text;
      });
    fc.assert(
      fc.property(
        text,
        fc.uniqueArray(fc.constantFrom('x', 'y/z.yaml', 'true'), { minLength: 1 }),
        (before, names) => {
          const after = edited(before, { add: names });
          expect(edited(after, { remove: names })).toBe(before);
        },
      ),
    );
  });
});

function edit(text: string, changes: ResourceChanges): ReturnType<typeof editKustomizationResources> {
  return editKustomizationResources({ path: 'kustomization.yaml', text }, changes);
}

function edited(text: string, changes: ResourceChanges): string {
  const result = edit(text, changes);
  if (result.kind !== 'edit') throw new Error(`${JSON.stringify(result)} for\n${text}`);
  return applyEdits(text, result.edits);
}
