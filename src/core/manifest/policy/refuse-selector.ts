import { type CiliumVersion, isAtLeast } from '../../model/options.ts';
import type { Path } from '../../model/place.ts';
import { OPERATORS } from '../../model/selector.ts';
import type { ExpressionData, SelectorData } from './cilium-object.ts';
import { showValue } from './json.ts';
import { type RefusalContext, refuse } from './refusal.ts';
import { DNS_SUBDOMAIN, LABEL_VALUE } from './text-rule.ts';

/** What the agent puts before keys; `none` is a Kubernetes selector, which API servers check. */
type KeySource = 'any' | 'cidrgroup' | 'none';

/**
 * What is wrong with a label selector. Cilium `pkg/labels/validation.go` (1.20), apimachinery's
 * `ValidateLabelSelector` over rewritten keys before.
 */
export function refuseSelector(
  selector: SelectorData | undefined,
  path: Path,
  context: RefusalContext,
  source: KeySource = 'any',
): void {
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) {
    const at = [...path, 'matchLabels', key];
    refuseKey(key, at, context, source);
    refuseValue(value, at, context);
  }
  for (const [i, expression] of (selector?.matchExpressions ?? []).entries()) {
    refuseExpression(expression, [...path, 'matchExpressions', i], context, source);
  }
}

function refuseExpression(
  expression: ExpressionData,
  path: Path,
  context: RefusalContext,
  source: KeySource,
): void {
  const { key = '', operator = '', values = [] } = expression;
  if (!(OPERATORS as readonly string[]).includes(operator)) {
    refuse(context, [...path, 'operator'], 'selector-operator', [showValue(operator), OPERATORS.join(', ')]);
  } else {
    const wantsValues = operator === 'In' || operator === 'NotIn';
    if (wantsValues !== values.length > 0) {
      const expected = wantsValues ? `at least one value for ${operator}` : `no values for ${operator}`;
      refuse(context, [...path, 'values'], 'selector-values', [showValue(values), expected]);
    }
  }
  refuseKey(key, [...path, 'key'], context, source);
  for (const [i, value] of values.entries()) refuseValue(value, [...path, 'values', i], context);
}

function refuseValue(value: string, path: Path, context: RefusalContext): void {
  if (!LABEL_VALUE.test(value))
    refuse(context, path, 'label-value', [showValue(value), LABEL_VALUE.expected]);
}

function refuseKey(key: string, path: Path, context: RefusalContext, source: KeySource): void {
  if (isKeyOf(source, key, context.options.version)) return;
  const expected = 'a label key: an optional source and colon, an optional DNS prefix and slash, a name';
  refuse(context, path, 'label-key', [showValue(key), expected]);
}

function isKeyOf(source: KeySource, key: string, version: CiliumVersion): boolean {
  if (source === 'none') return isQualifiedName(key);
  return isAtLeast(version, '1.20') ? isKey(key, source) : isOldKey(key, source);
}

/** From 1.20: one optional source of letters and digits before a colon, then a Kubernetes label key. */
function isKey(key: string, source: KeySource): boolean {
  const parts = key.split(':', 3);
  const [first = '', second] = parts;
  if (second === undefined) return isQualifiedName(first);
  return source === 'any' && parts.length === 2 && /^[A-Za-z0-9]+$/.test(first) && isQualifiedName(second);
}

/** Until 1.19 the source, `any` where none is written, is put before the key with a dot, and counts in its length. */
function isOldKey(key: string, source: KeySource): boolean {
  if (source === 'cidrgroup') return isQualifiedName(`cidrgroup.${key}`);
  if (key.startsWith('$')) return isQualifiedName(`reserved.${withoutValue(key.slice(1))}`);
  const colon = key.indexOf(':');
  if (colon === -1) {
    return isQualifiedName(key.startsWith('reserved.') ? withoutValue(key) : `any.${withoutValue(key)}`);
  }
  const written = colon === 0 ? 'any' : key.slice(0, colon);
  return isQualifiedName(`${written}.${withoutValue(key.slice(colon + 1))}`);
}

function withoutValue(key: string): string {
  const equals = key.indexOf('=');
  return equals === -1 ? key : key.slice(0, equals);
}

/** A label key in Kubernetes: `name` or `prefix/name`. */
function isQualifiedName(text: string): boolean {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  return (
    (slash === -1 || DNS_SUBDOMAIN.test(text.slice(0, slash))) &&
    name.length <= 63 &&
    /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)
  );
}
