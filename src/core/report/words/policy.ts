import type { RuleRef, SideDecision } from '../../model/decision.ts';
import { isInCluster, type Place } from '../../model/place.ts';
import { formatPolicyRef, type PolicyRef } from '../../model/policy.ts';
import { printable } from '../printable.ts';

/**
 * `baselines/dns-egress.yaml:11`; without `base` where the file is below it. An object of a cluster has no lines:
 * `cluster:cnp/database/default`.
 */
export function placeText(place: Place, base = ''): string {
  const { file, line } = place;
  const name = printable(base !== '' && file.startsWith(base) ? file.slice(base.length) : file);
  return isInCluster(place) ? name : `${name}:${line}`;
}

/** The directory that all these files are below, with its `/`, where it is worth saying once; else empty. */
export function commonBase(files: readonly string[]): string {
  const [first = '', ...rest] = files;
  let base = first.slice(0, first.lastIndexOf('/') + 1);
  for (const file of rest) {
    while (!file.startsWith(base)) base = base.slice(0, base.slice(0, -1).lastIndexOf('/') + 1);
  }
  return new Set(files).size > 1 && base.length >= WORTH_SAYING ? base : '';
}

const WORTH_SAYING = 16;

/** `CNP database/database-default`, `CCNP baseline-dns-egress`. */
export function policyText(policy: PolicyRef): string {
  return printable(formatPolicyRef(policy));
}

/** `database-default (platform/database.yaml:18)`. */
export function policyAt(policy: PolicyRef, place: Place, base = ''): string {
  return `${printable(policy.name)} (${placeText(place, base)})`;
}

const NAMED_MAX = 3;

/** `a (x.yaml:1), b (y.yaml:2) and 4 more`. */
export function rulesText(rules: readonly RuleRef[], base = ''): string {
  return listText(rules.map(({ policy, place }) => policyAt(policy, place, base)));
}

export function listText(items: readonly string[]): string {
  const named = items.slice(0, NAMED_MAX).join(', ');
  return items.length > NAMED_MAX ? `${named} and ${items.length - NAMED_MAX} more` : named;
}

/** One side of a decision in words: what it says, and by whom. */
export function sideText(side: SideDecision, base = ''): string {
  const { direction } = side;
  const subject = printable(side.subject);
  switch (side.reason) {
    case 'allow-rule':
      return `${direction} allowed by ${rulesText(side.rules, base)}${side.l7 ? ' (contents decide further)' : ''}`;
    case 'deny-rule':
      return `${direction} denied by ${rulesText(side.rules, base)}`;
    case 'l7-refused':
      return `${direction} reaches the proxy, and no rule of ${rulesText(side.rules, base)} accepts this request`;
    case 'local-host':
      return `${direction} allowed: the local host is always admitted (allow-localhost)`;
    case 'default-deny':
      return `no rule admits it; ${direction} of ${subject} is default-deny since ${listText(side.defaultDenyBy.map(({ place, ...policy }) => policyAt(policy, place, base)))}`;
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
      return `${direction} not judged: these files enforce nothing at that end`;
  }
}
