import { object, type Shape, text } from './shape.ts';
import { FQDN_NAME, FQDN_PATTERN } from './text-rule.ts';

/** A name or a pattern, as in `toFQDNs` and `rules.dns`. */
export const FQDN: Shape = object(
  { matchName: text(FQDN_NAME), matchPattern: text(FQDN_PATTERN) },
  { exactlyOne: ['matchName', 'matchPattern'] },
);
