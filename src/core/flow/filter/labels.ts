import { type Cidr, containsCidr, parseCidr } from '../../model/cidr.ts';
import type { LabelText } from '../../model/label.ts';
import { FilterError } from './error.ts';
import { parseSelector, type Requirement } from './selector.ts';

/**
 * Selectors in Kubernetes' syntax over Cilium's labels: a key may name its source (`k8s:app`, `reserved:host`), and
 * else is of any. Cilium v1.19.4 `pkg/hubble/filters/labels.go`.
 *
 * @returns whether one of the selectors selects; asked again about the same list, it remembers
 * @throws {FilterError} for what is no selector
 */
export function labelMatcher(
  field: string,
  texts: readonly string[],
): (labels: readonly LabelText[]) => boolean {
  const selectors = texts.map((text) => {
    const selector = parseSelector(text);
    if (typeof selector === 'string') throw new FilterError(field, text, selector);
    return selector.map(requirementMatcher);
  });
  // Readers hand out one list for ends that look the same.
  const known = new WeakMap<readonly LabelText[], boolean>();
  return (labels) => {
    let found = known.get(labels);
    if (found === undefined) {
      const parsed = labels.map(parseFlowLabel);
      found = selectors.some((selector) => selector.every((matches) => matches(parsed)));
      known.set(labels, found);
    }
    return found;
  };
}

interface FlowLabel {
  readonly source: string;
  readonly key: string;
  readonly value: string;
}

/** Cilium `pkg/labels/labels.go`, `ParseLabel`: the source ends at the first colon, wherever that is. */
function parseFlowLabel(text: LabelText): FlowLabel {
  let source = 'unspec';
  let rest: string = text;
  const colon = text.indexOf(':');
  if (text.startsWith('$')) [source, rest] = ['reserved', text.slice(1)];
  else if (colon !== -1)
    [source, rest] = [colon === 0 ? source : text.slice(0, colon), text.slice(colon + 1)];
  else if (text.startsWith('reserved.')) [source, rest] = ['reserved', text.slice('reserved.'.length)];
  const equals = rest.indexOf('=');
  if (equals === -1) return { source, key: rest, value: '' };
  if (equals === 0 && source === 'reserved') return { source, key: rest.slice(1), value: '' };
  return { source, key: rest.slice(0, equals), value: rest.slice(equals + 1) };
}

type Matches = (labels: readonly FlowLabel[]) => boolean;

function requirementMatcher({ source, key, operator, values }: Requirement): Matches {
  const isKey = keyMatcher(source, key);
  const valueOf = (labels: readonly FlowLabel[]): string | undefined => labels.find(isKey)?.value;
  switch (operator) {
    case 'in':
      return (labels) => {
        const value = valueOf(labels);
        return value !== undefined && values.includes(value);
      };
    case 'notin':
      return (labels) => {
        const value = valueOf(labels);
        return value === undefined || !values.includes(value);
      };
    case 'exists':
      return (labels) => labels.some(isKey);
    case '!':
      return (labels) => !labels.some(isKey);
    case '>':
    case '<': {
      const bound = BigInt(values[0] ?? '0');
      return (labels) => {
        const value = valueOf(labels);
        if (value === undefined || !INTEGER.test(value)) return false;
        return operator === '>' ? BigInt(value) > bound : BigInt(value) < bound;
      };
    }
  }
}

/** Prefixes of addresses are selected by those that hold them. */
function keyMatcher(source: string, key: string): (label: FlowLabel) => boolean {
  if (source === 'any') return (label) => label.key === key;
  if (source !== 'cidr') return (label) => label.source === source && label.key === key;
  const wanted = prefixOf(key);
  return (label) => {
    if (label.source !== 'cidr' || wanted === undefined) return false;
    const prefix = prefixOf(label.key);
    return prefix !== undefined && containsCidr(wanted, prefix);
  };
}

/** Keys of labels have no colons, so that IPv6 addresses are written with hyphens. */
function prefixOf(key: string): Cidr | undefined {
  return parseCidr(key.replaceAll('-', ':'));
}

const INTEGER = /^[+-]?[0-9]{1,19}$/;
