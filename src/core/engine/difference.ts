import { isNoPorts, type PortSet, portsKey, subtractPorts } from '../model/port-set.ts';
import type { Compiled } from './compile.ts';
import type { Clause, DirectionClass } from './direction-table.ts';
import type { Engine } from './engine.ts';
import type { EndpointIndex } from './question.ts';
import { groupsOf } from './reach.ts';

/** Ports that a change opens or closes from some endpoints to others: a full product of the two lists. */
export interface Change {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly opened: PortSet;
  readonly closed: PortSet;
}

/**
 * What differs between two worlds, for the endpoints that are in both (by id). Exact: every ordered pair whose
 * ports differ is in exactly one change, with exactly the ports that differ.
 *
 * Only pairs with an end that the change touches are looked at: an end whose labels, named ports or bearing
 * rules differ, all ends where the agents' options do. Names and places of policies do not count.
 */
export function difference(before: Engine, after: Engine): readonly Change[] {
  const shared = sharedEndpoints(before, after);
  const touched = touchedEndpoints(before, after, shared);
  const groups = sharedGroups(before, after, { shared, touched });
  const touchedGroups = groups.filter(({ isTouched }) => isTouched).length;
  const compare = comparison(before, after, touchedGroups * FEW < groups.length);
  const changes: Change[] = [];
  for (const from of groups) {
    for (const to of groups) {
      if (!from.isTouched && !to.isTouched) continue;
      const change = compare(from.first, to.first);
      if (change !== undefined) changes.push({ from: from.ids, to: to.ids, ...change });
    }
  }
  return changes;
}

/** From one in so many groups on, making whole rows pays. */
const FEW = 8;

interface Shared {
  readonly id: string;
  readonly before: EndpointIndex;
  readonly after: EndpointIndex;
}

function sharedEndpoints(before: Engine, after: Engine): readonly Shared[] {
  return before.endpoints.flatMap(({ id }, i) => {
    const found = after.find(id);
    return found === undefined ? [] : [{ id, before: i, after: found }];
  });
}

/** By place in `shared`: whether anything that decides about this endpoint differs. */
function touchedEndpoints(before: Engine, after: Engine, shared: readonly Shared[]): readonly boolean[] {
  if (JSON.stringify(before.options) !== JSON.stringify(after.options)) return shared.map(() => true);
  const numberOf = numbers();
  const signatures = [signer(before.compiled, numberOf), signer(after.compiled, numberOf)] as const;
  return shared.map((end) => signatures[0](end.before) !== signatures[1](end.after));
}

/** What decides about an endpoint, as a text that is equal in two worlds when all of it is. */
function signer(world: Compiled, numberOf: (text: string) => number): (endpoint: EndpointIndex) => string {
  const selectors = Array.from({ length: world.selectors.size }, (_, i) => numberOf(world.selectors.text(i)));
  const textsOf = (list: readonly number[]): readonly string[] =>
    list.map((i) => String(selectors[i])).sort();
  const clauseText = ({ isDeny, selectors: any, all, namedPeer, ports }: Clause): string =>
    JSON.stringify([
      isDeny,
      textsOf(any),
      textsOf(all),
      namedPeer === undefined ? '' : names[namedPeer],
      portsKey(world.ports.get(ports)),
    ]);
  const names: string[] = [];
  for (const [key, list] of world.egressNames.byName) {
    for (const { index, port } of list) names[index] = `${key}=${port}`;
  }
  const sideNumber = ({ clauses, enforcement }: DirectionClass): number =>
    numberOf([JSON.stringify(enforcement), ...clauses.map(clauseText).sort()].join('\n'));
  const [egress, ingress] = [world.egress.map(sideNumber), world.ingress.map(sideNumber)];
  const declared = namesByPeerClass(world, names);
  return (i) => {
    const labels = world.identities.get(world.identityOf[i] as number).labels;
    return [
      numberOf(labels.join('\n')),
      numberOf(JSON.stringify(world.endpoints[i]?.ports ?? [])),
      declared.get(world.peerClassOf[i] as number) ?? '',
      egress[world.egressClassOf[i] as number],
      ingress[world.ingressClassOf[i] as number],
    ].join();
  };
}

/** What a peer's named ports mean to rules on egress: other endpoints of its identity have a say in that. */
function namesByPeerClass(world: Compiled, names: readonly string[]): ReadonlyMap<number, string> {
  const declared = new Map<number, string>();
  for (const [index, name] of names.entries()) {
    for (const peer of world.peerClassesOfNamed(index)) {
      declared.set(peer, [...(declared.get(peer)?.split(' ') ?? []), name].sort().join(' '));
    }
  }
  return declared;
}

/** Gives equal texts equal numbers. */
function numbers(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    let number = known.get(text);
    if (number === undefined) known.set(text, (number = known.size));
    return number;
  };
}

interface SharedGroup {
  readonly first: Shared;
  readonly ids: readonly string[];
  readonly isTouched: boolean;
}

function sharedGroups(
  before: Engine,
  after: Engine,
  { shared, touched }: { readonly shared: readonly Shared[]; readonly touched: readonly boolean[] },
): readonly SharedGroup[] {
  const [old, now] = [groupsOf(before).groupOf, groupsOf(after).groupOf];
  const groups = new Map<string, { first: Shared; ids: string[]; isTouched: boolean }>();
  for (const [i, end] of shared.entries()) {
    const isTouched = touched[i] ?? false;
    const key = `${old[end.before]},${now[end.after]},${isTouched}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: end, ids: [end.id], isTouched });
    else group.ids.push(end.id);
  }
  return [...groups.values()];
}

/** Compares the ports of one pair in both worlds; remembered by the sets that are compared. */
function comparison(
  before: Engine,
  after: Engine,
  isFew: boolean,
): (from: Shared, to: Shared) => Pick<Change, 'opened' | 'closed'> | undefined {
  const memo: Map<number, Pick<Change, 'opened' | 'closed'> | undefined>[] = [];
  const [oldSet, newSet] = [setReader(before, isFew), setReader(after, isFew)];
  return (from, to) => {
    const [old, now] = [oldSet(from.before, to.before), newSet(from.after, to.after)];
    const known = (memo[old] ??= new Map());
    if (!known.has(now)) {
      known.set(now, changeOf(before.compiled.ports.get(old), after.compiled.ports.get(now)));
    }
    return known.get(now);
  };
}

/** The ports that pass both ends. For few pairs cells are read one by one; for most, whole rows are made. */
function setReader(engine: Engine, isFew: boolean): (from: EndpointIndex, to: EndpointIndex) => number {
  if (!isFew) return (from, to) => engine.setBetween(from, to);
  const { egressClassOf, ingressClassOf, peerClassOf, ports } = engine.compiled;
  return (from, to) =>
    ports.intersection(
      engine.cell('egress', egressClassOf[from] as number, peerClassOf[to] as number),
      engine.cell('ingress', ingressClassOf[to] as number, peerClassOf[from] as number),
    );
}

function changeOf(old: PortSet, now: PortSet): Pick<Change, 'opened' | 'closed'> | undefined {
  if (portsKey(old) === portsKey(now)) return undefined;
  const [opened, closed] = [subtractPorts(now, old), subtractPorts(old, now)];
  return isNoPorts(opened) && isNoPorts(closed) ? undefined : { opened, closed };
}
