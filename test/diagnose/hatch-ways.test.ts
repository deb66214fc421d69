import { describe, expect, it } from 'vitest';
import { Ways } from '../../src/core/diagnose/hatch/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { API, drop, event, PG, passes, SMTP, world } from './tools.ts';

function told(
  before: readonly Flow[],
  after: readonly Flow[],
): { readonly areAllKnown: boolean; readonly all: readonly string[] } {
  const ways = new Ways();
  for (const flow of before) ways.before(flow);
  for (const flow of after) ways.after(flow);
  const all = ways
    .all()
    .map(({ from, to, port, protocol, outcome }) => `${from} → ${to} ${port}/${protocol} ${outcome}`);
  return { areAllKnown: ways.areAllKnown, all };
}

describe('ways that policy dropped', () => {
  it('pass, drop, or were not tried again', () => {
    const before = [...drop(API, PG, 5432), ...drop(API, SMTP, 25), ...drop(API, PG, 5433)];
    const after = [event(API, PG, 5432, passes({ eventType: 4 })), ...drop(API, SMTP, 25)];
    expect(told(before, after)).toEqual({
      areAllKnown: false,
      all: [
        'shop/api → database/pg 5432/TCP passes',
        'shop/api → mail/smtp 25/TCP drops',
        'shop/api → database/pg 5433/TCP silent',
      ],
    });
  });

  it('drop where some still drop, whatever else passes', () => {
    const after = [event(API, PG, 5432, passes({ eventType: 4 })), ...drop(API, PG, 5432)];
    expect(told(drop(API, PG, 5432), after)).toMatchObject({
      areAllKnown: true,
      all: [expect.stringContaining('drops')],
    });
  });

  it('pass by no reply, and by no other port', () => {
    const after = [
      event(API, PG, 5432, passes({ eventType: 4, isReply: true })),
      event(API, PG, 5433, passes({ eventType: 4 })),
    ];
    expect(told(drop(API, PG, 5432), after).all).toEqual(['shop/api → database/pg 5432/TCP silent']);
  });

  it('are told by the names of those outside, or their addresses', () => {
    const outside = world('140.82.121.3');
    expect(told(drop(API, outside, 443), []).all).toEqual(['shop/api → 140.82.121.3 443/TCP silent']);
    expect(told(drop(API, outside, 443, { destinationNames: ['github.com'] }), []).all).toEqual([
      'shop/api → github.com 443/TCP silent',
    ]);
  });

  it('are none where something else than policy drops', () => {
    expect(told(drop(API, PG, 5432, { dropReason: 'STALE_OR_UNROUTABLE_IP' }), [])).toEqual({
      areAllKnown: true,
      all: [],
    });
  });
});
