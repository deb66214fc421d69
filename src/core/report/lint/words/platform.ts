import { printable } from '../../printable.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type PlatformRules =
  | 'dns-egress-missing'
  | 'hbone-missing'
  | 'health-ingress-missing'
  | 'platform-without-policy'
  | 'scrape-ingress-missing';

export const PLATFORM_WORDS: WordsOf<PlatformRules> = {
  'dns-egress-missing': {
    what: ({ pods, count }) => `no rule lets ${podsText(pods, count)} ask the DNS`,
    why: 'Egress is isolated and nothing admits port 53: every name fails, and the app seems to have lost its network',
    fix: () => "add egress to the cluster's DNS on 53 UDP and TCP, or let a baseline admit it for every pod",
  },
  'hbone-missing': {
    what: ({ direction, port, pod, peer }) =>
      direction === 'ingress'
        ? `${printable(pod)} admits ${printable(peer)} and not port ${port}, through which the mesh carries it`
        : `${printable(pod)} may reach ${printable(peer)} and not its port ${port}, through which the mesh goes`,
    why: "In Istio's ambient mode pods of the mesh speak to each other through one TCP port. Cilium sees that port only; rules for the inner one neither admit nor deny",
    fix: ({ port }) => `admit ${port}/TCP for the same peers`,
  },
  'health-ingress-missing': {
    what: ({ pods, who, isInMesh }) =>
      isInMesh
        ? `${podsText(pods, pods.length)} refuses ${who}, from which kubelet's probes come in the mesh`
        : `no rule admits the entity ${who} to ${podsText(pods, pods.length)}`,
    why: 'Pods whose probes are dropped are restarted, for ever. In the mesh the probe does not come from the node, which is always admitted',
    fix: ({ isInMesh }) =>
      isInMesh
        ? 'admit fromCIDR 169.254.0.0/16, for all pods of the mesh at best'
        : 'add ingress from the entity health',
  },
  'platform-without-policy': {
    what: ({ namespace, refused }) =>
      `platform namespace ${printable(namespace)} has no policy of its own${refused === '' ? '' : `; ${printable(refused)} is refused and does not count`}`,
    why: 'Platform namespaces have no profile. Without a policy only the baselines hold: what the platform is there for is dropped, or open to everyone where there are no baselines',
    fix: ({ namespace }) =>
      `propolis platform add ${printable(namespace)} writes one with the required rules`,
  },
  'scrape-ingress-missing': {
    what: ({ pods, port, prometheus }) =>
      port === 0
        ? `Prometheus (${printable(prometheus)}) may not reach ${podsText(pods, pods.length)} on any port`
        : `Prometheus (${printable(prometheus)}) may not reach port ${port} of ${podsText(pods, pods.length)}, which has metrics`,
    why: 'What is not scraped does not alert. A platform service without metrics fails unseen',
    fix: ({ port }) =>
      port === 0
        ? 'add ingress from Prometheus on the ports with metrics'
        : `add ingress from Prometheus on ${port}/TCP`,
  },
};

function podsText(pods: readonly string[], count: number): string {
  const shown = listText(pods.map(printable));
  return count > pods.length ? `${shown} (${count} pods)` : shown;
}
