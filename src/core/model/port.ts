/** Layer 4, as policies and flows name it. */
export const PROTOCOLS = [
  'TCP',
  'UDP',
  'SCTP',
  'ICMP',
  'ICMPv6',
  'VRRP',
  'IGMP',
  'GRE',
  'IPIP',
  'IPV6',
  'ESP',
  'AH',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What `ANY`, and a port without a protocol, stand for: never ICMP. Cilium `pkg/policy/api/l4.go`. */
export const ANY_PROTOCOLS: readonly ['TCP', 'UDP', 'SCTP'] = ['TCP', 'UDP', 'SCTP'];

export function isProtocol(word: string): word is Protocol {
  return (PROTOCOLS as readonly string[]).includes(word);
}

/** The highest value of a protocol's "port": its ports, the 8-bit ICMP types, or none. */
export function highestPort(protocol: Protocol): number {
  switch (protocol) {
    case 'TCP':
    case 'UDP':
    case 'SCTP':
      return 65_535;
    case 'ICMP':
    case 'ICMPv6':
      return 255;
    case 'VRRP':
    case 'IGMP':
    case 'GRE':
    case 'IPIP':
    case 'IPV6':
    case 'ESP':
    case 'AH':
      return 0;
  }
}

/** One line of `toPorts[].ports` or of `icmps[].fields`. */
export type PortMatch =
  | {
      readonly kind: 'port';
      /** 0 is every port of the protocol. */
      readonly port: number;
      readonly endPort?: number;
      readonly protocol: Protocol | 'ANY';
    }
  | {
      readonly kind: 'named';
      readonly name: string;
      readonly endPort?: number;
      readonly protocol: Protocol | 'ANY';
    }
  | { readonly kind: 'icmp'; readonly family: 'IPv4' | 'IPv6'; readonly type: number };

/** A container's port with a name. Names are lower case, as Cilium compares them. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}
