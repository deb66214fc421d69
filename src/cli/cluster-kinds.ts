import type { ClusterKindName } from '../core/model/cluster.ts';

/** Verbs that read a cluster. */
export type ClusterVerb =
  | 'apply'
  | 'can'
  | 'debug'
  | 'hatch close'
  | 'hatch open'
  | 'hatch plan'
  | 'hatch reap'
  | 'hatch status'
  | 'lint'
  | 'namespace list'
  | 'observe'
  | 'profile choose'
  | 'profile list'
  | 'snapshot'
  | 'status'
  | 'verify';

/** What decides verdicts: who there is, and which policies select them. */
const VERDICTS: readonly ClusterKindName[] = [
  'Namespace',
  'Pod',
  'Service',
  'EndpointSlice',
  'ConfigMap',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CiliumCIDRGroup',
];

/** What of a cluster each verb reads, and no more. `docs/rbac.md` says the same to those who grant it. */
export const KINDS_OF_VERB: Readonly<Record<ClusterVerb, readonly ClusterKindName[]>> = {
  apply: [
    'Namespace',
    'NetworkPolicy',
    'CiliumNetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
    'CiliumCIDRGroup',
  ],
  can: VERDICTS,
  debug: VERDICTS,
  // The namespace itself, and what explains drops.
  'hatch close': VERDICTS,
  'hatch open': VERDICTS,
  'hatch plan': VERDICTS,
  'hatch reap': ['Namespace'],
  'hatch status': ['Namespace'],
  lint: VERDICTS,
  'namespace list': VERDICTS,
  observe: VERDICTS,
  'profile choose': VERDICTS,
  'profile list': VERDICTS,
  snapshot: [...VERDICTS, 'Node', 'CiliumIdentity', 'CiliumEndpoint'],
  status: [...VERDICTS, 'CiliumEndpoint'],
  verify: VERDICTS,
};
