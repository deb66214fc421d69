import { describe, expect, it } from 'vitest';
import { DROP_REASONS } from '../model/drop-reason.ts';
import { dropAdvice, dropReasonText } from './drop-advice.ts';

const UNKNOWN = dropAdvice('A_REASON_OF_TOMORROW');

describe('advice on a drop reason', () => {
  it.each(DROP_REASONS)('there is some for $name', ({ name }) => {
    const advice = dropAdvice(name);
    expect(advice).not.toEqual(UNKNOWN);
    for (const sentence of [advice.cause, advice.action]) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(sentence.length).toBeLessThan(160);
    }
  });

  it('says of an unknown reason that it is unknown, and of none that there is none', () => {
    expect(UNKNOWN.cause).toContain('newer');
    expect(dropAdvice('')).toEqual(dropAdvice('DROP_REASON_UNKNOWN'));
    expect(dropAdvice('__proto__')).toEqual(UNKNOWN);
    expect(dropAdvice('toString')).toEqual(UNKNOWN);
  });

  it.each([
    ['CT_MISSING_TCP_ACK_FLAG', 'Fragmentation needed'],
    ['FAILED_TO_INSERT_INTO_PROXYMAP', 'NAT 46/64 not enabled'],
    ['POLICY_DENIED', 'Policy denied'],
    ['A_REASON_OF_TOMORROW', 'A_REASON_OF_TOMORROW'],
    ['', ''],
  ])('calls %s by the words that are true today', (name, text) => {
    expect(dropReasonText(name)).toBe(text);
  });
});
