import { describe, expect, it } from 'vitest';
import type { NamespaceDeclaration } from '../../../model/repository.ts';
import { applyEdits } from '../apply-edits.ts';
import { editNamespaceLabels, type LabelChanges } from '../namespace-labels.ts';
import type { EditResult } from '../types.ts';

const TEMPLATE = `
    apiVersion: v1
    kind: Namespace
    metadata:
      name: << inputs.name >>
      <<- if inputs.policy >>
      annotations:
        <<- if inputs.policy.profile >>
        np/profile: << inputs.policy.profile >>
        <<- end >>
      <<- end >>
      labels:
        tier: << inputs.tier >>
        <<- if inputs.policy >>
        <<- if inputs.policy.profile >>
        np/profile: << inputs.policy.profile >>
        <<- end >>
        <<- if inputs.policy.enforcement >>
        np/enforcement: << inputs.policy.enforcement | quote >>
        <<- end >>
        <<- end >>
        <<- if eq inputs.tier "high" >>
        level: a
        <<- else >>
        level: b
        <<- end >>
        <<- if (index inputs "kubeApi") >>
        access/kube-api: "true"
        <<- end >>
        <<- if not (index inputs "mesh") >>
        mesh: "off"
        <<- end >>
        <<- with index inputs "team" >>
        team: << . >>
        <<- end >>
        <<- if and (index inputs "db") (hasKey inputs "dbSize") >>
        access/db: "true"
        <<- end >>
`;

describe('labels of a Namespace that a ResourceSet makes', () => {
  const a = '    - name: a\n      tier: low\n      policy: false # none\n';
  const b =
    '    - name: b\n      tier: low\n      policy:\n        profile: internal\n        enforcement: ""\n      kubeApi: true\n';
  const cases: readonly (readonly [
    name: string,
    inputs: string,
    namespace: string,
    changes: LabelChanges,
    after: string,
  ])[] = [
    [
      'come from a field',
      a + b,
      'b',
      { 'np/profile': 'isolated' },
      a + b.replace('profile: internal', 'profile: isolated'),
    ],
    [
      'come from a flag, which is false and not gone where every other input has it',
      `    - name: a\n      tier: low\n      kubeApi: false\n${b}`,
      'b',
      { 'access/kube-api': undefined },
      `    - name: a\n      tier: low\n      kubeApi: false\n${b.replace('kubeApi: true', 'kubeApi: false')}`,
    ],
    [
      'come from a map that takes the place of false, with the fields that others have',
      a + b,
      'a',
      { 'np/profile': 'isolated' },
      a.replace(
        'policy: false # none\n',
        'policy: # none\n        profile: isolated\n        enforcement: ""\n',
      ) + b,
    ],
    [
      'come from a map with the fields that the template needs where no other input has one',
      a,
      'a',
      { 'np/enforcement': 'disabled' },
      a.replace(
        'policy: false # none\n',
        'policy: # none\n        profile: ""\n        enforcement: disabled\n',
      ),
    ],
    [
      'come from a map with all fields that others have, empty',
      a + b.replace('enforcement: ""', 'enforcement: ""\n        strict: true'),
      'a',
      { 'np/profile': 'isolated' },
      a.replace(
        'policy: false # none\n',
        'policy: # none\n        profile: isolated\n        enforcement: ""\n        strict: false\n',
      ) + b.replace('enforcement: ""', 'enforcement: ""\n        strict: true'),
    ],
    [
      'go without what else is in the map',
      a + b.replace('enforcement: ""', 'enforcement: ""\n        note: x'),
      'b',
      { 'np/profile': undefined },
      a +
        b
          .replace('profile: internal', 'profile: ""')
          .replace('enforcement: ""', 'enforcement: ""\n        note: x'),
    ],
    [
      'come from a field of a condition',
      a + b,
      'a',
      { 'access/kube-api': 'true' },
      `${a}      kubeApi: true\n${b}`,
    ],
    [
      'go with the field of their condition',
      a + b,
      'b',
      { 'access/kube-api': undefined },
      a + b.replace('      kubeApi: true\n', ''),
    ],
    [
      'go with a map for which others have false',
      a + b,
      'b',
      { 'np/profile': undefined },
      a + b.replace('policy:\n        profile: internal\n        enforcement: ""\n', 'policy: false\n'),
    ],
    [
      'go with an empty field where the map is needed',
      a + b.replace('enforcement: ""', 'enforcement: x'),
      'b',
      { 'np/profile': undefined },
      a + b.replace('enforcement: ""', 'enforcement: x').replace('profile: internal', 'profile: ""'),
    ],
    [
      'go with an empty field where a comment is in the map',
      a + b.replace('internal\n', 'internal # why\n'),
      'b',
      { 'np/profile': undefined },
      a + b.replace('profile: internal\n', 'profile: "" # why\n'),
    ],
    ['go with a field that must not be true', a, 'a', { mesh: undefined }, `${a}      mesh: true\n`],
    ['come from a field that must not be true', `${a}      mesh: true\n`, 'a', { mesh: 'off' }, a],
    ['come from the dot of a with', a, 'a', { team: 'x' }, `${a}      team: x\n`],
    ['come from two conditions', a, 'a', { 'access/db': 'true' }, `${a}      db: true\n      dbSize: true\n`],
    [
      'come together',
      a + b,
      'a',
      { 'np/profile': 'x', 'access/kube-api': 'true' },
      a.replace(
        'policy: false # none\n',
        'policy: # none\n        profile: x\n        enforcement: ""\n      kubeApi: true\n',
      ) + b,
    ],
    [
      'come from inputs in flow style',
      '    - {name: a, tier: low, policy: false}\n',
      'a',
      { 'np/profile': 'x' },
      '    - {name: a, tier: low, policy: {profile: x, enforcement: ""}}\n',
    ],
    [
      'keep carriage returns',
      a.replaceAll('\n', '\r\n'),
      'a',
      { 'access/kube-api': 'true' },
      `${a}      kubeApi: true\n`.replaceAll('\n', '\r\n'),
    ],
  ];
  it.each(cases)('%s', (_name, inputs, namespace, changes, after) => {
    expect(edited(setOf(inputs), namespace, changes)).toBe(setOf(after));
  });

  it('come back to the same bytes', () => {
    const text = setOf(a + b + a.replace('name: a', 'name: c'));
    const alone: LabelChanges[] = [
      { 'np/profile': 'x' },
      { 'np/enforcement': 'disabled' },
      { 'access/kube-api': 'true' },
      { team: 'x' },
    ];
    for (const changes of [...alone, Object.assign({}, ...alone) as LabelChanges]) {
      const undo = Object.fromEntries(Object.keys(changes).map((key) => [key, undefined]));
      expect(edited(edited(text, 'a', changes), 'a', undo)).toBe(text);
    }
  });

  it('are unchanged where they are so already', () => {
    expect(
      edit(setOf(a + b), 'b', { 'np/profile': 'internal', 'access/kube-api': 'true', x: undefined }),
    ).toStrictEqual({
      kind: 'unchanged',
    });
  });

  it('come from objects that are templates', () => {
    const text = (profile: string): string =>
      `kind: ResourceSet\nspec:\n  inputs:\n    - name: a\n      profile: ${profile}\n  resources:\n    - kind: Namespace\n      metadata:\n        name: << inputs.name >>\n        labels:\n          np/profile: << inputs.profile >>\n`;
    expect(edited(text('x'), 'a', { 'np/profile': 'z' })).toBe(text('z'));
  });

  const refused: readonly (readonly [
    name: string,
    text: string,
    changes: LabelChanges,
    refusal: readonly unknown[],
  ])[] = [
    ['that the template does not write', setOf(a), { other: 'x' }, ['resource-set-template', 4, 'other']],
    ['that would take another label along', setOf(a), { level: 'a' }, ['resource-set-template', 4, 'level']],
    [
      'that the template writes with another value',
      setOf(a),
      { 'access/kube-api': 'false' },
      ['resource-set-template', 4, 'access/kube-api'],
    ],
    ['that is always written', setOf(a), { tier: undefined }, ['resource-set-template', 4, 'tier']],
    [
      'that another object follows',
      `${setOf(a)}    ---\n    kind: ConfigMap\n    data:\n      x: << if index inputs "kubeApi" >>y<< end >>\n`,
      { 'access/kube-api': 'true' },
      ['resource-set-template', 4, 'access/kube-api'],
    ],
    [
      'of a template that fails',
      setOf(a).replace('inputs.tier', 'inputs.tear'),
      { 'np/profile': 'x' },
      ['resource-set-template', 4, 'np/profile'],
    ],
    [
      'of inputs that an alias repeats',
      setOf('    - &a\n      name: a\n      tier: low\n      policy: false\n    - *a\n'),
      { 'access/kube-api': 'true' },
      ['shared-anchor', 5, 'a'],
    ],
    [
      'of another kind of object',
      'kind: Pod\nspec:\n  inputs:\n    - name: a\n',
      {},
      ['not-found', 4, 'ResourceSet'],
    ],
    [
      'of an input that is gone',
      'kind: ResourceSet\nspec:\n  inputs: []\n',
      { a: 'b' },
      ['not-found', 3, 'spec.inputs[0]'],
    ],
  ];
  it.each(refused)('are refused where it is one %s', (_name, text, changes, [code, line, detail]) => {
    const result = edit(text, 'a', changes);
    expect(result).toStrictEqual({ kind: 'refused', refusal: { code, file: 'set.yaml', line, detail } });
  });
});

/** A set with these inputs. */
function setOf(inputs: string): string {
  const text = `kind: ResourceSet\nspec:\n  inputs:\n${inputs}  resourcesTemplate: |${TEMPLATE}`;
  return inputs.includes('\r') ? text.replace(/\r?\n/g, '\r\n') : text;
}

function edit(text: string, name: string, changes: LabelChanges): EditResult {
  const target: NamespaceDeclaration = {
    name,
    labels: {},
    annotations: {},
    place: { file: 'set.yaml', line: 1, column: 1 },
    form: { kind: 'resource-set-input', document: 0, input: name === 'a' ? 0 : 1 },
  };
  return editNamespaceLabels({ path: 'set.yaml', text }, target, changes);
}

function edited(text: string, name: string, changes: LabelChanges): string {
  const result = edit(text, name, changes);
  if (result.kind !== 'edit') throw new Error(JSON.stringify(result));
  return applyEdits(text, result.edits);
}
