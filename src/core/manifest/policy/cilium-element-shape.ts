import { type CiliumVersion, isAtLeast } from '../../model/options.ts';
import type { RuleList } from '../../model/policy.ts';
import { FQDN } from './cilium-fqdn-shape.ts';
import { allowPortsShape, denyPortsShape } from './cilium-ports-shape.ts';
import { isIcmpTypeText } from './icmp-types.ts';
import { selectorShape } from './selector-shape.ts';
import { list, map, type ObjectShape, object, type Shape, TEXT, text } from './shape.ts';
import { CIDR_FORMAT, DNS_SUBDOMAIN, oneOf } from './text-rule.ts';

const CIDR: Shape = text(CIDR_FORMAT);

const CIDR_RULE: Shape = object(
  { cidr: CIDR, cidrGroupRef: text(DNS_SUBDOMAIN), cidrGroupSelector: selectorShape, except: list(CIDR) },
  { exactlyOne: ['cidr', 'cidrGroupRef', 'cidrGroupSelector'] },
);

const ICMPS: Shape = list(
  object({
    fields: list(
      object(
        {
          family: text(oneOf('IPv4', 'IPv6')),
          type: {
            kind: 'integer-or-text',
            rule: { expected: 'a number from 0 to 255 or the name of an ICMP type', test: isIcmpTypeText },
          },
        },
        { required: ['type'] },
      ),
      { maxItems: 40 },
    ),
  }),
);

const AUTHENTICATION: Shape = object(
  { mode: text(oneOf('disabled', 'required', 'test-always-fail')) },
  { required: ['mode'] },
);

const SERVICE: Shape = object({
  k8sService: object({ namespace: TEXT, serviceName: TEXT }),
  k8sServiceSelector: object({ namespace: TEXT, selector: selectorShape }, { required: ['selector'] }),
});

/** The CRD's enum, which is narrower than what the agent knows. `cluster-mesh` came with 1.20. */
const CRD_ENTITIES = [
  'all',
  'world',
  'cluster',
  'host',
  'init',
  'ingress',
  'unmanaged',
  'remote-node',
  'health',
  'none',
  'kube-apiserver',
] as const;

/** One element of one of the four lists. */
export function elementShape(version: CiliumVersion, where: RuleList): ObjectShape {
  const deny = where === 'ingressDeny' || where === 'egressDeny';
  const common: Record<string, Shape> = {
    icmps: ICMPS,
    toPorts: list(deny ? denyPortsShape(version) : allowPortsShape(version)),
    ...(deny ? {} : { authentication: AUTHENTICATION }),
  };
  switch (where) {
    case 'ingress':
    case 'ingressDeny':
      return object({ ...common, ...peerFields(version, 'from') });
    case 'egress':
      return object({
        ...common,
        ...peerFields(version, 'to'),
        toServices: list(SERVICE),
        toFQDNs: list(FQDN),
      });
    case 'egressDeny':
      return object({ ...common, ...peerFields(version, 'to'), toServices: list(SERVICE) });
  }
}

function peerFields(version: CiliumVersion, side: 'from' | 'to'): Record<string, Shape> {
  const entities = isAtLeast(version, '1.20') ? [...CRD_ENTITIES, 'cluster-mesh'] : CRD_ENTITIES;
  return {
    [`${side}CIDR`]: list(CIDR),
    [`${side}CIDRSet`]: list(CIDR_RULE),
    [`${side}Endpoints`]: list(selectorShape),
    [`${side}Entities`]: list(text(oneOf(...entities))),
    [`${side}Groups`]: list(object({ aws: awsShape(version) })),
    [`${side}Nodes`]: list(selectorShape),
    // Removed in 1.19: the field is kept, and must be empty.
    [`${side}Requires`]: isAtLeast(version, '1.19') ? list(TEXT, { maxItems: 0 }) : list(selectorShape),
  };
}

function awsShape(version: CiliumVersion): Shape {
  return object({
    labels: map(),
    region: TEXT,
    securityGroupsIds: list(TEXT),
    securityGroupsNames: list(TEXT),
    ...(version === 'main'
      ? {
          managedPrefixListsIds: list(TEXT),
          managedPrefixListsNames: list(TEXT),
          managedPrefixListsOwnerIds: list(TEXT),
        }
      : {}),
  });
}
