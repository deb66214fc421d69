import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const known = ['fromEndpoints', 'fromEntities', 'fromCIDR', 'fromCIDRSet', 'toPorts', 'icmps'];

describe('the nearest name', () => {
  it.each([
    ['fromEndpoint', 'fromEndpoints'],
    ['fromendpoints', 'fromEndpoints'],
    ['fromCidrSet', 'fromCIDRSet'],
    ['fromCIDRs', 'fromCIDR'],
    ['toPort', 'toPorts'],
    ['icmp', 'icmps'],
    ['toEndpoints', 'fromEndpoints'],
    ['from', undefined],
    ['description', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('of %.20s is %s', (written, nearest) => {
    expect(nearestName(written, known)).toBe(nearest);
  });
});
