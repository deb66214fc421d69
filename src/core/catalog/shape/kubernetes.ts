import { isScalar } from 'yaml';
import { parseCidr } from '../../model/cidr.ts';
import { type CatalogPort, PORT_PROTOCOLS } from '../types.ts';
import { dictionary, list } from './collections.ts';
import { converted, text } from './scalars.ts';
import { refuse, type Shape } from './shape.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const PORT = /^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:\/(TCP|UDP|SCTP))?$/;

/** A DNS label: what namespaces are called, and what fits into a label's value and into an object's name. */
export function name(description: string): Shape<string> {
  return text({ description, expected: 'lower-case letters, digits and dashes, at most 63', pattern: NAME });
}

/** A path that cannot leave the repository. */
export function path(description: string): Shape<string> {
  return text({
    description,
    expected: 'a path relative to the root of the repository, with / and without ..',
    pattern: /^[^/]/,
    maxLength: 1024,
    accepts: (value) => !/[\\\p{Cc}]/u.test(value) && !value.split('/').includes('..'),
  });
}

export function cidr(description: string): Shape<string> {
  const expected = 'a prefix such as 169.254.0.0/16 or fd00::/8';
  return text({ description, expected, maxLength: 64, accepts: (value) => parseCidr(value) !== undefined });
}

export function labels(description: string): Shape<Readonly<Record<string, string>>> {
  const key = text({ description: 'A label.', expected: 'the key of a label', pattern: LABEL_KEY });
  const value = text({ description: 'Its value.', expected: 'the value of a label', pattern: LABEL_VALUE });
  return dictionary(key, value, description);
}

/** Ports that are written one by one: an "any port" has no form here. */
export function ports(description: string, min: 0 | 1 = 1): Shape<readonly CatalogPort[]> {
  // An agent refuses more than 40 in one rule.
  return list(port, { description, min, max: 40 });
}

const PORT_FORM = {
  description: 'A port of the pods: 5432/TCP, 53/UDP, 8000-8100/TCP; TCP where none is written.',
  expected: 'a port from 1 to 65535, such as 5432/TCP, 53/UDP or 8000-8100/TCP',
};
const portText = converted({ ...PORT_FORM, pattern: PORT }, parsePort);
const port: Shape<CatalogPort> = {
  schema: { anyOf: [portText.schema, { type: 'integer', minimum: 1, maximum: 65_535 }] },
  read(spot, base) {
    const value: unknown = isScalar(spot.node) ? spot.node.value : undefined;
    if (typeof value !== 'number') return portText.read(spot, base);
    const read = parsePort(String(value));
    if (read === undefined) refuse(spot, PORT_FORM.expected);
    return read ?? base;
  },
};

function parsePort(written: string): CatalogPort | undefined {
  const match = PORT.exec(written);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  const protocol = PORT_PROTOCOLS.find((one) => one === match[3]) ?? 'TCP';
  if (first < 1 || last < first || last > 65_535) return undefined;
  return first === last ? { protocol, port: first } : { protocol, port: first, endPort: last };
}
