import type { Policy, Rule } from '../../model/policy.ts';

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
