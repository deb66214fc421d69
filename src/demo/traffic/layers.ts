import type { Participant } from './cluster.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One end as an event names it: who, with which labels and number at that time. */
export interface End {
  readonly who: Participant;
  readonly labels: readonly string[];
  readonly identity: number;
}

/** What all events of one connection share. */
export interface Connection {
  readonly source: End;
  readonly destination: End;
  readonly protocol: 'TCP' | 'UDP';
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** What every event says of a packet: addresses, ports, both ends. */
export function layers(
  { source, destination, protocol, sourcePort, destinationPort }: Connection,
  {
    flags,
    reporter,
    type = 'L3_L4',
  }: { readonly flags: readonly string[]; readonly reporter: End; readonly type?: string },
): JsonObject {
  const ports = { source_port: sourcePort, destination_port: destinationPort };
  const set = Object.fromEntries(flags.map((flag) => [flag, true]));
  const l4: JsonObject =
    protocol === 'UDP' || flags.length === 0 ? { [protocol]: ports } : { TCP: { ...ports, flags: set } };
  return {
    IP: { source: addressOf(source), destination: addressOf(destination), ipVersion: 'IPv4' },
    l4,
    source: endOf(source, reporter),
    destination: endOf(destination, reporter),
    Type: type,
    ...nameOf('source', source),
    ...nameOf('destination', destination),
    ...serviceOf('source', source),
    ...serviceOf('destination', destination),
  };
}

/** An end in Hubble's shape. The number of an endpoint is known on its own node only. */
export function endOf({ who, labels, identity }: End, reporter: End): JsonObject {
  if (who.kind === 'other') return { identity, labels };
  const isLocal = reporter.who.kind === 'pod' && reporter.who.node === who.node;
  return {
    ...(isLocal ? { ID: who.endpointId } : {}),
    identity,
    cluster_name: who.cluster,
    namespace: who.namespace,
    labels,
    pod_name: who.name,
    workloads: [who.workload],
  };
}

function addressOf({ who }: End): string {
  return who.kind === 'pod' ? who.ip : who.outsider.ip;
}

function nameOf(side: 'source' | 'destination', { who }: End): JsonObject {
  const name = who.kind === 'other' ? who.outsider.name : undefined;
  return name === undefined ? {} : { [`${side}_names`]: [name] };
}

function serviceOf(side: 'source' | 'destination', { who }: End): JsonObject {
  const service = who.kind === 'other' ? who.outsider.service : undefined;
  return service === undefined ? {} : { [`${side}_service`]: service };
}
