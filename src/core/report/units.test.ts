import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highestPort, PROTOCOLS } from '../model/port.ts';
import { ALL_PORTS, NO_PORTS, type PortSet, portsContain } from '../model/port-set.ts';
import { clockTime, count, duration, isoTime, plural, portText, portTexts } from './units.ts';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [12_400, '12,400'],
    [1_234_567_890, '1,234,567,890'],
  ])('%d is %s', (value, text) => {
    expect(count(value)).toBe(text);
  });

  it('are grouped as English groups them', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(count(value)).toBe(value.toLocaleString('en-US'));
      }),
    );
  });

  it.each([
    [0, '0 causes'],
    [1, '1 cause'],
    [2, '2 causes'],
    [1200, '1,200 causes'],
  ])('%d is %s', (value, text) => {
    expect(plural(value, 'cause')).toBe(text);
  });

  it('take a plural that is irregular', () => {
    expect([1, 2].map((value) => plural(value, 'policy', 'policies'))).toEqual(['1 policy', '2 policies']);
  });
});

describe('times', () => {
  it('are what Date says, from year 1 to 9999', () => {
    const [first, last] = [Date.UTC(2001, 0, 1) - 2000 * 365.2425 * 86_400_000, Date.UTC(9999, 11, 31)];
    fc.assert(
      fc.property(fc.integer({ min: Math.ceil(first), max: last }), (milliseconds) => {
        expect(isoTime(milliseconds)).toBe(new Date(milliseconds).toISOString().replace('.000Z', 'Z'));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [951_782_400_000, '2000-02-29T00:00:00Z'],
    [4_107_542_399_999, '2100-02-28T23:59:59.999Z'],
    [4_107_542_400_000, '2100-03-01T00:00:00Z'],
  ])('%d is %s', (milliseconds, text) => {
    expect(isoTime(milliseconds)).toBe(text);
  });

  it('have whole seconds for people', () => {
    expect(clockTime(Date.UTC(2026, 2, 1, 10, 0, 0, 999))).toBe('2026-03-01 10:00:00Z');
  });

  it.each([
    [-5, '0s'],
    [0, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [3_600_000, '1h'],
    [86_399_999, '23h'],
    [86_400_000, '1d'],
    [40 * 86_400_000, '40d'],
  ])('%d milliseconds are %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});

describe('ports', () => {
  it.each([
    [5432, 'TCP', '5432/TCP'],
    [8, 'ICMP', 'type 8/ICMP'],
    [128, 'ICMPv6', 'type 128/ICMPv6'],
    [0, '', 'no port'],
    [0, 'VRRP', 'VRRP'],
    [0, 'odd', 'odd'],
  ])('%d of %j are %s', (port, protocol, text) => {
    expect(portText(port, protocol)).toBe(text);
  });

  const set = (ranges: Partial<Record<(typeof PROTOCOLS)[number], readonly number[]>>): PortSet =>
    PROTOCOLS.map((protocol) => ranges[protocol] ?? []);

  it.each<readonly [PortSet, readonly string[]]>([
    [NO_PORTS, []],
    [ALL_PORTS, ['all ports and protocols']],
    [set({ TCP: [5432, 5432] }), ['5432/TCP']],
    [set({ TCP: [80, 80, 443, 443, 8000, 8100] }), ['80/TCP', '443/TCP', '8000-8100/TCP']],
    [set({ TCP: [0, 65_535] }), ['all TCP']],
    [set({ UDP: [53, 53], TCP: [53, 53] }), ['53/TCP', '53/UDP']],
    [set({ ICMP: [8, 8], ICMPv6: [0, 255] }), ['type 8/ICMP', 'all ICMPv6']],
    [set({ VRRP: [0, 0] }), ['all VRRP']],
    [set({ TCP: [0, 65_534] }), ['0-65534/TCP']],
  ])('%j are %j', (ports, texts) => {
    expect(portTexts(ports)).toEqual(texts);
  });

  it('name every port of a set and no other', () => {
    const range = fc
      .tuple(fc.nat(65_535), fc.nat(200))
      .map(([low, size]) => [low, Math.min(65_535, low + size)]);
    fc.assert(
      fc.property(range, fc.nat(65_535), ([low = 0, high = 0], port) => {
        const ports = set({ TCP: [low, high] });
        const [text = ''] = portTexts(ports);
        const [from, to = from] = text.replace('/TCP', '').split('-').map(Number);
        expect(portsContain(ports, 'TCP', port)).toBe(port >= (from ?? 0) && port <= (to ?? 0));
        expect(highestPort('TCP')).toBe(65_535);
      }),
    );
  });
});
