import { formatCidr } from '../../model/cidr.ts';
import { CLUSTER_KEY, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import type { Peer, PortRule } from '../../model/policy.ts';
import { type PortMatch, PROTOCOLS } from '../../model/port.ts';
import { type PortSet, pairsOf } from '../../model/port-set.ts';
import type { Requirement, Selector } from '../../model/selector.ts';

/** A peer in the shortest text that tells it apart: `world`, `10.0.0.0/8`, `monitoring app=prometheus`. */
export function peerNotation(peer: Peer): string {
  switch (peer.kind) {
    case 'endpoints':
      return selectorNotation(peer.selector);
    case 'nodes':
      return `nodes ${selectorNotation(peer.selector)}`;
    case 'entity':
      return peer.entity;
    case 'cidr':
      return formatCidr(peer.cidr);
    case 'cidr-group':
      return 'ref' in peer.group
        ? `group ${peer.group.ref}`
        : `groups ${selectorNotation(peer.group.selector)}`;
    case 'fqdn':
      return peer.pattern.matchName ?? peer.pattern.matchPattern ?? '';
    case 'service':
      return `Service ${peer.namespace}/${peer.name}`;
    case 'service-selector':
      return `Services ${selectorNotation(peer.selector)}`;
    case 'pods': {
      const namespaces =
        peer.namespaces === undefined ? '' : `namespaces ${selectorNotation(peer.namespaces)} `;
      return `${namespaces}pods ${selectorNotation(peer.pods ?? { requirements: [] })}`;
    }
    case 'cloud-group':
      return 'security group';
  }
}

/** `{}`, `monitoring app=prometheus`, `profile=internal`: keys without what Cilium puts before them. */
export function selectorNotation({ requirements }: Selector): string {
  if (requirements.length === 0) return '{}';
  const sorted = [...requirements].sort((a, b) => rank(a) - rank(b));
  return sorted.map(requirementNotation).join(' ');
}

function rank({ key }: Requirement): number {
  return key === NAMESPACE_KEY ? 0 : 1;
}

function requirementNotation({ source, key, operator, values }: Requirement): string {
  const plain = key.startsWith(NAMESPACE_LABELS_PREFIX) ? key.slice(NAMESPACE_LABELS_PREFIX.length) : key;
  const name = source === 'any' || source === 'k8s' ? plain : `${source}:${plain}`;
  const [only] = values;
  if (operator === 'In' && values.length === 1 && only !== undefined) {
    if (key === NAMESPACE_KEY || key === CLUSTER_KEY) return only;
    return only === '' ? name : `${name}=${only}`;
  }
  switch (operator) {
    case 'In':
      return `${name} in (${values.join(', ')})`;
    case 'NotIn':
      return `${name} not in (${values.join(', ')})`;
    case 'Exists':
      return key === NAMESPACE_KEY ? 'any namespace' : `${name} exists`;
    case 'DoesNotExist':
      return `${name} is absent`;
  }
}

/** `5432/TCP`, `1024-65535/TCP`, `http/TCP`, `type 8/ICMP`. */
export function portNotation(match: PortMatch): string {
  switch (match.kind) {
    case 'port': {
      const { port, endPort = 0, protocol } = match;
      if (port === 0) return `any/${protocol}`;
      return endPort > port ? `${port}-${endPort}/${protocol}` : `${port}/${protocol}`;
    }
    case 'named':
      return `${match.name}/${match.protocol}`;
    case 'icmp':
      return `type ${match.type}/${match.family === 'IPv4' ? 'ICMP' : 'ICMPv6'}`;
  }
}

export function portNotations(rules: readonly PortRule[] = []): readonly string[] {
  return rules.flatMap(({ ports }) => ports.map(portNotation));
}

/** `80/TCP`, `8000-8100/UDP`; one text for each run of ports. */
export function portSetNotation(set: PortSet): readonly string[] {
  return PROTOCOLS.flatMap((protocol, i) =>
    pairsOf(set[i] ?? []).map(([low, high]) =>
      low === high ? `${low}/${protocol}` : `${low}-${high}/${protocol}`,
    ),
  );
}
