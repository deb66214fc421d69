import { type JsonMap, mapAt, textAt } from './json.ts';
import { badRequest } from './status.ts';

export type Matches = (object: JsonMap) => boolean;

const SELECTOR_MAX = 10_000;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`. @throws ApiError 400 */
export function labelSelector(text: string): Matches {
  const requirements = splitRequirements(text).map(requirement);
  return (object) => {
    const labels = mapAt(object, 'metadata', 'labels');
    return requirements.every((holds) => holds(labels));
  };
}

type Requirement = (labels: JsonMap) => boolean;

/** At the commas that are not within brackets. */
function splitRequirements(text: string): readonly string[] {
  if (text.length > SELECTOR_MAX) throw badRequest('unable to parse requirement: the selector is too long');
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const character = text[i];
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (i < text.length && !(character === ',' && depth === 0)) continue;
    const part = text.slice(start, i).trim();
    if (part !== '') parts.push(part);
    start = i + 1;
  }
  return parts;
}

function requirement(text: string): Requirement {
  const set = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return operator === 'in'
      ? (labels) => values.has(labelOf(labels, key) ?? NONE)
      : (labels) => !values.has(labelOf(labels, key) ?? NONE);
  }
  const equality = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return operator === '!='
      ? (labels) => labelOf(labels, key) !== value
      : (labels) => labelOf(labels, key) === value;
  }
  const presence = /^(!?)\s*([^\s!=(),]+)$/.exec(text);
  if (presence === null) {
    throw badRequest(
      `unable to parse requirement: found '${text}', expected: a key with an operator of in, notin, =, ==, !=`,
    );
  }
  const [, not, key = ''] = presence;
  return (labels) => (labelOf(labels, key) === undefined) === (not === '!');
}

/** No label has this value. */
const NONE = '\0';

function labelOf(labels: JsonMap, key: string): string | undefined {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** What may be asked for, besides name and namespace: of the kinds that have it. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['metadata.name', ['metadata', 'name']],
  ['metadata.namespace', ['metadata', 'namespace']],
  ['status.phase', ['status', 'phase']],
  ['spec.nodeName', ['spec', 'nodeName']],
]);

/** `metadata.name=x,status.phase!=Failed`. @throws ApiError 400 for a field that no index has */
export function fieldSelector(text: string): Matches {
  const requirements = splitRequirements(text).map((part): Matches => {
    const found = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    const [, field = '', operator, value = ''] = found ?? [];
    const path = FIELDS.get(field.trim());
    if (found === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    if (path === undefined) throw badRequest(`field label not supported: ${field}`);
    return (object) => (textAt(object, ...path) === value.trim()) === (operator !== '!=');
  });
  return (object) => requirements.every((matches) => matches(object));
}
