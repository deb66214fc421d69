import { type Cidr, formatCidr } from '../../src/core/model/cidr.ts';
import type { NamePattern } from '../../src/core/model/l7.ts';
import type { CiliumVersion } from '../../src/core/model/options.ts';

/** Labels, prefixes and names matched as text, for the slow engine and for the laws of the quick matchers. */
export interface PlainLabel {
  readonly source: string;
  readonly key: string;
  readonly value: string;
}

/** Sorted as Cilium sorts them, since a selector of any source takes the first of a key. */
export function plainLabels(texts: readonly string[]): readonly PlainLabel[] {
  return [...texts].sort().map((text) => {
    const match = /^([^:=]*):([^=]*)=?(.*)$/s.exec(text);
    if (match === null) throw new Error(`no label: ${text}`);
    const [, source = '', key = '', value = ''] = match;
    return { source, key, value };
  });
}

/** Whether every address of one prefix is in the other, bit by bit. */
export function isInside(inner: string, outer: string | Cidr): boolean {
  const outerText = typeof outer === 'string' ? outer : formatCidr(outer);
  const [outerFamily, outerBits] = prefixBits(outerText);
  const [innerFamily, innerBits] = prefixBits(inner);
  return outerFamily === innerFamily && innerBits.startsWith(outerBits);
}

/** The fixed bits of a prefix as text of 0 and 1. */
export function prefixBits(text: string): readonly [family: 4 | 6, bits: string] {
  const [address = '', length] = text.split('/');
  const bits = address.includes(':') ? bitsOfV6(address) : bitsOf(address.split('.'), 10, 8);
  return [address.includes(':') ? 6 : 4, bits.slice(0, length === undefined ? undefined : Number(length))];
}

function bitsOfV6(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return bitsOf([...left, ...zeros, ...right], 16, 16);
}

function bitsOf(parts: readonly string[], radix: number, width: number): string {
  return parts.map((part) => Number.parseInt(part, radix).toString(2).padStart(width, '0')).join('');
}

/** A name against a name or a pattern, by the regular expression that Cilium makes of it. */
export function isNamedBy(
  { matchName, matchPattern }: NamePattern,
  name: string,
  version: CiliumVersion,
): boolean {
  // A flow's labels have the selector's own text.
  if (name.includes('*')) return name === matchPattern;
  return new RegExp(expressionOf({ matchName, matchPattern }, version)).test(withDot(name));
}

/** Cilium `pkg/fqdn/matchpattern/matchpattern.go`: anchored, lower case, with a dot at the end. */
function expressionOf(
  {
    matchName,
    matchPattern,
  }: { readonly matchName: string | undefined; readonly matchPattern: string | undefined },
  version: CiliumVersion,
): string {
  if (matchName !== undefined && matchName !== '') return `^${withDot(matchName).replaceAll('.', '[.]')}$`;
  const pattern = (matchPattern ?? '').toLowerCase();
  if (/^[*]+[.]?$/.test(pattern)) return '^';
  const isDeep = version !== '1.18' && pattern.startsWith('**.');
  const rest = withDot(isDeep ? pattern.slice(3) : pattern)
    .replaceAll('.', '[.]')
    .replaceAll(/[*]+/g, '[-a-z0-9_]*');
  return `^${isDeep ? '([-a-z0-9_]+[.])+' : ''}${rest}$`;
}

function withDot(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}
