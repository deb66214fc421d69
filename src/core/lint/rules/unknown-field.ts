import { formatPath } from '../../model/place.ts';
import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnknownFieldFields {
  readonly name: string;
  /** The field that was meant; empty where none is near. */
  readonly nearest: string;
  /** Whether the field is right and its value is null, which is as if it were not there. */
  readonly isNull: boolean;
  /** Whether ports stand beside it, so that without the field they are open to everyone. */
  readonly opensPorts: boolean;
}

export const unknownField: Rule<'unknown-field', UnknownFieldFields> = defineRule({
  id: 'unknown-field',
  name: 'Field that no such object has',
  severity: 'error',
  group: 'objects',
  examples: {
    wrong: {
      'policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  ingress:
    - fromEndpoint:
        - matchLabels:
            app: proxy
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
    right: {
      'policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: proxy
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
  },
  check({ read, rules }, report) {
    for (const { code, place, field, value, expected, object } of read.problems) {
      if (code !== 'unknown-field') continue;
      const isNull = value === 'null';
      const dot = field.lastIndexOf('.');
      const name = field.slice(dot + 1);
      // The rule that the field stands in: without the field it has ports and no peer.
      const opensPorts = rules.some(
        ({ policy, rule }) =>
          policy.name === object?.name &&
          policy.namespace === object.namespace &&
          rule.peers.kind === 'omitted' &&
          rule.ports !== undefined &&
          `${formatPath(rule.path)}.${name}` === field,
      );
      report({
        at: atPlace(place, field, object),
        fields: {
          name: name === '' ? value : name,
          nearest: isNull ? '' : expected,
          isNull,
          opensPorts,
        },
        key: name,
      });
    }
  },
});
