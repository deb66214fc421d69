import { list, mapped, record } from '../shape/collections.ts';
import { duration, flag, word } from '../shape/scalars.ts';
import type { Shape } from '../shape/shape.ts';
import { ENVIRONMENTS, type HatchLimits } from '../types.ts';

/** As the file has it: times as text, without a unit in the names. */
interface HatchFields extends Pick<HatchLimits, 'reasonRequired' | 'ticketRequired' | 'confirmOn'> {
  readonly defaultDuration: number;
  readonly maxDuration: number;
  readonly warnAfter: number;
  readonly criticalAfter: number;
}

const fields = record<HatchFields>(
  {
    defaultDuration: duration('How long a hatch stays open when nobody says.'),
    maxDuration: duration('The longest that may be asked for.'),
    reasonRequired: flag('Whether a reason must be given.'),
    ticketRequired: flag('Whether a ticket must be named.'),
    confirmOn: list(word(ENVIRONMENTS, 'An environment.'), {
      description: 'Environments where opening asks for a confirmation.',
    }),
    warnAfter: duration('When the alert NetworkPolicyEnforcementDisabled fires.'),
    criticalAfter: duration('When the alert NetworkPolicyEnforcementDisabledLong fires.'),
  },
  { description: 'Limits of the escape hatch.' },
);

export const hatchShape: Shape<HatchLimits> = mapped(
  fields,
  ({ defaultDuration, maxDuration, warnAfter, criticalAfter, ...rest }): HatchLimits => ({
    defaultSeconds: defaultDuration,
    maxSeconds: maxDuration,
    ...rest,
    warnAfterSeconds: warnAfter,
    criticalAfterSeconds: criticalAfter,
  }),
  ({ defaultSeconds, maxSeconds, warnAfterSeconds, criticalAfterSeconds, ...rest }): HatchFields => ({
    defaultDuration: defaultSeconds,
    maxDuration: maxSeconds,
    ...rest,
    warnAfter: warnAfterSeconds,
    criticalAfter: criticalAfterSeconds,
  }),
);
