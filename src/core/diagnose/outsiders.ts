import { worldName } from '../engine/index.ts';
import { type Cidr, formatCidr } from '../model/cidr.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead } from '../model/repository.ts';
import type { Endpoint } from '../model/world.ts';

/** More than any real repository names; above it the rest stands for itself in `world` alone. */
const OUTSIDERS_MAX = 2000;

/**
 * An endpoint for every prefix and every name outside the cluster that a policy speaks of: `world 10.0.0.0/8`,
 * `world *.example.com`. A prefix stands for its addresses that no longer prefix has. Without them a comparison of
 * two worlds would not see what a rule for an address opens, since nobody in the world has that address.
 *
 * @param seen names that a policy may come to speak of
 */
export function outsidersOf(
  { policies, cidrGroups }: Pick<RepositoryRead, 'policies' | 'cidrGroups'>,
  options: AgentOptions,
  seen: readonly string[] = [],
): readonly Endpoint[] {
  const prefixes = new Map<string, Cidr>();
  const names = new Set(seen);
  const add = (cidr: Cidr): void => {
    // All addresses of a family are what the entity `world` stands for.
    if (cidr.length > 0) prefixes.set(formatCidr(cidr), cidr);
  };
  for (const group of cidrGroups) for (const cidr of group.cidrs) add(cidr);
  for (const { specs } of policies) {
    for (const { peers } of specs.flatMap(({ rules }) => rules)) {
      for (const peer of peers.kind === 'some' ? peers.peers : []) {
        if (peer.kind === 'cidr') add(peer.cidr);
        if (peer.kind === 'cidr' || peer.kind === 'cidr-group') for (const cidr of peer.except) add(cidr);
        if (peer.kind === 'fqdn') names.add(peer.pattern.matchName ?? peer.pattern.matchPattern ?? '');
      }
    }
  }
  const anyFamily = options.ipv4 ? 4 : 6;
  return [
    ...[...prefixes].map(([text, { family }]) => ({
      id: `world ${text}`,
      labels: [`cidr:${text}`, `reserved:${worldName(family, options)}`],
    })),
    ...[...names].map((name) => ({
      id: `world ${name}`,
      labels: [`fqdn:${name}`, `reserved:${worldName(anyFamily, options)}`],
    })),
  ].slice(0, OUTSIDERS_MAX);
}
