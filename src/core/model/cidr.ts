/**
 * Prefixes and addresses as Go's `net/netip` reads them, which is how Cilium does: four decimal parts without
 * leading zeros, no zone, and host bits allowed (they are masked away).
 */
export interface Cidr {
  readonly family: 4 | 6;
  /** The masked address: 32 or 128 bits. */
  readonly bits: bigint;
  readonly length: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** @returns the address as a number of 32 or 128 bits, or undefined when Go's netip would refuse it */
export function parseAddress(text: string): { readonly family: 4 | 6; readonly bits: bigint } | undefined {
  if (text.length > 64) return undefined;
  if (!text.includes(':')) {
    const bits = parseV4(text);
    return bits === undefined ? undefined : { family: 4, bits };
  }
  const bits = parseV6(text);
  return bits === undefined ? undefined : { family: 6, bits };
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups: bigint[][] = [];
  for (const [i, half] of halves.entries()) {
    const list: bigint[] = [];
    if (half !== '') {
      const parts = half.split(':');
      for (const [j, part] of parts.entries()) {
        const isLast = i === halves.length - 1 && j === parts.length - 1;
        if (isLast && part.includes('.')) {
          const v4 = parseV4(part);
          if (v4 === undefined) return undefined;
          list.push(v4 >> 16n, v4 & 0xffffn);
        } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
          list.push(BigInt(`0x${part}`));
        } else {
          return undefined;
        }
      }
    }
    groups.push(list);
  }
  const [head = [], tail] = groups;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = tail === undefined ? head : [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return all.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** Reads `10.0.0.0/8` or `fd00::/8`. A bare address is not a prefix; see {@link parseAddressOrCidr}. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/');
  if (slash === -1) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (address === undefined || !/^(?:0|[1-9][0-9]{0,2})$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  return length > WIDTH[address.family] ? undefined : maskTo(address, length);
}

/** Reads a prefix, or an address as the prefix of full length. */
export function parseAddressOrCidr(text: string): Cidr | undefined {
  const address = parseAddress(text);
  return address === undefined ? parseCidr(text) : { ...address, length: WIDTH[address.family] };
}

function maskTo({ family, bits }: { readonly family: 4 | 6; readonly bits: bigint }, length: number): Cidr {
  const shift = BigInt(WIDTH[family] - length);
  return { family, bits: (bits >> shift) << shift, length };
}

/** Whether every address of `inner` is in `outer`. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const shift = BigInt(WIDTH[outer.family] - outer.length);
  return outer.bits >> shift === inner.bits >> shift;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr)}/${cidr.length}`;
}

export function formatAddress({ family, bits }: { readonly family: 4 | 6; readonly bits: bigint }): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  // The longest run of two or more zero groups is written as `::` (RFC 5952).
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
