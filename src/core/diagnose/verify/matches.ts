import { arePods, hasPort } from '../../catalog/index.ts';
import { matchesName } from '../../engine/name-pattern.ts';
import { containsCidr, parseAddress, parseCidr } from '../../model/cidr.ts';
import { hasReserved, type LabelText } from '../../model/label.ts';
import type { CiliumVersion } from '../../model/options.ts';
import { isProtocol } from '../../model/port.ts';
import type { End } from '../ends.ts';
import type { Check, CheckPeer } from './types.ts';

/** One request between two ends. */
export interface Pair {
  readonly from: End;
  readonly to: End;
  readonly protocol: string;
  readonly port: number;
}

export interface Matching {
  readonly namespace: string;
  readonly labelsOf: (end: End) => readonly LabelText[];
  readonly version: CiliumVersion;
}

/** Whether a check is about requests of this pair. */
export function isAbout(
  { direction, peers, ports }: Check,
  { from, to, protocol, port }: Pair,
  { namespace, labelsOf, version }: Matching,
): boolean {
  const [own, far] = direction === 'egress' ? [from, to] : [to, from];
  if (own.party.namespace !== namespace || own.party.cluster !== '') return false;
  const isOnPort = ports.length === 0 || (isProtocol(protocol) && hasPort(ports, protocol, port));
  return isOnPort && peers.some((peer) => isPeer(peer, far, { labelsOf, version }));
}

function isPeer(
  peer: CheckPeer,
  end: End,
  { labelsOf, version }: Pick<Matching, 'labelsOf' | 'version'>,
): boolean {
  const { party } = end;
  switch (peer.kind) {
    case 'pods':
      // A pod of another cluster is not whom the catalog means.
      return (
        party.kind === 'pod' &&
        party.cluster === '' &&
        arePods(peer.pods, { namespace: party.namespace, labels: labelsOf(end) })
      );
    case 'entity':
      if (peer.entity === 'world') return party.kind === 'outside';
      return party.name === peer.entity || hasReserved(end.recorded, peer.entity);
    case 'cidr': {
      const cidr = parseCidr(peer.cidr);
      const address = parseAddress(end.ip);
      if (party.kind !== 'outside' || cidr === undefined || address === undefined) return false;
      return containsCidr(cidr, { ...address, length: address.family === 4 ? 32 : 128 });
    }
    case 'fqdn':
      return party.kind === 'outside' && isNamed(end, peer.pattern, version);
  }
}

function isNamed({ names, recorded }: End, pattern: string, version: CiliumVersion): boolean {
  if (recorded.includes(`fqdn:${pattern}`)) return true;
  const wanted = pattern.includes('*') ? { matchPattern: pattern } : { matchName: pattern };
  return names.some((name) => matchesName(wanted, name, version));
}
