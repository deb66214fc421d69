import type { Catalog } from '../catalog/index.ts';
import { worldName } from '../engine/index.ts';
import { parseAddress } from '../model/cidr.ts';
import { reservedLabels } from '../model/identity.ts';
import {
  CLUSTER_KEY,
  type LabelText,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  SERVICE_ACCOUNT_KEY,
} from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead } from '../model/repository.ts';
import type { Endpoint } from '../model/world.ts';
import type { End } from './ends.ts';

export interface LabelSources {
  readonly read: RepositoryRead;
  readonly catalog: Catalog;
  readonly options: AgentOptions;
}

/** The endpoint as it would be with the files applied: its own labels, and its namespace's from the files. */
export function endpointInFiles(end: End, sources: LabelSources): Endpoint {
  const { options } = sources;
  if (end.party.kind !== 'pod')
    return { id: end.id, labels: outsideLabels(end, options), addresses: [end.ip] };
  const ports = end.workload?.ports ?? [];
  return { id: end.id, labels: podLabels(end, sources), ports, addresses: end.ip === '' ? [] : [end.ip] };
}

/** The endpoint exactly as the flow recorded it. */
export function endpointAsRecorded(end: End, sources: LabelSources): Endpoint {
  const inFiles = endpointInFiles(end, sources);
  return end.party.kind === 'pod' && end.labelsFrom === 'flow'
    ? { ...inFiles, labels: end.recorded }
    : inFiles;
}

function outsideLabels(end: End, options: AgentOptions): readonly LabelText[] {
  const address = end.ip === '' ? undefined : parseAddress(end.ip);
  const cidr = address === undefined ? [] : [`cidr:${end.ip}/${address.family === 4 ? 32 : 128}`];
  if (end.party.kind === 'outside') {
    const kept = end.recorded.filter(
      (label) => label.startsWith('fqdn:') || label.startsWith('reserved:kube-apiserver'),
    );
    const names = end.names.map((name) => `fqdn:${name}`);
    return [...new Set([`reserved:${worldName(address?.family ?? 4, options)}`, ...cidr, ...names, ...kept])];
  }
  if (end.party.kind === 'unknown')
    return cidr.length === 0
      ? end.recorded
      : [...cidr, `reserved:${worldName(address?.family ?? 4, options)}`];
  const recorded = end.recorded.filter((label) => !label.startsWith('cidr:'));
  const labels = recorded.length > 0 ? recorded : reservedLabels(end.party.name as 'host');
  return [...labels, ...cidr];
}

function podLabels(end: End, { read, catalog, options }: LabelSources): readonly LabelText[] {
  const { namespace, cluster } = end.party;
  // A pod that is starting has no other label yet; one of another cluster has those of its own namespace there.
  if (cluster !== '' || end.recorded.includes('reserved:init')) {
    return end.recorded.length > 0
      ? end.recorded
      : [`k8s:${NAMESPACE_KEY}=${namespace}`, `k8s:${CLUSTER_KEY}=${cluster}`];
  }
  const own = new Map<string, string>();
  const ofNamespace = new Map<string, string>();
  for (const label of end.recorded) {
    const [key, value] = kubernetesPair(label);
    if (key === undefined) continue;
    if (key.startsWith(NAMESPACE_LABELS_PREFIX))
      ofNamespace.set(key.slice(NAMESPACE_LABELS_PREFIX.length), value);
    else own.set(key, value);
  }
  if (end.labelsFrom !== 'flow') {
    for (const [key, value] of Object.entries(end.workload?.podLabels ?? {})) own.set(key, value);
    own.set(SERVICE_ACCOUNT_KEY, end.workload?.serviceAccount ?? 'default');
    own.set(CLUSTER_KEY, options.clusterName);
  }
  own.set(NAMESPACE_KEY, namespace);
  const declared = read.namespaces.find(({ name }) => name === namespace);
  if (declared !== undefined && (declared.form.kind !== 'implied' || ofNamespace.size === 0)) {
    // Labels of the product's own are as the files say, even where they say none; others may come from elsewhere.
    for (const key of ofNamespace.keys()) if (isManagedLabel(catalog, key)) ofNamespace.delete(key);
    for (const [key, value] of Object.entries(declared.labels)) ofNamespace.set(key, value);
  }
  return [
    ...[...own].map(([key, value]) => kubernetesText(key, value)),
    ...[...ofNamespace].map(([key, value]) => kubernetesText(`${NAMESPACE_LABELS_PREFIX}${key}`, value)),
  ];
}

/** Whether a namespace's label is one that the product writes. */
export function isManagedLabel(catalog: Catalog, key: string): boolean {
  return key.startsWith(`${catalog.labelPrefix}/`) || key.startsWith(`access.${catalog.labelPrefix}/`);
}

function kubernetesPair(label: LabelText): readonly [key: string | undefined, value: string] {
  if (!label.startsWith('k8s:')) return [undefined, ''];
  const equals = label.indexOf('=');
  return equals === -1 ? [label.slice(4), ''] : [label.slice(4, equals), label.slice(equals + 1)];
}

function kubernetesText(key: string, value: string): LabelText {
  return value === '' ? `k8s:${key}` : `k8s:${key}=${value}`;
}
