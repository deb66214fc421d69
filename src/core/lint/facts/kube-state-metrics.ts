import type { Place } from '../../model/place.ts';
import type { LintContext } from '../context.ts';

/** Which labels of namespaces kube-state-metrics is told to export. */
export interface ExportedLabels {
  /** By Prometheus' name of the label, `label_…`. */
  has(label: string): boolean;
  readonly problem: 'not-listed' | 'none-listed' | 'unknown';
  readonly place: Place | undefined;
}

/**
 * Reads the allowlist wherever it may stand: as a value of the Helm chart, or as an argument of the container.
 * Form: `namespaces=[a.example/b,c]`, where `*` stands for anything (kube-state-metrics 2.20).
 */
export function exportedLabels({ documents, read }: LintContext): ExportedLabels {
  const patterns: string[] = [];
  let place: Place | undefined;
  const files = ['metricLabelsAllowlist', 'metric-labels-allowlist'].flatMap((word) =>
    documents.containing(word),
  );
  for (const { source } of files) {
    const at = source.text.search(/metricLabelsAllowlist|metric-labels-allowlist/);
    place ??= source.place(at);
    for (const match of source.text.matchAll(/namespaces=\[([^\]\n]{0,4000})\]/g)) {
      const line = source.text.slice(source.text.lastIndexOf('\n', match.index) + 1, match.index);
      if (line.includes('#')) continue;
      place = source.place(match.index);
      patterns.push(...(match[1] ?? '').split(',').map((pattern) => pattern.trim()));
    }
  }
  const isHere =
    place !== undefined ||
    read.workloads.some(({ name }) => name.includes('kube-state-metrics')) ||
    documents.containing('kube-state-metrics').length > 0 ||
    documents.containing('kube-prometheus-stack').length > 0;
  return {
    has: (label) => patterns.some((pattern) => isExported(pattern, label)),
    problem: patterns.length > 0 ? 'not-listed' : isHere ? 'none-listed' : 'unknown',
    place,
  };
}

function isExported(pattern: string, label: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return metricLabel(pattern) === label;
  const head = metricLabel(pattern.slice(0, star));
  const tail = sanitize(pattern.slice(star + 1));
  return label.startsWith(head) && label.endsWith(tail) && label.length >= head.length + tail.length;
}

/** The name of a label in Prometheus. kube-state-metrics `internal/store/utils.go`. */
export function metricLabel(key: string): string {
  return `label_${sanitize(key)}`;
}

function sanitize(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
