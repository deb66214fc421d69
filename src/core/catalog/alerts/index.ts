export { deadlineAnnotation, exportedKeys, metricAnnotation, metricLabel } from './metrics.ts';
export { alertsText, METRICS_CONFIG_NAME, metricsConfigText } from './print.ts';
export {
  type AlertRule,
  alertRules,
  DEADLINE_STEP_SECONDS,
  durationText,
  RUNBOOKS,
  type RunbookName,
} from './rules.ts';
