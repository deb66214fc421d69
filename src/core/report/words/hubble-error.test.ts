import { describe, expect, it } from 'vitest';
import { HUBBLE_FAULTS, HubbleError } from '../../model/hubble-error.ts';
import { hubbleErrorText, retryText } from './hubble-error.ts';

describe('the words of what went wrong with Hubble', () => {
  it.each(HUBBLE_FAULTS)('%s says where, in one line, and what to do', (code) => {
    const { message, remedy } = hubbleErrorText(
      new HubbleError(code, { where: 'relay:4245', detail: 'said so', method: 'GetFlows', waitedMs: 5000 }),
    );
    expect(message).toContain('relay:4245');
    expect(message).toMatch(/^["A-Z\w][^\n]*\.$/);
    expect(remedy).toMatch(/^[A-Z][^\n]*\.$/);
  });

  it('let nothing of a stranger reach the terminal as it is', () => {
    for (const code of HUBBLE_FAULTS) {
      const { message, remedy } = hubbleErrorText(
        new HubbleError(code, {
          where: 'a\u001b[31m',
          detail: '\u202eb\r\n'.repeat(500),
          method: 'GetFlows',
        }),
      );
      // oxlint-disable-next-line no-control-regex -- controls are what this is about
      expect(`${message}${remedy}`).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(message.length).toBeLessThan(700);
    }
  });

  it('say what a lack of a method means', () => {
    const of = (method: string) =>
      hubbleErrorText(new HubbleError('unsupported', { where: 'x', method })).message;
    expect(of('GetNodes')).toContain('only a relay knows nodes');
    expect(of('GetNamespaces')).toContain('older version');
  });

  it('say what was wrong last, after many tries', () => {
    const cause = new HubbleError('refused', { where: 'relay:1' });
    const { message } = hubbleErrorText(
      new HubbleError('gave-up', { where: 'relay:1', detail: '20', cause }),
    );
    expect(message).toBe(
      'relay:1 could not be reached again in 20 tries: Nobody listens on relay:1: the connection was refused.',
    );
  });

  it('say that it is tried again', () => {
    expect(retryText(undefined, 1, 500)).toBe(
      'The server ended the stream. Try 1 to connect again in 0.5 s.',
    );
  });
});
