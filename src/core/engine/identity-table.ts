import { type Cidr, containsCidr, parseAddressOrCidr } from '../model/cidr.ts';
import { type Label, type LabelText, NAMESPACE_KEY, parseLabel } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Requirement, Selector } from '../model/selector.ts';
import { matchesName } from './name-pattern.ts';
import { cidrGroupLabelKey, type IdentitySelector } from './peer-selector.ts';

/** One set of labels, taken apart for matching. */
export interface Identity {
  readonly index: number;
  readonly labels: readonly LabelText[];
  /** Labels by key, in label order; Cilium looks at the first of several sources (`LabelArray.LookupLabel`). */
  readonly byKey: ReadonlyMap<string, readonly Label[]>;
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

/** Every distinct set of labels once, with an index from keys and values to identities. */
export class IdentityTable {
  readonly #byKey = new Map<string, number>();
  readonly #identities: Identity[] = [];
  readonly #labels = new Map<LabelText, Label>();
  readonly #withKey = new Map<string, number[]>();
  readonly #withValue = new Map<string, Map<string, number[]>>();
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
    const sorted = [...labels].sort();
    const key = sorted.join('\n');
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.get(known);
    const identity = this.#make(sorted);
    this.#byKey.set(key, identity.index);
    this.#identities.push(identity);
    for (const [name, list] of identity.byKey) {
      append(this.#withKey, name, identity.index);
      let values = this.#withValue.get(name);
      if (values === undefined) this.#withValue.set(name, (values = new Map<string, number[]>()));
      for (const { value } of list) append(values, value, identity.index);
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
    if (operator === 'Exists') return this.#withKey.get(key) ?? [];
    if (operator !== 'In') return undefined;
    const byValue = this.#withValue.get(key);
    if (values.length === 1) return byValue?.get(values[0] ?? '') ?? [];
    const all = new Set(values.flatMap((value) => byValue?.get(value) ?? []));
    return [...all].sort((a, b) => a - b);
  }

  #make(labels: readonly LabelText[]): Identity {
    const byKey = new Map<string, Label[]>();
    const cidrs: Cidr[] = [];
    const names: string[] = [];
    const groups: string[] = [];
    for (const text of labels) {
      const label = this.#parse(text);
      const list = byKey.get(label.key);
      if (list === undefined) byKey.set(label.key, [label]);
      else list.push(label);
      if (label.source === 'cidr') {
        const cidr = parseAddressOrCidr(label.key);
        if (cidr !== undefined) cidrs.push(cidr);
      } else if (label.source === 'fqdn') names.push(label.key);
      else if (label.source === 'cidrgroup') groups.push(label.key);
    }
    const reserved = (name: string): boolean =>
      byKey.get(name)?.some(({ source }) => source === 'reserved') ?? false;
    const isWorld = reserved('world') || reserved('world-ipv4') || reserved('world-ipv6');
    const isHost = reserved('host');
    const isNode = isHost || reserved('remote-node');
    // Cilium `pkg/policy/types/selector.go` (`CIDRSelector`): who may be matched by address.
    const modes = this.#options.cidrMatchMode;
    const isPod = byKey.has(NAMESPACE_KEY);
    const eligible = isWorld || (isNode ? modes.includes('nodes') : isPod && modes.includes('pods'));
    return {
      index: this.#identities.length,
      labels,
      byKey,
      cidrs: eligible ? cidrs : [],
      names: isWorld ? names : [],
      groups: eligible ? groups : [],
      isWorld,
      isHost,
      isPod,
    };
  }

  #parse(text: LabelText): Label {
    let label = this.#labels.get(text);
    if (label === undefined) this.#labels.set(text, (label = parseLabel(text)));
    return label;
  }
}

/** Whether an identity is selected. */
export function selects(selector: IdentitySelector, identity: Identity, options: AgentOptions): boolean {
  switch (selector.kind) {
    case 'labels':
      return (selector.aggregate === true && identity.isPod) || holds(selector.selector, identity);
    case 'cidr': {
      const { cidrs, except, group } = selector;
      const inside =
        cidrs.some((outer) => identity.cidrs.some((inner) => containsCidr(outer, inner))) ||
        (group !== '' && identity.groups.includes(cidrGroupLabelKey(group)));
      return inside && !except.some((outer) => identity.cidrs.some((inner) => containsCidr(outer, inner)));
    }
    case 'fqdn':
      return identity.names.some((name) => isNamed(selector.pattern, name, options));
  }
}

function isNamed(
  pattern: { readonly matchName?: string; readonly matchPattern?: string },
  name: string,
  options: AgentOptions,
): boolean {
  // In Hubble's labels the text is the selector's own; in known names it is a name.
  if (name.includes('*')) return name === pattern.matchPattern;
  return matchesName(pattern, name, options.version);
}

/** Cilium `pkg/policy/types/requirements.go`. */
export function holds(selector: Selector, identity: Identity): boolean {
  for (const wanted of selector.requirements) {
    if (!requirementHolds(wanted, identity)) return false;
  }
  return true;
}

export function requirementHolds(wanted: Requirement, identity: Identity): boolean {
  if (wanted.source === 'cidr') return cidrRequirementHolds(wanted, identity);
  const label = lookUp(wanted, identity);
  switch (wanted.operator) {
    case 'In':
      return label !== undefined && wanted.values.includes(label.value);
    case 'NotIn':
      return label === undefined || !wanted.values.includes(label.value);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
  }
}

function lookUp({ source, key }: Requirement, identity: Identity): Label | undefined {
  const list = identity.byKey.get(key);
  if (list === undefined) return undefined;
  return source === 'any' ? list[0] : list.find((label) => label.source === source);
}

/** For source `cidr` a key is a prefix, and having it means being inside. */
function cidrRequirementHolds({ key, operator }: Requirement, identity: Identity): boolean {
  const outer = parseAddressOrCidr(key);
  const inside = outer !== undefined && identity.cidrs.some((inner) => containsCidr(outer, inner));
  return operator === 'Exists' || operator === 'In' ? inside : !inside;
}

function append(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [index]);
  else if (list.at(-1) !== index) list.push(index);
}
