import type { RuleRef } from '../../model/decision.ts';
import type { Path } from '../../model/place.ts';
import type { PortMatch, Protocol } from '../../model/port.ts';
import type { LintContext, RuleSite } from '../context.ts';

/** The rule that a decision names. */
export function siteOf(
  { rules }: LintContext,
  { policy, list, index, place }: RuleRef,
): RuleSite | undefined {
  return rules.find(
    ({ policy: own, rule }) =>
      rule.index === index &&
      rule.list === list &&
      own.name === policy.name &&
      own.namespace === policy.namespace &&
      own.kind === policy.kind &&
      rule.place.line === place.line,
  );
}

/** The path, within a rule, of the line of ports that covers one; empty where the rule has no ports. */
export function portPath({ policy, rule }: RuleSite, protocol: Protocol, port: number): Path {
  for (const [i, { ports }] of (rule.ports ?? []).entries()) {
    const j = ports.findIndex((match) => covers(match, protocol, port));
    if (j !== -1) return policy.kind === 'NetworkPolicy' ? ['ports', j] : ['toPorts', i, 'ports', j];
  }
  return [];
}

function covers(match: PortMatch, protocol: Protocol, port: number): boolean {
  if (match.kind !== 'port' || (match.protocol !== 'ANY' && match.protocol !== protocol)) return false;
  return match.port === 0 || (match.port <= port && port <= Math.max(match.port, match.endPort ?? 0));
}
