import type { DecisionReason } from '../model/decision.ts';
import { type AgentOptions, isAtLeast } from '../model/options.ts';
import type { Entry } from './entry.ts';
import { hasKey, hasReservedLabel, type Identity } from './identity-table.ts';

/** What an endpoint is to the agent before any policy is looked at. */
export type SubjectKind =
  /** The world, other nodes: nobody here enforces policy on them. */
  | 'outside'
  /** A label with the key `host`, of whatever source, while the host firewall is off (`repository.go`). */
  | 'host-firewall-off'
  | 'host'
  | 'endpoint'
  /** Its labels are not known yet: both directions are default-deny (`reserved:init`). */
  | 'init';

/** @returns whose policies count, by `computePolicyEnforcementAndRules` in Cilium `pkg/policy/repository.go` */
export function subjectKind(identity: Identity, options: AgentOptions): SubjectKind {
  const isManaged =
    identity.isPod || identity.isHost || MANAGED.some((name) => hasReservedLabel(identity, name));
  if (!isManaged || identity.isWorld) return 'outside';
  if (hasKey(identity, 'host') && !options.hostFirewall) return 'host-firewall-off';
  if (identity.isHost) return 'host';
  return hasKey(identity, 'init') ? 'init' : 'endpoint';
}

/** Endpoints of the agent's own, which it enforces on as on pods. */
const MANAGED = ['health', 'ingress', 'init'] as const;

/** How one direction of one endpoint stands. */
export interface Enforcement {
  readonly isJudged: boolean;
  readonly isEnforced: boolean;
  readonly defaultDeny: boolean;
  /** Why nothing is enforced, or what a miss means. */
  readonly reason: Extract<
    DecisionReason,
    | 'outside'
    | 'host-firewall-off'
    | 'enforcement-never'
    | 'no-policy'
    | 'enforced-always'
    | 'default-deny'
    | 'no-default-deny'
  >;
  /** Whether the local host is admitted without a rule (`allow-localhost`). */
  readonly localHost: boolean;
}

/** @param entries the rules of this direction whose subject selects the endpoint */
export function enforcementOf(
  kind: SubjectKind,
  entries: readonly Entry[],
  options: AgentOptions,
): Enforcement {
  const open = { isJudged: true, isEnforced: false, defaultDeny: false, localHost: false } as const;
  if (kind === 'outside') return { ...open, isJudged: false, reason: 'outside' };
  if (kind === 'host-firewall-off') return { ...open, reason: 'host-firewall-off' };
  if (options.enforcement === 'never') return { ...open, reason: 'enforcement-never' };
  const isForced = options.enforcement === 'always' || kind === 'init';
  if (entries.length === 0 && !isForced) return { ...open, reason: 'no-policy' };
  const byPolicy = entries.some(({ defaultDeny }) => defaultDeny);
  return {
    isJudged: true,
    isEnforced: true,
    defaultDeny: isForced || byPolicy,
    reason: byPolicy ? 'default-deny' : isForced ? 'enforced-always' : 'no-default-deny',
    localHost: kind !== 'host' && admitsLocalHost(entries, options),
  };
}

/** Until 1.19 always; from 1.20 only where some ingress rule selects the endpoint (cilium#48444). */
function admitsLocalHost(entries: readonly Entry[], options: AgentOptions): boolean {
  if (options.allowLocalhost === 'policy') return false;
  return !isAtLeast(options.version, '1.20') || entries.some(({ direction }) => direction === 'ingress');
}
