import { dropReasonByName } from '../model/drop-reason.ts';

/** What lies behind a drop reason, and what an operator does about it. */
export interface DropAdvice {
  readonly cause: string;
  readonly action: string;
}

/**
 * Advice for every reason in the table of drop reasons. For an unknown one it says that it is unknown.
 *
 * @param name Hubble's constant, as `POLICY_DENIED`; empty where Hubble gave none
 */
export function dropAdvice(name: string): DropAdvice {
  return ADVICE.get(name) ?? (name === '' ? NO_REASON : UNKNOWN_REASON);
}

/** The monitor's words for a reason, or its name where there are none: numbers 136 and 161 outgrew their names. */
export function dropReasonText(name: string): string {
  const text = dropReasonByName(name)?.text ?? '';
  return text === '' ? name : text;
}

const UNKNOWN_REASON: DropAdvice = {
  cause: 'This reason is newer than the table of Propolis, or comes from another build of Cilium.',
  action: 'Look the number up in the release notes of the Cilium version that the node runs.',
};

const NO_REASON: DropAdvice = {
  cause:
    'No reason was recorded. A request that the proxy refused is reported so, as an L7 flow with verdict DROPPED.',
  action:
    'For an L7 flow, compare the request with the HTTP or DNS rules of the policy that redirects to the proxy.',
};

const RELOADING: DropAdvice = {
  cause:
    "The node's programs were being replaced: an agent start, an upgrade or a regeneration of endpoints.",
  action: 'Wait for it to pass. If it stays, read the agent log of that node and take a sysdump.',
};

const MALFORMED: DropAdvice = {
  cause: 'The packet does not parse: cut short, damaged or forged. Scanners send such packets.',
  action: 'Capture packets at the sender. Ignore it when the source is outside and the rate is low.',
};

const FOREIGN_PROTOCOL: DropAdvice = {
  cause: 'Cilium does not carry this protocol, or support for it is switched off.',
  action: 'Switch the protocol on (IPv6, SCTP, extended IP protocols) if it is wanted; else leave it.',
};

const ODD_ICMP: DropAdvice = {
  cause: 'An ICMP message of a kind that Cilium does not answer or pass.',
  action: 'Nothing, unless something that needs this message fails.',
};

const NODE_FAULT: DropAdvice = {
  cause: "The node's datapath failed while it handled the packet. No policy is involved.",
  action: 'Check kernel and Cilium version for known faults, and take a sysdump if it repeats.',
};

const TUNNEL_FAULT: DropAdvice = {
  cause: 'The header of the tunnel between nodes is missing, wrong or not one that Cilium wrote.',
  action:
    'Compare tunnel protocol and port on both nodes, and look for other software that uses the same port.',
};

const TRACKING_FAULT: DropAdvice = {
  cause: 'The connection is not one that connection tracking can follow, as after a restart of the agent.',
  action:
    'Let the client connect again. If it repeats, look for replies that take another path than requests.',
};

const NAT_FULL: DropAdvice = {
  cause:
    'No source port or table entry is left for address translation, or a reply came without its request.',
  action:
    'Raise the size of the NAT table (bpf-nat-global-max), and look for traffic that returns another way.',
};

const NAT_64: DropAdvice = {
  cause: 'A packet could not be translated between IPv4 and IPv6.',
  action: 'Check the NAT46/64 gateway settings, and that the destination has an address of the other family.',
};

const FRAGMENT_LOST: DropAdvice = {
  cause: 'A fragment arrived, and the first piece of its datagram, which carries the ports, is not known.',
  action: 'Keep fragment tracking on, raise its table, or send datagrams that fit the MTU.',
};

const SEGMENT_ROUTING: DropAdvice = {
  cause: 'Segment routing (SRv6) lost or never had the state for this destination.',
  action: 'Check the SRv6 policies and locator pools for this address.',
};

const UNKNOWN_IDENTITY: DropAdvice = {
  cause: 'The node does not know who sent this yet: an identity, node or cluster that has not reached it.',
  action:
    'Usually it passes in seconds. If not, check the agents, the ipcache and the cluster mesh connection.',
};

const PROXY_SOCKET: DropAdvice = {
  cause: 'The packet was to go to the L7 or DNS proxy, and no socket of the proxy took it.',
  action: "Check that cilium-envoy and the agent's DNS proxy run on this node and are not restarting.",
};

const HANDLED: DropAdvice = {
  cause: 'Multicast that Cilium answered or copied itself. The original packet ends here by design.',
  action: 'Nothing to do.',
};

const OLD_ROUTE: DropAdvice = {
  cause:
    'The destination address belongs to nobody any more: a pod that ended, or an address without a route.',
  action:
    'Check pod restarts and DNS answers of that moment. A client that keeps old addresses needs a restart.',
};

const ADVICE: ReadonlyMap<string, DropAdvice> = new Map(
  Object.entries<DropAdvice>({
    DROP_REASON_UNKNOWN: NO_REASON,
    INVALID_SOURCE_MAC: {
      cause: 'The pod sends with a hardware address that is not its own.',
      action: 'Look for bridges or virtual machines inside the pod.',
    },
    INVALID_DESTINATION_MAC: {
      cause: 'The frame is addressed to hardware that is not behind this interface.',
      action: 'Check neighbour tables and bridges on the node.',
    },
    INVALID_SOURCE_IP: {
      cause: 'The pod sends from an address that is not its own. IPv6 link-local packets at start count too.',
      action:
        'Ignore fe80:: sources. Else look for a VPN, a second interface or a fixed source address in the pod.',
    },
    POLICY_DENIED: {
      cause:
        'Policies select the endpoint in this direction, and no rule of theirs admits this peer and port.',
      action:
        'Admit the peer and port on the side that dropped, and make sure that the other side admits it too.',
    },
    INVALID_PACKET_DROPPED: MALFORMED,
    CT_TRUNCATED_OR_INVALID_HEADER: MALFORMED,
    CT_MISSING_TCP_ACK_FLAG: {
      cause: 'The packet is larger than the path allows, and the sender forbade splitting it.',
      action:
        'Lower the MTU of the pods by what the tunnel adds, and let ICMP "fragmentation needed" through.',
    },
    CT_UNKNOWN_L4_PROTOCOL: FOREIGN_PROTOCOL,
    CT_CANNOT_CREATE_ENTRY_FROM_PACKET: TRACKING_FAULT,
    UNSUPPORTED_L3_PROTOCOL: {
      cause:
        'The packet is neither IPv4 nor an IPv6 that is switched on. Router and multicast discovery look so.',
      action: 'Ignore IPv6 discovery on an IPv4 cluster. Else switch the protocol on.',
    },
    MISSED_TAIL_CALL: RELOADING,
    ERROR_WRITING_TO_PACKET: NODE_FAULT,
    UNKNOWN_L4_PROTOCOL: FOREIGN_PROTOCOL,
    UNKNOWN_ICMPV4_CODE: ODD_ICMP,
    UNKNOWN_ICMPV4_TYPE: ODD_ICMP,
    UNKNOWN_ICMPV6_CODE: ODD_ICMP,
    UNKNOWN_ICMPV6_TYPE: ODD_ICMP,
    ERROR_RETRIEVING_TUNNEL_KEY: TUNNEL_FAULT,
    ERROR_RETRIEVING_TUNNEL_OPTIONS: TUNNEL_FAULT,
    INVALID_GENEVE_OPTION: TUNNEL_FAULT,
    UNKNOWN_L3_TARGET_ADDRESS: OLD_ROUTE,
    STALE_OR_UNROUTABLE_IP: OLD_ROUTE,
    NO_MATCHING_LOCAL_CONTAINER_FOUND: OLD_ROUTE,
    ERROR_WHILE_CORRECTING_L3_CHECKSUM: NODE_FAULT,
    ERROR_WHILE_CORRECTING_L4_CHECKSUM: NODE_FAULT,
    CT_MAP_INSERTION_FAILED: {
      cause: "The node's connection-tracking table is full.",
      action:
        'Raise bpf-ct-global-tcp-max and bpf-ct-global-any-max, and look for a client that opens connections without end.',
    },
    INVALID_IPV6_EXTENSION_HEADER: MALFORMED,
    IP_FRAGMENTATION_NOT_SUPPORTED: {
      cause: 'A fragment arrived while fragment tracking is off.',
      action: 'Switch fragment tracking on, or send datagrams that fit the MTU.',
    },
    SERVICE_BACKEND_NOT_FOUND: {
      cause: 'The Service has no backend that is ready.',
      action: "Check the Service's selector, and the readiness of the pods behind it.",
    },
    NO_TUNNEL_OR_ENCAPSULATION_ENDPOINT: {
      cause: 'The node does not know through which other node the destination is reached.',
      action: 'Check that both nodes are known to Cilium (cilium node list) and their addresses are current.',
    },
    FAILED_TO_INSERT_INTO_PROXYMAP: {
      cause:
        'The packet needs translation between IPv4 and IPv6, and that is switched off. Old versions: a full proxy map.',
      action: 'Switch the NAT46/64 gateway on, or reach the destination by an address of the same family.',
    },
    REACHED_EDT_RATE_LIMITING_DROP_HORIZON: {
      cause: 'The pod sends more than its bandwidth limit lets out, and its queue is full.',
      action: 'Raise or remove the annotation kubernetes.io/egress-bandwidth of the pod.',
    },
    UNKNOWN_CONNECTION_TRACKING_STATE: TRACKING_FAULT,
    LOCAL_HOST_IS_UNREACHABLE: {
      cause: 'The packet is for the node itself, and the way to it is not set up.',
      action: "Check the node's cilium_host interface and the agent's log.",
    },
    NO_CONFIGURATION_AVAILABLE_TO_PERFORM_POLICY_DECISION: RELOADING,
    UNSUPPORTED_L2_PROTOCOL: FOREIGN_PROTOCOL,
    NO_MAPPING_FOR_NAT_MASQUERADE: NAT_FULL,
    UNSUPPORTED_PROTOCOL_FOR_NAT_MASQUERADE: {
      cause:
        'Traffic that leaves the cluster is translated to the address of its node, and this protocol cannot be.',
      action:
        'Exclude the destination from masquerading (ip-masq-agent, native routing range), or use TCP, UDP or ICMP.',
    },
    FIB_LOOKUP_FAILED: {
      cause: "The node's own routing table has no route or no neighbour for the destination.",
      action: 'Check ip route and ip neigh on the node, and that the native routing range is right.',
    },
    ENCAPSULATION_TRAFFIC_IS_PROHIBITED: {
      cause: 'A pod sent packets to the port of the tunnel, which only nodes may use.',
      action: 'Move the software to another port, or Cilium (tunnel-port).',
    },
    INVALID_IDENTITY: UNKNOWN_IDENTITY,
    UNKNOWN_SENDER: UNKNOWN_IDENTITY,
    NAT_NOT_NEEDED: {
      cause: 'The packet took a way that translates addresses, and there was nothing to translate.',
      action: 'Usually nothing. If a Service from outside fails, check how its address reaches the nodes.',
    },
    IS_A_CLUSTERIP: {
      cause: 'Somebody outside the cluster sent to a ClusterIP, which only answers inside.',
      action:
        'Expose it as a LoadBalancer, NodePort, Ingress or Gateway; bpf-lb-external-clusterip opens ClusterIPs.',
    },
    FIRST_LOGICAL_DATAGRAM_FRAGMENT_NOT_FOUND: FRAGMENT_LOST,
    FORBIDDEN_ICMPV6_MESSAGE: ODD_ICMP,
    DENIED_BY_LB_SRC_RANGE_CHECK: {
      cause: "The client is outside the Service's loadBalancerSourceRanges. No network policy is involved.",
      action: "Add the client's range to the Service.",
    },
    SOCKET_LOOKUP_FAILED: PROXY_SOCKET,
    SOCKET_ASSIGN_FAILED: PROXY_SOCKET,
    PROXY_REDIRECTION_NOT_SUPPORTED_FOR_PROTOCOL: {
      cause: 'A rule with L7 contents selects a protocol that the proxy cannot take.',
      action: 'Name TCP in the port rule (UDP for DNS), or take the L7 part off.',
    },
    POLICY_DENY: {
      cause: 'A deny rule matches. It wins over any rule that allows.',
      action: 'Find the deny rule (the policy verdict names it) and narrow it.',
    },
    VLAN_FILTERED: {
      cause: 'The frame has a VLAN tag that this node does not let pass.',
      action: 'Add the tag to vlan-bpf-bypass if it is meant to pass.',
    },
    INVALID_VNI: {
      cause: 'A VXLAN endpoint outside the cluster uses a network number that is not the one set for it.',
      action: 'Compare the VTEP settings of Cilium with those of the other end.',
    },
    INVALID_TC_BUFFER: NODE_FAULT,
    NO_SID: SEGMENT_ROUTING,
    MISSING_SRV6_STATE: SEGMENT_ROUTING,
    NAT46: NAT_64,
    NAT64: NAT_64,
    AUTH_REQUIRED: {
      cause:
        'The rule that admits this demands mutual authentication, and the two sides have not authenticated.',
      action:
        'A first packet may drop and the next pass. If it lasts, check SPIRE and the agent on both nodes.',
    },
    CT_NO_MAP_FOUND: TRACKING_FAULT,
    SNAT_NO_MAP_FOUND: NAT_FULL,
    INVALID_CLUSTER_ID: UNKNOWN_IDENTITY,
    UNSUPPORTED_PROTOCOL_FOR_DSR_ENCAP: {
      cause: 'Direct server return cannot carry this protocol to the backend.',
      action: 'Use SNAT or hybrid mode for this Service.',
    },
    NO_EGRESS_GATEWAY: {
      cause: 'An egress gateway policy selects the pod, and no node is the gateway.',
      action: 'Check the nodeSelector of the CiliumEgressGatewayPolicy, and that such a node is ready.',
    },
    UNENCRYPTED_TRAFFIC: {
      cause: 'Encryption is strict, and this packet between nodes is not encrypted.',
      action: 'Check WireGuard or IPsec between these nodes, and that both know the key of the other.',
    },
    TTL_EXCEEDED: {
      cause: 'The packet went through too many hops: a traceroute, or a loop.',
      action: 'Ignore traceroutes. Else look for a routing loop between the nodes.',
    },
    NO_NODE_ID: UNKNOWN_IDENTITY,
    DROP_RATE_LIMITED: {
      cause: 'Cilium answers only so many packets a second with ICMP, and this was one too many.',
      action: 'Nothing for the answer itself; look at what it answers.',
    },
    IGMP_HANDLED: HANDLED,
    IGMP_SUBSCRIBED: HANDLED,
    MULTICAST_HANDLED: HANDLED,
    DROP_HOST_NOT_READY: RELOADING,
    DROP_EP_NOT_READY: RELOADING,
    DROP_NO_EGRESS_IP: {
      cause: 'The egress gateway is known, and has no address to send from.',
      action: 'Give the gateway node the egressIP or interface that the CiliumEgressGatewayPolicy names.',
    },
    DROP_PUNT_PROXY: PROXY_SOCKET,
    DROP_REASON_206: {
      cause: 'The network device that the packet was to leave by does not exist, as while a pod ends.',
      action: 'Usually nothing. If it lasts, check the interfaces of the node.',
    },
    DROP_FRAG_NOT_FOUND_WORLD: FRAGMENT_LOST,
  }),
);
