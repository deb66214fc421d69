import { formatCidr } from '../model/cidr.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Identity, IdentityTable } from './identity-table.ts';
import type { IdentitySelector } from './peer-selector.ts';
import { selects } from './selects.ts';

/** Every distinct selector once, with the identities that it selects. */
export class SelectorTable {
  readonly #byKey = new Map<string, number>();
  readonly #selectors: IdentitySelector[] = [];
  readonly #texts: string[] = [];
  readonly #members: number[][] = [];
  readonly #identities: IdentityTable;
  readonly #options: AgentOptions;

  constructor(identities: IdentityTable, options: AgentOptions) {
    this.#identities = identities;
    this.#options = options;
  }

  get size(): number {
    return this.#selectors.length;
  }

  get(index: number): IdentitySelector {
    return this.#selectors[index] as IdentitySelector;
  }

  /** One text for all selectors of one meaning, in any world with the same options. */
  text(index: number): string {
    return this.#texts[index] as string;
  }

  /** The selector's number; its members are found on first sight. */
  intern(selector: IdentitySelector): number {
    const key = selectorText(selector);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const index = this.#selectors.length;
    this.#byKey.set(key, index);
    this.#selectors.push(selector);
    this.#texts.push(key);
    const members: number[] = [];
    for (const candidate of this.#identities.candidates(selector)) {
      if (selects(selector, this.#identities.get(candidate), this.#options)) members.push(candidate);
    }
    this.#members.push(members);
    return index;
  }

  /** Ascending indices of identities. Those that came after the selector are not in it. */
  members(index: number): readonly number[] {
    return this.#members[index] as readonly number[];
  }

  matches(index: number, identity: Identity): boolean {
    return selects(this.get(index), identity, this.#options);
  }
}

/** One text for selectors of one meaning: the order of requirements and values does not count. */
function selectorText(selector: IdentitySelector): string {
  switch (selector.kind) {
    case 'labels':
      return JSON.stringify([
        selector.aggregate === true,
        selector.selector.requirements
          .map(({ source, key, operator, values }) =>
            JSON.stringify([source, key, operator, [...values].sort()]),
          )
          .sort(),
      ]);
    case 'cidr':
      return JSON.stringify([
        selector.group,
        selector.cidrs.map(formatCidr).sort(),
        selector.except.map(formatCidr).sort(),
      ]);
    case 'fqdn':
      return JSON.stringify({ name: selector.pattern.matchName, pattern: selector.pattern.matchPattern });
  }
}
