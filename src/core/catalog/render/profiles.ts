import type { Catalog, EgressTarget, Gateway, Profile, ProfileIngress } from '../types.ts';
import { dnsRule, dnsServerSpec } from './baselines.ts';
import type { Peers, PolicyDocument, Rule, Spec } from './document.ts';
import { alsoHbone } from './mesh.ts';
import { podsOf, withProfile } from './selectors.ts';

/** A profile: what its namespaces may do, and the other end at the gateways, which are pods with policies too. */
export function profileDocument(catalog: Catalog, profile: Profile): PolicyDocument {
  const entries = profile.ingress.flatMap((ingress) => {
    const gateway = catalog.gateways.find(({ name }) => name === ingress.gateway);
    return gateway === undefined ? [] : [{ gateway, ingress }];
  });
  const app: Spec = {
    description: profile.description === '' ? `The profile ${profile.name}.` : profile.description,
    subject: { kind: 'endpoints', selector: withProfile(catalog, profile.name) },
    ingress: entries.map((entry) => gatewayRule(catalog, entry)),
    egress: egressRules(catalog, profile, entries.length > 0),
  };
  return {
    name: `profile-${profile.name}`,
    specs: [
      app,
      ...entries.map((entry) => gatewaySpec(catalog, profile, entry)),
      ...dnsSpecs(catalog, profile),
    ],
  };
}

/** Where no baseline lets the DNS server answer. */
function dnsSpecs(catalog: Catalog, { name }: Profile): readonly Spec[] {
  return catalog.baselines.includes('dns-egress') ? [] : [dnsServerSpec(catalog, withProfile(catalog, name))];
}

interface GatewayEntry {
  readonly gateway: Gateway;
  readonly ingress: ProfileIngress;
}

function gatewayRule(catalog: Catalog, { gateway, ingress }: GatewayEntry): Rule {
  return {
    comment: `The ${gateway.name} gateway, on the ports where apps listen.`,
    peers: { kind: 'endpoints', selectors: [podsOf(gateway)] },
    ports: alsoHbone(catalog, ingress.ports),
  };
}

function gatewaySpec(catalog: Catalog, { name }: Profile, { gateway, ingress }: GatewayEntry): Spec {
  return {
    description: `The other end: the ${gateway.name} gateway reaches the profile's namespaces.`,
    subject: { kind: 'endpoints', selector: podsOf(gateway) },
    egress: [
      {
        peers: { kind: 'endpoints', selectors: [withProfile(catalog, name)] },
        ports: alsoHbone(catalog, ingress.ports),
      },
    ],
  };
}

function egressRules(catalog: Catalog, { egress }: Profile, hasIngress: boolean): readonly Rule[] {
  const rules = egress.map(({ to, ports }): Rule => {
    const comment = commentOf(catalog, to);
    return { ...(comment === undefined ? {} : { comment }), peers: peersOf(to), ports };
  });
  if (!catalog.baselines.includes('dns-egress'))
    return [dnsRule(catalog, 'No baseline admits DNS.'), ...rules];
  // An agent refuses a policy without any rule.
  if (rules.length > 0 || hasIngress) return rules;
  return [dnsRule(catalog, 'What the baseline says too; a policy must say something.')];
}

function peersOf(to: EgressTarget): Peers {
  switch (to.kind) {
    case 'entity':
      return { kind: 'entities', entities: [to.entity] };
    case 'cidr':
      return { kind: 'cidrs', cidrs: [to.cidr] };
    case 'fqdn':
      return { kind: 'names', patterns: [to.pattern] };
  }
}

function commentOf({ externalRanges }: Catalog, to: EgressTarget): string | undefined {
  switch (to.kind) {
    case 'entity':
      return to.entity === 'world' ? 'All that is outside the cluster, by IPv4 and IPv6.' : undefined;
    case 'cidr':
      return externalRanges.find(({ cidrs }) => cidrs.includes(to.cidr))?.description;
    case 'fqdn':
      return undefined;
  }
}
