import type { JsonObject } from '../../core/flow/fields.ts';

/** The JSON of one flow as a relay tells it: number `i`, so many milliseconds after a fixed moment. */
export function relayFlow(i: number, changes: JsonObject = {}, nodeName = 'east/n1'): JsonObject {
  const time = new Date(FIRST_MS + i).toISOString();
  const flow = {
    time,
    uuid: `uuid-${i}`,
    verdict: 'FORWARDED',
    IP: { source: '10.0.1.7', destination: '10.0.2.9', ipVersion: 'IPv4' },
    l4: { TCP: { source_port: 40_000 + (i % 1000), destination_port: 5432 } },
    source: { identity: 40_211, namespace: 'shop', labels: ['k8s:app=web'], pod_name: 'web-0' },
    destination: { identity: 51_002, namespace: 'data', labels: ['k8s:app=db'], pod_name: 'db-0' },
    Type: 'L3_L4',
    node_name: nodeName,
    event_type: { type: 4 },
    traffic_direction: 'INGRESS',
    is_reply: false,
    Summary: 'TCP Flags: ACK',
    ...changes,
  };
  return { flow, node_name: nodeName, time };
}

export const FIRST_MS = 1_772_359_200_000;
