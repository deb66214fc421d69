import { dropReasonByName } from '../model/drop-reason.ts';
import type { FlowEndpoint } from '../model/flow.ts';
import type { Edge } from './summarize.ts';
import type { Folded } from './types.ts';

/** ICMPv6 messages that every network stack sends by itself: router and neighbour discovery, multicast listening. */
const BACKGROUND_ICMPV6: readonly number[] = [130, 131, 132, 133, 134, 135, 136, 137, 143];

/** The port of cilium-health. */
const HEALTH_PORT = 4240;

/** What a drop is folded into, or undefined for a drop that somebody may want to fix. */
export function foldOf(edge: Edge): Folded['kind'] | undefined {
  if (edge.verdict === 'AUDIT') return 'audit';
  if (edge.isReply) return 'reply';
  return isNoise(edge) ? 'noise' : undefined;
}

function isNoise(edge: Edge): boolean {
  if (edge.protocol === 'ICMPv6' && BACKGROUND_ICMPV6.includes(edge.port)) return true;
  if (edge.sourceIp.startsWith('fe80:') || isToMany(edge.destinationIp)) return true;
  if (edge.port === HEALTH_PORT && isHealth(edge.destination)) return true;
  return dropReasonByName(edge.dropReason)?.klass === 'noise';
}

/** Multicast (RFC 5771, RFC 4291) and broadcast: to everybody near, which no rule about a peer is for. */
function isToMany(address: string): boolean {
  if (address.includes(':')) return /^ff[0-9a-f]{2}:/i.test(address);
  const first = Number(address.slice(0, Math.max(0, address.indexOf('.'))));
  return (first >= 224 && first <= 239) || address === '255.255.255.255';
}

const HEALTH_IDENTITY = 4;

function isHealth({ labels, identity }: FlowEndpoint): boolean {
  return labels.length === 0 ? identity === HEALTH_IDENTITY : labels.includes('reserved:health');
}

/**
 * Drops that count: dropped, or refused by the proxy, or what audit mode would have dropped. `ERROR` is for
 * requests that the proxy could not handle.
 */
export function isDrop({ verdict }: Edge): boolean {
  return verdict === 'DROPPED' || verdict === 'ERROR' || verdict === 'AUDIT';
}
