import type { Decision } from '../model/decision.ts';
import { type AgentOptions, agentOptions } from '../model/options.ts';
import type { Direction } from '../model/policy.ts';
import type { PortSet } from '../model/port-set.ts';
import type { Endpoint, World } from '../model/world.ts';
import { type Compiled, compileWorld } from './compile.ts';
import type { DirectionClass } from './direction-table.ts';
import { explain } from './explain.ts';
import type { EndpointIndex, Question } from './question.ts';
import { buildRow, portsAt } from './rows.ts';

/**
 * Answers questions about one world under one set of options. It never changes: for a change, compile the
 * changed world.
 */
export class Engine {
  readonly compiled: Compiled;
  readonly #index = new Map<string, EndpointIndex>();
  readonly #egressRows: (Uint32Array | undefined)[] = [];
  readonly #ingressRows: (Uint32Array | undefined)[] = [];

  constructor(world: World, options: AgentOptions) {
    this.compiled = compileWorld(world, options);
    for (const [i, { id }] of world.endpoints.entries()) this.#index.set(id, i);
  }

  get options(): AgentOptions {
    return this.compiled.options;
  }

  get endpoints(): readonly Endpoint[] {
    return this.compiled.endpoints;
  }

  /** The number of the endpoint with this id. */
  find(id: string): EndpointIndex | undefined {
    return this.#index.get(id);
  }

  /**
   * Whether both ends admit it, contents aside: an L7 rule counts as admitting.
   * `protocol` is an index into PROTOCOLS. The quick form of {@link decide}.
   */
  allows(from: EndpointIndex, to: EndpointIndex, protocol: number, port: number): boolean {
    const { ports } = this.compiled;
    return (
      ports.contains(this.egressPorts(from, to), protocol, port) &&
      ports.contains(this.ingressPorts(from, to), protocol, port)
    );
  }

  /** Which ports `from` may send to `to`, as the index of a port set. All where it is not judged. */
  egressPorts(from: EndpointIndex, to: EndpointIndex): number {
    const { egressClassOf, peerClassOf } = this.compiled;
    return this.row('egress', egressClassOf[from] as number)[peerClassOf[to] as number] as number;
  }

  /** Which ports `to` may receive from `from`, as the index of a port set. */
  ingressPorts(from: EndpointIndex, to: EndpointIndex): number {
    const { ingressClassOf, peerClassOf } = this.compiled;
    return this.row('ingress', ingressClassOf[to] as number)[peerClassOf[from] as number] as number;
  }

  /** Port sets by class of peers, for one class of subjects; made on first use. */
  row(direction: Direction, index: number): Uint32Array {
    const rows = direction === 'egress' ? this.#egressRows : this.#ingressRows;
    return (rows[index] ??= buildRow(this.compiled, this.#classOf(direction, index)));
  }

  /** One cell of a row. It does not make the row, which would be a waste for few peers of many subjects. */
  cell(direction: Direction, index: number, peer: number): number {
    const made = (direction === 'egress' ? this.#egressRows : this.#ingressRows)[index];
    return made?.[peer] ?? portsAt(this.compiled, this.#classOf(direction, index), peer);
  }

  /** All ports and protocols that pass both ends. */
  portsBetween(from: EndpointIndex, to: EndpointIndex): PortSet {
    return this.compiled.ports.get(this.setBetween(from, to));
  }

  /** The same as the index of a port set. */
  setBetween(from: EndpointIndex, to: EndpointIndex): number {
    return this.compiled.ports.intersection(this.egressPorts(from, to), this.ingressPorts(from, to));
  }

  /** The answer with its reasons, each side by itself. */
  decide(question: Question): Decision {
    return explain(this.compiled, question);
  }

  #classOf(direction: Direction, index: number): DirectionClass {
    const found = (direction === 'egress' ? this.compiled.egress : this.compiled.ingress)[index];
    if (found === undefined) throw new RangeError(`there is no ${direction} class ${index}`);
    return found;
  }
}

/** Prepares a world for questions. @param options what differs from the agent's defaults */
export function compile(world: World, options: Partial<AgentOptions> = {}): Engine {
  return new Engine(world, agentOptions(options));
}
