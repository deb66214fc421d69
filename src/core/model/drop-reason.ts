/**
 * Every reason for which Cilium's datapath drops a packet, by the number that the datapath writes.
 *
 * Names are the constants of `DropReason` in Hubble's `flow.proto`, texts are the words that `cilium monitor` and
 * `hubble observe` print (Cilium `pkg/monitor/api/drop.go`), both as of 1.19 with what 1.20 added. Two numbers were
 * given a new meaning and kept their name: 136 and 161. There the text tells the truth.
 */
export const DROP_CLASSES = [
  /** Not a reason: Hubble gave none. */
  'none',
  /** Default deny: no rule admits it. */
  'policy',
  /** A deny rule matched. */
  'policy-deny',
  /** A rule demands mutual authentication, and there is none yet. */
  'authentication',
  /** The sender's own address is not one that it may use. */
  'source-check',
  /** A packet that cannot be parsed, or is forged. */
  'malformed',
  /** A protocol that Cilium does not carry, or was not told to. */
  'unsupported-protocol',
  'icmp',
  /** Programs or maps of the agent are missing or being replaced. */
  'datapath-loading',
  /** The datapath failed at its own work. */
  'datapath-error',
  'overlay',
  'routing',
  'conntrack',
  'nat',
  'fragmentation',
  'service',
  /** An identity, a node or a cluster that the agent does not know. */
  'identity',
  'rate-limit',
  'proxy',
  'encryption',
  'egress-gateway',
  'vlan',
  /** Handled in another way: the packet was not lost. */
  'noise',
] as const;
export type DropClass = (typeof DROP_CLASSES)[number];

export interface DropReason {
  readonly code: number;
  /** Hubble's constant; `DROP_REASON_<code>` where the enum lacks the number. */
  readonly name: string;
  /** The monitor's words. */
  readonly text: string;
  readonly klass: DropClass;
}

type Row = readonly [code: number, name: string, text: string, klass: DropClass];

const ROWS: readonly Row[] = [
  [0, 'DROP_REASON_UNKNOWN', '', 'none'],
  [130, 'INVALID_SOURCE_MAC', 'Invalid source mac', 'source-check'],
  [131, 'INVALID_DESTINATION_MAC', 'Invalid destination mac', 'malformed'],
  [132, 'INVALID_SOURCE_IP', 'Invalid source ip', 'source-check'],
  [133, 'POLICY_DENIED', 'Policy denied', 'policy'],
  [134, 'INVALID_PACKET_DROPPED', 'Invalid packet', 'malformed'],
  [135, 'CT_TRUNCATED_OR_INVALID_HEADER', 'CT: Truncated or invalid header', 'malformed'],
  [136, 'CT_MISSING_TCP_ACK_FLAG', 'Fragmentation needed', 'fragmentation'],
  [137, 'CT_UNKNOWN_L4_PROTOCOL', 'CT: Unknown L4 protocol', 'unsupported-protocol'],
  [138, 'CT_CANNOT_CREATE_ENTRY_FROM_PACKET', "CT: Can't create entry from packet", 'conntrack'],
  [139, 'UNSUPPORTED_L3_PROTOCOL', 'Unsupported L3 protocol', 'unsupported-protocol'],
  [140, 'MISSED_TAIL_CALL', 'Missed tail call', 'datapath-loading'],
  [141, 'ERROR_WRITING_TO_PACKET', 'Error writing to packet', 'datapath-error'],
  [142, 'UNKNOWN_L4_PROTOCOL', 'Unknown L4 protocol', 'unsupported-protocol'],
  [143, 'UNKNOWN_ICMPV4_CODE', 'Unknown ICMPv4 code', 'icmp'],
  [144, 'UNKNOWN_ICMPV4_TYPE', 'Unknown ICMPv4 type', 'icmp'],
  [145, 'UNKNOWN_ICMPV6_CODE', 'Unknown ICMPv6 code', 'icmp'],
  [146, 'UNKNOWN_ICMPV6_TYPE', 'Unknown ICMPv6 type', 'icmp'],
  [147, 'ERROR_RETRIEVING_TUNNEL_KEY', 'Error retrieving tunnel key', 'overlay'],
  [148, 'ERROR_RETRIEVING_TUNNEL_OPTIONS', 'Error retrieving tunnel options', 'overlay'],
  [149, 'INVALID_GENEVE_OPTION', 'Invalid Geneve option', 'overlay'],
  [150, 'UNKNOWN_L3_TARGET_ADDRESS', 'Unknown L3 target address', 'routing'],
  [151, 'STALE_OR_UNROUTABLE_IP', 'Stale or unroutable IP', 'routing'],
  [152, 'NO_MATCHING_LOCAL_CONTAINER_FOUND', 'No matching local container found', 'routing'],
  [153, 'ERROR_WHILE_CORRECTING_L3_CHECKSUM', 'Error while correcting L3 checksum', 'datapath-error'],
  [154, 'ERROR_WHILE_CORRECTING_L4_CHECKSUM', 'Error while correcting L4 checksum', 'datapath-error'],
  [155, 'CT_MAP_INSERTION_FAILED', 'CT: Map insertion failed', 'conntrack'],
  [156, 'INVALID_IPV6_EXTENSION_HEADER', 'Invalid IPv6 extension header', 'malformed'],
  [157, 'IP_FRAGMENTATION_NOT_SUPPORTED', 'IP fragmentation not supported', 'fragmentation'],
  [158, 'SERVICE_BACKEND_NOT_FOUND', 'Service backend not found', 'service'],
  [160, 'NO_TUNNEL_OR_ENCAPSULATION_ENDPOINT', 'No tunnel/encapsulation endpoint (datapath BUG!)', 'overlay'],
  [161, 'FAILED_TO_INSERT_INTO_PROXYMAP', 'NAT 46/64 not enabled', 'nat'],
  [162, 'REACHED_EDT_RATE_LIMITING_DROP_HORIZON', 'Reached EDT rate-limiting drop horizon', 'rate-limit'],
  [163, 'UNKNOWN_CONNECTION_TRACKING_STATE', 'Unknown connection tracking state', 'conntrack'],
  [164, 'LOCAL_HOST_IS_UNREACHABLE', 'Local host is unreachable', 'routing'],
  [
    165,
    'NO_CONFIGURATION_AVAILABLE_TO_PERFORM_POLICY_DECISION',
    'No configuration available to perform policy decision',
    'datapath-loading',
  ],
  [166, 'UNSUPPORTED_L2_PROTOCOL', 'Unsupported L2 protocol', 'unsupported-protocol'],
  [167, 'NO_MAPPING_FOR_NAT_MASQUERADE', 'No mapping for NAT masquerade', 'nat'],
  [168, 'UNSUPPORTED_PROTOCOL_FOR_NAT_MASQUERADE', 'Unsupported protocol for NAT masquerade', 'nat'],
  [169, 'FIB_LOOKUP_FAILED', 'FIB lookup failed', 'routing'],
  [170, 'ENCAPSULATION_TRAFFIC_IS_PROHIBITED', 'Encapsulation traffic is prohibited', 'overlay'],
  [171, 'INVALID_IDENTITY', 'Invalid identity', 'identity'],
  [172, 'UNKNOWN_SENDER', 'Unknown sender', 'identity'],
  [173, 'NAT_NOT_NEEDED', 'NAT not needed', 'nat'],
  [174, 'IS_A_CLUSTERIP', 'Is a ClusterIP', 'service'],
  [
    175,
    'FIRST_LOGICAL_DATAGRAM_FRAGMENT_NOT_FOUND',
    'First logical datagram fragment not found',
    'fragmentation',
  ],
  [176, 'FORBIDDEN_ICMPV6_MESSAGE', 'Forbidden ICMPv6 message', 'icmp'],
  [177, 'DENIED_BY_LB_SRC_RANGE_CHECK', 'Denied by LB src range check', 'service'],
  [178, 'SOCKET_LOOKUP_FAILED', 'Socket lookup failed', 'proxy'],
  [179, 'SOCKET_ASSIGN_FAILED', 'Socket assign failed', 'proxy'],
  [
    180,
    'PROXY_REDIRECTION_NOT_SUPPORTED_FOR_PROTOCOL',
    'Proxy redirection not supported for protocol',
    'proxy',
  ],
  [181, 'POLICY_DENY', 'Policy denied by denylist', 'policy-deny'],
  [182, 'VLAN_FILTERED', 'VLAN traffic disallowed by VLAN filter', 'vlan'],
  [183, 'INVALID_VNI', 'Incorrect VNI from VTEP', 'overlay'],
  [184, 'INVALID_TC_BUFFER', 'Failed to update or lookup TC buffer', 'datapath-error'],
  [185, 'NO_SID', 'No SID was found for the IP address', 'routing'],
  [186, 'MISSING_SRV6_STATE', 'SRv6 state was removed during tail call', 'routing'],
  [187, 'NAT46', 'L3 translation from IPv4 to IPv6 failed (NAT46)', 'nat'],
  [188, 'NAT64', 'L3 translation from IPv6 to IPv4 failed (NAT64)', 'nat'],
  [189, 'AUTH_REQUIRED', 'Authentication required', 'authentication'],
  [190, 'CT_NO_MAP_FOUND', 'No conntrack map found', 'conntrack'],
  [191, 'SNAT_NO_MAP_FOUND', 'No nat map found', 'nat'],
  [192, 'INVALID_CLUSTER_ID', 'Invalid ClusterID', 'identity'],
  [193, 'UNSUPPORTED_PROTOCOL_FOR_DSR_ENCAP', 'Unsupported packet protocol for DSR encapsulation', 'service'],
  [194, 'NO_EGRESS_GATEWAY', 'No egress gateway found', 'egress-gateway'],
  [195, 'UNENCRYPTED_TRAFFIC', 'Traffic is unencrypted', 'encryption'],
  [196, 'TTL_EXCEEDED', 'TTL exceeded', 'routing'],
  [197, 'NO_NODE_ID', 'No node ID found', 'identity'],
  [198, 'DROP_RATE_LIMITED', 'Rate limited', 'rate-limit'],
  [199, 'IGMP_HANDLED', 'IGMP handled', 'noise'],
  [200, 'IGMP_SUBSCRIBED', 'IGMP subscribed', 'noise'],
  [201, 'MULTICAST_HANDLED', 'Multicast handled', 'noise'],
  [202, 'DROP_HOST_NOT_READY', 'Host datapath not ready', 'datapath-loading'],
  [203, 'DROP_EP_NOT_READY', 'Endpoint policy program not available', 'datapath-loading'],
  [204, 'DROP_NO_EGRESS_IP', 'No Egress IP configured', 'egress-gateway'],
  [205, 'DROP_PUNT_PROXY', 'Punt to proxy', 'proxy'],
  // Known to the monitor of 1.20, and not to Hubble's enum.
  [206, 'DROP_REASON_206', 'No device', 'routing'],
  [207, 'DROP_FRAG_NOT_FOUND_WORLD', 'First logical datagram fragment not found from world', 'fragmentation'],
];

export const DROP_REASONS: readonly DropReason[] = ROWS.map(([code, name, text, klass]) => ({
  code,
  name,
  text,
  klass,
}));

const BY_CODE: ReadonlyMap<number, DropReason> = new Map(DROP_REASONS.map((row) => [row.code, row]));
const BY_NAME: ReadonlyMap<string, DropReason> = new Map(DROP_REASONS.map((row) => [row.name, row]));

/** @returns the row of a drop reason's number, or undefined for one that this table lacks */
export function dropReasonByCode(code: number): DropReason | undefined {
  return BY_CODE.get(code);
}

/** @returns the row of a drop reason's constant (`POLICY_DENIED`), or undefined for one that this table lacks */
export function dropReasonByName(name: string): DropReason | undefined {
  return BY_NAME.get(name);
}
