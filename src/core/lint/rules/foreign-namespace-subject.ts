import { NAMESPACE_KEY } from '../../model/label.ts';
import { atSubject } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ForeignNamespaceSubjectFields {
  readonly asked: readonly string[];
  readonly own: string;
  /** Whether Cilium overwrites the wish, so that the policy selects pods of its own namespace instead of none. */
  readonly isOverwritten: boolean;
}

/** Cilium `pkg/k8s/apis/cilium.io/utils/utils.go`; issue 13133. */
export const foreignNamespaceSubject: Rule<'foreign-namespace-subject', ForeignNamespaceSubjectFields> =
  defineRule({
    id: 'foreign-namespace-subject',
    name: 'Namespaced policy for pods of another namespace',
    severity: 'error',
    group: 'selectors',
    examples: {
      wrong: {
        'alloy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: alloy
  namespace: monitoring
spec:
  endpointSelector:
    matchLabels:
      io.kubernetes.pod.namespace: alloy
  ingress:
    - fromEntities:
        - ingress
`,
      },
      right: {
        'alloy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: alloy
  namespace: alloy
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - ingress
`,
      },
    },
    check(context, report) {
      for (const site of context.specs) {
        const { policy, spec } = site;
        if (policy.kind !== 'CiliumNetworkPolicy' || spec.subject.kind !== 'endpoints') continue;
        for (const { source, key, operator, values, isLabel } of spec.subject.selector.requirements) {
          const isAsked =
            (source === 'any' || source === 'k8s') && key === NAMESPACE_KEY && operator === 'In';
          if (!isAsked || values.includes(policy.namespace)) continue;
          const isOverwritten = source === 'k8s' && isLabel === true;
          report({
            at: atSubject(context, site),
            fields: { asked: values, own: policy.namespace, isOverwritten },
            key: values.join(','),
          });
        }
      }
    },
  });
