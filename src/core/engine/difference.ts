import { isNoPorts, type PortSet, portsKey, subtractPorts } from '../model/port-set.ts';
import type { DirectionClass } from './direction-table.ts';
import type { EndpointIndex, Engine } from './engine.ts';
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
 * rules differ. Rules are the same when their texts are.
 */
export function difference(before: Engine, after: Engine): readonly Change[] {
  const shared = sharedEndpoints(before, after);
  const touched = touchedEndpoints(before, after, shared);
  const groups = sharedGroups(before, after, { shared, touched });
  const compare = comparison(before, after);
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
  const signatures = [signer(before), signer(after)] as const;
  return shared.map((end) => signatures[0](end.before) !== signatures[1](end.after));
}

function signer(engine: Engine): (endpoint: EndpointIndex) => string {
  const { compiled } = engine;
  const texts = compiled.entries.map(({ rule, policy, subject, peers, ports, defaultDeny }) => {
    const { kind, namespace, name } = policy;
    return JSON.stringify(
      [kind, namespace, name, rule.effect, subject, peers, ports, defaultDeny],
      bigintText,
    );
  });
  const sideText = ({ entries, clauses, enforcement }: DirectionClass): string =>
    [
      JSON.stringify(enforcement),
      ...entries.map(({ index }) => texts[index] ?? '').sort(),
      ...clauses.map(({ ports }) => portsKey(compiled.ports.get(ports))),
    ].join('\n');
  const sides = [compiled.egress.map(sideText), compiled.ingress.map(sideText)] as const;
  return (i) => {
    const labels = compiled.identities.get(compiled.identityOf[i] as number).labels;
    const ports = compiled.endpoints[i]?.ports ?? [];
    const [egress, ingress] = [
      sides[0][compiled.egressClassOf[i] as number],
      sides[1][compiled.ingressClassOf[i] as number],
    ];
    return JSON.stringify([labels, ports, egress, ingress]);
  };
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
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
): (from: Shared, to: Shared) => Pick<Change, 'opened' | 'closed'> | undefined {
  const memo = new Map<string, Pick<Change, 'opened' | 'closed'> | undefined>();
  const setOf = (engine: Engine, from: EndpointIndex, to: EndpointIndex): number =>
    engine.compiled.ports.intersection(engine.egressPorts(from, to), engine.ingressPorts(from, to));
  return (from, to) => {
    const old = setOf(before, from.before, to.before);
    const now = setOf(after, from.after, to.after);
    const key = `${old},${now}`;
    if (!memo.has(key))
      memo.set(key, changeOf(before.compiled.ports.get(old), after.compiled.ports.get(now)));
    return memo.get(key);
  };
}

function changeOf(old: PortSet, now: PortSet): Pick<Change, 'opened' | 'closed'> | undefined {
  if (portsKey(old) === portsKey(now)) return undefined;
  const [opened, closed] = [subtractPorts(now, old), subtractPorts(old, now)];
  return isNoPorts(opened) && isNoPorts(closed) ? undefined : { opened, closed };
}
