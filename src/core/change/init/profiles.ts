import { APP_PORTS } from '../../catalog/defaults.ts';
import { type Catalog, DEFAULT_CATALOG, type ExternalRange, type Profile } from '../../catalog/index.ts';
import type { ProfileEgress, ProfileIngress } from '../../catalog/types.ts';
import type { Rule } from '../../model/policy.ts';
import type { Classified } from './classify.ts';
import type { InitNote } from './found.ts';
import { allows, catalogPorts, egressTarget, isPort, peersOf, podsPeer, type Written } from './rules.ts';

type Around = Pick<Catalog, 'gateways' | 'dns' | 'prometheus' | 'mesh'>;

export interface FoundProfiles {
  readonly profiles: readonly Profile[];
  readonly externalRanges: readonly ExternalRange[];
  readonly notes: readonly InitNote[];
}

/**
 * Profiles as their policies have them. A default profile without a policy is none, unless a namespace has it;
 * where no profile has a policy, the defaults stand.
 */
export function findProfiles(
  { profiles }: Classified,
  around: Around,
  inUse: ReadonlySet<string>,
): FoundProfiles {
  const notes: InitNote[] = [];
  if (profiles.length === 0) return { profiles: DEFAULT_CATALOG.profiles, externalRanges: [], notes };
  const names = [...new Set(profiles.map(({ profile }) => profile))];
  const found = new Map(
    names.map((name) => [
      name,
      profileOf(
        name,
        profiles.filter(({ profile }) => profile === name),
        around,
        notes,
      ),
    ]),
  );
  const usual = DEFAULT_CATALOG.profiles.flatMap((profile) => {
    const own = found.get(profile.name);
    if (own !== undefined) return [{ ...own, description: profile.description }];
    return inUse.has(profile.name) ? [profile] : [];
  });
  const others = names
    .filter((name) => !usual.some((profile) => profile.name === name))
    .flatMap((name) => found.get(name) ?? []);
  const all = [...usual, ...others];
  return { profiles: all, externalRanges: rangesOf(all), notes };
}

function profileOf(name: string, specs: readonly Written[], around: Around, notes: InitNote[]): Profile {
  const ingress: ProfileIngress[] = [];
  const egress: ProfileEgress[] = [];
  for (const { policy, spec } of specs) {
    for (const rule of allows(spec, 'ingress')) {
      if (isUsual(rule, around)) continue;
      const ports = portsOf(rule, policy.name, notes);
      for (const peer of peersOf(rule)) {
        const pods = podsPeer(peer);
        const gateway = around.gateways.find(
          ({ namespace, labels }) => JSON.stringify({ namespace, labels }) === JSON.stringify(pods),
        );
        if (gateway !== undefined) add(ingress, { gateway: gateway.name, ports: ports ?? APP_PORTS });
        else notes.push({ code: 'peer-left-out', place: rule.place, detail: policy.name });
      }
    }
    for (const rule of allows(spec, 'egress')) {
      if (isUsual(rule, around)) continue;
      const ports = portsOf(rule, policy.name, notes);
      for (const peer of peersOf(rule)) {
        const to = egressTarget(peer);
        if (to === undefined || ports === undefined) {
          notes.push({ code: 'peer-left-out', place: rule.place, detail: policy.name });
        } else add(egress, { to, ports });
      }
    }
  }
  const order = around.gateways.map((gateway) => gateway.name);
  ingress.sort((a, b) => order.indexOf(a.gateway) - order.indexOf(b.gateway));
  return { name, description: descriptionOf(specs), ingress, egress };
}

/** Undefined for every port, which a catalog cannot say. */
function portsOf(rule: Rule, policy: string, notes: InitNote[]): ReturnType<typeof catalogPorts> {
  const ports = catalogPorts(rule);
  if (ports === undefined && peersOf(rule).length > 0) {
    notes.push({ code: 'any-port', place: rule.place, detail: policy });
  }
  return ports;
}

/** What baselines say of every pod: DNS, scraping, HBONE. */
function isUsual(rule: Rule, { dns, prometheus, mesh }: Around): boolean {
  const ports = catalogPorts(rule);
  if (isPort(ports, mesh.port)) return true;
  const pods = peersOf(rule).map(podsPeer);
  const isAll = (namespace: string): boolean => pods.every((one) => one?.namespace === namespace);
  if (rule.direction === 'egress') return isPort(ports, 53) && isAll(dns.namespace);
  return isAll(prometheus.namespace);
}

function add<T extends ProfileIngress | ProfileEgress>(list: T[], one: T): void {
  if (!list.some((known) => JSON.stringify(known) === JSON.stringify(one))) list.push(one);
}

const DESCRIPTION_MAX = 160;

/** What the policy says of itself, on one line. */
export function descriptionOf(specs: readonly Written[]): string {
  const text = specs.map(({ policy }) => policy.description ?? '').find((one) => one !== '') ?? '';
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= DESCRIPTION_MAX ? line : `${line.slice(0, DESCRIPTION_MAX - 1)}…`;
}

/** Addresses outside the cluster that profiles name must be written down. */
function rangesOf(profiles: readonly Profile[]): readonly ExternalRange[] {
  return profiles.flatMap(({ name, egress }) => {
    const cidrs = egress.flatMap(({ to }) => (to.kind === 'cidr' ? [to.cidr] : []));
    const description = `Where profile ${name} may go. Say whose addresses these are.`;
    return cidrs.length === 0 ? [] : [{ name: `${name}-range`, description, cidrs: [...new Set(cidrs)] }];
  });
}
