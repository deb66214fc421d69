import { type Change, difference } from '../engine/index.ts';
import { containsCidr, parseAddress, parseCidr } from '../model/cidr.ts';
import { NO_PORTS, type PortSet, portsKey, unionPorts } from '../model/port-set.ts';
import { compareText, firstDifference } from './order.ts';
import type { State } from './state.ts';
import type { Opened } from './types.ts';

/** Above this many pairs names are only joined within one change, which may list more lines than needed. */
const PAIRS_MAX = 200_000;

/** What a change opens, and what it closes that was open. */
export interface Changed {
  readonly opens: readonly Opened[];
  readonly closes: readonly Opened[];
}

/** Everything that only one of two worlds admits, with endpoints joined to namespaces where all of one are in it. */
export function changedBy(
  before: Pick<State, 'engine'>,
  after: Pick<State, 'engine'>,
  nameOf: (id: string) => string,
): Changed {
  const changes = difference(before.engine, after.engine);
  const names = namesOf(after, nameOf);
  const pairsOf = (side: 'opened' | 'closed'): readonly Opened[] =>
    namedPairs(
      changes.map((change) => ({ from: change.from, to: change.to, opened: change[side] })),
      names,
    );
  return { opens: pairsOf('opened'), closes: pairsOf('closed') };
}

function namedPairs(
  all: readonly Opening[],
  names: (ids: readonly string[]) => readonly string[],
): readonly Opened[] {
  const changes = all.filter(({ opened }) => portsKey(opened) !== portsKey(NO_PORTS));
  const pairs = changes.reduce((sum, { from, to }) => sum + from.length * to.length, 0);
  const joined = pairs > PAIRS_MAX ? changes : joinChanges(changes);
  const opened = new Map<string, Opened>();
  for (const { from, to, opened: ports } of joined) {
    for (const source of names(from)) {
      for (const destination of names(to)) {
        const key = `${source}\n${destination}`;
        const known = opened.get(key);
        const union = known === undefined ? ports : unionPorts(known.ports, ports);
        opened.set(key, { from: source, to: destination, ports: union });
      }
    }
  }
  return [...opened.values()].sort((a, b) =>
    firstDifference(compareText(a.from, b.from), compareText(a.to, b.to)),
  );
}

type Opening = Pick<Change, 'from' | 'to' | 'opened'>;

/** The same pairs with as few products as grouping by equal destinations gives. */
function joinChanges(changes: readonly Opening[]): readonly Opening[] {
  const sets = new Map<string, { readonly ports: PortSet; readonly bySource: Map<string, string[]> }>();
  for (const { from, to, opened } of changes) {
    const key = portsKey(opened);
    let set = sets.get(key);
    if (set === undefined) sets.set(key, (set = { ports: opened, bySource: new Map() }));
    for (const source of from) {
      const list = set.bySource.get(source);
      if (list === undefined) set.bySource.set(source, [...to]);
      else list.push(...to);
    }
  }
  const joined: Opening[] = [];
  for (const { ports, bySource } of sets.values()) {
    const byDestinations = new Map<string, { from: string[]; to: readonly string[] }>();
    for (const [source, destinations] of bySource) {
      const to = [...new Set(destinations)].sort();
      const key = to.join('\n');
      const group = byDestinations.get(key);
      if (group === undefined) byDestinations.set(key, { from: [source], to });
      else group.from.push(source);
    }
    for (const { from, to } of byDestinations.values()) joined.push({ from, to, opened: ports });
  }
  return joined;
}

/** Ids as people say them: `ns/*` for all of a namespace, one name for all addresses of the world. */
function namesOf(
  { engine }: Pick<State, 'engine'>,
  nameOf: (id: string) => string,
): (ids: readonly string[]) => readonly string[] {
  const sizes = new Map<string, number>();
  for (const { id } of engine.endpoints) {
    const namespace = namespaceOf(id);
    if (namespace !== undefined) sizes.set(namespace, (sizes.get(namespace) ?? 0) + 1);
  }
  return (ids) => {
    const byNamespace = new Map<string, string[]>();
    const names = new Set<string>();
    const isAllOfWorld = ids.some((id) => WORLDS.includes(id));
    const isInside = isAllOfWorld ? () => true : insideOthers(ids);
    for (const id of ids) {
      const namespace = namespaceOf(id);
      // One address or name of the outside is not the whole of it, and is in the whole.
      if (id.startsWith(OUTSIDE)) {
        if (!isInside(id)) names.add(id);
      } else if (namespace === undefined) names.add(nameOf(id));
      else byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), id]);
    }
    for (const [namespace, members] of byNamespace) {
      if (members.length === sizes.get(namespace)) names.add(`${namespace}/*`);
      else for (const id of members) names.add(id.endsWith('/*') ? `${namespace}/(other pods)` : nameOf(id));
    }
    return [...names].sort();
  };
}

const OUTSIDE = 'world ';

/** Whether one address outside is in a prefix that stands beside it, or was asked for by a name that does. */
function insideOthers(ids: readonly string[]): (id: string) => boolean {
  const texts = ids.filter((id) => id.startsWith(OUTSIDE)).map((id) => id.slice(OUTSIDE.length));
  const prefixes = texts.filter((text) => text.includes('/')).flatMap((text) => parseCidr(text) ?? []);
  const names = new Set(texts.filter((text) => !text.includes(' ')));
  return (id) => {
    const words = id.slice(OUTSIDE.length).split(' ');
    if (words.length > 1 && words.some((word) => names.has(word))) return true;
    const address = parseAddress(words.at(-1) ?? '');
    if (address === undefined) return false;
    const cidr = { ...address, length: address.family === 4 ? 32 : 128 };
    return prefixes.some((prefix) => containsCidr(prefix, cidr));
  };
}

/** The outside as a whole. */
export const WORLDS: readonly string[] = ['world', 'world-ipv4', 'world-ipv6'];

function namespaceOf(id: string): string | undefined {
  const slash = id.indexOf('/');
  return slash > 0 && !id.slice(0, slash).includes(' ') ? id.slice(0, slash) : undefined;
}
