import { readRepository } from '../manifest/read.ts';
import type { DecisionReason, SideDecision } from '../model/decision.ts';
import { dropReasonByName } from '../model/drop-reason.ts';
import type { Flow, FlowEndpoint, FlowPolicy } from '../model/flow.ts';
import type { Direction } from '../model/policy.ts';
import type { RepositoryRead } from '../model/repository.ts';
import { clusterNames, withClusterName } from './cluster-name.ts';
import { decidedBySide } from './decided-by.ts';
import { type End, Ends } from './ends.ts';
import { decide, refusingSide } from './judged.ts';
import { type Inputs, type State, stateOfSeen } from './state.ts';
import { contentOf, type Edge, edgeOf, looksLikeReply, portOf } from './summarize.ts';
import { isBeforePolicy } from './trace-points.ts';
import type { DecidedBy } from './types.ts';

/** What the policies say of one flow: of the side that recorded it, or of both where it does not say which. */
export interface FlowDecision {
  /** `undecidable`: it hangs on something that neither the flow nor the files tell. */
  readonly verdict: 'allowed' | 'denied' | 'undecidable';
  /** The side that decided. */
  readonly direction: Direction;
  readonly reason: DecisionReason;
  /** The rules that decided, or the policies that made the side default-deny; none where no policy selects it. */
  readonly by: readonly DecidedBy[];
  /**
   * Whether Hubble recorded the same: the verdict, that a deny rule matched, and a policy where it names some. What
   * differs may have changed since, in the cluster or in the files; this does not guess.
   */
  readonly isAsRecorded: boolean | 'unknown';
  /** What Hubble recorded instead; with `isAsRecorded: false` only. */
  readonly recorded?: RecordedOtherwise;
}

export type RecordedOtherwise =
  | { readonly kind: 'verdict' }
  /** The same verdict, by a deny rule. */
  | { readonly kind: 'deny-rule' }
  /** The same verdict, by these, of which none decides here. */
  | { readonly kind: 'policies'; readonly policies: readonly FlowPolicy[] };

/** Judges flows one by one, of recordings or as they come. What it remembers is bounded. */
export interface FlowJudge {
  /** Judges a batch at once, which is cheaper than each of its flows alone: new ends are compiled together. */
  prepare(flows: readonly Flow[]): void;
  /**
   * @returns undefined where policies have no say: answers, drops for other reasons, protocols that rules cannot name,
   * ends that these files enforce nothing at
   */
  decisionOf(flow: Flow): FlowDecision | undefined;
  /** The files as read, for what they lack. */
  readonly read: RepositoryRead;
}

export interface FlowJudgeLimits {
  /** Ends, and decisions, that are remembered; beyond it all are forgotten and learned again. */
  readonly ends: number;
  readonly decisions: number;
}

const LIMITS: FlowJudgeLimits = { ends: 20_000, decisions: 200_000 };

/** Reads the files of the inputs, once. */
export function flowJudge(inputs: Inputs, limits: FlowJudgeLimits = LIMITS): FlowJudge {
  return new Judge(inputs, limits);
}

interface Miss {
  readonly key: string;
  readonly edge: Edge;
  readonly from: End;
  readonly to: End;
  readonly flow: Flow;
}

class Judge implements FlowJudge {
  #inputs: Inputs;
  #read: RepositoryRead;
  readonly #limits: FlowJudgeLimits;
  #ends: Ends;
  /** Ends that the large engine has. */
  #main: { readonly state: State; readonly ids: ReadonlySet<string> } | undefined;
  #isNameSettled: boolean;
  readonly #decisions = new Map<string, FlowDecision | undefined>();
  readonly #kinds = new Kinds();
  readonly #numbers = new Map<FlowEndpoint, number>();
  #next = 0;

  constructor(inputs: Inputs, limits: FlowJudgeLimits) {
    this.#inputs = inputs;
    this.#limits = limits;
    this.#read = readRepository(inputs.files, inputs.readOptions);
    this.#ends = new Ends(this.#read, inputs.options);
    this.#isNameSettled = inputs.isClusterNameAssumed !== true;
  }

  get read(): RepositoryRead {
    return this.#read;
  }

  prepare(flows: readonly Flow[]): void {
    this.#settleName(flows);
    // Not within a batch: keys made before and after would differ.
    if (this.#numbers.size > 2 * this.#limits.ends) this.#numbers.clear();
    const misses = new Map<string, Miss>();
    for (const flow of flows) {
      if (!isJudged(flow)) continue;
      const key = this.#keyOf(flow);
      if (this.#decisions.has(key) || misses.has(key)) continue;
      const edge = edgeOf(flow, portOf(flow), false);
      for (const name of flow.destinationNames.length > 0 ? flow.destinationNames : flow.sourceNames) {
        if (!edge.names.includes(name)) edge.names.push(name);
      }
      misses.set(key, {
        key,
        edge,
        from: this.#ends.sourceOf(edge),
        to: this.#ends.destinationOf(edge),
        flow,
      });
    }
    if (misses.size === 0) return;
    const state = this.#stateFor([...misses.values()]);
    for (const { key, edge, from, to, flow } of misses.values()) {
      this.#decisions.set(key, this.#kinds.decide(flow, edge, { from, to }, state(from, to)));
    }
    if (this.#decisions.size > this.#limits.decisions || this.#ends.size > this.#limits.ends) {
      const kept = [...misses.keys()].map((key) => [key, this.#decisions.get(key)] as const);
      this.#forget();
      // Those of the batch at hand are asked for next.
      for (const [key, decision] of kept) this.#decisions.set(key, decision);
    }
  }

  decisionOf(flow: Flow): FlowDecision | undefined {
    if (!isJudged(flow)) return undefined;
    const key = this.#keyOf(flow);
    const known = this.#decisions.get(key);
    if (known !== undefined || this.#decisions.has(key)) return known;
    this.prepare([flow]);
    return this.#decisions.get(this.#keyOf(flow));
  }

  /** New ends go into a small engine of their own, until they are many: to compile all again is dear. */
  #stateFor(misses: readonly Miss[]): (from: End, to: End) => State {
    const main = this.#main;
    const isIn = ({ id }: End): boolean => main?.ids.has(id) === true;
    const fresh = misses.filter(({ from, to }) => !isIn(from) || !isIn(to));
    if (main !== undefined && fresh.length === 0) return () => main.state;
    if (main === undefined || this.#ends.size > 1.5 * main.ids.size + NEW_ENDS) {
      const all = this.#ends.all;
      const state = this.#stateOf(all);
      this.#main = { state, ids: new Set(all.map(({ id }) => id)) };
      return () => state;
    }
    const few = this.#stateOf([...new Set(fresh.flatMap(({ from, to }) => [from, to]))]);
    return (from, to) => (isIn(from) && isIn(to) ? main.state : few);
  }

  #stateOf(ends: readonly End[]): State {
    return stateOfSeen(this.#inputs, { files: this.#inputs.files, read: this.#read }, ends);
  }

  /** Nobody may have said what the cluster is called; the first flows of pods do. */
  #settleName(flows: readonly Flow[]): void {
    if (this.#isNameSettled) return;
    const edges = flows.map((flow) => edgeOf(flow, 0, false));
    const named = withClusterName(this.#inputs, edges);
    // Nodes and the world have labels too, and say nothing of it.
    this.#isNameSettled = edges.some((edge) => clusterNames(edge).length > 0);
    if (named === this.#inputs) return;
    this.#inputs = named;
    this.#read = readRepository(named.files, named.readOptions);
    this.#forget();
  }

  #forget(): void {
    this.#ends = new Ends(this.#read, this.#inputs.options);
    this.#main = undefined;
    this.#decisions.clear();
  }

  /** All that a decision may hang on. Readers hand out one object for ends that look the same. */
  #keyOf(flow: Flow): string {
    const { source, destination, direction, verdict, dropReason, type, l7, l4 } = flow;
    const from = source.namespace === '' ? flow.sourceIp : '';
    const to = destination.namespace === '' ? flow.destinationIp : '';
    const protocol = l4 === undefined ? '' : l4.protocol === 'other' ? l4.name : l4.protocol;
    const ends = `${this.#numberOf(source)},${this.#numberOf(destination)},${from},${to}`;
    const key = `${ends},${protocol},${portOf(flow)},${direction},${verdict},${dropReason},${type}`;
    const named = namedBy(flow);
    if (from === '' && to === '' && named.length === 0 && l7 === undefined) return key;
    const names = `${flow.destinationNames.join()};${flow.sourceNames.join()}`;
    return `${key},${names},${policiesText(named)},${contentsText(flow)}`;
  }

  #numberOf(endpoint: FlowEndpoint): number {
    const known = this.#numbers.get(endpoint);
    if (known !== undefined) return known;
    this.#next += 1;
    this.#numbers.set(endpoint, this.#next);
    return this.#next;
  }
}

/**
 * Flows between ends of the same classes, on one port, are decided alike, whoever the ends are. To judge one anew is
 * dear, mostly for the rules that came near.
 */
class Kinds {
  readonly #byState = new WeakMap<State, Map<string, FlowDecision | undefined>>();

  decide(
    flow: Flow,
    edge: Edge,
    ends: { readonly from: End; readonly to: End },
    state: State,
  ): FlowDecision | undefined {
    const kind = kindOf(flow, edge, ends, state);
    if (kind === undefined) return undefined;
    const known = this.#byState.get(state) ?? new Map<string, FlowDecision | undefined>();
    this.#byState.set(state, known);
    if (known.has(kind)) return known.get(kind);
    const decision = decisionOn(flow, edge, ends, state);
    if (known.size >= KINDS_MAX) known.clear();
    known.set(kind, decision);
    return decision;
  }
}

const KINDS_MAX = 100_000;

/** All that a decision hangs on. @returns undefined for ends that are not in the engine */
function kindOf(
  flow: Flow,
  edge: Edge,
  { from, to }: { readonly from: End; readonly to: End },
  { engine }: State,
): string | undefined {
  const [source, destination] = [engine.find(from.id), engine.find(to.id)];
  if (source === undefined || destination === undefined) return undefined;
  const { egressClassOf, ingressClassOf, peerClassOf } = engine.compiled;
  const classes = `${egressClassOf[source]},${peerClassOf[destination]},${ingressClassOf[destination]},${peerClassOf[source]}`;
  const recorded = `${flow.direction},${flow.verdict},${flow.dropReason},${flow.type},${policiesText(namedBy(flow))}`;
  return `${classes},${edge.protocol},${edge.port},${recorded},${knownText(from)},${knownText(to)},${contentsText(flow)}`;
}

/** What is known of an end besides its class. */
function knownText({ party, labelsFrom }: End): string {
  const namespace = labelsFrom === 'nowhere' ? party.namespace : '';
  return `${party.kind === 'unknown' ? '?' : ''}${labelsFrom}/${party.cluster}/${namespace}`;
}

function policiesText(policies: readonly FlowPolicy[]): string {
  if (policies.length === 0) return '';
  return JSON.stringify(policies.map(({ kind, namespace, name }) => [kind, namespace, name]));
}

function contentsText({ l7 }: Flow): string {
  return l7 === undefined ? '' : JSON.stringify([contentOf(l7), l7.kind === 'http' ? l7.headers : '']);
}

/** New ends that are compiled apart before all are compiled again. */
const NEW_ENDS = 64;

/** Whether policies have a say in what is recorded. */
function isJudged(flow: Flow): boolean {
  if (recordedAs(flow) === undefined || flow.type === 'SOCK' || isBeforePolicy(flow)) return false;
  return !looksLikeReply(flow) && flow.l7?.type !== 'RESPONSE';
}

/** What Hubble says that policies did; undefined where it was not they. */
function recordedAs({ verdict, dropReason }: Flow): 'allowed' | 'denied' | undefined {
  switch (verdict) {
    case 'FORWARDED':
    case 'REDIRECTED':
      return 'allowed';
    case 'AUDIT':
      return 'denied';
    case 'DROPPED': {
      if (dropReason === '') return 'denied';
      const klass = dropReasonByName(dropReason)?.klass;
      return klass === 'policy' || klass === 'policy-deny' || klass === 'none' ? 'denied' : undefined;
    }
    case 'UNKNOWN':
    case 'ERROR':
    case 'TRACED':
    case 'TRANSLATED':
      return undefined;
  }
}

function decisionOn(
  flow: Flow,
  edge: Edge,
  ends: { readonly from: End; readonly to: End },
  state: State,
): FlowDecision | undefined {
  const decision = decide(edge, ends, state);
  if (decision === undefined) return undefined;
  const { egress, ingress } = decision;
  const side =
    flow.direction === 'egress'
      ? egress
      : flow.direction === 'ingress'
        ? ingress
        : (refusingSide(decision) ?? (egress.verdict === 'allowed' ? egress : ingress));
  if (side.verdict === 'unjudged') return undefined;
  const isUnknown =
    side.verdict !== 'not-enforced' &&
    (ends.from.party.kind === 'unknown' || ends.to.party.kind === 'unknown');
  const isEnough = side.isCertain && !isUnknown && !hidesContents(flow, side);
  const verdict = !isEnough ? 'undecidable' : side.verdict === 'denied' ? 'denied' : 'allowed';
  const by = decidedBySide(side);
  const decided = { verdict, direction: side.direction, reason: side.reason, by } as const;
  if (verdict === 'undecidable') return { ...decided, isAsRecorded: 'unknown' };
  const recorded = recordedOtherwise(flow, decided);
  return {
    ...decided,
    isAsRecorded: recorded === undefined,
    ...(recorded === undefined ? {} : { recorded }),
  };
}

/** A proxy refused what the record does not show. */
function hidesContents({ verdict, type, l7 }: Flow, side: SideDecision): boolean {
  return verdict === 'DROPPED' && type === 'L7' && side.l7 && l7?.kind !== 'http' && l7?.kind !== 'dns';
}

function recordedOtherwise(
  flow: Flow,
  { verdict, reason, by }: Pick<FlowDecision, 'verdict' | 'reason' | 'by'>,
): RecordedOtherwise | undefined {
  if (verdict !== recordedAs(flow)) return { kind: 'verdict' };
  const isByDenyRule = dropReasonByName(flow.dropReason)?.klass === 'policy-deny';
  if (isByDenyRule && reason !== 'deny-rule') return { kind: 'deny-rule' };
  const policies = namedBy(flow);
  const isNamed = policies.some((one) =>
    by.some(
      ({ policy }) =>
        policy.kind === one.kind && policy.namespace === one.namespace && policy.name === one.name,
    ),
  );
  return policies.length === 0 || isNamed ? undefined : { kind: 'policies', policies };
}

/** The policies that Hubble itself names for what it recorded. */
export function namedBy(flow: Flow): readonly FlowPolicy[] {
  const isDenied = recordedAs(flow) === 'denied';
  switch (flow.direction) {
    case 'egress':
      return isDenied ? flow.egressDeniedBy : flow.egressAllowedBy;
    case 'ingress':
      return isDenied ? flow.ingressDeniedBy : flow.ingressAllowedBy;
    case 'unknown':
      return NONE;
  }
}

const NONE: readonly FlowPolicy[] = [];
