import { asFields, asList } from '../yaml/fields.ts';
import { isTrue, printValue, TemplateFault, toYaml } from './values.ts';

/**
 * Calls a function of Go's `text/template` or of slim-sprig, as far as manifests use them.
 *
 * @throws TemplateFault where the function is not known here, or Go would fail
 */
export function callFunction(name: string, args: readonly unknown[]): unknown {
  const known = FUNCTIONS.get(name);
  if (known === undefined) throw new TemplateFault(`function ${name}`);
  if (args.length < known.min || args.length > (known.max ?? known.min)) {
    throw new TemplateFault(`arguments of ${name}`);
  }
  const value = known.call(args);
  return typeof value === 'string' ? bounded(value, value.length) : value;
}

/** A template that doubles a text again and again is stopped early. */
const MAX_TEXT = 1_000_000;

function bounded<Value>(value: Value, length: number): Value {
  if (length > MAX_TEXT) throw new TemplateFault('too long a text');
  return value;
}

interface Known {
  readonly min: number;
  readonly max?: number;
  readonly call: (args: readonly unknown[]) => unknown;
}

const MANY = 100;

const FUNCTIONS: ReadonlyMap<string, Known> = new Map<string, Known>([
  // Of text/template.
  ['eq', { min: 2, max: MANY, call: ([first, ...others]) => others.some((other) => isSame(first, other)) }],
  ['ne', { min: 2, call: ([a, b]) => !isSame(a, b) }],
  ['lt', { min: 2, call: ([a, b]) => compare(a, b) < 0 }],
  ['le', { min: 2, call: ([a, b]) => compare(a, b) <= 0 }],
  ['gt', { min: 2, call: ([a, b]) => compare(a, b) > 0 }],
  ['ge', { min: 2, call: ([a, b]) => compare(a, b) >= 0 }],
  ['not', { min: 1, call: ([value]) => !isTrue(value) }],
  ['len', { min: 1, call: ([value]) => sizeOf(value) }],
  ['index', { min: 1, max: MANY, call: ([value, ...steps]) => steps.reduce(indexInto, value) }],
  ['print', { min: 1, max: MANY, call: (args) => args.map(printValue).join('') }],
  ['printf', { min: 1, max: MANY, call: ([format, ...args]) => formatText(text(format), args) }],
  // Of slim-sprig, and `toYaml`.
  ['default', { min: 2, call: ([fallback, value]) => (isTrue(value) ? value : fallback) }],
  ['empty', { min: 1, call: ([value]) => !isTrue(value) }],
  ['coalesce', { min: 1, max: MANY, call: (args) => args.find(isTrue) ?? null }],
  ['ternary', { min: 3, call: ([yes, no, test]) => (test === true ? yes : no) }],
  ['quote', { min: 1, max: MANY, call: (args) => quoteAll(args, (value) => JSON.stringify(value)) }],
  ['squote', { min: 1, max: MANY, call: (args) => quoteAll(args, (value) => `'${value}'`) }],
  ['trim', { min: 1, call: ([value]) => text(value).trim() }],
  ['trimPrefix', { min: 2, call: ([prefix, value]) => withoutPrefix(text(value), text(prefix)) }],
  ['trimSuffix', { min: 2, call: ([suffix, value]) => withoutSuffix(text(value), text(suffix)) }],
  ['lower', { min: 1, call: ([value]) => text(value).toLowerCase() }],
  ['upper', { min: 1, call: ([value]) => text(value).toUpperCase() }],
  ['replace', { min: 3, call: ([from, to, value]) => replaceAll(text(value), text(from), text(to)) }],
  ['contains', { min: 2, call: ([part, value]) => text(value).includes(text(part)) }],
  ['hasPrefix', { min: 2, call: ([prefix, value]) => text(value).startsWith(text(prefix)) }],
  ['hasSuffix', { min: 2, call: ([suffix, value]) => text(value).endsWith(text(suffix)) }],
  ['indent', { min: 2, call: ([by, value]) => indentText(by, text(value)) }],
  ['nindent', { min: 2, call: ([by, value]) => `\n${indentText(by, text(value))}` }],
  ['toYaml', { min: 1, call: ([value]) => toYaml(value) }],
  ['mustToYaml', { min: 1, call: ([value]) => toYaml(value) }],
  ['toJson', { min: 1, call: ([value]) => JSON.stringify(value ?? null) }],
  ['toString', { min: 1, call: ([value]) => printValue(value) }],
  ['int', { min: 1, call: ([value]) => toInteger(value) }],
  ['list', { min: 0, max: MANY, call: (args) => args }],
  ['dict', { min: 0, max: MANY, call: makeDictionary }],
  ['get', { min: 2, call: ([value, key]) => indexInto(value, key) ?? '' }],
  ['hasKey', { min: 2, call: ([value, key]) => Object.hasOwn(fieldsOf(value), text(key)) }],
  ['keys', { min: 1, call: ([value]) => Object.keys(fieldsOf(value)) }],
  ['has', { min: 2, call: ([item, list]) => listOf(list).some((other) => isSame(item, other)) }],
  ['first', { min: 1, call: ([list]) => listOf(list)[0] ?? null }],
  ['last', { min: 1, call: ([list]) => listOf(list).at(-1) ?? null }],
  ['join', { min: 2, call: ([separator, list]) => listOf(list).map(printValue).join(text(separator)) }],
  ['splitList', { min: 2, call: ([separator, value]) => text(value).split(text(separator)) }],
  ['sortAlpha', { min: 1, call: ([list]) => listOf(list).map(printValue).sort() }],
  ['uniq', { min: 1, call: ([list]) => [...new Set(listOf(list))] }],
]);

/** Go compares only values of one basic kind; any other pair fails. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null);
  if (typeof a !== typeof b || typeof a === 'object')
    throw new TemplateFault('values that cannot be compared');
  return a === b;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  throw new TemplateFault('values that cannot be compared');
}

function toInteger(value: unknown): number {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? number : 0;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return asList(value)?.length ?? Object.keys(fieldsOf(value)).length;
}

/** Go's `index`: nil for a missing key of a map, a fault for a list that is too short. */
function indexInto(value: unknown, step: unknown): unknown {
  const list = asList(value);
  if (list !== undefined) {
    if (typeof step !== 'number' || step < 0 || step >= list.length)
      throw new TemplateFault('index of a list');
    return list[step];
  }
  const fields = fieldsOf(value);
  const key = text(step);
  return Object.hasOwn(fields, key) ? fields[key] : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const fields = asFields(value);
  if (fields === undefined) throw new TemplateFault('a map is needed');
  return fields;
}

function listOf(value: unknown): readonly unknown[] {
  const list = asList(value);
  if (list === undefined) throw new TemplateFault('a list is needed');
  return list;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TemplateFault('a text is needed');
  return value;
}

function quoteAll(args: readonly unknown[], quote: (value: string) => string): string {
  return args
    .filter((arg) => arg !== null && arg !== undefined)
    .map((arg) => quote(printValue(arg)))
    .join(' ');
}

function replaceAll(value: string, from: string, to: string): string {
  const parts = value.split(from);
  return bounded(parts, value.length + parts.length * to.length).join(to);
}

function withoutPrefix(value: string, prefix: string): string {
  return value.startsWith(prefix) ? value.slice(prefix.length) : value;
}

function withoutSuffix(value: string, suffix: string): string {
  return value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value;
}

function indentText(by: unknown, value: string): string {
  if (typeof by !== 'number' || by < 0 || by > MANY) throw new TemplateFault('an indent');
  const lines = value.split('\n').length;
  bounded(value, value.length + lines * by);
  const pad = ' '.repeat(by);
  return pad + value.replaceAll('\n', `\n${pad}`);
}

function makeDictionary(args: readonly unknown[]): unknown {
  const fields = Object.create(null) as Record<string, unknown>;
  for (let i = 0; i < args.length; i += 2) fields[printValue(args[i])] = args[i + 1] ?? '';
  return fields;
}

/** `%s`, `%v`, `%d`, `%q` and `%%`; other verbs are not read. */
function formatText(format: string, args: readonly unknown[]): string {
  let next = 0;
  const result = format.replace(/%(.)?/gs, (_, verb: string | undefined) => {
    if (verb === '%') return '%';
    if (verb === undefined || !'svdq'.includes(verb)) throw new TemplateFault('a verb of printf');
    const printed = printValue(args[next]);
    next += 1;
    return verb === 'q' ? JSON.stringify(printed) : printed;
  });
  if (next !== args.length) throw new TemplateFault('arguments of printf');
  return result;
}
