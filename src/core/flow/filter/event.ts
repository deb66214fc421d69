import type { Flow } from '../../model/flow.ts';
import type { EventTypeFilter } from '../../model/flow-filter.ts';
import { FilterError } from './error.ts';

/** Cilium v1.19.4 `pkg/hubble/filters/event_type.go`. A flow without an event type is of none. */
export function eventMatcher(types: readonly EventTypeFilter[]): (flow: Flow) => boolean {
  return ({ eventType, eventSubType }) => {
    if (eventType === 0 && eventSubType === 0) return false;
    for (const { type, subType } of types) {
      if ((type === 0 || type === eventType) && (subType === undefined || subType === eventSubType))
        return true;
    }
    return false;
  };
}

/** Cilium v1.19.4 `pkg/hubble/filters/protocol.go`. @throws {FilterError} for a protocol that Hubble does not know */
export function protocolMatcher(names: readonly string[]): (flow: Flow) => boolean {
  const wanted = names.map((name) => {
    const matches = PROTOCOLS.get(name.toLowerCase());
    if (matches === undefined) {
      throw new FilterError('protocol', name, `one of ${[...PROTOCOLS.keys()].join(', ')}`);
    }
    return matches;
  });
  return (flow) => wanted.some((matches) => matches(flow));
}

const PROTOCOLS: ReadonlyMap<string, (flow: Flow) => boolean> = new Map([
  ['icmp', ({ l4 }: Flow) => l4?.protocol === 'ICMP' || l4?.protocol === 'ICMPv6'],
  ['icmpv4', ({ l4 }: Flow) => l4?.protocol === 'ICMP'],
  ['icmpv6', ({ l4 }: Flow) => l4?.protocol === 'ICMPv6'],
  ['tcp', ({ l4 }: Flow) => l4?.protocol === 'TCP'],
  ['udp', ({ l4 }: Flow) => l4?.protocol === 'UDP'],
  ['sctp', ({ l4 }: Flow) => l4?.protocol === 'SCTP'],
  ['vrrp', ({ l4 }: Flow) => l4?.protocol === 'other' && l4.name === 'VRRP'],
  ['igmp', ({ l4 }: Flow) => l4?.protocol === 'other' && l4.name === 'IGMP'],
  ['dns', ({ l7 }: Flow) => l7?.kind === 'dns'],
  ['http', ({ l7 }: Flow) => l7?.kind === 'http'],
  ['kafka', ({ l7 }: Flow) => l7?.kind === 'other' && l7.record === 'kafka'],
]);
