import { NAMESPACE_KEY } from '../../model/label.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import { mostFrequent, namespaceLabels, type Written } from './rules.ts';

/** The policies of a repository by their part in the model. */
export interface Classified {
  readonly labelPrefix: string | undefined;
  /** By profile. */
  readonly profiles: readonly (Written & { readonly profile: string })[];
  /** By shared resource. */
  readonly access: readonly (Written & { readonly resource: string })[];
  /** Clusterwide, and for pods whatever their namespace's labels. */
  readonly baselines: readonly Written[];
  /** In namespaces. */
  readonly own: readonly Written[];
}

/** Sorts the policies: clusterwide ones by the labels of namespaces that their subjects ask for. */
export function classify({
  policies,
  namespaces,
}: Pick<RepositoryRead, 'policies' | 'namespaces'>): Classified {
  const written = policies
    .filter(({ kind }) => kind !== 'NetworkPolicy')
    .flatMap((policy) => policy.specs.map((spec) => ({ policy, spec })))
    .filter(({ spec }) => spec.subject.kind === 'endpoints');
  const labelPrefix =
    prefixIn(written.flatMap(({ spec }) => namespaceLabels(spec.subject.selector).map(([key]) => key))) ??
    prefixIn(namespaces.flatMap(({ labels }) => Object.keys(labels)));
  const profiles: (Written & { readonly profile: string })[] = [];
  const access: (Written & { readonly resource: string })[] = [];
  const baselines: Written[] = [];
  const own: Written[] = [];
  for (const one of written) {
    if (one.policy.namespace !== '') {
      own.push(one);
      continue;
    }
    const asked = namespaceLabels(one.spec.subject.selector);
    if (asked.length === 0) {
      if (isForManyNamespaces(one)) baselines.push(one);
      continue;
    }
    for (const [key, values] of asked) {
      if (key === `${labelPrefix ?? ''}/profile`) {
        for (const profile of values) profiles.push({ ...one, profile });
      } else if (key.startsWith(`access.${labelPrefix ?? ''}/`)) {
        access.push({ ...one, resource: key.slice(key.indexOf('/') + 1) });
      }
    }
  }
  return { labelPrefix, profiles, access, baselines, own };
}

/** The other end of a rule is about one namespace. */
function isForManyNamespaces({ spec }: Written): boolean {
  return !spec.subject.selector.requirements.some(
    ({ key, operator }) => key === NAMESPACE_KEY && operator === 'In',
  );
}

/** `PREFIX/profile`, `PREFIX/enforcement`, `access.PREFIX/NAME`. */
function prefixIn(keys: readonly string[]): string | undefined {
  const prefixes = keys.flatMap((key) => {
    const slash = key.indexOf('/');
    const [domain, name] = [key.slice(0, Math.max(0, slash)), key.slice(slash + 1)];
    if (domain === '') return [];
    if (domain.startsWith('access.')) return [domain.slice('access.'.length)];
    return name === 'profile' || name === 'enforcement' ? [domain] : [];
  });
  return mostFrequent(prefixes);
}
