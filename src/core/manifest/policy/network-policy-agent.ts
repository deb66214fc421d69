import type { AgentOptions } from '../../model/options.ts';
import { crdProtocols } from './cilium-ports-shape.ts';
import { decode } from './decode.ts';
import { isObject, showValue } from './json.ts';
import type { NetworkPolicyData } from './network-policy-object.ts';
import { networkPolicyShape } from './network-policy-shape.ts';
import { type Refusal, type RefusalContext, refuse } from './refusal.ts';

/**
 * What an agent makes of a NetworkPolicy: it trusts the API server, and refuses only a protocol that it does not
 * know. Cilium `pkg/k8s/network_policy.go`; nothing of it is sanitised.
 */
export function decodeNetworkPolicy(
  value: unknown,
  options: AgentOptions,
): { readonly data: NetworkPolicyData; readonly refusals: readonly Refusal[] } {
  const decoded = decode(value, networkPolicyShape);
  const data = decoded.value as NetworkPolicyData;
  if (decoded.failures.length > 0 || !isObject(decoded.value)) {
    const refusals = decoded.failures.map(
      ({ path, value, expected }): Refusal => ({ path, rule: 'decode', value: showValue(value), expected }),
    );
    return { data, refusals };
  }
  const context: RefusalContext = { options, refusals: [], regexpBudget: 0 };
  const known = crdProtocols(options.version);
  for (const where of ['ingress', 'egress'] as const) {
    for (const [i, rule] of (data.spec?.[where] ?? []).entries()) {
      for (const [j, { protocol = '' }] of (rule.ports ?? []).entries()) {
        if (protocol === '' || known.includes(protocol.toUpperCase())) continue;
        const at = ['spec', where, i, 'ports', j, 'protocol'];
        refuse(context, at, 'protocol', [showValue(protocol), known.join(', ')]);
      }
    }
  }
  return { data, refusals: context.refusals };
}
