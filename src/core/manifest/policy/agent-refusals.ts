import type { AgentOptions } from '../../model/options.ts';
import type { Path } from '../../model/place.ts';
import { RULE_LISTS, type RuleList } from '../../model/policy.ts';
import type { CiliumPolicyData, CiliumRuleData, ElementData, PortRuleData } from './cilium-object.ts';
import { ciliumPolicyShape } from './cilium-shape.ts';
import { decode } from './decode.ts';
import { field, isObject, showValue } from './json.ts';
import { decodeNetworkPolicy } from './network-policy-agent.ts';
import { type Refusal, type RefusalContext, refuse } from './refusal.ts';
import { isL7Empty } from './refuse-l7.ts';
import { refusePeers } from './refuse-peers.ts';
import { refuseIcmpRule, refusePortRule } from './refuse-ports.ts';
import { refuseSelector } from './refuse-selector.ts';

/**
 * All that makes an agent of `options.version` refuse a policy that has reached it: the JSON decoder and then
 * `Sanitize` (Cilium `pkg/policy/api/rule_validation.go`, `pkg/k8s/apis/cilium.io/v2/{cnp,ccnp}_types.go`,
 * for NetworkPolicy `pkg/k8s/network_policy.go`). The agent stops at the first; here all are named.
 *
 * @param value a CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy or NetworkPolicy as plain JSON; anything
 *   else is refused, never an error
 * @returns nothing, where the agent accepts it
 */
export function agentRefusals(value: unknown, options: AgentOptions): readonly Refusal[] {
  return field(value, 'kind') === 'NetworkPolicy'
    ? decodeNetworkPolicy(value, options).refusals
    : decodeCiliumPolicy(value, options).refusals;
}

/** What the agent has decoded, which is whole and right only where nothing is refused. */
export interface AgentReading<T> {
  readonly data: T;
  readonly refusals: readonly Refusal[];
}

const REGEXP_BUDGET = 400_000;

export function decodeCiliumPolicy(value: unknown, options: AgentOptions): AgentReading<CiliumPolicyData> {
  const decoded = decode(value, ciliumPolicyShape(options.version));
  const data = decoded.value as CiliumPolicyData;
  if (decoded.failures.length > 0 || !isObject(decoded.value)) {
    const refusals = decoded.failures.map(
      ({ path, value, expected }): Refusal => ({ path, rule: 'decode', value: showValue(value), expected }),
    );
    return { data, refusals };
  }
  const context: RefusalContext = { options, refusals: [], regexpBudget: REGEXP_BUDGET };
  refusePolicy(data, context);
  return { data, refusals: context.refusals };
}

function refusePolicy(policy: CiliumPolicyData, context: RefusalContext): void {
  const { metadata = {}, spec, specs } = policy;
  if ((metadata.name ?? '') === '') refuse(context, ['metadata', 'name'], 'no-name', ['', 'a name']);
  if (spec === undefined && specs === undefined) {
    refuse(context, [], 'empty-policy', ['', 'spec or specs']);
  }
  // A policy without a namespace is read as a clusterwide one, whatever its kind.
  const isClusterwide = policy.kind === 'CiliumClusterwideNetworkPolicy' || (metadata.namespace ?? '') === '';
  if (spec !== undefined) refuseRule(spec, ['spec'], context, isClusterwide);
  for (const [i, rule] of (specs ?? []).entries()) refuseRule(rule, ['specs', i], context, isClusterwide);
}

function refuseRule(rule: CiliumRuleData, path: Path, context: RefusalContext, isClusterwide: boolean): void {
  if (RULE_LISTS.every((where) => (rule[where] ?? []).length === 0)) {
    refuse(context, path, 'no-rules', [showValue(rule), `a rule in ${RULE_LISTS.join(', ')}`]);
  }
  const { endpointSelector, nodeSelector } = rule;
  if (endpointSelector === undefined && nodeSelector === undefined) {
    refuse(context, path, 'no-subject', [showValue(rule), 'endpointSelector or nodeSelector']);
  }
  if (endpointSelector !== undefined && nodeSelector !== undefined) {
    const expected = 'either endpointSelector or nodeSelector';
    refuse(context, path, 'two-subjects', [showValue(rule), expected]);
  }
  if (nodeSelector !== undefined && !isClusterwide) {
    const expected = 'CiliumClusterwideNetworkPolicy as the kind, or endpointSelector';
    refuse(context, [...path, 'nodeSelector'], 'node-subject-in-namespace', [
      showValue(nodeSelector),
      expected,
    ]);
  }
  refuseSelector(endpointSelector, [...path, 'endpointSelector'], context);
  refuseSelector(nodeSelector, [...path, 'nodeSelector'], context);
  for (const where of RULE_LISTS) {
    for (const [i, element] of (rule[where] ?? []).entries()) {
      refuseElement(element, [...path, where, i], context, { where, isHost: nodeSelector !== undefined });
    }
  }
}

function refuseElement(
  element: ElementData,
  path: Path,
  context: RefusalContext,
  { where, isHost }: { readonly where: RuleList; readonly isHost: boolean },
): void {
  const { toPorts = [], icmps = [] } = element;
  const isIngress = where === 'ingress' || where === 'ingressDeny';
  refusePeers(element, where, path, context);
  if (icmps.length > 0 && !context.options.icmpRules) {
    refuse(context, [...path, 'icmps'], 'icmp-rules-off', ['', 'the agent option enable-icmp-rules']);
  }
  if (icmps.length > 0 && toPorts.length > 0) {
    const expected = 'an element of its own, without toPorts';
    refuse(context, [...path, 'icmps'], 'icmps-with-ports', [showValue(icmps), expected]);
  }
  for (const [i, rule] of toPorts.entries()) {
    const at = [...path, 'toPorts', i];
    refusePortRule(rule, at, context, isIngress);
    refuseL7Here(rule, at, context, { isIngress, isHost });
  }
  for (const [i, rule] of icmps.entries()) refuseIcmpRule(rule, [...path, 'icmps', i], context);
}

function refuseL7Here(
  { rules = {} }: PortRuleData,
  path: Path,
  context: RefusalContext,
  { isIngress, isHost }: { readonly isIngress: boolean; readonly isHost: boolean },
): void {
  if (isL7Empty(rules)) return;
  const at = [...path, 'rules'];
  if (!context.options.l7Proxy) {
    refuse(context, at, 'l7-proxy-off', [showValue(rules), 'the agent option enable-l7-proxy']);
  }
  // On a host's egress names may be filtered, and nothing else; proxylib is not counted.
  const isJudged = (rules.http ?? []).length + (rules.kafka ?? []).length > 0;
  if (isHost && (isIngress || isJudged)) {
    const expected = isIngress ? 'no L7 rules with nodeSelector' : 'DNS rules only with nodeSelector';
    refuse(context, at, 'l7-on-host', [showValue(rules), expected]);
  }
}
