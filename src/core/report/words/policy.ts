import type { RuleRef, SideDecision } from '../../model/decision.ts';
import type { Place } from '../../model/place.ts';
import { formatPolicyRef, type PolicyRef } from '../../model/policy.ts';
import { printable } from '../printable.ts';

/** `baselines/dns-egress.yaml:11`. */
export function placeText({ file, line }: Place): string {
  return `${printable(file)}:${line}`;
}

/** `CNP database/database-default`, `CCNP baseline-dns-egress`. */
export function policyText(policy: PolicyRef): string {
  return printable(formatPolicyRef(policy));
}

/** `database-default (platform/database.yaml:18)`. */
export function policyAt(policy: PolicyRef, place: Place): string {
  return `${printable(policy.name)} (${placeText(place)})`;
}

const NAMED_MAX = 3;

/** `a (x.yaml:1), b (y.yaml:2) and 4 more`. */
export function rulesText(rules: readonly RuleRef[]): string {
  return listText(rules.map(({ policy, place }) => policyAt(policy, place)));
}

export function listText(items: readonly string[]): string {
  const named = items.slice(0, NAMED_MAX).join(', ');
  return items.length > NAMED_MAX ? `${named} and ${items.length - NAMED_MAX} more` : named;
}

/** One side of a decision in words: what it says, and by whom. */
export function sideText(side: SideDecision): string {
  const { direction } = side;
  const subject = printable(side.subject);
  switch (side.reason) {
    case 'allow-rule':
      return `${direction} allowed by ${rulesText(side.rules)}${side.l7 ? ' (contents decide further)' : ''}`;
    case 'deny-rule':
      return `${direction} denied by ${rulesText(side.rules)}`;
    case 'l7-refused':
      return `${direction} reaches the proxy, and no rule of ${rulesText(side.rules)} accepts this request`;
    case 'local-host':
      return `${direction} allowed: the local host is always admitted (allow-localhost)`;
    case 'default-deny':
      return `no rule admits it; ${direction} of ${subject} is default-deny since ${listText(side.defaultDenyBy.map(({ place, ...policy }) => policyAt(policy, place)))}`;
    case 'no-default-deny':
      return `${direction} allowed: rules select ${subject}, but none switches default-deny on`;
    case 'enforced-always':
      return `no rule admits it; ${direction} of ${subject} is always enforced`;
    case 'no-policy':
      return `${direction} not enforced: no policy selects ${subject}`;
    case 'enforcement-never':
      return `${direction} not enforced: enable-policy is never`;
    case 'host-firewall-off':
      return `${direction} not enforced: the host firewall is off`;
    case 'outside':
      return `${direction} of ${subject} is not judged: Cilium enforces nothing there`;
  }
}
