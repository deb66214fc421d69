import type { SideDecision } from '../model/decision.ts';
import type { DecidedBy } from './types.ts';

/** The rules that decided a side, or the policies that made it default-deny. */
export function decidedBySide(side: SideDecision): readonly DecidedBy[] {
  if (side.rules.length > 0) {
    return side.rules.map(({ policy, place }) => ({ policy, place, how: howOf(side.reason) }));
  }
  return side.defaultDenyBy.map(({ place, ...policy }) => ({ policy, place, how: 'default-deny' }));
}

function howOf(reason: SideDecision['reason']): DecidedBy['how'] {
  return reason === 'deny-rule' ? 'deny' : reason === 'l7-refused' ? 'l7' : 'allow';
}
