import type { AgentOptions } from '../model/options.ts';
import { isNoPorts, NO_PORTS, subtractPorts } from '../model/port-set.ts';
import type { RepositoryRead } from '../model/repository.ts';
import { findProfile, profileLabel } from './lookup.ts';
import { type AccessRow, type Admission, type ProfileRow, profileTable } from './profile-table.ts';
import { renderedPolicies } from './render/policies.ts';
import type { Catalog } from './types.ts';

export interface ListedProfile extends ProfileRow {
  /** Who has it, sorted. */
  readonly namespaces: readonly string[];
  /** What passes and would not by the tree of the catalog. */
  readonly beyond: Ways;
  /** What would pass by the tree of the catalog and does not. */
  readonly lacking: Ways;
}

export type Ways = Pick<ProfileRow, 'ingress' | 'egress'>;

export interface ProfileList {
  /** Whose policies were judged. */
  readonly source: 'repository' | 'rendered';
  readonly profiles: readonly ListedProfile[];
  readonly access: readonly AccessRow[];
  /** Profiles that namespaces have and the catalog has not. */
  readonly unknown: readonly { readonly profile: string; readonly namespaces: readonly string[] }[];
}

export interface ListInputs {
  readonly read: Pick<RepositoryRead, 'policies' | 'namespaces' | 'workloads'>;
  readonly options: AgentOptions;
  /** Whether to judge what would be rendered, even where the repository has policies. */
  readonly rendered?: boolean;
}

/**
 * What each profile admits by the policies that the repository has, and who uses it. Where it has none, by those that
 * would be rendered.
 */
export function profileList(catalog: Catalog, { read, options, rendered = false }: ListInputs): ProfileList {
  const source = rendered || read.policies.length === 0 ? 'rendered' : 'repository';
  const wanted = profileTable(catalog, {
    policies: renderedPolicies(catalog, options),
    options,
    declared: read,
  });
  const table =
    source === 'rendered'
      ? wanted
      : profileTable(catalog, { policies: read.policies, options, declared: read });
  const users = usersOf(catalog, read);
  return {
    source,
    access: table.access,
    profiles: table.profiles.map((row, i) => {
      const asked = wanted.profiles[i] ?? row;
      const less = (a: Ways, b: Ways): Ways => ({
        ingress: subtract(a.ingress, b.ingress),
        egress: subtract(a.egress, b.egress),
      });
      const namespaces = users.get(row.profile) ?? [];
      return { ...row, namespaces, beyond: less(row, asked), lacking: less(asked, row) };
    }),
    unknown: [...users]
      .filter(([profile]) => findProfile(catalog, profile) === undefined)
      .map(([profile, names]) => ({ profile, namespaces: names })),
  };
}

/** Namespaces by the value of their profile label. */
function usersOf(
  catalog: Catalog,
  { namespaces }: ListInputs['read'],
): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  const key = profileLabel(catalog);
  for (const { name, labels } of [...namespaces].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const profile = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (profile === undefined) continue;
    const names = users.get(profile);
    if (names === undefined) users.set(profile, [name]);
    else names.push(name);
  }
  return users;
}

/** What passes at both ends in the one and not in the other. */
function subtract(a: readonly Admission[], b: readonly Admission[]): readonly Admission[] {
  const known = new Map(b.map(({ peer, ports }) => [JSON.stringify(peer), ports]));
  return a.flatMap(({ peer, ports }) => {
    const rest = subtractPorts(ports, known.get(JSON.stringify(peer)) ?? NO_PORTS);
    return isNoPorts(rest) ? [] : [{ peer, ports: rest, halfOpen: NO_PORTS }];
  });
}
