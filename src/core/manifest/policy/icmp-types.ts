/** ICMP types by the names that policies may use. Cilium `pkg/policy/api/icmp.go`. */
export type IcmpFamily = 'IPv4' | 'IPv6';

const IPV4: Readonly<Record<string, number>> = {
  EchoReply: 0,
  DestinationUnreachable: 3,
  Redirect: 5,
  Echo: 8,
  EchoRequest: 8,
  RouterAdvertisement: 9,
  RouterSelection: 10,
  TimeExceeded: 11,
  ParameterProblem: 12,
  Timestamp: 13,
  TimestampReply: 14,
  Photuris: 40,
  ExtendedEchoRequest: 42,
  ExtendedEchoReply: 43,
};

const IPV6: Readonly<Record<string, number>> = {
  DestinationUnreachable: 1,
  PacketTooBig: 2,
  TimeExceeded: 3,
  ParameterProblem: 4,
  EchoRequest: 128,
  EchoReply: 129,
  MulticastListenerQuery: 130,
  MulticastListenerReport: 131,
  MulticastListenerDone: 132,
  RouterSolicitation: 133,
  RouterAdvertisement: 134,
  NeighborSolicitation: 135,
  NeighborAdvertisement: 136,
  RedirectMessage: 137,
  RouterRenumbering: 138,
  ICMPNodeInformationQuery: 139,
  ICMPNodeInformationResponse: 140,
  InverseNeighborDiscoverySolicitation: 141,
  InverseNeighborDiscoveryAdvertisement: 142,
  HomeAgentAddressDiscoveryRequest: 144,
  HomeAgentAddressDiscoveryReply: 145,
  MobilePrefixSolicitation: 146,
  MobilePrefixAdvertisement: 147,
  DuplicateAddressRequestCodeSuffix: 157,
  DuplicateAddressConfirmationCodeSuffix: 158,
  ExtendedEchoRequest: 160,
  ExtendedEchoReply: 161,
};

/**
 * The number of a type written as a number, as digits or as a name; undefined for a name that the family lacks.
 * Any number passes, as it does in the agent: 256 merely matches nothing.
 */
export function icmpType(written: number | string, family: IcmpFamily): number | undefined {
  if (typeof written === 'number') return written;
  if (written === '0' || (/^[-+]?[0-9]{1,9}$/.test(written) && Number(written) !== 0)) return Number(written);
  const names = namesOf(family);
  return Object.hasOwn(names, written) ? names[written] : undefined;
}

export function icmpTypeNames(family: IcmpFamily): readonly string[] {
  return Object.keys(namesOf(family));
}

function namesOf(family: IcmpFamily): Readonly<Record<string, number>> {
  return family === 'IPv4' ? IPV4 : IPV6;
}

/**
 * The CRD's pattern for a type in text: 0 to 255, or a name of either family. It spells one name with a space,
 * so that `ExtendedEchoReply` passes the agent alone and never the API server.
 */
export function isIcmpTypeText(written: string): boolean {
  if (/^(?:0|[1-9][0-9]{0,2})$/.test(written)) return Number(written) <= 255;
  if (written === 'ExtendedEchoReply') return false;
  return Object.hasOwn(IPV4, written) || Object.hasOwn(IPV6, written) || written === 'ExtendedEcho Reply';
}
