import { METRICS_CONFIG_NAME, metricAnnotation, metricLabel } from '../../catalog/index.ts';
import type { Place } from '../../model/place.ts';
import type { LintContext } from '../context.ts';

/** Which labels, or annotations, of namespaces kube-state-metrics is told to export. */
export interface ExportedKeys {
  /** By Prometheus' name, `label_…` or `annotation_…`. */
  has(name: string): boolean;
  readonly problem: 'not-listed' | 'none-listed' | 'unknown';
  readonly place: Place | undefined;
}

export type Exported = 'labels' | 'annotations';

/** The chart's value and the container's argument. */
const SETTINGS: Readonly<Record<Exported, readonly [value: string, argument: string]>> = {
  labels: ['metricLabelsAllowlist', 'metric-labels-allowlist'],
  annotations: ['metricAnnotationsAllowList', 'metric-annotations-allowlist'],
};

/**
 * Reads the allowlists wherever they may stand: as a value of the Helm chart, or as an argument of the container.
 * Form: `namespaces=[a.example/b,c]`, where `*` stands for anything (kube-state-metrics 2.20). The rendered ConfigMap
 * says something only where a release takes its values.
 */
export function exportedKeys({ documents, read }: LintContext, exported: Exported): ExportedKeys {
  const patterns: string[] = [];
  let place: Place | undefined;
  const [value, argument] = SETTINGS[exported];
  const isTaken = documents
    .containing(METRICS_CONFIG_NAME)
    .some(({ source }) => !declaresConfig(source.text));
  const files = [value, argument]
    .flatMap((word) => documents.containing(word))
    .filter(({ source }) => isTaken || !declaresConfig(source.text));
  for (const { source } of files) {
    const at = [value, argument].map((word) => source.text.indexOf(word)).filter((index) => index >= 0);
    place ??= source.place(Math.min(...at));
    for (const match of source.text.matchAll(/namespaces=\[([^\]\n]{0,4000})\]/g)) {
      const line = source.text.slice(source.text.lastIndexOf('\n', match.index) + 1, match.index);
      if (line.includes('#') || settingBefore(source.text, match.index) !== exported) continue;
      place = source.place(match.index);
      patterns.push(...(match[1] ?? '').split(',').map((pattern) => pattern.trim()));
    }
  }
  const isHere =
    place !== undefined ||
    // Who sets the one list runs it, and lacks the other.
    Object.values(SETTINGS)
      .flat()
      .some((word) => documents.containing(word).some(({ source }) => !declaresConfig(source.text))) ||
    read.workloads.some(({ name }) => name.includes('kube-state-metrics')) ||
    documents.containing('kube-state-metrics').length > 0 ||
    documents.containing('kube-prometheus-stack').length > 0;
  return {
    has: (name) => patterns.some((pattern) => isExported(pattern, name, exported)),
    problem: patterns.length > 0 ? 'not-listed' : isHere ? 'none-listed' : 'unknown',
    place,
  };
}

function declaresConfig(text: string): boolean {
  return /^kind: ConfigMap$/m.test(text) && text.includes(`name: ${METRICS_CONFIG_NAME}`);
}

/** The setting that stands nearest in front of a list: both may be in one file. */
function settingBefore(text: string, at: number): Exported {
  const last = (exported: Exported): number =>
    Math.max(...SETTINGS[exported].map((word) => text.lastIndexOf(word, at)));
  return last('annotations') > last('labels') ? 'annotations' : 'labels';
}

function isExported(pattern: string, name: string, exported: Exported): boolean {
  const metricName = exported === 'labels' ? metricLabel : metricAnnotation;
  const star = pattern.indexOf('*');
  if (star === -1) return metricName(pattern) === name;
  const head = metricName(pattern.slice(0, star));
  const tail = metricName(pattern.slice(star + 1)).slice(metricName('').length);
  return name.startsWith(head) && name.endsWith(tail) && name.length >= head.length + tail.length;
}
