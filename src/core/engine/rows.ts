import type { Compiled } from './compile.ts';
import type { Clause, DirectionClass } from './direction-table.ts';

/**
 * For one class of subjects: which ports each class of peers may use, as indices of port sets.
 *
 * Peers are told apart only as far as the class's clauses tell them apart: all begin alike, and each clause
 * moves the peers that it matches on to a state that remembers it.
 */
export function buildRow(world: Compiled, { clauses, enforcement }: DirectionClass): Uint32Array {
  const { ports, peerClassCount } = world;
  const row = new Uint32Array(peerClassCount);
  if (!enforcement.isEnforced) return row.fill(ports.all);
  const allowed = [ports.none];
  const denied = [ports.none];
  for (const clause of clauses) {
    const moved = new Map<number, number>();
    for (const peer of peersOf(world, clause)) {
      const old = row[peer] as number;
      let next = moved.get(old);
      if (next === undefined) {
        next = allowed.length;
        moved.set(old, next);
        const [allow, deny] = [allowed[old] as number, denied[old] as number];
        allowed.push(clause.isDeny ? allow : ports.union(allow, clause.ports));
        denied.push(clause.isDeny ? ports.union(deny, clause.ports) : deny);
      }
      row[peer] = next;
    }
  }
  const verdicts = allowed.map((allow, state) =>
    ports.difference(enforcement.defaultDeny ? allow : ports.all, denied[state] as number),
  );
  for (let peer = 0; peer < row.length; peer += 1) row[peer] = verdicts[row[peer] as number] as number;
  return row;
}

/** One cell of a row, without the row: for few questions to many classes of subjects. */
export function portsAt(world: Compiled, { clauses, enforcement }: DirectionClass, peer: number): number {
  const { ports } = world;
  if (!enforcement.isEnforced) return ports.all;
  let [allowed, denied] = [ports.none, ports.none];
  for (const clause of clauses) {
    if (!isAbout(world, clause, peer)) continue;
    if (clause.isDeny) denied = ports.union(denied, clause.ports);
    else allowed = ports.union(allowed, clause.ports);
  }
  return ports.difference(enforcement.defaultDeny ? allowed : ports.all, denied);
}

function isAbout(world: Compiled, { selectors, all, namedPeer }: Clause, peer: number): boolean {
  return (
    selectors.some((selector) => isIn(world.peerClassesOf(selector), peer)) &&
    all.every((selector) => isIn(world.peerClassesOf(selector), peer)) &&
    (namedPeer === undefined || isIn(world.peerClassesOfNamed(namedPeer), peer))
  );
}

/** Looks into a sorted list. */
function isIn(sorted: Int32Array, wanted: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}

/** The classes of peers that a clause matches, each once. */
function peersOf(world: Compiled, { selectors, all, namedPeer }: Clause): Iterable<number> {
  const [only] = selectors;
  if (selectors.length === 1 && only !== undefined && all.length === 0 && namedPeer === undefined) {
    return world.peerClassesOf(only);
  }
  let found = new Set<number>();
  for (const selector of selectors) for (const peer of world.peerClassesOf(selector)) found.add(peer);
  const limits = all.map((selector) => world.peerClassesOf(selector));
  if (namedPeer !== undefined) limits.push(world.peerClassesOfNamed(namedPeer));
  for (const limit of limits) {
    const within = new Set(limit);
    found = new Set([...found].filter((peer) => within.has(peer)));
  }
  return found;
}
