import type { FlowEndpoint } from '../model/flow.ts';
import { kubernetesLabel, NAMESPACE_KEY } from '../model/label.ts';

/** The namespace of an end, also where an export's field mask left all but the labels out; empty for none. */
export function namespaceOf({ namespace, labels }: FlowEndpoint): string {
  return namespace === '' ? (kubernetesLabel(labels, NAMESPACE_KEY) ?? '') : namespace;
}
