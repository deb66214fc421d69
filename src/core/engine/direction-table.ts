import type { AgentOptions } from '../model/options.ts';
import { isAtLeast } from '../model/options.ts';
import type { Direction } from '../model/policy.ts';
import { highestPort, type Protocol } from '../model/port.ts';
import { NO_PORTS, normalizeRanges, type PortSet, protocolIndex, unionRanges } from '../model/port-set.ts';
import { type Enforcement, enforcementOf, type SubjectKind } from './enforcement.ts';
import type { Entry, PortTerm } from './entry.ts';
import type { PortTable } from './port-table.ts';

/** A port that a name stands for: of the receiving pod on ingress, of a peer on egress. */
export interface ResolvedPort {
  readonly protocol: Protocol;
  readonly name: string;
  readonly port: number;
}

/** A rule as it bears on one class of subjects: these peers, on these ports. */
export interface Clause {
  readonly entry: Entry | undefined;
  readonly isDeny: boolean;
  /** Indices of selectors, of which any may hold. */
  readonly selectors: readonly number[];
  /** Further selectors, of which each must hold (`fromRequires` until 1.18). */
  readonly all: readonly number[];
  /** Only peers that declare this port: an index into the list of egress named ports. */
  readonly namedPeer: number | undefined;
  /** Index of the port set. */
  readonly ports: number;
}

/** Subjects that the same rules bear on in the same way, in one direction. */
export interface DirectionClass {
  readonly index: number;
  readonly direction: Direction;
  readonly enforcement: Enforcement;
  readonly entries: readonly Entry[];
  readonly clauses: readonly Clause[];
}

export interface ClauseContext {
  readonly options: AgentOptions;
  readonly ports: PortTable;
  /** Selector indices of an entry's peers. */
  readonly peersOf: (entry: Entry) => readonly number[];
  /** Selector index of the local host. */
  readonly hostSelector: number;
  /** Selectors from `requires` of these entries, until 1.18. */
  readonly requiresOf: (entry: Entry) => readonly number[];
  /** What names stand for among all pods, for egress. */
  readonly egressNames: EgressNames;
}

export interface EgressNames {
  /** Until 1.19: one number for a name and protocol in the whole cluster, or none where pods differ. */
  readonly unambiguous: ReadonlyMap<string, number>;
  /** From 1.20: each distinct (name, protocol, number), with the index that clauses refer to. */
  readonly byName: ReadonlyMap<string, readonly { readonly index: number; readonly port: number }[]>;
}

export function namedPortKey(protocol: Protocol, name: string): string {
  return `${protocol}/${name}`;
}

/** Takes apart the rules of one class. @param received the receiving pod's named ports, on ingress */
export function clausesOf(
  entries: readonly Entry[],
  direction: Direction,
  kind: SubjectKind,
  received: readonly ResolvedPort[],
  context: ClauseContext,
): { readonly enforcement: Enforcement; readonly clauses: readonly Clause[] } {
  const enforcement = enforcementOf(kind, entries, context.options);
  if (!enforcement.isEnforced) return { enforcement, clauses: [] };
  const clauses: Clause[] = [];
  const requires = entries.flatMap(context.requiresOf);
  for (const entry of entries) {
    const selectors = context.peersOf(entry);
    if (selectors.length === 0) continue;
    const all = entry.hasEndpointPeers ? requires : [];
    const base = { entry, isDeny: entry.isDeny, selectors, all };
    const fixed = fixedPorts(entry, direction, received, context);
    if (fixed !== context.ports.none) clauses.push({ ...base, namedPeer: undefined, ports: fixed });
    if (direction === 'egress' && isAtLeast(context.options.version, '1.20')) {
      clauses.push(...namedPeerClauses(entry, base, context));
    }
  }
  if (direction === 'ingress' && enforcement.localHost) {
    clauses.push({
      entry: undefined,
      isDeny: false,
      selectors: [context.hostSelector],
      all: [],
      namedPeer: undefined,
      ports: context.ports.all,
    });
  }
  return { enforcement, clauses };
}

/** The ports of a rule that do not depend on the peer. */
function fixedPorts(
  entry: Entry,
  direction: Direction,
  received: readonly ResolvedPort[],
  { ports, options, egressNames }: ClauseContext,
): number {
  if (entry.ports === undefined) return ports.all;
  const set: PortSet[number][] = [...NO_PORTS];
  for (const term of entry.ports) {
    for (const [low, high] of rangesOf(term, direction, received, { options, egressNames })) {
      const i = protocolIndex(term.protocol);
      set[i] = unionRanges(
        set[i] ?? [],
        normalizeRanges([[low, Math.min(high, highestPort(term.protocol))]]),
      );
    }
  }
  return ports.intern(set);
}

/** The numbers that a line of ports stands for, whoever the peer is. */
export function rangesOf(
  term: PortTerm,
  direction: Direction,
  received: readonly ResolvedPort[],
  { options, egressNames }: Pick<ClauseContext, 'options' | 'egressNames'>,
): readonly (readonly [low: number, high: number])[] {
  if (term.kind === 'range') return [[term.low, term.high]];
  if (direction === 'ingress') {
    // By code, an end above the resolved number still makes a range (`toMapState` in `pkg/policy/l4.go`).
    return received
      .filter(({ protocol, name }) => protocol === term.protocol && name === term.name)
      .map(({ port }) => [port, Math.max(port, term.endPort)]);
  }
  if (isAtLeast(options.version, '1.20')) return [];
  const port = egressNames.unambiguous.get(namedPortKey(term.protocol, term.name));
  return port === undefined ? [] : [[port, port]];
}

/** From 1.20 a name on egress means what the peer declares by it (`GetEgressNamedPorts`). */
function namedPeerClauses(
  entry: Entry,
  base: Pick<Clause, 'entry' | 'isDeny' | 'selectors' | 'all'>,
  { ports, egressNames }: ClauseContext,
): readonly Clause[] {
  const clauses: Clause[] = [];
  for (const term of entry.ports ?? []) {
    if (term.kind !== 'named') continue;
    for (const { index, port } of egressNames.byName.get(namedPortKey(term.protocol, term.name)) ?? []) {
      const set: PortSet[number][] = [...NO_PORTS];
      set[protocolIndex(term.protocol)] = [port, port];
      clauses.push({ ...base, namedPeer: index, ports: ports.intern(set) });
    }
  }
  return clauses;
}
