import { formatPolicyRef } from '../model/policy.ts';
import type { NamespaceDeclaration, RepositoryRead } from '../model/repository.ts';

/** What two readings of a repository say differently. Places are left out: lines move when a file changes. */
export interface ReadDifference {
  readonly namespaces: readonly NamespaceDifference[];
  /** Other objects and findings, each by a name to show: `CNP shop/web`, `Service shop/web`, `problems`. */
  readonly others: readonly string[];
}

export interface NamespaceDifference {
  readonly name: string;
  /** Absent where the namespace is not there. */
  readonly before: NamespaceDeclaration | undefined;
  readonly after: NamespaceDeclaration | undefined;
}

export function compareReads(before: RepositoryRead, after: RepositoryRead): ReadDifference {
  const namespaces = compareLists(before.namespaces, after.namespaces, ({ name }) => name).map(
    ({ key, was, is }) => ({ name: key, before: was, after: is }),
  );
  const others = [
    ...named(before.policies, after.policies, formatPolicyRef),
    ...named(before.refused, after.refused, formatPolicyRef),
    ...named(
      before.workloads,
      after.workloads,
      ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`,
    ),
    ...named(before.services, after.services, ({ namespace, name }) => `Service ${namespace}/${name}`),
    ...named(before.cidrGroups, after.cidrGroups, ({ name }) => `CiliumCIDRGroup ${name}`),
    ...(canonical(before.problems) === canonical(after.problems) ? [] : ['problems']),
    ...(canonical(before.approximations) === canonical(after.approximations) ? [] : ['approximations']),
  ];
  return { namespaces, others };
}

function named<T>(before: readonly T[], after: readonly T[], nameOf: (one: T) => string): readonly string[] {
  return compareLists(before, after, nameOf).map(({ key }) => key);
}

interface Differing<T> {
  readonly key: string;
  readonly was: T | undefined;
  readonly is: T | undefined;
}

function compareLists<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): readonly Differing<T>[] {
  const old = new Map(before.map((one) => [keyOf(one), one]));
  const now = new Map(after.map((one) => [keyOf(one), one]));
  const differing: Differing<T>[] = [];
  for (const [key, was] of old) {
    const is = now.get(key);
    if (is === undefined || canonical(was) !== canonical(is)) differing.push({ key, was, is });
  }
  for (const [key, is] of now) if (!old.has(key)) differing.push({ key, was: undefined, is });
  return differing;
}

/** What a problem found can be a place in words (`a.yaml:12`, for an object that is declared twice). */
function canonical(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (key === 'place') return undefined;
    if (typeof each === 'bigint') return `${each}n`;
    return isDuplicate(each) ? { ...each, value: '' } : each;
  });
}

function isDuplicate(value: unknown): value is { readonly code: 'duplicate-object' } {
  return typeof value === 'object' && value !== null && 'code' in value && value.code === 'duplicate-object';
}
