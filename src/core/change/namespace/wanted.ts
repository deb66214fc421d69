import { nearestNames } from '../../ask/index.ts';
import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  findProfile,
  findResource,
  isPlatform,
  profileLabel,
} from '../../catalog/index.ts';
import type { ChangeRefusal, WantedLabels } from '../types.ts';

/** What a namespace is to have. What is not named stays as it is. */
export interface NamespaceRequest {
  readonly namespace: string;
  /** `remove`: none any more. */
  readonly profile?: { readonly kind: 'set'; readonly name: string } | { readonly kind: 'remove' };
  readonly access?: readonly string[];
  readonly removeAccess?: readonly string[];
  /** The cluster that was asked for by name. */
  readonly environment?: string;
}

export type Wanted =
  | { readonly kind: 'labels'; readonly labels: WantedLabels }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

/** A request as labels, or why it cannot be meant. @param labels what the namespace has now */
export function wantedLabels(
  request: NamespaceRequest,
  catalog: Catalog,
  labels: Readonly<Record<string, string>>,
): Wanted {
  const { namespace, profile, access = [], removeAccess = [] } = request;
  const wanted = new Map<string, string | undefined>();
  if (profile?.kind === 'set') {
    if (isPlatform(catalog, namespace)) {
      const refusal = { code: 'platform-profile', namespace, profile: profile.name } as const;
      return { kind: 'refused', refusal };
    }
    if (findProfile(catalog, profile.name) === undefined) {
      return unknown('unknown-profile', profile.name, catalog.profiles);
    }
    wanted.set(profileLabel(catalog), profile.name);
  } else if (profile?.kind === 'remove') wanted.set(profileLabel(catalog), undefined);
  for (const resource of access) {
    if (findResource(catalog, resource) === undefined) {
      return unknown('unknown-resource', resource, catalog.resources);
    }
    wanted.set(accessLabel(catalog, resource), ACCESS_GRANTED);
  }
  for (const resource of removeAccess) {
    const label = accessLabel(catalog, resource);
    // A label that the catalog has never heard of is a good one to remove.
    if (findResource(catalog, resource) === undefined && !Object.hasOwn(labels, label)) {
      return unknown('unknown-resource', resource, catalog.resources);
    }
    wanted.set(label, undefined);
  }
  return { kind: 'labels', labels: Object.fromEntries(wanted) };
}

function unknown(
  code: 'unknown-profile' | 'unknown-resource',
  value: string,
  all: readonly { readonly name: string }[],
): Wanted {
  const known = all.map(({ name }) => name);
  return { kind: 'refused', refusal: { code, value, nearest: nearestNames(value, known), known } };
}
