import { FilterError } from './error.ts';
import { remembered } from './remembered.ts';

/**
 * Patterns of DNS names: lower case, `*` for letters, digits, dots and hyphens, one trailing dot taken off, always the
 * whole name. Cilium v1.19.4 `pkg/hubble/filters/patterns.go`.
 *
 * @throws {FilterError} for an empty pattern and for other characters
 */
export function fqdnMatcher(field: string, texts: readonly string[]): (name: string) => boolean {
  const patterns = texts.map((text) => compilePattern(field, text));
  return remembered((name) => patterns.some((matches) => matches(name)));
}

/**
 * `[cluster/]node`, both as patterns of names; an empty one is any. A node without a cluster is of `default`.
 * Cilium v1.19.4 `pkg/hubble/filters/nodename.go`.
 *
 * @throws {FilterError} for an empty pattern, for more than one slash, and for other characters
 */
export function nodeNameMatcher(field: string, texts: readonly string[]): (nodeName: string) => boolean {
  const patterns = texts.map((text) => {
    const parts = text.split('/');
    if (text === '' || parts.length > 2) throw new FilterError(field, text, NODE_EXPECTED);
    const [node = '', cluster = ''] = parts.reverse();
    return { cluster: elementMatcher(field, cluster), node: elementMatcher(field, node) };
  });
  return remembered((nodeName) => {
    if (nodeName === '') return false;
    const parts = nodeName.split('/');
    if (parts.length > 2) return false;
    const [node = '', cluster = DEFAULT_CLUSTER] = parts.reverse();
    return patterns.some((pattern) => pattern.cluster(cluster) && pattern.node(node));
  });
}

const DEFAULT_CLUSTER = 'default';
const NODE_EXPECTED = '[cluster/]node, such as k8s* or test-cluster/*.company.com';
const FQDN_EXPECTED = 'a name of letters, digits, dots, hyphens and underscores, with * for any of them';
/** What an empty element stands for. */
const ANY_NAME = /^[-0-9_a-z]+(?:\.[-0-9_a-z]+)*$/;

function elementMatcher(field: string, text: string): (name: string) => boolean {
  return text === '' ? (name) => ANY_NAME.test(name) : compilePattern(field, text);
}

function compilePattern(field: string, text: string): (name: string) => boolean {
  const pattern = text.trim().replace(/\.$/, '').toLowerCase();
  if (!/^[-.*0-9_a-z]+$/.test(pattern) || pattern.endsWith('.')) {
    throw new FilterError(field, text, FQDN_EXPECTED);
  }
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (name) => name === pattern;
  return (name) => {
    if (name.length < first.length + last.length) return false;
    if (!name.startsWith(first) || !name.endsWith(last)) return false;
    return fillsGaps(name.slice(first.length, name.length - last.length), rest);
  };
}

/**
 * Whether `text` is the parts in order with what a star takes around them. To take each part where it first comes is
 * enough: no star takes an underscore, and a later place would only leave more of them to the stars.
 */
function fillsGaps(text: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1 || !isStarred(text.slice(at, found))) return false;
    at = found + part.length;
  }
  return isStarred(text.slice(at));
}

function isStarred(text: string): boolean {
  return /^[-.0-9a-z]*$/.test(text);
}
