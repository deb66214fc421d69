import { accessLabel, enforcementLabel, profileLabel } from '../../catalog/index.ts';
import { atNamespace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface LabelAsAnnotationFields {
  readonly namespace: string;
  readonly annotation: string;
  readonly value: string;
  /** Whether a label of the same name stands beside it. */
  readonly isAlsoLabel: boolean;
  /** How many namespaces one template writes so; 1 where no template does. */
  readonly namespaces: number;
  readonly isTemplate: boolean;
}

export const labelAsAnnotation: Rule<'label-as-annotation', LabelAsAnnotationFields> = defineRule({
  id: 'label-as-annotation',
  name: 'Profile or access as an annotation',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations:
    network-policy.homelab/profile: internal
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: internal
`,
    },
  },
  check(context, report) {
    const { namespaces, catalog } = context;
    const access = accessLabel(catalog, '');
    const names = [profileLabel(catalog), enforcementLabel(catalog)];
    const byTemplate = new Map<string, { count: number; report: (count: number) => void }>();
    for (const namespace of namespaces.declared) {
      for (const [annotation, value] of Object.entries(namespace.annotations)) {
        if (!names.includes(annotation) && !annotation.startsWith(access)) continue;
        const isAlsoLabel =
          namespace.labels[annotation] === value && Object.hasOwn(namespace.labels, annotation);
        const isTemplate = namespace.form.kind === 'resource-set-input';
        const send = (count: number): void =>
          report({
            at: atNamespace(context, namespace, 'annotations', annotation),
            fields: {
              namespace: namespace.name,
              annotation,
              value,
              isAlsoLabel,
              namespaces: count,
              isTemplate,
            },
            severity: isAlsoLabel ? 'info' : 'error',
            key: annotation,
          });
        if (!isTemplate) {
          send(1);
          continue;
        }
        // One template writes it for all its inputs, and is to be mended once.
        const { place, form } = namespace;
        const key = `${place.file}#${form.kind === 'resource-set-input' ? form.document : 0}#${annotation}#${isAlsoLabel}`;
        const known = byTemplate.get(key) ?? { count: 0, report: send };
        known.count += 1;
        byTemplate.set(key, known);
      }
    }
    for (const { count, report: send } of byTemplate.values()) send(count);
  },
});
