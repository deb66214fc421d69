import { NAMESPACE_KEY } from '../../model/label.ts';
import type { Policy, PolicySpec, Rule } from '../../model/policy.ts';

/**
 * Whether a rule of a clusterwide policy admits `{}`, which there is every pod of the cluster (Cilium
 * `pkg/k8s/apis/cilium.io/utils/utils.go`); in a namespaced policy it is the policy's own namespace.
 */
export function isClusterwideEmptyPeer({ kind }: Pick<Policy, 'kind'>, { effect, peers }: Rule): boolean {
  return (
    kind === 'CiliumClusterwideNetworkPolicy' &&
    effect === 'allow' &&
    peers.kind === 'some' &&
    peers.peers.some((peer) => peer.kind === 'endpoints' && peer.selector.requirements.length === 0)
  );
}

/**
 * Whether such a rule opens what it hardly was to open: pods of many namespaces to each other, or every port. A
 * service of one namespace on its own ports may well be for everyone.
 */
export function isHole(policy: Policy, spec: PolicySpec, rule: Rule): boolean {
  if (!isClusterwideEmptyPeer(policy, rule)) return false;
  const isOneNamespace = spec.subject.selector.requirements.some(
    ({ key, operator }) => key === NAMESPACE_KEY && operator === 'In',
  );
  return !isOneNamespace || rule.ports === undefined;
}
