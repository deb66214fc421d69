import type { Problem } from '../../model/repository.ts';
import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnresolvedVariableFields {
  readonly text: string;
  /** The variables in it, without `\${}`. */
  readonly names: readonly string[];
  /** Whether the cluster may know a value that no file does. */
  readonly mayBeInCluster: boolean;
  /** How many objects cannot be judged without it. */
  readonly objects: number;
}

export const unresolvedVariable: Rule<'unresolved-variable', UnresolvedVariableFields> = defineRule({
  id: 'unresolved-variable',
  name: 'Variable without a value',
  severity: 'error',
  group: 'objects',
  examples: {
    wrong: {
      'policies/policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: printer
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toCIDR:
        - \${PRINTER_RANGE}
      toPorts:
        - ports:
            - port: "9100"
              protocol: TCP
`,
      'clusters/live/flux.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: policies
  namespace: flux-system
spec:
  path: ./policies
  interval: 10m
  prune: true
  sourceRef:
    kind: GitRepository
    name: cluster
  postBuild:
    substitute:
      PRINTER: 203.0.113.7/32
`,
    },
    right: {
      'policies/policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: printer
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toCIDR:
        - \${PRINTER_RANGE}
      toPorts:
        - ports:
            - port: "9100"
              protocol: TCP
`,
      'clusters/live/flux.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: policies
  namespace: flux-system
spec:
  path: ./policies
  interval: 10m
  prune: true
  sourceRef:
    kind: GitRepository
    name: cluster
  postBuild:
    substitute:
      PRINTER_RANGE: 203.0.113.7/32
`,
    },
  },
  check({ read }, report) {
    const unknown = new Set(
      read.approximations.flatMap(({ code, detail }) => (code === 'variable-unknown' ? [detail] : [])),
    );
    const byKey = new Map<string, Problem[]>();
    for (const problem of read.problems) {
      if (problem.code !== 'unresolved-variable') continue;
      const { kind, namespace, name } = problem.object ?? { kind: '', namespace: '', name: '' };
      const variables = variablesIn(problem.value);
      // A value that the cluster may have is missing once, however often it is used; what Flux replaces by nothing
      // is wrong in each object.
      const about = variables.some((variable) => unknown.has(variable)) ? '' : `${kind}/${namespace}/${name}`;
      const key = `${variables.join(',')} ${about}`;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [problem]);
      else known.push(problem);
    }
    for (const [first, ...others] of byKey.values()) {
      if (first === undefined) continue;
      const names = variablesIn(first.value);
      const mayBeInCluster = names.some((name) => unknown.has(name));
      const objects = new Set(
        [first, ...others].map(({ object }) => `${object?.kind}/${object?.namespace}/${object?.name}`),
      );
      report({
        at: atPlace(first.place, first.field, first.object),
        fields: { text: first.value, names, mayBeInCluster, objects: objects.size },
        severity: mayBeInCluster ? 'warning' : isPolicy(first) ? 'error' : 'info',
        key: names.join(','),
        related: others.map(({ place }) => place),
      });
    }
  },
});

/** Others are read only for what policies select. */
function isPolicy({ object }: Problem): boolean {
  return object?.kind.endsWith('NetworkPolicy') === true || object?.kind === 'Namespace';
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name = '']) => name);
}
