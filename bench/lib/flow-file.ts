import { Buffer } from 'node:buffer';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Endpoint } from '../../src/core/model/world.ts';
import { benchWorld } from './worlds.ts';

export interface FlowFileSize {
  readonly flows: number;
  readonly seed?: number;
  /** Who talks. Pods are `namespace/name` by id; others have no slash. Defaults to 400 ends of the bench's world. */
  readonly endpoints?: readonly Endpoint[];
}

/**
 * Writes flows as the exporter does, of about 1.5 KB each: nine of ten are traces, one of twenty is a drop (as a
 * policy verdict or as a drop event), one of forty is a request to a proxy. The same size and seed give the same file.
 *
 * @returns bytes written
 */
export function writeFlowFile(path: string, size: FlowFileSize): number {
  const file = openSync(path, 'w');
  let bytes = 0;
  let pending = '';
  const flush = (): void => {
    bytes += writeSync(file, Buffer.from(pending, 'latin1'));
    pending = '';
  };
  try {
    for (const line of flowLines(size)) {
      pending += line;
      if (pending.length > 4_000_000) flush();
    }
    flush();
  } finally {
    closeSync(file);
  }
  return bytes;
}

/** The lines of such a file, each with its line feed. */
export function* flowLines({ flows, seed = 1, endpoints }: FlowFileSize): Generator<string, void, void> {
  const random = generator(seed);
  const all = (endpoints ?? benchWorld({ endpoints: 400, namespaces: 40, policies: 0 }).endpoints).map(end);
  const ends = { pods: all.filter(({ isPod }) => isPod), others: all.filter(({ isPod }) => !isPod) };
  for (let i = 0; i < flows; i += 1) yield line(i, ends, random);
}

interface End {
  readonly json: string;
  readonly ip: string;
  readonly isPod: boolean;
}

function end(endpoint: Endpoint, index: number): End {
  const [namespace = '', name] = endpoint.id.split('/');
  const labels = [...endpoint.labels].sort();
  const identity = name === undefined ? index + 1 : 40_000 + index;
  const pod = {
    ...(index % 3 === 0 ? { ID: 100 + index } : {}),
    identity,
    cluster_name: 'default',
    namespace,
    labels,
    pod_name: `${name}-7d9c6b5f4-x${index}`,
    workloads: [{ name, kind: 'Deployment' }],
  };
  const json = JSON.stringify(name === undefined ? { identity, labels } : pod);
  return { json, ip: `10.${index >> 8}.${index & 255}.${(index * 7) % 250}`, isPod: name !== undefined };
}

interface Ends {
  readonly pods: readonly End[];
  readonly others: readonly End[];
}

function line(i: number, ends: Ends, random: () => number): string {
  const from = pick(ends.pods, random);
  // A quarter of what pods do is with nodes and the outside.
  const to = pick(random() % 4 === 0 ? ends.others : ends.pods, random);
  const kind = random() % 40;
  const port = PORTS[random() % PORTS.length] ?? 80;
  // One flow a millisecond.
  const time = `${DAY}T${two((i / 3_600_000) % 24)}:${two((i / 60_000) % 60)}:${two((i / 1000) % 60)}.${fraction(i, random)}Z`;
  const node = `node-${random() % 9}`;
  const uuid = `${hex(random)}-${hex(random).slice(4)}-4${hex(random).slice(5)}-a${hex(random).slice(5)}-${hex(random)}${hex(random).slice(4)}`;
  const flags = port === 53 ? 'UDP' : kind < 2 || kind % 4 === 0 ? 'SYN' : 'ACK';
  const l4 =
    flags === 'UDP'
      ? `"UDP":{"source_port":${30_000 + (random() % 30_000)},"destination_port":53}`
      : `"TCP":{"source_port":${30_000 + (random() % 30_000)},"destination_port":${port},"flags":{"${flags}":true}}`;
  const summary = flags === 'UDP' ? 'UDP' : `TCP Flags: ${flags}`;
  const direction = random() % 2 === 0 ? 'EGRESS' : 'INGRESS';
  const [verdict, middle, event] = eventOf(kind, direction);
  return (
    `{"flow":{"time":"${time}","uuid":"${uuid}","emitter":{"name":"Hubble","version":"1.19.4"},"verdict":"${verdict}",` +
    `${middle}"ethernet":{"source":"46:e5:ea:1f:95:ff","destination":"d6:ec:b0:4a:ff:46"},` +
    `"IP":{"source":"${from.ip}","destination":"${to.ip}","ipVersion":"IPv4"},"l4":{${l4}},` +
    `"source":${from.json},"destination":${to.json},"Type":"${kind === 2 ? 'L7' : 'L3_L4'}","node_name":"${node}",` +
    `${event}"Summary":"${kind === 2 ? HTTP_SUMMARY : summary}"},` +
    `"node_name":"${node}","time":"${time}"}\n`
  );
}

/** The verdict, what stands behind it, and what stands before the summary. */
function eventOf(kind: number, direction: string): readonly [string, string, string] {
  const way = `"traffic_direction":"${direction}",`;
  switch (kind) {
    case 0:
      return ['DROPPED', REASON, `"event_type":{"type":5},${way}"drop_reason_desc":"POLICY_DENIED",`];
    case 1:
      return [
        'DROPPED',
        REASON,
        `"event_type":{"type":1,"sub_type":133},${way}"drop_reason_desc":"POLICY_DENIED","file":{"name":"bpf_lxc.c","line":1400},`,
      ];
    case 2:
      return ['FORWARDED', '', `"l7":${HTTP},"event_type":{"type":129},${way}"is_reply":false,`];
    case 3:
      return [
        'FORWARDED',
        '',
        `"event_type":{"type":5},${way}"policy_match_type":2,"is_reply":false,"${direction.toLowerCase()}_allowed_by":${ALLOWED_BY},`,
      ];
    default:
      return kind % 2 === 0
        ? [
            'FORWARDED',
            '',
            `"event_type":{"type":4},${way}"trace_observation_point":"TO_ENDPOINT","trace_reason":"ESTABLISHED","is_reply":false,`,
          ]
        : [
            'FORWARDED',
            '',
            `"event_type":{"type":4,"sub_type":3},${way}"trace_observation_point":"TO_STACK","trace_reason":"REPLY","is_reply":true,`,
          ];
  }
}

/** Whole numbers of 32 bits, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function pick(ends: readonly End[], random: () => number): End {
  const found = ends[random() % ends.length];
  if (found === undefined) throw new Error('A file of flows needs endpoints.');
  return found;
}

function hex(random: () => number): string {
  return (random() >>> 0).toString(16).padStart(8, '0');
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

function fraction(i: number, random: () => number): string {
  return String((i % 1000) * 1_000_000 + (random() % 1_000_000)).padStart(9, '0');
}

const DAY = '2026-03-01';
const PORTS = [53, 80, 443, 3900, 5432, 6379, 8080, 9090];
const REASON = '"drop_reason":133,';
const HTTP = JSON.stringify({
  type: 'REQUEST',
  http: {
    method: 'GET',
    url: 'http://web.shop.svc.cluster.local:8080/products?page=2',
    protocol: 'HTTP/1.1',
    headers: [
      { key: 'User-Agent', value: 'client/1.0' },
      { key: 'X-Request-Id', value: '5b1f6a52-7d3e-4d1c-8f65-64c4f0f7f3b2' },
    ],
  },
});
const HTTP_SUMMARY = 'HTTP/1.1 GET http://web.shop.svc.cluster.local:8080/products?page=2';
const ALLOWED_BY = JSON.stringify([
  {
    name: 'access-postgres',
    labels: [
      'k8s:io.cilium.k8s.policy.derived-from=CiliumClusterwideNetworkPolicy',
      'k8s:io.cilium.k8s.policy.name=access-postgres',
    ],
    revision: '12',
    kind: 'CiliumClusterwideNetworkPolicy',
  },
]);
