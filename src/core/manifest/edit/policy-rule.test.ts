import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Path } from '../../model/place.ts';
import { RULE_LISTS, type RuleList } from '../../model/policy.ts';
import { applyEdits } from './apply-edits.ts';
import { lineChanges } from './line-changes.ts';
import { addPolicyRule } from './policy-rule.ts';
import type { EditResult, PlainRule } from './types.ts';

const DNS: PlainRule = {
  toEndpoints: [{ matchLabels: { 'k8s:k8s-app': 'kube-dns' } }],
  toPorts: [{ ports: [{ port: '53', protocol: 'UDP' }] }],
};

describe('a rule of a policy', () => {
  const head = 'kind: CiliumNetworkPolicy\nspec:\n  endpointSelector: {}\n';
  const dns = (pad: string): string =>
    [
      '- toEndpoints:',
      '    - matchLabels:',
      '        k8s:k8s-app: kube-dns',
      '  toPorts:',
      '    - ports:',
      '        - port: "53"',
      '          protocol: UDP',
    ]
      .map((line) => `${pad}${line}\n`)
      .join('');
  const cases: readonly (readonly [
    name: string,
    before: string,
    list: RuleList,
    rule: PlainRule,
    after: string,
  ])[] = [
    [
      'goes behind the last one',
      `${head}  egress:\n    - toEntities:\n        - world\n`,
      'egress',
      DNS,
      `${head}  egress:\n    - toEntities:\n        - world\n${dns('    ')}`,
    ],
    [
      'has dashes in the column of the key where the neighbours have',
      `${head}  egress:\n  - toEntities:\n    - world\n# end\n`,
      'egress',
      DNS,
      `${head}  egress:\n  - toEntities:\n    - world\n  - toEndpoints:\n    - matchLabels:\n        k8s:k8s-app: kube-dns\n    toPorts:\n    - ports:\n      - port: "53"\n        protocol: UDP\n# end\n`,
    ],
    [
      'is indented by four where the neighbours are',
      `kind: X\nspec:\n    endpointSelector: {}\n    egress:\n        -   toEntities:\n                -   world\n`,
      'egress',
      { toEntities: ['host'], toPorts: [{ ports: [{ port: '1' }] }] },
      `kind: X\nspec:\n    endpointSelector: {}\n    egress:\n        -   toEntities:\n                -   world\n        -   toEntities:\n                -   host\n            toPorts:\n                -   ports:\n                        -   port: "1"\n`,
    ],
    [
      'stands between the comments of the list and those of the next key',
      `${head}  egress:\n    - toEntities: [world]\n    # - toEntities: [host]\n\n  # about ingress\n  ingress: []\n`,
      'egress',
      { toEntities: ['host'] },
      `${head}  egress:\n    - toEntities: [world]\n    # - toEntities: [host]\n    - toEntities:\n        - host\n\n  # about ingress\n  ingress: []\n`,
    ],
    [
      'stands before a comment in the column of the next key',
      `${head}  egress:\n    - toEntities: [world]\n  # about ingress\n  ingress: []\n`,
      'egress',
      { toEntities: ['host'] },
      `${head}  egress:\n    - toEntities: [world]\n    - toEntities:\n        - host\n  # about ingress\n  ingress: []\n`,
    ],
    [
      'makes the list behind the selector',
      `${head}  egress:\n    - toEntities:\n        - world\n`,
      'ingress',
      { fromEntities: ['host'] },
      `${head}  ingress:\n    - fromEntities:\n        - host\n  egress:\n    - toEntities:\n        - world\n`,
    ],
    [
      'makes the list behind the other',
      `${head}  ingress:\n    - {}\n`,
      'egress',
      {},
      `${head}  ingress:\n    - {}\n  egress:\n    - {}\n`,
    ],
    [
      'replaces []',
      `${head}  egress: [] # none\n  x: y\n`,
      'egress',
      { toEntities: ['world'] },
      `${head}  egress: # none\n    - toEntities:\n        - world\n  x: y\n`,
    ],
    [
      'replaces nothing',
      `${head}  egress:\n  x: y\n`,
      'egress',
      { toEntities: ['world'] },
      `${head}  egress:\n    - toEntities:\n        - world\n  x: y\n`,
    ],
    [
      'replaces null',
      `${head}  egress: null\n`,
      'egress',
      { toEntities: ['world'] },
      `${head}  egress:\n    - toEntities:\n        - world\n`,
    ],
    [
      'stays in flow style',
      `${head}  egress: [{toEntities: [world]}] # x\n`,
      'egress',
      DNS,
      `${head}  egress: [{toEntities: [world]}, {toEndpoints: [{matchLabels: {k8s:k8s-app: kube-dns}}], toPorts: [{ports: [{port: "53", protocol: UDP}]}]}] # x\n`,
    ],
    [
      'keeps the spaces of flow style',
      `${head}  egress: [ { toEntities: [ world ] } ]\n`,
      'egress',
      { toEntities: ['host', 'world'] },
      `${head}  egress: [ { toEntities: [ world ] }, { toEntities: [ host, world ] } ]\n`,
    ],
    [
      'gets a line of its own in flow style',
      `${head}  egress: [\n    {toEntities: [world]} # x\n  ]\n`,
      'egress',
      { toEntities: ['host'] },
      `${head}  egress: [\n    {toEntities: [world]}, # x\n    {toEntities: [host]}\n  ]\n`,
    ],
    [
      'writes empty maps as the file does',
      `kind: X\nspec:\n  endpointSelector: { }\n`,
      'ingress',
      { fromEndpoints: [{}] },
      `kind: X\nspec:\n  endpointSelector: { }\n  ingress:\n    - fromEndpoints:\n        - { }\n`,
    ],
    [
      'quotes a field as the same field elsewhere',
      `${head}  egress:\n    - toPorts:\n        - ports:\n            - {port: '53', protocol: 'UDP'}\n      toEntities:\n        - world\n`,
      'egress',
      { toEntities: ['host'], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }] },
      `${head}  egress:\n    - toPorts:\n        - ports:\n            - {port: '53', protocol: 'UDP'}\n      toEntities:\n        - world\n    - toEntities:\n        - host\n      toPorts:\n        - ports:\n            - port: '80'\n              protocol: 'TCP'\n`,
    ],
    [
      'keeps carriage returns and a missing last line end',
      `${head}  egress:\n    - {}`.replaceAll('\n', '\r\n'),
      'egress',
      { toEntities: ['world'] },
      `${head}  egress:\n    - {}\n    - toEntities:\n        - world`.replaceAll('\n', '\r\n'),
    ],
    [
      'leaves a description behind it alone',
      `kind: X\nspec:\n  egress:\n    - {}\n  description: |+\n    text\n\n`,
      'egress',
      {},
      `kind: X\nspec:\n  egress:\n    - {}\n    - {}\n  description: |+\n    text\n\n`,
    ],
    [
      'goes behind a description that keeps its line ends',
      `kind: X\nspec:\n  description: |+\n    text\n\n`,
      'egress',
      {},
      `kind: X\nspec:\n  description: |+\n    text\n\n  egress:\n    - {}\n`,
    ],
    [
      'goes behind a description that does not',
      `kind: X\nspec:\n  description: >-\n    text\n\n# end\n`,
      'egress',
      {},
      `kind: X\nspec:\n  description: >-\n    text\n  egress:\n    - {}\n\n# end\n`,
    ],
    [
      'writes numbers and booleans as such',
      head,
      'egress',
      { icmps: [{ fields: [{ family: 'IPv4', type: 8 }] }], enabled: true, none: null },
      `${head}  egress:\n    - icmps:\n        - fields:\n            - family: IPv4\n              type: 8\n      enabled: true\n      none: null\n`,
    ],
    [
      'quotes what would not be a string',
      head,
      'egress',
      {
        toCIDR: ['10.0.0.0/8', '::1', '*', '${x}', 'a: b', '@x', '# y', 'l\nm', "it's", '- a', 'true', 'x '],
      },
      `${head}  egress:\n    - toCIDR:\n        - 10.0.0.0/8\n        - ::1\n        - "*"\n        - \${x}\n        - "a: b"\n        - "@x"\n        - "# y"\n        - "l\\nm"\n        - it's\n        - "- a"\n        - "true"\n        - "x "\n`,
    ],
  ];
  it.each(cases)('%s', (_name, before, list, rule, after) => {
    expect(added(before, list, rule)).toBe(after);
  });

  it('can go to one of specs, in a list, and to formatted JSON', () => {
    const policy = { kind: 'CiliumNetworkPolicy', specs: [{ egress: [{}] }, { egress: [] as unknown[] }] };
    const text = JSON.stringify({ kind: 'List', items: [policy] }, null, 2);
    policy.specs[1]?.egress?.push(DNS);
    const specPath = ['items', 0, 'specs', 1];
    expect(added(text, 'egress', DNS, specPath)).toBe(
      JSON.stringify({ kind: 'List', items: [policy] }, null, 2),
    );
    policy.specs[1]?.egress?.push({ a: [] });
    expect(added(added(text, 'egress', DNS, specPath), 'egress', { a: [] }, specPath)).toBe(
      JSON.stringify({ kind: 'List', items: [policy] }, null, 2),
    );
  });

  const refused: readonly (readonly [name: string, text: string, refusal: readonly unknown[]])[] = [
    [
      'for an anchored list used elsewhere',
      'spec:\n  egress: &e\n    - {}\n  ingress: *e\n',
      ['shared-anchor', 3, 'e'],
    ],
    [
      'for a list that is an alias',
      'spec:\n  ingress: &e\n    - {}\n  egress: *e\n',
      ['shared-anchor', 4, 'e'],
    ],
    ['for a list from a merge', 'x: &x\n  egress: []\nspec:\n  <<: *x\n', ['merge-key', 4, 'egress']],
    ['for a map in place of the list', 'spec:\n  egress: {}\n', ['not-a-map', 2, 'egress']],
    ['for a missing spec', 'kind: X\n', ['not-found', 1, 'spec']],
    ['for a list in place of the spec', 'spec: []\n', ['not-a-map', 1, 'spec']],
    ['for templates', 'spec:\n  egress:\n    {{- range x }}\n', ['templated', 3, '{{']],
  ];
  it.each(refused)('is refused %s', (_name, text, [code, line, detail]) => {
    expect(add(text, 'egress', {})).toStrictEqual({
      kind: 'refused',
      refusal: { code, file: 'p.yaml', line, detail },
    });
  });
});

it('a rule that nests without an end is refused', () => {
  let rule: PlainRule = {};
  for (let depth = 0; depth < 200_000; depth += 1) rule = { a: rule };
  expect(add('spec:\n  egress: []\n', 'egress', rule)).toMatchObject({
    refusal: { code: 'unsure', detail: 'too-deep' },
  });
});

describe('laws of added rules', () => {
  it('the rule reads back for YAML 1.1 and 1.2, and all others stay', () => {
    fc.assert(
      fc.property(policyText(), fc.constantFrom(...RULE_LISTS), anyRule(), (text, list, rule) => {
        const after = added(text, list, rule);
        for (const version of ['1.1', '1.2'] as const) {
          const expected = read(text, version) as { spec: Record<string, unknown[] | null> }[];
          const spec = expected[0]?.spec ?? {};
          spec[list] = [...(spec[list] ?? []), rule];
          expect(read(after, version)).toStrictEqual(expected);
        }
      }),
    );
  });

  it('in block style only lines are added, except where the list was empty', () => {
    fc.assert(
      fc.property(policyText(), fc.constantFrom(...RULE_LISTS), anyRule(), (text, list, rule) => {
        fc.pre(!new RegExp(`${list}: *\\[`).test(text));
        const changes = lineChanges(text, added(text, list, rule));
        expect(changes.map(({ before }) => before)).toStrictEqual(['']);
      }),
    );
  });
});

function add(text: string, list: RuleList, rule: PlainRule, specPath: Path = ['spec']): EditResult {
  return addPolicyRule({ path: 'p.yaml', text }, { document: 0, specPath, list }, rule);
}

function added(text: string, list: RuleList, rule: PlainRule, specPath?: Path): string {
  const result = add(text, list, rule, specPath);
  if (result.kind !== 'edit') throw new Error(`${JSON.stringify(result)} for\n${text}`);
  return applyEdits(text, result.edits);
}

function read(text: string, version: '1.1' | '1.2'): unknown {
  return parseAllDocuments(text, { version }).map((document) => {
    expect(document.errors).toStrictEqual([]);
    return document.toJS() as unknown;
  });
}

function anyRule(): fc.Arbitrary<PlainRule> {
  const word = fc.oneof(
    fc.constantFrom(
      '53',
      'UDP',
      'true',
      'on',
      '',
      '*.x.io',
      '10.0.0.0/8',
      '${v}',
      "it's",
      'a: b',
      '1_0',
      '0o7',
      '\u2028',
      'é 😀',
      '[',
      '? x',
      '-',
      '---',
      ' x',
      'x:',
      '\t',
    ),
    fc.string({ maxLength: 6 }),
  );
  const key = fc.constantFrom('port', 'k8s:app', 'x/y', 'on', '1', 'a b', '?', '<<x');
  const { value } = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
    leaf: fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  return fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<PlainRule>;
}

function policyText(): fc.Arbitrary<string> {
  const rules = fc.constantFrom(
    'absent',
    'null',
    '[]',
    '[ ]',
    '[{toEntities: [world]}]',
    "[ { toEntities: [ 'world' ] }, ]",
    'block',
    'block-comment',
    'lines',
  );
  return fc
    .record({
      first: rules,
      second: rules,
      step: fc.integer({ min: 1, max: 4 }),
      dash: fc.boolean(),
      gap: fc.constantFrom(' ', '   '),
      tail: fc.constantFrom('', '# end\n', '---\nx: 1\n', '...\n'),
      crlf: fc.boolean(),
      last: fc.boolean(),
    })
    .map(({ first, second, step, dash, gap, tail, crlf, last }) => {
      const pad = ' '.repeat(step);
      const column = dash ? pad + pad : pad;
      const list = (name: string, how: string): string => {
        const inner = `${column}-${gap}`;
        const next = ' '.repeat(inner.length);
        switch (how) {
          case 'absent':
            return '';
          case 'null':
            return `${pad}${name}:\n`;
          case 'block':
            return `${pad}${name}:\n${inner}toEntities:\n${next}${dash ? pad : ''}-${gap}world\n`;
          case 'block-comment':
            return `${pad}${name}: # why\n${column}# first\n${inner}{}   # b\n${inner}toCIDR: ["::1"]\n\n${column} # deep\n${pad}# next\n`;
          case 'lines':
            return `${pad}${name}: [\n${pad}  {toEntities: [world]}, # x\n${pad}  {}\n${pad}]\n`;
          default:
            return `${pad}${name}: ${how} # c\n`;
        }
      };
      let text = `kind: X\nspec:\n${pad}endpointSelector: {}\n${list('ingress', first)}${list('egress', second)}${tail}`;
      if (!last) text = text.replace(/\n$/, '');
      return crlf ? text.replaceAll('\n', '\r\n') : text;
    });
}
