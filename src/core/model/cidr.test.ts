import { isIPv4, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/lib/runs.ts';
import { prefixBits } from '../../../test/lib/slow-labels.ts';
import {
  type Cidr,
  containsCidr,
  formatAddress,
  formatCidr,
  parseAddress,
  parseAddressOrCidr,
  parseCidr,
} from './cidr.ts';

describe('addresses and prefixes', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['192.168.1.130/25', '192.168.1.128/25'],
    ['::/0', '::/0'],
    ['::1/128', '::1/128'],
    ['FD00::/8', 'fd00::/8'],
    ['fd12:3456:789a:1::/48', 'fd12:3456:789a::/48'],
    ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
    ['1:0:0:2:0:0:0:3/128', '1:0:0:2::3/128'],
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['::ffff:1.2.3.4/128', '::ffff:102:304/128'],
    ['64:ff9b::192.0.2.33/96', '64:ff9b::/96'],
    ['1:2:3:4:5:6:7::/128', '1:2:3:4:5:6:7:0/128'],
    ['::2:3:4:5:6:7:8/128', '0:2:3:4:5:6:7:8/128'],
  ])('%s is read as %s', (text, expected) => {
    const cidr = parseCidr(text);
    expect(cidr === undefined ? undefined : formatCidr(cidr)).toBe(expected);
  });

  it.each([
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.0.0/8',
    '10.0.0.256/32',
    '010.0.0.0/8',
    '10.00.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '/8',
    ' 10.0.0.0/8',
    '10.0.0.0/8 ',
    '1e1.0.0.0/8',
    '0x0a.0.0.0/8',
    '::/129',
    ':::/0',
    '1::2::3/64',
    '1:2:3:4:5:6:7/64',
    '1:2:3:4:5:6:7:8:9/64',
    '1:2:3:4:5:6:7:8::/64',
    '12345::/16',
    'g::/16',
    'fe80::1%eth0/64',
    '1.2.3.4::/64',
    '::1.2.3/64',
    '::1.2.3.4:5/64',
    '',
    'example.com/8',
  ])('%j is no prefix', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it('an address is a prefix of full length where one is asked for', () => {
    expect(parseAddressOrCidr('10.1.2.3')).toEqual(parseCidr('10.1.2.3/32'));
    expect(parseAddressOrCidr('fd00::1')).toEqual(parseCidr('fd00::1/128'));
    expect(parseAddressOrCidr('10.1.2.0/24')).toEqual(parseCidr('10.1.2.0/24'));
    expect(parseAddressOrCidr('10.1.2')).toBeUndefined();
  });

  it('reads what Node takes for an address, and nothing else', () => {
    const part = fc.constantFrom<string>(
      '0',
      '1',
      '10',
      '255',
      '256',
      '01',
      'ff',
      'FFFF',
      '12345',
      'g',
      '',
      '1.2.3.4',
    );
    const text = fc
      .tuple(
        fc.array(part, { minLength: 1, maxLength: 9 }),
        fc.constantFrom('.', ':', '::'),
        fc.constantFrom(':', '.'),
      )
      .map(([parts, first, rest]) => parts.reduce((sum, one, i) => `${sum}${i === 1 ? first : rest}${one}`));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6()), (written) => {
        const read = parseAddress(written);
        expect(read?.family).toBe(isIPv4(written) ? 4 : isIPv6(written) ? 6 : undefined);
      }),
      runs(3000),
    );
  });

  it('writes IPv6 as browsers do', () => {
    fc.assert(
      fc.property(address(6), (read) => {
        const text = formatAddress(read);
        expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
        expect(parseAddress(text)).toEqual(read);
      }),
    );
  });

  it('what is written is read as the same prefix', () => {
    fc.assert(
      fc.property(prefix(), (cidr) => {
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      }),
    );
  });

  it('one prefix is in another exactly when it begins with its bits', () => {
    fc.assert(
      fc.property(prefix(), prefix(), fc.boolean(), fc.nat(128), (one, other, isKin, length) => {
        // Random prefixes seldom meet, so half of them are cut from each other.
        const width = one.family === 4 ? 32 : 128;
        const outer = isKin ? masked(one, Math.min(length, width)) : other;
        const [outerFamily, outerBits] = prefixBits(formatCidr(outer));
        const [innerFamily, innerBits] = prefixBits(formatCidr(one));
        expect(containsCidr(outer, one)).toBe(outerFamily === innerFamily && innerBits.startsWith(outerBits));
        expect(containsCidr(one, outer)).toBe(outerFamily === innerFamily && outerBits.startsWith(innerBits));
      }),
    );
  });

  it('an IPv4 address is not the IPv6 address that maps it', () => {
    const [v4, v6] = [parseCidr('1.2.3.4/32'), parseCidr('::ffff:1.2.3.4/128')] as [Cidr, Cidr];
    expect(containsCidr(v4, v6) || containsCidr(v6, v4)).toBe(false);
  });
});

function address(family: 4 | 6): fc.Arbitrary<{ readonly family: 4 | 6; readonly bits: bigint }> {
  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  const count = family === 4 ? 2 : 8;
  return fc.array(group, { minLength: count, maxLength: count }).map((groups) => ({
    family,
    bits: groups.reduce((bits, one) => (bits << 16n) | BigInt(one), 0n),
  }));
}

function prefix(): fc.Arbitrary<Cidr> {
  return fc
    .constantFrom<4 | 6>(4, 6)
    .chain((family) =>
      fc
        .tuple(address(family), fc.nat(family === 4 ? 32 : 128))
        .map(([read, length]) => masked({ ...read, length: 0 }, length)),
    );
}

function masked({ family, bits }: Cidr, length: number): Cidr {
  const zeros = (family === 4 ? 32 : 128) - length;
  const text = bits.toString(2).padStart(family === 4 ? 32 : 128, '0');
  return { family, bits: BigInt(`0b${text.slice(0, length)}${'0'.repeat(zeros)}`), length };
}
