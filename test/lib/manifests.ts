import { type ReadOptions, readRepository } from '../../src/core/manifest/read.ts';
import { agentOptions } from '../../src/core/model/options.ts';
import type { Approximation, Problem, RepositoryRead } from '../../src/core/model/repository.ts';

/** Reads files from memory, for tests. */
export function readFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<ReadOptions> = {},
): RepositoryRead {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return readRepository(sources, { agent: agentOptions(), ...options });
}

/** A policy that selects a pod label and allows nothing, which the agent accepts. */
export function policyText(name: string, namespace?: string, app = 'web'): string {
  return [
    'apiVersion: cilium.io/v2',
    'kind: CiliumNetworkPolicy',
    'metadata:',
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'spec:',
    `  endpointSelector: {matchLabels: {app: ${app}}}`,
    '  ingress: [{}]',
    '',
  ].join('\n');
}

export function namespaceText(name: string, labels = ''): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n${labels === '' ? '' : `  labels: {${labels}}\n`}`;
}

export function kustomizationText(...lines: readonly string[]): string {
  return ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', ...lines, ''].join('\n');
}

/** Names of policies, as `namespace/name`. */
export function policyNames(read: RepositoryRead): readonly string[] {
  return read.policies.map(({ namespace, name }) => `${namespace}/${name}`);
}

export function brief({ code, detail, count, place }: Approximation): string {
  return `${code} ${detail} ${count}× ${place.file}:${place.line}`;
}

export function briefProblem({ code, place, field, value }: Problem): string {
  return `${code} ${place.file}:${place.line}:${place.column} ${field} ${value}`.trimEnd();
}
