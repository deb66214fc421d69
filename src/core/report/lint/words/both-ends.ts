import { printable } from '../../printable.ts';
import { plural } from '../../units.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type BothEndsRules = 'access-one-sided' | 'hatch-one-sided' | 'hbone-open' | 'other-end-refuses';

export const BOTH_ENDS_WORDS: WordsOf<BothEndsRules> = {
  'access-one-sided': {
    what: ({ resource, closed, port, target, openedBy, namespaces }) => {
      const users =
        namespaces === 0 ? '' : `; ${plural(namespaces, 'namespace has', 'namespaces have')} the label`;
      return closed === 'ingress'
        ? `the label for ${printable(resource)} opens the app's egress${byText(openedBy)}, and ${printable(target)} admits nobody with it on ${port}${users}`
        : `${printable(target)} admits the label for ${printable(resource)}${byText(openedBy)}, and no policy opens the app's egress to ${port}${users}`;
    },
    why: 'A flow is judged at both ends. A label that opens one of them looks right in the app and still drops',
    fix: ({ closed, label, port, target }) =>
      closed === 'ingress'
        ? `add ingress on ${port} from io.cilium.k8s.namespace.labels.${printable(label)}: "true" to the policy of ${printable(target)}`
        : `add a clusterwide policy that opens egress to ${printable(target)} on ${port} for namespaces with ${printable(label)} (propolis render writes it)`,
  },
  'hatch-one-sided': {
    what: ({ peer, closed, namespaces, ways }) =>
      `with enforcement disabled, flows ${ways.join(' and ')} ${printable(peer)} still drop at its own end, as in ${closed} of ${plural(namespaces, 'namespace')}`,
    why: 'The hatch is pulled when traffic must flow at once. It opens the namespace, and the policies of everyone it talks to go on dropping',
    fix: () =>
      'add a clusterwide policy for every pod, with enableDefaultDeny false both ways, that admits namespaces with the enforcement label as peers',
  },
  'hbone-open': {
    what: ({ port, peer, direction, namespaces, hasAuthorization }) =>
      `port ${port} is open ${direction === 'ingress' ? 'from' : 'to'} ${printable(peer)} for ${plural(namespaces, 'namespace')} of the mesh, and carries any port inside${hasAuthorization ? '; AuthorizationPolicies are in the files, and hold where they select the pod' : ''}`,
    why: 'Pods of the mesh tunnel to each other through this port, and Cilium sees nothing of what is inside. Between members of the mesh the ports of all other rules are void; only Istio can tell who may do what',
    fix: ({ port }) =>
      `admit ${port} only for the peers that a pod is to have, or deny by default with AuthorizationPolicies and say so in a suppression`,
  },
  'other-end-refuses': {
    what: ({ ports, peer, pod, peers }) =>
      `${printable(pod)} may send to ${listText(ports)}, and ${printable(peer)}${peers > 1 ? ` and ${plural(peers - 1, 'other')}` : ''} refuses it`,
    why: 'A flow is judged at both ends. A rule that the other end does not answer opens nothing',
    fix: ({ peer }) => `add the ingress to a policy of ${printable(peer)}, or remove the rule`,
  },
};

function byText(policy: string): string {
  return policy === '' ? '' : ` (${printable(policy)})`;
}
