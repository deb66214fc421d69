import type { Path } from '../../model/place.ts';
import type { Peer, PeerSet, PolicySpec, PortRule, Rule } from '../../model/policy.ts';
import type { RawObject } from '../raw-object.ts';
import type {
  NetworkPolicyData,
  NetworkPolicyPeerData,
  NetworkPolicyPortData,
  NetworkPolicySpecData,
} from './network-policy-object.ts';
import { readCidrPeer } from './read-peers.ts';
import { portMatch, readProtocol } from './read-ports.ts';
import { readSelector } from './read-selector.ts';

/**
 * A NetworkPolicy as Cilium reads it (`pkg/k8s/network_policy.go`). Rules of a direction count even where
 * `policyTypes` leaves the direction out, which upstream does not intend (issue 48703).
 */
export function readNetworkPolicySpec({ spec = {} }: NetworkPolicyData, raw: RawObject): PolicySpec {
  return {
    subject: { kind: 'endpoints', selector: readSelector(spec.podSelector ?? {}, 'k8s') },
    rules: [...readDirection(spec, 'ingress', raw), ...readDirection(spec, 'egress', raw)],
    enableDefaultDeny: { ingress: true, egress: true },
    place: raw.locate(['spec']),
  };
}

function readDirection(spec: NetworkPolicySpecData, list: 'ingress' | 'egress', raw: RawObject): Rule[] {
  const rules = spec[list] ?? [];
  if (rules.length === 0) return isIsolated(spec, list) ? [isolation(list, raw)] : [];
  return rules.map(({ from, to, ports }, index): Rule => {
    const path: Path = ['spec', list, index];
    const portRules = readPortRules(ports);
    return {
      direction: list,
      effect: 'allow',
      list,
      index,
      path,
      place: raw.locate(path),
      peers: readPeerSet(list === 'ingress' ? from : to),
      ...(portRules === undefined ? {} : { ports: portRules }),
    };
  });
}

/** Without a rule, ingress is isolated unless the policy is about egress alone; egress only where it is named. */
function isIsolated({ policyTypes = [] }: NetworkPolicySpecData, list: 'ingress' | 'egress'): boolean {
  return list === 'egress'
    ? policyTypes.includes('Egress')
    : policyTypes.includes('Ingress') || !policyTypes.includes('Egress');
}

/** A rule that matches nothing, so that the direction is denied by default. */
function isolation(list: 'ingress' | 'egress', raw: RawObject): Rule {
  const path: Path = ['spec'];
  return {
    direction: list,
    effect: 'allow',
    list,
    index: 0,
    path,
    place: raw.locate(path),
    peers: { kind: 'none' },
  };
}

/** No peers, or an empty list of them, is everyone: the world and the hosts too. */
function readPeerSet(peers: readonly NetworkPolicyPeerData[] = []): PeerSet {
  return {
    kind: 'some',
    peers: peers.length === 0 ? [{ kind: 'entity', entity: 'all' }] : peers.flatMap(readPeer),
  };
}

function readPeer({ ipBlock, podSelector, namespaceSelector }: NetworkPolicyPeerData): Peer[] {
  if (ipBlock !== undefined) return readCidrPeer(ipBlock.cidr ?? '', ipBlock.except ?? []);
  return [
    {
      kind: 'pods',
      ...(podSelector === undefined ? {} : { pods: readSelector(podSelector, 'k8s') }),
      ...(namespaceSelector === undefined ? {} : { namespaces: readSelector(namespaceSelector, 'k8s') }),
    },
  ];
}

function readPortRules(ports: readonly NetworkPolicyPortData[] = []): readonly PortRule[] | undefined {
  return ports.length === 0 ? undefined : [{ ports: ports.flatMap(readPort) }];
}

function readPort({ port = '0', endPort, protocol = '' }: NetworkPolicyPortData): PortRule['ports'] {
  return portMatch(String(port), endPort, protocol === '' ? 'TCP' : readProtocol(protocol));
}
