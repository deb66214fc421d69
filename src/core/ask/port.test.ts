import { describe, expect, it } from 'vitest';
import { parsePort } from './port.ts';

describe('ports as people write them', () => {
  it.each([
    ['5432', 'TCP', 5432],
    ['5432/TCP', 'TCP', 5432],
    ['53/udp', 'UDP', 53],
    ['0', 'TCP', 0],
    ['65535/sctp', 'SCTP', 65_535],
    ['8/ICMP', 'ICMP', 8],
    ['128/icmpv6', 'ICMPv6', 128],
    ['0/VRRP', 'VRRP', 0],
  ])('%s', (text, protocol, port) => {
    expect(parsePort(text)).toEqual({ port, protocol });
  });

  it.each([
    '',
    'http',
    '-1',
    '65536',
    '256/ICMP',
    '1/VRRP',
    '80/http',
    '80/TCP/x',
    '8 0',
    '1e3',
    '0x50',
    '٨٠',
  ])('not %j', (text) => {
    expect(parsePort(text)).toBeUndefined();
  });
});
