import { isIdentityLabel } from '../../model/identity.ts';
import {
  CLUSTER_KEY,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  SERVICE_ACCOUNT_KEY,
} from '../../model/label.ts';
import type { Operator, Requirement } from '../../model/selector.ts';
import { atPolicy } from '../at.ts';
import { podSelectors } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface DroppedLabelFields {
  readonly key: string;
  readonly operator: Operator;
  /** A key that means what was probably meant; empty where there is none. */
  readonly instead: string;
  readonly isSubject: boolean;
}

/** Cilium `pkg/labelsfilter/filter.go`, the defaults; `pkg/k8s/utils/utils.go` (`SanitizePodLabels`). */
export const droppedLabel: Rule<'dropped-label', DroppedLabelFields> = defineRule({
  id: 'dropped-label',
  name: 'Selector on a label that Cilium drops',
  severity: 'error',
  group: 'selectors',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: cilium.io/v2
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
            kubernetes.io/metadata.name: monitoring
      toPorts:
        - ports:
            - port: "9090"
              protocol: TCP
`,
    },
    right: {
      'web.yaml': `apiVersion: cilium.io/v2
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
            io.kubernetes.pod.namespace: monitoring
      toPorts:
        - ports:
            - port: "9090"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const { selector, site, rule, path } of podSelectors(context)) {
      for (const wanted of selector.requirements) {
        if (!isDropped(wanted)) continue;
        const { key, operator } = wanted;
        report({
          at: atPolicy(context, site.policy, keyPath(path, wanted)),
          fields: { key, operator, instead: insteadOf(key), isSubject: rule === undefined },
          key,
        });
      }
    }
  },
});

function keyPath(
  path: readonly (string | number)[],
  { source, key, isLabel }: Requirement,
): readonly (string | number)[] {
  const written = source === 'any' ? key : `${source}:${key}`;
  return isLabel === true ? [...path, 'matchLabels', written] : path;
}

function isDropped({ source, key }: Requirement): boolean {
  if (source !== 'any' && source !== 'k8s') return false;
  if (key === NAMESPACE_KEY || key === CLUSTER_KEY || key === SERVICE_ACCOUNT_KEY) return false;
  if (key.startsWith(NAMESPACE_LABELS_PREFIX)) return false;
  return key.startsWith('io.cilium.k8s') || !isIdentityLabel(key);
}

/** What people mean by such keys. */
function insteadOf(key: string): string {
  if (key === 'kubernetes.io/metadata.name') return NAMESPACE_KEY;
  const label = /^(?:k8s\.)?io\.(?:kubernetes|cilium\.k8s)\.(?:pod\.)?namespaces?\.labels?\.(.+)$/.exec(
    key,
  )?.[1];
  if (label !== undefined) return `${NAMESPACE_LABELS_PREFIX}${label}`;
  if (/^io\.kubernetes\.(?:pod\.)?namespace/.test(key)) return NAMESPACE_KEY;
  if (/^io\.cilium\.k8s\.(?:policy\.)?service-?account/i.test(key)) return SERVICE_ACCOUNT_KEY;
  return '';
}
