import { containsCidr, formatCidr, parseAddressOrCidr } from '../model/cidr.ts';
import type { Policy, PolicyRef, Rule } from '../model/policy.ts';
import type { Protocol } from '../model/port.ts';
import type { Sides } from './cause-by-model.ts';
import type { CauseContext } from './cause-context.ts';
import type { End } from './ends.ts';
import { type Judged, protocolOf } from './judged.ts';
import { servicePortRule } from './service-port.ts';
import { entriesOfSubject } from './state.ts';
import type { Cause } from './types.ts';

/** A rule that was meant for this and cannot match: the Service's port, or a CIDR for a pod or node. */
export function misdirectedRule(
  judged: Judged,
  { side, subject, peer }: Sides,
  context: CauseContext,
): Cause | undefined {
  const byPort = servicePortRule(judged, side, context.state);
  if (byPort !== undefined) {
    const { policy, service, servicePort } = byPort;
    return { code: 'service-port', policy: refOf(policy), service, servicePort, podPort: judged.edge.port };
  }
  const protocol = protocolOf(judged.edge);
  for (const { rule, policy, isDeny } of entriesOfSubject(context.state, subject, side.direction)) {
    if (isDeny) continue;
    const cidr = cidrCovering(rule, peer);
    if (cidr !== undefined && admitsPort(rule, protocol, judged.edge.port)) {
      return { code: 'cidr-on-cluster-peer', policy: refOf(policy), cidr };
    }
  }
  return undefined;
}

export function refOf({ kind, namespace, name }: Policy): PolicyRef {
  return { kind, namespace, name };
}

/** The prefix of a CIDR rule that covers the peer's address, where the peer is in the cluster. */
function cidrCovering({ peers }: Rule, peer: End): string | undefined {
  if (
    peers.kind !== 'some' ||
    peer.ip === '' ||
    (peer.party.kind !== 'pod' && peer.party.kind !== 'reserved')
  ) {
    return undefined;
  }
  const address = parseAddressOrCidr(peer.ip);
  if (address === undefined) return undefined;
  for (const wanted of peers.peers) {
    if (wanted.kind !== 'cidr' || !containsCidr(wanted.cidr, address)) continue;
    // Everything and everything but private ranges are meant for the world.
    if (wanted.cidr.length === 0 || wanted.except.some((except) => containsCidr(except, address))) continue;
    return formatCidr(wanted.cidr);
  }
  return undefined;
}

export function admitsPort({ ports }: Rule, protocol: Protocol | undefined, port: number): boolean {
  if (ports === undefined) return true;
  return ports.some((portRule) =>
    portRule.ports.some(
      (match) =>
        match.kind === 'port' &&
        (match.protocol === 'ANY' || match.protocol === protocol) &&
        (match.port === 0 || (port >= match.port && port <= Math.max(match.port, match.endPort ?? 0))),
    ),
  );
}
