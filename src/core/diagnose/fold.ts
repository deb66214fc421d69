import { dropReasonByName } from '../model/drop-reason.ts';
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
  if (edge.sourceIp.startsWith('fe80:') || edge.destinationIp.startsWith('ff0')) return true;
  if (edge.port === HEALTH_PORT && edge.destination.labels.includes('reserved:health')) return true;
  return dropReasonByName(edge.dropReason)?.klass === 'noise';
}

/** Drops that count: dropped, or refused by the proxy, or what audit mode would have dropped. */
export function isDrop({ verdict }: Edge): boolean {
  return verdict === 'DROPPED' || verdict === 'AUDIT';
}
