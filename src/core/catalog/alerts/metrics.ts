import { enforcementLabel, hatchAnnotations, profileLabel } from '../lookup.ts';
import type { Catalog } from '../types.ts';

/** The annotation of an open namespace that alerts compare with the time. */
export function deadlineAnnotation(catalog: Catalog): string {
  return hatchAnnotations(catalog).untilUnix;
}

/** Labels and annotations of namespaces that kube-state-metrics must export, or the alerts never fire. */
export function exportedKeys(catalog: Catalog): {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
} {
  return {
    labels: [enforcementLabel(catalog), profileLabel(catalog)],
    annotations: [deadlineAnnotation(catalog)],
  };
}

/** The name of a Kubernetes label in Prometheus. kube-state-metrics `internal/store/utils.go`. */
export function metricLabel(key: string): string {
  return `label_${sanitize(key)}`;
}

/** The name of an annotation in Prometheus. The same file. */
export function metricAnnotation(key: string): string {
  return `annotation_${sanitize(key)}`;
}

function sanitize(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
