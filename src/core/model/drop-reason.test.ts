import { describe, expect, it } from 'vitest';
import { DROP_CLASSES, DROP_REASONS, dropReasonByCode, dropReasonByName } from './drop-reason.ts';

describe('the table of drop reasons', () => {
  it('has every number from 130 to 207 but 159, once, in order', () => {
    const expected = [0, ...Array.from({ length: 78 }, (_, i) => 130 + i).filter((code) => code !== 159)];
    expect(DROP_REASONS.map((row) => row.code)).toEqual(expected);
  });

  it('has each name once', () => {
    expect(new Set(DROP_REASONS.map((row) => row.name)).size).toBe(DROP_REASONS.length);
  });

  it('uses each class', () => {
    expect(new Set(DROP_REASONS.map((row) => row.klass))).toEqual(new Set(DROP_CLASSES));
  });

  it.each([
    { code: 133, name: 'POLICY_DENIED', text: 'Policy denied', klass: 'policy' },
    { code: 181, name: 'POLICY_DENY', text: 'Policy denied by denylist', klass: 'policy-deny' },
    { code: 189, name: 'AUTH_REQUIRED', text: 'Authentication required', klass: 'authentication' },
    { code: 136, name: 'CT_MISSING_TCP_ACK_FLAG', text: 'Fragmentation needed', klass: 'fragmentation' },
    { code: 161, name: 'FAILED_TO_INSERT_INTO_PROXYMAP', text: 'NAT 46/64 not enabled', klass: 'nat' },
  ])('finds $name by its number and its name', (row) => {
    expect(dropReasonByCode(row.code)).toEqual(row);
    expect(dropReasonByName(row.name)).toEqual(row);
  });

  it('knows nothing of other numbers and names', () => {
    expect(dropReasonByCode(159)).toBeUndefined();
    expect(dropReasonByName('__proto__')).toBeUndefined();
  });
});
