import type { FlowFilter, FlowFilters } from '../../model/flow-filter.ts';
import { compileFilters } from './compile.ts';
import { FilterError } from './error.ts';
import { FLAGS, type FlagName } from './flag-values.ts';
import { filtersFromText, filterToText } from './json.ts';

/** Flags of `hubble observe` become filters by Hubble's rules. Cilium v1.19.4 `hubble/cmd/observe/flows_filter.go`. */
export interface FilterFlags {
  /**
   * The next flag of the command line, without its hyphens; `not` sends the one after it to the denied filters.
   *
   * @param value empty for flags without one
   * @throws {FilterError} for a value that Hubble would refuse, for flags that exclude each other, for `not` twice
   */
  add(name: FlagName | 'not', value: string): void;
  /** JSON of filters, which are added as further alternatives. @throws {FilterError} */
  addRaw(list: 'allowlist' | 'denylist', text: string): void;
  /** @throws {FilterError} where `not` was the last flag, or the filters cannot be */
  filters(): FlowFilters;
}

export function filterFlags(): FilterFlags {
  const trackers = { allow: new Tracker(), deny: new Tracker() };
  const raw: { readonly allow: FlowFilter[]; readonly deny: FlowFilter[] } = { allow: [], deny: [] };
  let isDenied = false;
  return {
    add(name, value) {
      if (name === 'not') {
        if (isDenied)
          throw new FilterError('--not', '--not', 'followed by the one filter that it turns around');
        isDenied = true;
        return;
      }
      trackers[isDenied ? 'deny' : 'allow'].add(name, value);
      isDenied = false;
    },
    addRaw(list, text) {
      raw[list === 'allowlist' ? 'allow' : 'deny'].push(...filtersFromText(`--${list}`, text));
    },
    filters() {
      if (isDenied) throw new FilterError('--not', '--not', 'followed by the filter that it turns around');
      return {
        allow: [...trackers.allow.filters(), ...raw.allow],
        deny: [...trackers.deny.filters(), ...raw.deny],
      };
    },
  };
}

type Side = 'source' | 'destination';
type Draft = Partial<Record<keyof FlowFilter, readonly unknown[]>>;

/** What is allowed, or denied: flows that the left or the right filter matches. */
class Tracker {
  readonly #given = new Set<FlagName>();
  readonly #left: Draft = {};
  readonly #right: Draft = {};
  readonly #namespaces: Record<'any' | Side, string[]> = { any: [], source: [], destination: [] };

  add(name: FlagName, value: string): void {
    this.#given.add(name);
    refuseConflict(this.#given);
    const flag = FLAGS[name];
    if (flag.kind === 'namespace') {
      this.#namespaces[flag.side].push(flag.isAny === true ? '' : value);
    } else {
      const read = flag.read(`--${name}`, value);
      const [left, right] = flag.fields;
      append(this.#left, left, read);
      append(this.#right, right ?? left, read);
      if (flag.isChecked !== false) check(name, left, read);
    }
    for (const draft of [this.#left, this.#right]) this.#refuseNamespaces(draft);
  }

  filters(): readonly FlowFilter[] {
    if (this.#given.size === 0) return [];
    const left = { ...this.#left };
    const right = { ...this.#right };
    const { any, source, destination } = this.#sides();
    for (const draft of [left, right]) {
      if (destination.length > 0) within(draft, 'destination', destination);
      if (source.length > 0) within(draft, 'source', source);
    }
    if (any.length > 0) {
      within(left, 'source', any);
      within(right, 'destination', any);
    }
    const filters = [left, right] as readonly FlowFilter[];
    return filterToText(filters[0]!) === filterToText(filters[1]!) ? filters.slice(0, 1) : filters;
  }

  /**
   * `--namespace A --to-namespace B` is from A to B, and with `--from-namespace` it is the other way round. Hubble
   * refuses both, and means nothing else by them; runbooks have them.
   */
  #sides(): Readonly<Record<'any' | Side, readonly string[]>> {
    const { any, source, destination } = this.#namespaces;
    if (any.length > 0 && destination.length > 0) return { any: [], source: any, destination };
    if (any.length > 0 && source.length > 0) return { any: [], source, destination: any };
    return this.#namespaces;
  }

  /** Pods and Services that name a namespace must name one that is asked for, and the same. */
  #refuseNamespaces(draft: Draft): void {
    for (const side of ['source', 'destination'] as const) {
      const pods = (draft[`${side}Pod`] ?? []) as readonly string[];
      const services = (draft[`${side}Service`] ?? []) as readonly string[];
      for (const wanted of [...this.#namespaces.any, ...this.#namespaces[side]]) {
        for (const name of [...pods, ...services]) {
          const own = namespaceOf(name);
          if (own !== '' && own !== wanted) {
            throw new FilterError(
              '--namespace',
              wanted,
              `the namespace of ${JSON.stringify(name)}, or be left out`,
            );
          }
        }
      }
      for (const pod of pods.filter((name) => namespaceOf(name) !== '')) {
        const other = services.find((service) => namespaceOf(service) !== namespaceOf(pod));
        if (other !== undefined) {
          throw new FilterError('--service', other, `in the namespace of the pod ${JSON.stringify(pod)}`);
        }
      }
    }
  }
}

/** Each value is tried alone, so that an error names the flag. What several flags make is tried at the end. */
function check(name: FlagName, field: keyof FlowFilter, value: unknown): void {
  try {
    compileFilters({ allow: [{ [field]: [value] }], deny: [] }, () => () => true);
  } catch (error) {
    if (error instanceof FilterError) throw new FilterError(`--${name}`, error.value, error.expected);
    throw error;
  }
}

function append(draft: Draft, field: keyof FlowFilter, value: unknown): void {
  draft[field] = [...(draft[field] ?? []), value];
}

/** Puts namespaces before names that have none; where no name is asked for, any of the namespaces. */
function within(draft: Draft, side: Side, namespaces: readonly string[]): void {
  const [pods, services] = [draft[`${side}Pod`] ?? [], draft[`${side}Service`] ?? []];
  const named = (names: readonly unknown[]): readonly string[] =>
    (names as readonly string[]).flatMap((name) =>
      name.includes('/') ? [name] : namespaces.map((namespace) => `${namespace}/${name}`),
    );
  draft[`${side}Pod`] = named(pods.length === 0 && services.length === 0 ? [''] : pods);
  draft[`${side}Service`] = named(services);
}

function namespaceOf(name: string): string {
  const slash = name.indexOf('/');
  return slash === -1 ? '' : name.slice(0, slash);
}

function refuseConflict(given: ReadonlySet<FlagName>): void {
  for (const group of CONFLICTS) {
    const [first, second] = group.filter((flag) => given.has(flag));
    if (isFarNamespace(given, [first, second])) continue;
    if (first !== undefined && second !== undefined) {
      throw new FlagConflictError(`filters --${first} and --${second} cannot be combined`);
    }
  }
}

/** A namespace and the one at the far end: two ends, told by one flag of each kind. */
function isFarNamespace(given: ReadonlySet<FlagName>, pair: readonly (FlagName | undefined)[]): boolean {
  const hasBoth = given.has('from-namespace') && given.has('to-namespace');
  const isFar = pair.includes('from-namespace') || pair.includes('to-namespace');
  return isFar && pair.includes('namespace') && !hasBoth;
}

/** Flags that exclude each other, in Hubble's words. */
export class FlagConflictError extends FilterError {
  constructor(message: string) {
    super('', '', '');
    this.name = 'FlagConflictError';
    this.message = message;
  }
}

const CONFLICTS: readonly (readonly FlagName[])[] = [
  [
    'from-fqdn',
    'from-ip',
    'ip',
    'fqdn',
    'from-namespace',
    'namespace',
    'from-all-namespaces',
    'all-namespaces',
  ],
  ['from-fqdn', 'from-ip', 'ip', 'fqdn', 'from-pod', 'pod'],
  ['to-fqdn', 'to-ip', 'ip', 'fqdn', 'to-namespace', 'namespace', 'to-all-namespaces', 'all-namespaces'],
  ['to-fqdn', 'to-ip', 'ip', 'fqdn', 'to-pod', 'pod'],
  ['to-pod', 'namespace', 'all-namespaces'],
  ['from-pod', 'namespace', 'all-namespaces'],
  ['to-service', 'namespace', 'all-namespaces'],
  ['from-service', 'namespace', 'all-namespaces'],
  ['label', 'from-label'],
  ['label', 'to-label'],
  ['service', 'from-service'],
  ['service', 'to-service'],
  ['port', 'to-port'],
  ['port', 'from-port'],
  ['identity', 'to-identity'],
  ['identity', 'from-identity'],
  ['workload', 'to-workload'],
  ['workload', 'from-workload'],
  ['encrypted', 'unencrypted'],
];
