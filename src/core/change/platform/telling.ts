import {
  CLUSTER_KEY,
  kubernetesLabel,
  type LabelText,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  parseLabel,
  SERVICE_ACCOUNT_KEY,
} from '../../model/label.ts';

/** Labels by which people know a workload, the most telling first. */
const TELLING = [
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'app.kubernetes.io/instance',
  'name',
  'app.kubernetes.io/component',
  'component',
];

/** Labels that change with every release or run. */
const PASSING = /version|hash|revision|chart|job-name|managed-by/;

/**
 * As few of a pod's own labels as tell it from others of its namespace: one that people know it by, then more.
 * Undefined where nothing does.
 */
export function tellingLabels(
  labels: readonly LabelText[],
  others: readonly (readonly LabelText[])[],
): Readonly<Record<string, string>> | undefined {
  const own = ownLabels(labels);
  const known = TELLING.filter((key) => own.has(key));
  const rest = [...own.keys()].filter((key) => !TELLING.includes(key) && !PASSING.test(key));
  const keys = [...known, ...rest.sort()];
  const isAlike = (other: readonly LabelText[], chosen: readonly string[]): boolean =>
    chosen.every((key) => kubernetesLabel(other, key) === own.get(key));
  const isTold = (chosen: readonly string[]): boolean => !others.some((other) => isAlike(other, chosen));
  const single = keys.find((key) => isTold([key]));
  if (single !== undefined) return pick(own, [single]);
  for (let length = 2; length <= keys.length; length += 1) {
    if (isTold(keys.slice(0, length))) return pick(own, keys.slice(0, length));
  }
  return undefined;
}

/** One label that people know a pod by; none where it has no such label. */
export function knownLabel(labels: readonly LabelText[]): Readonly<Record<string, string>> {
  const own = ownLabels(labels);
  const key = TELLING.find((each) => own.has(each));
  return key === undefined ? {} : pick(own, [key]);
}

function pick(own: ReadonlyMap<string, string>, keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map((key) => [key, own.get(key) ?? '']));
}

/** Without what comes from the namespace, the cluster and the service account. */
function ownLabels(labels: readonly LabelText[]): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  for (const text of labels) {
    const { source, key, value } = parseLabel(text);
    const isOwn =
      source === 'k8s' &&
      ![NAMESPACE_KEY, CLUSTER_KEY, SERVICE_ACCOUNT_KEY].includes(key) &&
      !key.startsWith(NAMESPACE_LABELS_PREFIX);
    if (isOwn) own.set(key, value);
  }
  return own;
}
