/**
 * A label selector after Cilium's reading of its keys. Cilium `pkg/policy/types/requirements.go`.
 * `matchLabels: {k: v}` is `In [v]`. All requirements must hold; none at all is the wildcard.
 */
export const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Requirement {
  /** `any` matches a label of every source. */
  readonly source: string;
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
  /** Written under `matchLabels`: Cilium overwrites these where it adds a namespace, and keeps expressions. */
  readonly isLabel?: true;
}

export interface Selector {
  readonly requirements: readonly Requirement[];
}

export const WILDCARD: Selector = { requirements: [] };

/**
 * Reads a key as Cilium does from 1.20: what stands before the first colon is the source, `$x` is `reserved:x`,
 * and without a colon the source is `fallback` (`any` in Cilium's objects, `k8s` in NetworkPolicy).
 */
export function selectorKey(
  text: string,
  fallback: 'any' | 'k8s',
): { readonly source: string; readonly key: string } {
  if (text.startsWith('$')) return { source: 'reserved', key: text.slice(1) };
  const colon = text.indexOf(':');
  return colon === -1
    ? { source: fallback, key: text }
    : { source: text.slice(0, colon), key: text.slice(colon + 1) };
}

export function requirement(
  key: { readonly source: string; readonly key: string },
  operator: Operator,
  values: readonly string[] = [],
): Requirement {
  return { source: key.source, key: key.key, operator, values };
}
