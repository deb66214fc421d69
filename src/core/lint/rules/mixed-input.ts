import { asFields, asList, fieldAt } from '../../manifest/yaml/fields.ts';
import { formatPath } from '../../model/place.ts';
import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface MixedInputFields {
  readonly input: string;
  /** How many inputs say `false`, and how many have a map there. */
  readonly off: number;
  readonly on: number;
  /** The fields of such a map. */
  readonly keys: readonly string[];
}

export const mixedInput: Rule<'mixed-input', MixedInputFields> = defineRule({
  id: 'mixed-input',
  name: 'Input that is false here and a map there',
  severity: 'info',
  group: 'model',
  examples: {
    wrong: { 'namespaces.yaml': exampleWith('false') },
    right: { 'namespaces.yaml': exampleWith('{}') },
  },
  check({ namespaces, documents }, report) {
    const seen = new Set<string>();
    for (const { place, form } of namespaces.declared) {
      if (form.kind !== 'resource-set-input' || seen.has(`${place.file}#${form.document}`)) continue;
      seen.add(`${place.file}#${form.document}`);
      const document = documents.file(place.file)?.documents[form.document]?.parse();
      const inputs = asList(fieldAt(document?.value, ['spec', 'inputs'])) ?? [];
      const names = new Set(inputs.flatMap((input) => Object.keys(asFields(input) ?? {})));
      for (const name of names) {
        const values = inputs.map((input) => asFields(input)?.[name]);
        const off = values.filter((value) => value === false).length;
        const maps = values.flatMap((value) => asFields(value) ?? []);
        const first = values.indexOf(false);
        if (off === 0 || maps.length === 0 || document === undefined) continue;
        const path = ['spec', 'inputs', first, name];
        report({
          at: atPlace(document.locate(path), formatPath(path)),
          fields: { input: name, off, on: maps.length, keys: Object.keys(maps[0] ?? {}) },
          key: name,
        });
      }
    }
  },
});

function exampleWith(off: string): string {
  return `apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata:
  name: namespaces
  namespace: flux-system
spec:
  inputs:
    - name: database
      networkPolicy: ${off}
    - name: shop
      networkPolicy:
        profile: standard
  resourcesTemplate: |
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: << inputs.name >>
      labels:
        team: platform
        <<- if inputs.networkPolicy >>
        network-policy.homelab/profile: << inputs.networkPolicy.profile >>
        <<- end >>
`;
}
