import { highestPort, PROTOCOLS } from '../model/port.ts';
import {
  ALL_PORTS,
  isAllPorts,
  isNoPorts,
  type PortSet,
  pairsOf,
  portsKey,
  subtractPorts,
} from '../model/port-set.ts';
import type { Admission, Peer, ProfileRow } from './profile-table.ts';

/** The words of the profile table, for the README of a policy tree and for the command alike. */
export interface RowWords {
  readonly ingress: string;
  readonly egress: string;
}

export function rowWords(row: Pick<ProfileRow, 'ingress' | 'egress'>): RowWords {
  return { ingress: admissionsText(row.ingress), egress: admissionsText(row.egress) };
}

/** `internal gateway 80/TCP, 443/TCP; world 443/TCP`, or `none`. */
export function admissionsText(admissions: readonly Admission[]): string {
  const both = admissions.filter(({ ports }) => !isNoPorts(ports));
  return both.length === 0 ? 'none' : groups(both).join('; ');
}

/** Peers with the same ports are told together, in the order in which they come. */
function groups(admissions: readonly Admission[]): readonly string[] {
  const byPorts = new Map<string, { readonly ports: PortSet; readonly peers: Peer[] }>();
  for (const { peer, ports } of admissions) {
    const key = portsKey(ports);
    const group = byPorts.get(key);
    if (group === undefined) byPorts.set(key, { ports, peers: [peer] });
    else group.peers.push(peer);
  }
  return [...byPorts.values()].map(({ ports, peers }) => `${peersText(peers)} ${portSetText(ports)}`);
}

/** Where apps of all kinds are among them, and the platform, it is every pod that is meant. */
function peersText(peers: readonly Peer[]): string {
  const isEveryPod = peers.filter(({ kind }) => kind === 'pods').length === Object.keys(PODS).length;
  if (!isEveryPod) return peers.map(peerText).join(', ');
  const others = peers.filter(({ kind }) => !POD_KINDS.has(kind));
  return ['every pod of the cluster', ...others.map(peerText)].join(', ');
}

const POD_KINDS: ReadonlySet<Peer['kind']> = new Set([
  'dns',
  'gateway',
  'resource',
  'prometheus',
  'ztunnel',
  'pods',
  'profile',
  'platform',
]);

export function peerText(peer: Peer): string {
  switch (peer.kind) {
    case 'dns':
      return 'DNS';
    case 'gateway':
      return `${peer.name} gateway`;
    case 'resource':
      return peer.name;
    case 'prometheus':
      return 'Prometheus';
    case 'ztunnel':
      return 'ztunnel';
    case 'entity':
      return peer.entity;
    case 'probe':
      return peer.address;
    case 'cidr':
      return peer.cidr;
    case 'fqdn':
      return peer.pattern;
    case 'pods':
      return PODS[peer.of];
    case 'profile':
      return `pods with profile ${peer.name}`;
    case 'platform':
      return `pods of ${peer.namespace}`;
  }
}

const PODS: Readonly<Record<Extract<Peer, { readonly kind: 'pods' }>['of'], string>> = {
  'same-namespace': 'pods of the same namespace',
  'same-profile': 'pods of other namespaces with the profile',
  'no-profile': 'pods without a profile',
};

/** `53/UDP, 8000-8100/TCP`, `all TCP`, `every port`, `every port but 53/UDP`. */
export function portSetText(set: PortSet): string {
  if (isAllPorts(set)) return 'every port';
  if (isNoPorts(set)) return 'none';
  const rest = subtractPorts(ALL_PORTS, set);
  const isNearlyAll = PROTOCOLS.every((protocol, i) => LISTED.has(protocol) || rest[i]?.length === 0);
  return isNearlyAll ? `every port but ${rangesText(rest)}` : rangesText(set);
}

/** Protocols of which single ports are open. Where all others are, it is all but a few ports that are meant. */
const LISTED: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

function rangesText(set: PortSet): string {
  const texts = PROTOCOLS.flatMap((protocol, i) =>
    pairsOf(set[i] ?? []).map(([low, high]) => {
      if (low === 0 && high === highestPort(protocol)) return `all ${protocol}`;
      const ports = low === high ? String(low) : `${low}-${high}`;
      return protocol.startsWith('ICMP') ? `type ${ports}/${protocol}` : `${ports}/${protocol}`;
    }),
  );
  return texts.join(', ');
}

/** What every profile has, whatever it is: told once for all of them. */
export function commonOf(rows: readonly ProfileRow[], direction: 'ingress' | 'egress'): readonly Admission[] {
  const [first, ...others] = rows;
  return (first?.[direction] ?? []).filter(
    (admission) =>
      COMMON.has(admission.peer.kind) &&
      others.every((row) => row[direction].some((one) => isSame(one, admission))),
  );
}

export function withoutCommon(
  row: ProfileRow,
  common: readonly Admission[],
  direction: 'ingress' | 'egress',
): readonly Admission[] {
  return row[direction].filter((one) => !common.some((admission) => isSame(one, admission)));
}

/** Peers that baselines are for. DNS is told with each profile, as people look for it there. */
const COMMON: ReadonlySet<Peer['kind']> = new Set(['entity', 'probe', 'prometheus', 'ztunnel']);

function isSame(a: Admission, b: Admission): boolean {
  return (
    JSON.stringify(a.peer) === JSON.stringify(b.peer) &&
    portsKey(a.ports) === portsKey(b.ports) &&
    portsKey(a.halfOpen) === portsKey(b.halfOpen)
  );
}
