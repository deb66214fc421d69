import { accessLabel, enforcementLabel, profileLabel } from '../../catalog/index.ts';
import { atPlace } from '../at.ts';
import type { LintContext } from '../context.ts';
import { type AlertExpression, alertExpressions } from '../facts/alerts.ts';
import { exportedLabels, metricLabel } from '../facts/kube-state-metrics.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface AlertLabelNotExportedFields {
  readonly alert: string;
  /** As Prometheus would see it. */
  readonly label: string;
  /** As Kubernetes has it; empty where that cannot be told. */
  readonly key: string;
  /** `not-listed`: other labels are exported. `none-listed`: none of namespaces. `unknown`: no file says anything of it. */
  readonly problem: 'not-listed' | 'none-listed' | 'unknown';
  /** `file:line` of what tells kube-state-metrics; empty where there is none. */
  readonly configuredAt: string;
}

/** kube-state-metrics `docs/developer/cli-arguments.md`: `kube_namespace_labels` has no label that is not asked for. */
export const alertLabelNotExported: Rule<'alert-label-not-exported', AlertLabelNotExportedFields> =
  defineRule({
    id: 'alert-label-not-exported',
    name: 'Alert that can never fire',
    severity: 'error',
    group: 'surroundings',
    examples: {
      wrong: {
        'alerts.yaml': alertExample(),
        'values.yaml': `kube-state-metrics:
  metricLabelsAllowlist:
    - pods=[*]
`,
      },
      right: {
        'alerts.yaml': alertExample(),
        'values.yaml': `kube-state-metrics:
  metricLabelsAllowlist:
    - pods=[*]
    - namespaces=[network-policy.homelab/enforcement]
`,
      },
    },
    check(context, report) {
      const expressions = alertExpressions(context, METRIC);
      if (expressions.length === 0) return;
      const exported = exportedLabels(context);
      for (const expression of expressions) {
        for (const label of labelsAsked(expression)) {
          if (exported.has(label)) continue;
          report({
            at: atPlace(expression.place, expression.field, expression.object),
            fields: {
              alert: expression.name,
              label,
              key: keyOf(context, label),
              problem: exported.problem,
              configuredAt:
                exported.place === undefined ? '' : `${exported.place.file}:${exported.place.line}`,
            },
            severity: exported.problem === 'unknown' ? 'warning' : 'error',
            key: `${expression.name} ${label}`,
            related: exported.place === undefined ? [] : [exported.place],
          });
        }
      }
    },
  });

const METRIC = 'kube_namespace_labels';
const MATCHERS = /kube_namespace_labels[ \t\n]{0,20}\{([^{}]{0,2000})\}/g;
const MATCHER = /(label_[A-Za-z0-9_]+)[ \t\n]{0,20}(=~|=)[ \t\n]{0,20}["']([^"']*)["']/g;

/** Labels without which the expression has no result. A matcher that the empty value satisfies asks for none. */
function labelsAsked({ text }: AlertExpression): readonly string[] {
  const labels = new Set<string>();
  for (const [, matchers = ''] of text.matchAll(MATCHERS)) {
    for (const [, label = '', operator, value = ''] of matchers.matchAll(MATCHER)) {
      if (operator === '=' ? value !== '' : !/^(?:$|\.\*|.*\|$|\|)/.test(value)) labels.add(label);
    }
  }
  return [...labels];
}

function keyOf({ catalog, namespaces }: LintContext, label: string): string {
  const keys = [
    profileLabel(catalog),
    enforcementLabel(catalog),
    ...catalog.resources.map(({ name }) => accessLabel(catalog, name)),
    ...namespaces.all.flatMap(({ labels }) => Object.keys(labels)),
  ];
  return keys.find((key) => metricLabel(key) === label) ?? '';
}

function alertExample(): string {
  return `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: network-policy
  namespace: monitoring
spec:
  groups:
    - name: network-policy
      rules:
        - alert: NetworkPolicyEnforcementDisabled
          expr: kube_namespace_labels{label_network_policy_homelab_enforcement="disabled"} == 1
          for: 5m
`;
}
