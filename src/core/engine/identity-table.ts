import { type Cidr, parseAddressOrCidr } from '../model/cidr.ts';
import { type Label, type LabelText, NAMESPACE_KEY, parseLabel } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Requirement } from '../model/selector.ts';
import type { IdentitySelector } from './peer-selector.ts';

/** One set of labels, taken apart for matching. */
export interface Identity {
  readonly index: number;
  /** Sorted. */
  readonly labels: readonly LabelText[];
  /** The same, in the same order. */
  readonly parsed: readonly Label[];
  /** Prefixes from `cidr:` labels, where this identity may be matched by CIDR rules at all. */
  readonly cidrs: readonly Cidr[];
  /** Names from `fqdn:` labels: a name, or the text of the selector that matched it. */
  readonly names: readonly string[];
  readonly groups: readonly string[];
  readonly isWorld: boolean;
  readonly isHost: boolean;
  /** Whether it is a pod, of this cluster or another: its identity has an aggregate (`pkg/policy/aggregate.go`). */
  readonly isPod: boolean;
}

/** Whether it has a label with this key, of whatever source. */
export function hasKey({ parsed }: Pick<Identity, 'parsed'>, key: string): boolean {
  return parsed.some((label) => label.key === key);
}

/** Whether it has the label `reserved:NAME`. */
export function hasReservedLabel({ parsed }: Pick<Identity, 'parsed'>, name: string): boolean {
  return parsed.some(({ source, key }) => source === 'reserved' && key === name);
}

/** Every distinct set of labels once, with an index from keys and values to identities. */
export class IdentityTable {
  readonly #byKey = new Map<string, number>();
  readonly #identities: Identity[] = [];
  readonly #labels = new Map<LabelText, { readonly number: number; readonly label: Label }>();
  readonly #withKey = new Map<string, number[]>();
  /** By key, made when a selector first asks for one of its values. */
  readonly #withValue = new Map<string, ReadonlyMap<string, readonly number[]>>();
  readonly #options: AgentOptions;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#identities.length;
  }

  get(index: number): Identity {
    return this.#identities[index] as Identity;
  }

  /** The identity of these labels, made if it is new. The order of labels does not matter. */
  intern(labels: readonly LabelText[]): Identity {
    const key = Uint32Array.from(labels, (text) => this.#known(text).number)
      .sort()
      .join();
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.get(known);
    const identity = this.#make([...labels].sort());
    this.#byKey.set(key, identity.index);
    this.#identities.push(identity);
    for (const { key: name } of identity.parsed) {
      append(this.#withKey, name, identity.index);
      this.#withValue.delete(name);
    }
    return identity;
  }

  /** Indices of the identities that a selector may match: a superset, ascending. */
  candidates(selector: IdentitySelector): Iterable<number> {
    if (selector.kind !== 'labels') return this.#all();
    let best: readonly number[] | undefined;
    for (const wanted of selector.selector.requirements) {
      const found = this.#having(wanted);
      if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
    }
    return best ?? this.#all();
  }

  *#all(): Iterable<number> {
    for (let i = 0; i < this.#identities.length; i += 1) yield i;
  }

  #having({ source, key, operator, values }: Requirement): readonly number[] | undefined {
    if (source === 'cidr') return undefined;
    if (operator === 'Exists') return this.#withKey.get(key) ?? NONE;
    if (operator !== 'In') return undefined;
    const byValue = this.#valuesOf(key);
    if (values.length === 1) return byValue.get(values[0] ?? '') ?? NONE;
    const all = new Set(values.flatMap((value) => byValue.get(value) ?? NONE));
    return [...all].sort((a, b) => a - b);
  }

  #valuesOf(key: string): ReadonlyMap<string, readonly number[]> {
    const known = this.#withValue.get(key);
    if (known !== undefined) return known;
    const byValue = new Map<string, number[]>();
    for (const index of this.#withKey.get(key) ?? NONE) {
      for (const label of this.get(index).parsed) if (label.key === key) append(byValue, label.value, index);
    }
    this.#withValue.set(key, byValue);
    return byValue;
  }

  #make(labels: readonly LabelText[]): Identity {
    const parsed = labels.map((text) => this.#known(text).label);
    const isWorld = WORLDS.some((name) => hasReservedLabel({ parsed }, name));
    const isHost = hasReservedLabel({ parsed }, 'host');
    const isNode = isHost || hasReservedLabel({ parsed }, 'remote-node');
    const isPod = hasKey({ parsed }, NAMESPACE_KEY);
    // Cilium `pkg/policy/types/selector.go` (`CIDRSelector`): who may be matched by address.
    const modes = this.#options.cidrMatchMode;
    const eligible = isWorld || (isNode ? modes.includes('nodes') : isPod && modes.includes('pods'));
    const keysOf = (source: string): readonly string[] => {
      const keys = parsed.filter((label) => label.source === source).map(({ key }) => key);
      return keys.length === 0 ? NONE : keys;
    };
    const cidrs = eligible ? keysOf('cidr').flatMap((text) => parseAddressOrCidr(text) ?? []) : NONE;
    return {
      index: this.#identities.length,
      labels,
      parsed,
      cidrs: cidrs.length === 0 ? NONE : cidrs,
      names: isWorld ? keysOf('fqdn') : NONE,
      groups: eligible ? keysOf('cidrgroup') : NONE,
      isWorld,
      isHost,
      isPod,
    };
  }

  #known(text: LabelText): { readonly number: number; readonly label: Label } {
    let known = this.#labels.get(text);
    if (known === undefined) {
      known = { number: this.#labels.size, label: parseLabel(text) };
      this.#labels.set(text, known);
    }
    return known;
  }
}

const WORLDS: readonly string[] = ['world', 'world-ipv4', 'world-ipv6'];
/** Shared by all that have none: there are many identities. */
const NONE: readonly never[] = [];

function append(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [index]);
  else if (list.at(-1) !== index) list.push(index);
}
