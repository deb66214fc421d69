import {
  accessLabel,
  deadlineAnnotation,
  enforcementLabel,
  metricAnnotation,
  metricLabel,
  profileLabel,
} from '../../catalog/index.ts';
import { atPlace } from '../at.ts';
import type { LintContext } from '../context.ts';
import { type AlertExpression, alertExpressions } from '../facts/alerts.ts';
import { type Exported, exportedKeys } from '../facts/kube-state-metrics.ts';
import { defineRule, type Report, type Rule } from '../rule.ts';

export interface AlertLabelNotExportedFields {
  readonly alert: string;
  /** Whether it is a label or an annotation of namespaces. */
  readonly metric: Exported;
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
      for (const exported of ['labels', 'annotations'] as const) checkMetric(context, report, exported);
    },
  });

const METRICS: Readonly<Record<Exported, string>> = {
  labels: 'kube_namespace_labels',
  annotations: 'kube_namespace_annotations',
};

function checkMetric(
  context: LintContext,
  report: Report<AlertLabelNotExportedFields>,
  exported: Exported,
): void {
  const expressions = alertExpressions(context, METRICS[exported]);
  if (expressions.length === 0) return;
  const keys = exportedKeys(context, exported);
  for (const expression of expressions) {
    for (const label of labelsAsked(expression, exported)) {
      if (keys.has(label)) continue;
      report({
        at: atPlace(expression.place, expression.field, expression.object),
        fields: {
          alert: expression.name,
          metric: exported,
          label,
          key: keyOf(context, label),
          problem: keys.problem,
          configuredAt: keys.place === undefined ? '' : `${keys.place.file}:${keys.place.line}`,
        },
        severity: keys.problem === 'unknown' ? 'warning' : 'error',
        key: `${expression.name} ${label}`,
        related: keys.place === undefined ? [] : [keys.place],
      });
    }
  }
}

const MATCHERS: Readonly<Record<Exported, RegExp>> = {
  labels: /kube_namespace_labels[ \t\n]{0,20}\{([^{}]{0,2000})\}/g,
  annotations: /kube_namespace_annotations[ \t\n]{0,20}\{([^{}]{0,2000})\}/g,
};
const MATCHER = /((?:label|annotation)_[A-Za-z0-9_]+)[ \t\n]{0,20}(=~|!=|=)[ \t\n]{0,20}["']([^"']*)["']/g;

/** Labels without which the expression has no result. A matcher that the empty value satisfies asks for none. */
function labelsAsked({ text }: AlertExpression, exported: Exported): readonly string[] {
  const labels = new Set<string>();
  for (const [, matchers = ''] of text.matchAll(MATCHERS[exported])) {
    for (const [, label = '', operator = '', value = ''] of matchers.matchAll(MATCHER)) {
      if (asks(operator, value)) labels.add(label);
    }
  }
  return [...labels];
}

function asks(operator: string, value: string): boolean {
  switch (operator) {
    case '=':
      return value !== '';
    case '!=':
      return value === '';
    default:
      return !/^(?:$|\.\*|.*\|$|\|)/.test(value);
  }
}

function keyOf({ catalog, namespaces }: LintContext, label: string): string {
  const keys = [
    profileLabel(catalog),
    enforcementLabel(catalog),
    ...catalog.resources.map(({ name }) => accessLabel(catalog, name)),
    ...namespaces.all.flatMap(({ labels }) => Object.keys(labels)),
  ];
  const deadline = deadlineAnnotation(catalog);
  if (metricAnnotation(deadline) === label) return deadline;
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
