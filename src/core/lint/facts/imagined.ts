import type { Engine } from '../../engine/index.ts';
import { isIdentityLabel } from '../../model/identity.ts';
import {
  CLUSTER_KEY,
  formatLabel,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  SERVICE_ACCOUNT_KEY,
} from '../../model/label.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import type { Requirement, Selector } from '../../model/selector.ts';
import type { Endpoint } from '../../model/world.ts';

/**
 * Pods for the selectors, of subjects and of peers, that select no pod of the files: with Helm and operators most
 * workloads are in no file, and their policies are to be judged all the same. Each has the labels that its selector
 * asks for, the labels of its namespace, and nothing else.
 */
export function imaginedPods({ compiled, options }: Engine, read: RepositoryRead): readonly Endpoint[] {
  const namespaces = new Map(read.namespaces.map(({ name, labels }) => [name, labels]));
  const found = new Map<string, Endpoint>();
  for (const { isNode, subject, peers } of compiled.entries) {
    const selectors = isNode ? [] : [subject];
    for (const peer of peers) if (peer.kind === 'labels') selectors.push(peer.selector);
    for (const selector of selectors) {
      if (!asksForPod(selector) || compiled.selectors.members(internOf(compiled, selector)).length > 0)
        continue;
      const pod = podFor(selector, namespaces, options.clusterName);
      if (pod !== undefined && !found.has(pod.id)) found.set(pod.id, pod);
    }
  }
  return [...found.values()];
}

function internOf({ selectors }: Engine['compiled'], selector: Selector): number {
  return selectors.intern({ kind: 'labels', selector });
}

/** Whether some label is asked for by which pods, not namespaces or reserved identities, are told apart. */
function asksForPod({ requirements }: Selector): boolean {
  return (
    requirements.every(isPossible) &&
    requirements.some(
      ({ key, operator }) => (operator === 'In' || operator === 'Exists') && key !== CLUSTER_KEY,
    )
  );
}

function isPossible({ source, key, operator }: Requirement): boolean {
  if (operator === 'NotIn' || operator === 'DoesNotExist') return true;
  return (source === 'k8s' || source === 'any') && isIdentityLabel(key);
}

function podFor(
  { requirements }: Selector,
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>,
  cluster: string,
): Endpoint | undefined {
  const wanted = new Map<string, string>();
  for (const { key, operator, values } of requirements) {
    if (operator === 'In') {
      const value = values[0] ?? '';
      // Two different values for one key: no pod has both.
      if (wanted.has(key) && wanted.get(key) !== '' && !values.includes(wanted.get(key) ?? ''))
        return undefined;
      if (!wanted.has(key)) wanted.set(key, value);
    } else if (operator === 'Exists' && !wanted.has(key)) wanted.set(key, '');
  }
  const given = wanted.get(NAMESPACE_KEY) ?? '';
  const namespace = given === '' ? ANY_NAMESPACE : given;
  const labels = new Map<string, string>([
    [CLUSTER_KEY, cluster],
    [SERVICE_ACCOUNT_KEY, 'default'],
    ...Object.entries(namespaces.get(namespace) ?? {}).map(
      ([key, value]) => [`${NAMESPACE_LABELS_PREFIX}${key}`, value] as const,
    ),
  ]);
  for (const [key, value] of wanted) {
    const known = labels.get(key);
    // A label of a namespace that is known to have another value.
    if (known !== undefined && key.startsWith(NAMESPACE_LABELS_PREFIX) && known !== value && value !== '')
      return undefined;
    labels.set(key, value === '' ? (known ?? '') : value);
  }
  labels.set(NAMESPACE_KEY, namespace);
  return {
    id: `${namespace}/(${describe(wanted)})`,
    labels: [...labels].map(([key, value]) => formatLabel({ source: 'k8s', key, value })),
  };
}

/** No namespace can be called so. */
const ANY_NAMESPACE = '(any)';

function describe(wanted: ReadonlyMap<string, string>): string {
  return [...wanted]
    .filter(([key]) => key !== NAMESPACE_KEY && key !== CLUSTER_KEY)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(', ');
}
