import { ENFORCEMENT_DISABLED, enforcementLabel, profileLabel } from '../lookup.ts';
import type { Catalog } from '../types.ts';
import { deadlineAnnotation, metricAnnotation, metricLabel } from './metrics.ts';

/** One alerting rule of Prometheus, before it is text. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly forSeconds: number;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
  /** Which of the rendered runbooks says what to do. */
  readonly runbook: RunbookName;
}

export const RUNBOOKS = ['network-policy-escape-hatch', 'network-policy-verification'] as const;
export type RunbookName = (typeof RUNBOOKS)[number];

/** The deadline of a hatch is one of these marks, so that PromQL can compare it: {@link overdue}. */
export const DEADLINE_STEP_SECONDS = 300;
const MISSING_AFTER_SECONDS = 15 * 60;
const DROPS_WINDOW = '10m';

/** The alerts of network policy, in the order of the file. */
export function alertRules(catalog: Catalog): readonly AlertRule[] {
  const { hatch } = catalog;
  const key = `${enforcementLabel(catalog)}=${ENFORCEMENT_DISABLED}`;
  return [
    {
      alert: 'NetworkPolicyEnforcementDisabled',
      expr: openNamespaces(catalog),
      forSeconds: hatch.warnAfterSeconds,
      severity: 'warning',
      summary: 'Network policy is not enforced in namespace {{ $labels.namespace }}.',
      description: `The namespace {{ $labels.namespace }} has the label ${key}: everything may reach it, and it may reach everything, but for deny rules. \`propolis hatch status {{ $labels.namespace }}\` says who opened it, why and until when.`,
      runbook: 'network-policy-escape-hatch',
    },
    {
      alert: 'NetworkPolicyEnforcementDisabledLong',
      expr: openNamespaces(catalog),
      forSeconds: hatch.criticalAfterSeconds,
      severity: 'critical',
      summary: `Network policy has not been enforced in namespace {{ $labels.namespace }} for ${durationText(hatch.criticalAfterSeconds)}.`,
      description: `The namespace {{ $labels.namespace }} has had the label ${key} for more than ${durationText(hatch.criticalAfterSeconds)}. Close it: \`propolis hatch close {{ $labels.namespace }}\`.`,
      runbook: 'network-policy-escape-hatch',
    },
    {
      alert: 'NetworkPolicyEnforcementDisabledOverdue',
      expr: overdue(catalog),
      forSeconds: 0,
      severity: 'critical',
      summary: 'The escape hatch of namespace {{ $labels.namespace }} is open past its agreed time.',
      description:
        'The namespace {{ $labels.namespace }} was to be closed by now. Close it, or agree on a new time: `propolis hatch close {{ $labels.namespace }}`.',
      runbook: 'network-policy-escape-hatch',
    },
    {
      alert: 'NetworkPolicyEnforcementDisabledWithoutEnd',
      expr: `${openNamespaces(catalog)}\nunless on (cluster, namespace)\n${deadlines(catalog)}`,
      forSeconds: hatch.warnAfterSeconds,
      severity: 'warning',
      summary: 'Nobody said until when network policy is disabled in namespace {{ $labels.namespace }}.',
      description: `The namespace {{ $labels.namespace }} has the label ${key} without an agreed end, so no alert will tell that it is overdue: it was not opened by \`propolis hatch open\`, or kube-state-metrics does not export the annotation ${deadlineAnnotation(catalog)}.`,
      runbook: 'network-policy-escape-hatch',
    },
    {
      alert: 'NetworkPolicyEnforcementMetricMissing',
      expr: `absent(kube_namespace_labels{${metricLabel(profileLabel(catalog))}!=""})`,
      forSeconds: MISSING_AFTER_SECONDS,
      severity: 'warning',
      summary: 'The alerts about disabled network policy cannot fire.',
      description: `No namespace has the label ${profileLabel(catalog)} in kube_namespace_labels: kube-state-metrics is gone, or is not told to export the labels of namespaces.`,
      runbook: 'network-policy-escape-hatch',
    },
    {
      alert: 'NetworkPolicyDrops',
      expr: drops(),
      forSeconds: hatch.warnAfterSeconds,
      severity: 'warning',
      summary:
        'Network policy drops traffic from {{ or $labels.source_namespace "outside" }} to {{ or $labels.destination_namespace "outside" }}.',
      description:
        '{{ $value | printf "%.0f" }} drops in ten minutes from {{ or $labels.source_namespace "outside" }} to {{ or $labels.destination_namespace "outside" }}. `propolis debug` names what blocks, and the fix.',
      runbook: 'network-policy-verification',
    },
  ];
}

/** One series for each open namespace, whichever replica of kube-state-metrics told of it. */
function openNamespaces(catalog: Catalog): string {
  return `max by (cluster, namespace) (\n  kube_namespace_labels{${metricLabel(enforcementLabel(catalog))}="${ENFORCEMENT_DISABLED}"}\n)`;
}

function deadlines(catalog: Catalog): string {
  return `kube_namespace_annotations{${metricAnnotation(deadlineAnnotation(catalog))}!=""}`;
}

/**
 * PromQL cannot read a number from a label. It can write one: `count_values` names each mark of the last days, and
 * the deadline, which is one of them, is looked for among the names. It looks back until the alert about a long time
 * has begun, which tells of the namespace from then on.
 */
function overdue(catalog: Catalog): string {
  const label = metricAnnotation(deadlineAnnotation(catalog));
  const back = durationText(catalog.hatch.criticalAfterSeconds + DEADLINE_STEP_SECONDS);
  return `${openNamespaces(catalog)}
and on (cluster, namespace)
(
  ${deadlines(catalog)}
  and on (${label})
  max_over_time(count_values("${label}", vector(time()))[${back}:${durationText(DEADLINE_STEP_SECONDS)}])
)`;
}

/**
 * Hubble's own metric, whose reasons are the names of its enum; the agent's `cilium_drop_count_total` has words. The
 * first part is for a counter that has just begun: there is nothing that it could have grown from.
 */
function drops(): string {
  const dropped = 'hubble_drop_total{reason=~"POLICY_DENIED|POLICY_DENY"}';
  return `sum by (cluster, source_namespace, destination_namespace) (
  (${dropped} unless ${dropped} offset ${DROPS_WINDOW})
  or increase(${dropped}[${DROPS_WINDOW}])
) > 0`;
}

/** `5m`, `24h`, `90s`: as Prometheus and the catalog write it. */
export function durationText(seconds: number): string {
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
