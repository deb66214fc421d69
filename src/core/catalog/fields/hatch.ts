import { list, mapped, record } from '../shape/collections.ts';
import { name } from '../shape/kubernetes.ts';
import { duration, flag, text, word } from '../shape/scalars.ts';
import type { Shape } from '../shape/shape.ts';
import { ENVIRONMENTS, type HatchLimits, type Reaper } from '../types.ts';

/** As the file has it: times as text, without a unit in the names. */
interface HatchFields
  extends Pick<HatchLimits, 'reasonRequired' | 'ticketRequired' | 'confirmOn' | 'reaper'> {
  readonly defaultDuration: number;
  readonly maxDuration: number;
  readonly warnAfter: number;
  readonly criticalAfter: number;
}

const reaperShape = record<Reaper>(
  {
    enabled: flag('Whether the CronJob is rendered.'),
    namespace: name('Where it runs.'),
    image: text({
      description: 'An image with Node, or one with the command in it.',
      expected: 'the name of an image',
      pattern: /^[a-z0-9][A-Za-z0-9._/@:-]{0,511}$/,
    }),
    command: list(text({ description: 'A word.', expected: 'text', minLength: 1, maxLength: 1024 }), {
      description: 'What the container runs.',
      min: 1,
      max: 32,
    }),
    schedule: text({
      description: 'When it runs, as cron writes it.',
      expected: 'five fields such as */5 * * * *',
      pattern: /^[0-9*,/-]+( [0-9A-Za-z*,/-]+){4}$/,
      maxLength: 100,
    }),
  },
  { description: 'A CronJob that closes what is past its time.' },
);

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
    reaper: reaperShape,
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
