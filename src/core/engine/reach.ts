import { PROTOCOLS, type Protocol } from '../model/port.ts';
import type { Engine } from './engine.ts';
import type { EndpointIndex } from './question.ts';

/** Endpoints that behave alike in every question: as subjects both ways, and as peers. */
export interface Groups {
  /** By endpoint. */
  readonly groupOf: Int32Array;
  /** By group: its endpoints, ascending. */
  readonly members: readonly (readonly EndpointIndex[])[];
}

/** Who can reach whom on one port, as bits. */
export interface ReachMap {
  readonly protocol: Protocol;
  readonly port: number;
  readonly groups: Groups;
  /** By group of sources: one bit for each endpoint as destination. */
  readonly rows: readonly Uint32Array[];
  /** How many ordered pairs pass. */
  readonly pairs: number;
}

/** Splits the endpoints of a world into groups that no question can tell apart. */
export function groupsOf(engine: Engine): Groups {
  const { endpoints, egressClassOf, ingressClassOf, peerClassOf } = engine.compiled;
  const groupOf = new Int32Array(endpoints.length);
  const members: EndpointIndex[][] = [];
  const known = new Map<string, number>();
  for (let i = 0; i < endpoints.length; i += 1) {
    const key = `${egressClassOf[i]},${ingressClassOf[i]},${peerClassOf[i]}`;
    let group = known.get(key);
    if (group === undefined) {
      group = members.length;
      known.set(key, group);
      members.push([]);
    }
    groupOf[i] = group;
    members[group]?.push(i);
  }
  return { groupOf, members };
}

/** The whole map of one port, every endpoint to every endpoint. Contents (L7) count as admitted. */
export function reachMap(engine: Engine, protocol: Protocol, port: number): ReachMap {
  const { compiled } = engine;
  const { egressClassOf, ingressClassOf, peerClassOf, ingress } = compiled;
  const groups = groupsOf(engine);
  const size = compiled.endpoints.length;
  const index = PROTOCOLS.indexOf(protocol);
  const admits = (set: number): 0 | 1 => (compiled.ports.contains(set, index, port) ? 1 : 0);
  const admitted = memoized(admits);
  const egressRows: (Uint8Array | undefined)[] = [];
  const ingressRows = ingress.map(({ index: i }) => bitsOf(engine.row('ingress', i), admitted));
  const words = Math.ceil(size / 32);
  const firsts = groups.members.map(([first]) => first as number);
  const peerOf = Int32Array.from(firsts, (first) => peerClassOf[first] as number);
  const ingressOf = Int32Array.from(firsts, (first) => ingressClassOf[first] as number);
  const fromIngress = new Uint8Array(ingress.length);
  let pairs = 0;
  const rows = groups.members.map(([first], group) => {
    const source = first as number;
    const out = (egressRows[egressClassOf[source] as number] ??= bitsOf(
      engine.row('egress', egressClassOf[source] as number),
      admitted,
    ));
    const peer = peerClassOf[source] as number;
    for (let i = 0; i < fromIngress.length; i += 1) fromIngress[i] = ingressRows[i]?.[peer] as number;
    const row = new Uint32Array(words);
    let count = 0;
    for (let destination = 0; destination < firsts.length; destination += 1) {
      const isOut = out[peerOf[destination] as number] as number;
      if ((isOut & (fromIngress[ingressOf[destination] as number] as number)) === 0) continue;
      const members = groups.members[destination] ?? [];
      for (const to of members) row[to >> 5] = (row[to >> 5] as number) | (1 << (to & 31));
      count += members.length;
    }
    pairs += count * (groups.members[group]?.length ?? 0);
    return row;
  });
  return { protocol, port, groups, rows, pairs };
}

/** Whether the map says that `from` reaches `to`. */
export function reaches({ groups, rows }: ReachMap, from: EndpointIndex, to: EndpointIndex): boolean {
  const row = rows[groups.groupOf[from] as number] as Uint32Array;
  return (((row[to >> 5] as number) >>> (to & 31)) & 1) === 1;
}

function bitsOf(row: Uint32Array, admitted: (set: number) => 0 | 1): Uint8Array {
  const bits = new Uint8Array(row.length);
  for (let i = 0; i < row.length; i += 1) bits[i] = admitted(row[i] as number);
  return bits;
}

function memoized(compute: (set: number) => 0 | 1): (set: number) => 0 | 1 {
  const memo: (0 | 1 | undefined)[] = [];
  return (set) => (memo[set] ??= compute(set));
}
