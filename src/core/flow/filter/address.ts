import { type Cidr, containsCidr, parseAddress, parseCidr } from '../../model/cidr.ts';
import { FilterError } from './error.ts';
import { remembered } from './remembered.ts';

/**
 * Addresses are compared as text, prefixes by their bits. Cilium v1.19.4 `pkg/hubble/filters/ip.go`.
 *
 * @throws {FilterError} for what is neither
 */
export function addressMatcher(field: string, texts: readonly string[]): (ip: string) => boolean {
  const addresses = new Set<string>();
  const prefixes: Cidr[] = [];
  for (const text of texts) {
    if (text.includes('/')) {
      const prefix = parseCidr(text);
      if (prefix === undefined) throw new FilterError(field, text, 'a prefix such as 10.0.0.0/8 or fd00::/8');
      prefixes.push(prefix);
    } else {
      if (!isAddress(text)) throw new FilterError(field, text, 'an address such as 10.0.1.7, or a prefix');
      addresses.add(text);
    }
  }
  if (prefixes.length === 0) return (ip) => addresses.has(ip);
  const isWithin = remembered((ip) => {
    const address = parseAddress(ip);
    if (address === undefined) return false;
    const own: Cidr = { ...address, length: address.family === 4 ? 32 : 128 };
    return prefixes.some((prefix) => containsCidr(prefix, own));
  });
  return (ip) => ip !== '' && (addresses.has(ip) || isWithin(ip));
}

/** IPv6 addresses may name a zone, which no flow does. */
function isAddress(text: string): boolean {
  const [address = '', zone] = text.split('%');
  return (
    parseAddress(address) !== undefined && (zone === undefined || (address.includes(':') && zone !== ''))
  );
}
