import { formatCidr, parseAddressOrCidr } from '../model/cidr.ts';
import type { LabelText } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Direction } from '../model/policy.ts';
import { requirement } from '../model/selector.ts';
import type { Endpoint, World } from '../model/world.ts';
import {
  type Clause,
  type ClauseContext,
  clausesOf,
  type DirectionClass,
  type EgressNames,
  namedPortKey,
  type ResolvedPort,
} from './direction-table.ts';
import { type SubjectKind, subjectKind } from './enforcement.ts';
import { type Entry, entriesOf } from './entry.ts';
import { type Identity, IdentityTable } from './identity-table.ts';
import { Partition } from './partition.ts';
import { PortTable } from './port-table.ts';
import { SelectorTable } from './selector-table.ts';

/**
 * A world prepared for questions. Endpoints fall into classes that behave alike: as subjects of egress, as
 * subjects of ingress, and as peers. Every answer is looked up by class.
 */
export interface Compiled {
  readonly options: AgentOptions;
  readonly endpoints: readonly Endpoint[];
  readonly entries: readonly Entry[];
  readonly identities: IdentityTable;
  readonly selectors: SelectorTable;
  readonly ports: PortTable;
  /** By endpoint. */
  readonly identityOf: Int32Array;
  readonly peerClassOf: Int32Array;
  readonly egressClassOf: Int32Array;
  readonly ingressClassOf: Int32Array;
  readonly peerClassCount: number;
  readonly egress: readonly DirectionClass[];
  readonly ingress: readonly DirectionClass[];
  /** By selector: the classes of peers that it selects. */
  readonly peerClassesOf: (selector: number) => Int32Array;
  readonly egressNames: EgressNames;
  /** By named port on egress: the classes of peers that declare it. */
  readonly peerClassesOfNamed: (index: number) => Int32Array;
}

export function compileWorld(world: World, options: AgentOptions): Compiled {
  const identities = new IdentityTable(options);
  const identityOf = Int32Array.from(
    world.endpoints,
    (endpoint) => identities.intern(identityLabels(endpoint, options)).index,
  );
  const entries = entriesOf(world, options);
  const selectors = new SelectorTable(identities, options);
  const peersOf = entries.map(({ peers }) => [...new Set(peers.map((peer) => selectors.intern(peer)))]);
  const host = { kind: 'labels', selector: { requirements: [requirement(HOST, 'Exists')] } } as const;
  const hostSelector = selectors.intern(host);
  const requires = requiresOf(entries, selectors, options);
  const named = namedPorts(world.endpoints, identityOf, entries);

  const peerSelectors = new Set<number>([hostSelector, ...peersOf.flat(), ...requires.flat()]);
  const peers = peerPartition(identities.size, peerSelectors, selectors, named.members);
  const peerClassOf = identityOf.map((identity) => peers.classOf[identity] as number);

  const ports = new PortTable();
  const context: ClauseContext = {
    options,
    ports,
    peersOf: (entry) => peersOf[entry.index] ?? [],
    hostSelector,
    requiresOf: (entry) => requires[entry.index] ?? [],
    egressNames: named.names,
  };
  const subjects = subjectClasses({ identities, selectors, entries, options });
  const directions = directionClasses({ world, identityOf, subjects, context });

  return {
    options,
    endpoints: world.endpoints,
    entries,
    identities,
    selectors,
    ports,
    identityOf,
    peerClassOf,
    ...directions,
    peerClassCount: peers.count,
    peerClassesOf: lazily((selector) => classesOf(selectors.members(selector), peers.classOf)),
    egressNames: named.names,
    peerClassesOfNamed: lazily((index) => classesOf(named.members[index] ?? [], peers.classOf)),
  };
}

/** Where pods or nodes may be matched by address, their addresses are labels of their identity (1.20: `pods`). */
function identityLabels(
  { labels, addresses = [] }: Endpoint,
  { cidrMatchMode }: AgentOptions,
): readonly LabelText[] {
  if (cidrMatchMode.length === 0 || addresses.length === 0) return labels;
  const cidrs = addresses.flatMap((address) => {
    const cidr = parseAddressOrCidr(address);
    return cidr === undefined ? [] : [`cidr:${formatCidr(cidr)}`];
  });
  return [...new Set([...labels, ...cidrs])];
}

const HOST = { source: 'reserved', key: 'host' };

function requiresOf(
  entries: readonly Entry[],
  selectors: SelectorTable,
  { version }: AgentOptions,
): readonly (readonly number[])[] {
  return entries.map(({ rule }) =>
    version === '1.18'
      ? (rule.requires ?? []).map((selector) => selectors.intern({ kind: 'labels', selector }))
      : [],
  );
}

function peerPartition(
  size: number,
  peerSelectors: ReadonlySet<number>,
  selectors: SelectorTable,
  named: readonly (readonly number[])[],
): ReturnType<Partition['finish']> {
  const partition = new Partition(new Int32Array(size));
  for (const selector of peerSelectors) partition.refine(selectors.members(selector));
  for (const members of named) partition.refine(members);
  return partition.finish();
}

/** What names of ports stand for, among those that egress rules use. */
function namedPorts(
  endpoints: readonly Endpoint[],
  identityOf: Int32Array,
  entries: readonly Entry[],
): { readonly names: EgressNames; readonly members: readonly (readonly number[])[] } {
  const used = new Set<string>();
  for (const { direction, ports } of entries) {
    if (direction !== 'egress') continue;
    for (const term of ports ?? []) {
      if (term.kind === 'named') used.add(namedPortKey(term.protocol, term.name));
    }
  }
  const byName = new Map<string, { readonly index: number; readonly port: number }[]>();
  const members: Set<number>[] = [];
  for (const [i, endpoint] of used.size === 0 ? [] : endpoints.entries()) {
    for (const { protocol, name, port } of endpoint.ports ?? []) {
      const key = namedPortKey(protocol, name);
      if (!used.has(key)) continue;
      let known = byName.get(key);
      if (known === undefined) byName.set(key, (known = []));
      let found = known.find((other) => other.port === port);
      if (found === undefined) {
        found = { index: members.length, port };
        known.push(found);
        members.push(new Set());
      }
      members[found.index]?.add(identityOf[i] as number);
    }
  }
  const unambiguous = new Map<string, number>();
  for (const [key, [first, second]] of byName) {
    if (first !== undefined && second === undefined) unambiguous.set(key, first.port);
  }
  return { names: { unambiguous, byName }, members: members.map((set) => [...set]) };
}

/** Identities that the same rules select, whatever the direction. */
interface SubjectClasses {
  readonly classOf: Int32Array;
  readonly kinds: readonly SubjectKind[];
  readonly egress: readonly (readonly Entry[])[];
  readonly ingress: readonly (readonly Entry[])[];
}

function subjectClasses({
  identities,
  selectors,
  entries,
  options,
}: {
  readonly identities: IdentityTable;
  readonly selectors: SelectorTable;
  readonly entries: readonly Entry[];
  readonly options: AgentOptions;
}): SubjectClasses {
  const kinds = Array.from({ length: identities.size }, (_, i) => subjectKind(identities.get(i), options));
  const partition = new Partition(Int32Array.from(kinds, (kind) => KINDS.indexOf(kind)));
  const bySubject = new Map<string, { readonly members: readonly number[]; readonly entries: Entry[] }>();
  for (const entry of entries) {
    const selector = selectors.intern({ kind: 'labels', selector: entry.subject });
    const key = `${entry.isNode}/${selector}`;
    let group = bySubject.get(key);
    if (group === undefined) {
      const members = selectors.members(selector).filter((i) => isSubject(kinds[i], entry));
      bySubject.set(key, (group = { members, entries: [] }));
    }
    group.entries.push(entry);
  }
  for (const { members } of bySubject.values()) partition.refine(members);
  const { classOf, count, firstOf } = partition.finish();
  const egress: Entry[][] = Array.from({ length: count }, () => []);
  const ingress: Entry[][] = Array.from({ length: count }, () => []);
  for (const group of bySubject.values()) {
    for (const subject of classesOf(group.members, classOf)) {
      for (const entry of group.entries)
        (entry.direction === 'egress' ? egress : ingress)[subject]?.push(entry);
    }
  }
  for (const list of [...egress, ...ingress]) list.sort((a, b) => a.index - b.index);
  return { classOf, kinds: firstOf.map((first) => kinds[first] as SubjectKind), egress, ingress };
}

const KINDS: readonly SubjectKind[] = ['outside', 'host-firewall-off', 'host', 'endpoint', 'init'];

/** Node rules apply to the local host only, endpoint rules never do (`rule.matchesSubject`). */
function isSubject(kind: SubjectKind | undefined, entry: Entry): boolean {
  if (kind === undefined || kind === 'outside') return false;
  return entry.isNode ? kind === 'host' : kind !== 'host';
}

function directionClasses({
  world,
  identityOf,
  subjects,
  context,
}: {
  readonly world: World;
  readonly identityOf: Int32Array;
  readonly subjects: SubjectClasses;
  readonly context: ClauseContext;
}): Pick<Compiled, 'egressClassOf' | 'ingressClassOf' | 'egress' | 'ingress'> {
  const build = (
    direction: Direction,
  ): { readonly classOf: Int32Array; readonly classes: readonly DirectionClass[] } => {
    const bySubject = direction === 'egress' ? subjects.egress : subjects.ingress;
    const classes: DirectionClass[] = [];
    const known = new Map<string, number>();
    const namesOf = bySubject.map((entries) => (direction === 'ingress' ? namesUsed(entries) : undefined));
    const classOf = Int32Array.from(world.endpoints, (endpoint, i) => {
      const subject = subjects.classOf[identityOf[i] as number] as number;
      const received = receivedPorts(endpoint, namesOf[subject]);
      const key = received.length === 0 ? String(subject) : `${subject}|${JSON.stringify(received)}`;
      let index = known.get(key);
      if (index === undefined) {
        index = classes.length;
        known.set(key, index);
        const entries = bySubject[subject] ?? [];
        const kind = subjects.kinds[subject] ?? 'outside';
        classes.push({
          index,
          direction,
          entries,
          ...clausesOf(entries, direction, kind, received, context),
        });
      }
      return index;
    });
    return { classOf, classes };
  };
  const egress = build('egress');
  const ingress = build('ingress');
  return {
    egressClassOf: egress.classOf,
    ingressClassOf: ingress.classOf,
    egress: egress.classes,
    ingress: ingress.classes,
  };
}

function namesUsed(entries: readonly Entry[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { ports } of entries) {
    for (const term of ports ?? [])
      if (term.kind === 'named') names.add(namedPortKey(term.protocol, term.name));
  }
  return names.size === 0 ? undefined : names;
}

function receivedPorts(endpoint: Endpoint, names: ReadonlySet<string> | undefined): readonly ResolvedPort[] {
  if (names === undefined || endpoint.ports === undefined) return [];
  return endpoint.ports.filter(({ protocol, name }) => names.has(namedPortKey(protocol, name)));
}

function classesOf(members: Iterable<number>, classOf: Int32Array): Int32Array {
  const classes = new Set<number>();
  for (const member of members) classes.add(classOf[member] as number);
  return Int32Array.from(classes).sort();
}

function lazily(compute: (index: number) => Int32Array): (index: number) => Int32Array {
  const memo: (Int32Array | undefined)[] = [];
  return (index) => (memo[index] ??= compute(index));
}

export type { Clause, DirectionClass, Identity };
