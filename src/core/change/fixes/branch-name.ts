import type { Fixed } from '../../diagnose/index.ts';
import type { FixStep } from '../../diagnose/types.ts';
import type { NamespaceChange } from '../namespace/plan.ts';

const LENGTH_MAX = 80;

/** What a branch with these fixes is called, where nobody named it: `propolis/zipline-postgres-access`. */
export function fixBranchName(namespace: string, fixed: readonly Fixed[]): string {
  const steps = fixed.flatMap((one) => one.steps);
  const whats = [...new Set(steps.map(whatOf))];
  const [first = 'fix'] = whats;
  return branchName(namespace, whats.length > 1 ? `${whats.length}-fixes` : first);
}

/** What a branch with labels of a namespace is called, where nobody named it. */
export function labelsBranchName({
  namespace,
  labels,
}: Pick<NamespaceChange, 'namespace' | 'labels'>): string {
  const [first, second] = labels;
  if (first === undefined || second !== undefined) return branchName(namespace, 'labels');
  const name = first.key.slice(first.key.lastIndexOf('/') + 1);
  if (first.key.startsWith('access.')) {
    return branchName(namespace, first.after === undefined ? `without-${name}-access` : `${name}-access`);
  }
  return branchName(namespace, first.after === undefined ? `without-${name}` : `${name}-${first.after}`);
}

/** `propolis/NAMESPACE-WHAT`, of letters that every store takes. */
export function branchName(namespace: string, what: string): string {
  const text = `${namespace}-${what}`.toLowerCase();
  const safe = text.replaceAll(/[^a-z0-9]+/g, '-').slice(0, LENGTH_MAX);
  return `propolis/${safe.replaceAll(/^-+|-+$/g, '')}`;
}

function whatOf(step: FixStep): string {
  switch (step.kind) {
    case 'access-label':
      return `${step.resource}-access`;
    case 'profile':
      return `profile-${step.to}`;
    case 'port':
      return `port-${step.to}`;
    case 'rule':
      return `${step.list}-rule-${step.policy.name}`;
  }
}
