import { matchesName } from '../engine/name-pattern.ts';
import type { Sides } from './cause-by-model.ts';
import type { CauseContext } from './cause-context.ts';
import type { End } from './ends.ts';
import { type Judged, protocolOf } from './judged.ts';
import { admitsPort, refOf } from './misdirected-rule.ts';
import { entriesOfSubject } from './state.ts';
import type { Cause } from './types.ts';

/** What the address of an end gives away, where its identity says too little or the wrong thing. */
export function causeByAddress(judged: Judged, context: CauseContext): Cause | undefined {
  const { edge, from, to } = judged;
  for (const end of [from, to]) {
    if (isStarting(end)) return { code: 'endpoint-starting', pod: end.party.name };
    const pod = end.party.kind === 'pod' ? undefined : context.podAt(end.ip);
    if (pod !== undefined) return { code: 'identity-lost', address: end.ip, pod, seenAs: end.party.name };
  }
  if (to.party.kind !== 'outside') return undefined;
  const service = edge.destinationService === '' ? serviceAt(to, context) : edge.destinationService;
  return service === undefined ? undefined : { code: 'service-address', address: to.ip, service };
}

/** Hubble names the pod, and Cilium has not learnt its labels yet. */
function isStarting({ party, recorded }: End): boolean {
  return party.name === 'init' || (party.kind === 'pod' && recorded.includes('reserved:init'));
}

/** The Service of the files that has this address, or that the address was asked for by. */
function serviceAt({ ip, names }: End, { state }: CauseContext): string | undefined {
  const { services } = state.read;
  const byAddress = services.find(({ clusterIPs = [] }) => ip !== '' && clusterIPs.includes(ip));
  if (byAddress !== undefined) return `${byAddress.namespace}/${byAddress.name}`;
  for (const name of names) {
    // `smtp.mail.svc.cluster.local` is a Service; `api.example.com.mail.svc.cluster.local` is a search domain's doing.
    const [service = '', namespace = '', svc, ...rest] = bare(name).split('.');
    const isService = services.some((one) => one.namespace === namespace && one.name === service);
    if (svc === 'svc' && (isService || rest.join('.') === 'cluster.local')) return `${namespace}/${service}`;
  }
  return undefined;
}

/**
 * A rule admits the name that was meant, and the resolver put a search domain behind it (`ndots`, autopath), so
 * that Cilium knows the address by another name.
 */
export function searchDomainCause(
  { edge }: Judged,
  { side, subject, peer }: Sides,
  context: CauseContext,
): Cause | undefined {
  if (side.direction !== 'egress' || peer.party.kind !== 'outside') return undefined;
  const { version } = context.inputs.options;
  const rules = entriesOfSubject(context.state, subject, 'egress').filter(
    ({ isDeny, rule }) => !isDeny && admitsPort(rule, protocolOf(edge), edge.port),
  );
  for (const name of peer.names) {
    const asked = withoutSearchDomain(name);
    if (asked === undefined) continue;
    for (const { policy, peers } of rules) {
      const isMeant = peers.some((one) => one.kind === 'fqdn' && matchesName(one.pattern, asked, version));
      if (isMeant) return { code: 'search-domain', name: bare(name), asked, policy: refOf(policy) };
    }
  }
  return undefined;
}

/** `api.example.com.shop.svc.cluster.local` without what the pod's resolver added; undefined where it added nothing. */
function withoutSearchDomain(name: string): string | undefined {
  const labels = bare(name).split('.');
  const svc = labels.lastIndexOf('svc');
  // The pod's namespace stands before `svc`.
  if (svc >= 3 && labels.length > svc + 1) return labels.slice(0, svc - 1).join('.');
  return undefined;
}

function bare(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}
