import { stringify } from 'yaml';
import { markYaml } from '../render/marker.ts';
import type { Catalog } from '../types.ts';
import { exportedKeys } from './metrics.ts';
import { type AlertRule, alertRules, durationText } from './rules.ts';

const SCHEMA =
  'https://raw.githubusercontent.com/datreeio/CRDs-catalog/main/monitoring.coreos.com/prometheusrule_v1.json';
const PRINTED = { lineWidth: 0, singleQuote: false, blockQuote: 'literal' } as const;

/** The file of the alerts: an object of the operator, or rules as Prometheus itself reads them. */
export function alertsText(catalog: Catalog): string {
  const groups = { groups: [{ name: 'network-policy', rules: alertRules(catalog).map(ruleFor(catalog)) }] };
  if (catalog.alerts.form === 'rules') return markYaml(`---\n${stringify(groups, PRINTED)}`);
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'network-policy',
      namespace: catalog.prometheus.namespace,
      ...(Object.keys(catalog.alerts.labels).length === 0 ? {} : { labels: catalog.alerts.labels }),
    },
    spec: groups,
  };
  return markYaml(`---\n# yaml-language-server: $schema=${SCHEMA}\n${stringify(object, PRINTED)}`);
}

/** The name of the ConfigMap that holds what kube-state-metrics must be told. */
export const METRICS_CONFIG_NAME = 'kube-state-metrics-network-policy';

/**
 * What kube-state-metrics must export, as values for the two charts that bring it: an object, so that a HelmRelease
 * can name it under `valuesFrom`, and a folder that Flux builds stays one of objects.
 */
export function metricsConfigText(catalog: Catalog): string {
  const { labels, annotations } = exportedKeys(catalog);
  const values = {
    metricLabelsAllowlist: [`namespaces=[${labels.join(',')}]`],
    metricAnnotationsAllowList: [`namespaces=[${annotations.join(',')}]`],
  };
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: METRICS_CONFIG_NAME, namespace: catalog.prometheus.namespace },
    data: {
      'values.yaml': stringify({ 'kube-state-metrics': values }, PRINTED),
      'kube-state-metrics.yaml': stringify(values, PRINTED),
    },
  };
  const comment = [
    '# Values for Helm, without which the alerts beside this file never fire. In the HelmRelease:',
    '#   valuesFrom:',
    '#     - kind: ConfigMap',
    `#       name: ${METRICS_CONFIG_NAME}`,
    '# values.yaml is for the chart kube-prometheus-stack. For the chart kube-state-metrics alone add',
    '#       valuesKey: kube-state-metrics.yaml',
    '# Helm replaces lists: where the release has lists of its own, add these entries there instead.',
  ];
  return markYaml(`---\n${comment.join('\n')}\n${stringify(object, PRINTED)}`);
}

function ruleFor({ alerts, paths }: Catalog): (rule: AlertRule) => object {
  const base = (alerts.runbookUrl === '' ? paths.runbooks : alerts.runbookUrl).replace(/\/$/, '');
  return ({ alert, expr, forSeconds, severity, summary, description, runbook }) => ({
    alert,
    expr,
    ...(forSeconds === 0 ? {} : { for: durationText(forSeconds) }),
    labels: { severity },
    annotations: { summary, description, runbook_url: `${base}/${runbook}.md` },
  });
}
