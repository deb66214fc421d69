import {
  ACCESS_GRANTED,
  accessLabel,
  agentOptionsOf,
  type Catalog,
  isPlatform,
  profileLabel,
} from '../../catalog/index.ts';
import { type Admission, type ProfileRow, profileTable } from '../../catalog/profile-table.ts';
import { renderedPolicies } from '../../catalog/render/index.ts';
import { matchesName } from '../../engine/name-pattern.ts';
import { containsCidr, parseAddressOrCidr, parseCidr } from '../../model/cidr.ts';
import type { AgentOptions } from '../../model/options.ts';
import { isNoPorts, portCount, portsContain } from '../../model/port-set.ts';
import type { Need, Needs, OutTarget, ShownNeed } from './types.ts';

export interface Choice {
  /** Absent where the catalog has no profile, or for a platform namespace. */
  readonly profile?: string;
  readonly description: string;
  readonly access: readonly string[];
  /** What the Namespace must have. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the profile and the access labels are for. */
  readonly met: readonly ShownNeed[];
  /** What no profile opens, or not this one. */
  readonly unmet: readonly ShownNeed[];
  /** What the profile opens besides. */
  readonly beyond: { readonly ingress: readonly Admission[]; readonly egress: readonly Admission[] };
  /** The profile that the namespace has, where that is another one. */
  readonly now?: Held;
  /** A platform namespace never has a profile. */
  readonly isPlatform: boolean;
  readonly others: Needs['others'];
  readonly hints: Needs['hints'];
}

export interface Held {
  readonly profile: string;
  /** Whether it opens all that the chosen one is for. */
  readonly isEnough: boolean;
  readonly beyond: Choice['beyond'];
}

/** Whose it is, where that is known. */
export interface Asker {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The profile that opens what is needed and the least besides, by what the engine finds in the catalog's own tree;
 * and the access labels. Where no profile opens everything, the one that opens most of it.
 */
export function chooseProfile(catalog: Catalog, { needs, others, hints }: Needs, asker: Asker = {}): Choice {
  const { namespace, labels = {} } = asker;
  const options = agentOptionsOf(catalog);
  const { profiles } = profileTable(catalog, { policies: renderedPolicies(catalog, options), options });
  const platform = namespace !== undefined && isPlatform(catalog, namespace);
  const access = needs.flatMap(({ need }) => (need.kind === 'access' ? [need.resource] : []));
  const open = needs.filter(({ need }) => need.kind !== 'access');
  const row = platform ? undefined : nearest(profiles, open, options);
  const isMet = ({ need }: ShownNeed): boolean =>
    need.kind === 'access' || (row !== undefined && covers(row, need, options));
  const profile = row?.profile;
  const key = profileLabel(catalog);
  const held = profiles.find((one) => Object.hasOwn(labels, key) && one.profile === labels[key]);
  return {
    ...(profile === undefined ? {} : { profile }),
    description: row?.description ?? '',
    access,
    labels: Object.fromEntries([
      ...(profile === undefined ? [] : [[profileLabel(catalog), profile] as const]),
      ...access.map((name) => [accessLabel(catalog, name), ACCESS_GRANTED] as const),
    ]),
    met: needs.filter(isMet),
    unmet: needs.filter((need) => !isMet(need)),
    beyond: row === undefined ? { ingress: [], egress: [] } : beyondOf(row, open, options),
    ...(held === undefined || held === row ? {} : { now: heldOf(held, row, open, options) }),
    isPlatform: platform,
    others,
    hints,
  };
}

/** The row that leaves the fewest needs open, then the one with the least besides, then the first. */
function nearest(
  profiles: readonly ProfileRow[],
  needs: readonly ShownNeed[],
  options: AgentOptions,
): ProfileRow | undefined {
  const ranked = profiles.map((row) => {
    const { ingress, egress } = beyondOf(row, needs, options);
    return {
      row,
      open: needs.filter(({ need }) => !covers(row, need, options)).length,
      ways: ingress.length + egress.length,
      // Some addresses may be all that is needed of it.
      world: row.egress.filter(({ peer }) => peer.kind === 'entity').length,
      ports: [...ingress, ...egress].reduce((sum, { ports }) => sum + portCount(ports), 0),
    };
  });
  const order = ['open', 'ways', 'world', 'ports'] as const;
  return ranked.sort((a, b) => order.map((by) => a[by] - b[by]).find((by) => by !== 0) ?? 0)[0]?.row;
}

function heldOf(
  held: ProfileRow,
  chosen: ProfileRow | undefined,
  needs: readonly ShownNeed[],
  options: AgentOptions,
): Held {
  const isEnough = needs.every(
    ({ need }) => covers(held, need, options) || chosen === undefined || !covers(chosen, need, options),
  );
  return { profile: held.profile, isEnough, beyond: beyondOf(held, needs, options) };
}

function beyondOf(row: ProfileRow, needs: readonly ShownNeed[], options: AgentOptions): Choice['beyond'] {
  const isUsed = (admission: Admission, direction: 'ingress' | 'egress'): boolean =>
    needs.some(
      ({ need }) =>
        (need.kind === 'gateway') === (direction === 'ingress') && admits(admission, need, options),
    );
  const others = (direction: 'ingress' | 'egress'): readonly Admission[] =>
    row[direction].filter(
      (admission) =>
        !isNoPorts(admission.ports) && isOfProfile(admission, direction) && !isUsed(admission, direction),
    );
  return { ingress: others('ingress'), egress: others('egress') };
}

/** Not what every app has by the baselines: DNS, scrapes, probes. */
function isOfProfile({ peer }: Admission, direction: 'ingress' | 'egress'): boolean {
  switch (peer.kind) {
    case 'dns':
    case 'prometheus':
    case 'ztunnel':
    case 'probe':
      return false;
    case 'entity':
      return direction === 'egress' || peer.entity.startsWith('world');
    case 'gateway':
    case 'resource':
    case 'cidr':
    case 'fqdn':
    case 'pods':
    case 'profile':
    case 'platform':
      return true;
  }
}

function covers(row: ProfileRow, need: Need, options: AgentOptions): boolean {
  const admissions = need.kind === 'gateway' ? row.ingress : row.egress;
  if (need.kind !== 'out' || need.targets.length < 2) {
    return admissions.some((admission) => admits(admission, need, options));
  }
  return need.targets.every((target) =>
    admissions.some((admission) => admits(admission, { ...need, targets: [target] }, options)),
  );
}

/** Whether one way is, or is part of, what a need asks for. */
function admits({ peer, ports }: Admission, need: Need, options: AgentOptions): boolean {
  switch (need.kind) {
    case 'access':
      return false;
    case 'gateway':
      return (
        peer.kind === 'gateway' &&
        peer.name === need.gateway &&
        (need.port === undefined ? !isNoPorts(ports) : portsContain(ports, 'TCP', need.port))
      );
    case 'out':
      if (!portsContain(ports, need.protocol, need.port)) return false;
      if (peer.kind === 'entity') return peer.entity === 'world';
      return need.targets.some((target) => isTarget(peer, target, options));
  }
}

function isTarget(peer: Admission['peer'], { address, names }: OutTarget, options: AgentOptions): boolean {
  if (peer.kind === 'cidr') {
    const [range, asked] = [parseCidr(peer.cidr), parseAddressOrCidr(address)];
    return range !== undefined && asked !== undefined && containsCidr(range, asked);
  }
  if (peer.kind !== 'fqdn') return false;
  const { pattern } = peer;
  const wanted = pattern.includes('*') ? { matchPattern: pattern } : { matchName: pattern };
  return names.some((name) => matchesName(wanted, name, options.version));
}
