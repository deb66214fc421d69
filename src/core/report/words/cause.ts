import type { Cause, Disagreement, Unknown } from '../../diagnose/index.ts';
import { dropReasonByName } from '../../model/drop-reason.ts';
import { dropAdvice } from '../drop-advice.ts';
import { printable, shorten } from '../printable.ts';
import { plural } from '../units.ts';
import { engineAssumptionText } from './assumption.ts';
import { listText, policyText } from './policy.ts';

/** A cause in one sentence without a full stop; its code stands beside it. */
export function causeText(cause: Cause): string {
  switch (cause.code) {
    case 'missing-access-label':
      return `namespace ${printable(cause.namespace)} has no access to ${printable(cause.resource)}`;
    case 'profile-without-egress':
      return profileText(cause, 'such egress to the outside');
    case 'profile-without-gateway':
      return profileText(cause, `ingress from the ${printable(cause.gateway)} gateway`);
    case 'missing-dns-baseline':
      return baselineText('DNS', cause.isInFiles);
    case 'missing-scrape-baseline':
      return baselineText('Prometheus', cause.isInFiles);
    case 'missing-platform-rule':
      return `the platform namespace ${printable(cause.namespace)} has no rule for it in a policy of its own`;
    case 'no-rule':
      return `no policy of ${printable(cause.namespace)} admits it`;
    case 'other-end-refuses':
      return `${printable(cause.namespace)} admits it at its own end; ${printable(cause.other)} refuses at the other`;
    case 'denied-by-rule':
      return `a deny rule of ${policyText(cause.policy)} matches, and no allow rule outweighs it`;
    case 'service-port':
      return `${policyText(cause.policy)} admits port ${cause.servicePort}, which is the Service ${printable(cause.service)}'s; policies see the pod's port, ${cause.podPort}`;
    case 'cidr-on-cluster-peer':
      return `${policyText(cause.policy)} admits ${printable(cause.cidr)}, and CIDR rules never match pods or nodes`;
    case 'unknown-peer':
      return cause.isUnmanaged
        ? `the peer ${printable(cause.address)} is a pod that Cilium does not manage, so no selector matches it`
        : `Hubble knew nothing of the peer ${printable(cause.address)}: no labels, no identity`;
    case 'endpoint-starting':
      return `${printable(cause.pod)} was starting: until Cilium knows a pod's labels, it allows it nothing`;
    case 'identity-lost':
      return `${printable(cause.address)} is ${printable(cause.pod)}, as other flows show; this node took it for ${printable(cause.seenAs)}, so rules for the pod did not match`;
    case 'service-address':
      return `${printable(cause.address)} is the address of Service ${printable(cause.service)} and was not translated to a pod's, so no rule for its pods matches`;
    case 'search-domain':
      return `${policyText(cause.policy)} admits ${printable(cause.asked)}; Cilium learnt the address as ${printable(cause.name)}, with a search domain behind`;
    case 'l7-refused':
      return `no HTTP or DNS rule of ${listText(cause.policies.map(policyText))} accepts ${requestText(cause)}`;
    case 'proxy-error':
      return `the proxy failed on ${requestText(cause)}: an error, not a refusal by a rule`;
    case 'authentication':
      return 'a rule demands mutual authentication, which was not there yet';
    case 'undecidable':
      return listText(cause.because.map(unknownText));
    case 'not-policy':
      return reasonText(cause.reason);
    case 'disagreement':
      return disagreementText(cause.because);
  }
}

function requestText({ request, others }: { readonly request: string; readonly others: number }): string {
  const first =
    request === '' ? 'a request whose contents were not recorded' : printable(shorten(request, REQUEST_MAX));
  return others === 0 ? first : `${first} and ${plural(others, 'other request')}`;
}

const REQUEST_MAX = 120;

/** What an answer lacks. */
function unknownText(unknown: Unknown): string {
  return unknown.code === 'other-cluster'
    ? `cluster ${printable(unknown.cluster)} dropped it, and its policies are not in these files`
    : engineAssumptionText(unknown);
}

function baselineText(what: string, isInFiles: boolean): string {
  return isInFiles
    ? `the files admit ${what} by a baseline, and the cluster did not have it when this was recorded; this should not happen`
    : `no baseline admits ${what} for these pods; this should not happen`;
}

function profileText(
  { namespace, profile }: { readonly namespace: string; readonly profile: string },
  what: string,
): string {
  return profile === ''
    ? `namespace ${printable(namespace)} has no profile, so nothing admits ${what}`
    : `profile ${printable(profile)} of namespace ${printable(namespace)} admits no ${what}`;
}

function reasonText(reason: string): string {
  if (reason === '') return 'dropped without a reason, and not by a protocol that policies speak of';
  const words = dropReasonByName(reason)?.text ?? '';
  return `${printable(reason)}${words === '' ? '' : ` (${words})`}. ${withoutStop(dropAdvice(reason).cause)}`;
}

/** Advice as part of a sentence. */
export function withoutStop(sentences: string): string {
  return sentences.endsWith('.') ? sentences.slice(0, -1) : sentences;
}

const ADMITTED = 'recorded as dropped, and the files admit it';

function disagreementText(because: Disagreement): string {
  switch (because.kind) {
    case 'labels-differ': {
      const labels = because.labels.map(
        ({ key, recorded, inFiles }) =>
          `${printable(key)} was ${valueText(recorded)}, and is ${valueText(inFiles)} in the files`,
      );
      return `${ADMITTED}: when it was recorded namespace ${printable(because.namespace)} had other labels (${listText(labels)}); the change came later or is not applied`;
    }
    case 'policy-not-in-files':
      return `Hubble says that ${listText(because.policies.map(printable))} denied it, which the files do not have`;
    case 'deny-rule-not-in-files':
      return `recorded as denied by a deny rule${because.policies.length === 0 ? '' : ` of ${listText(because.policies.map(printable))}`}, and no deny rule of the files matches; an allow rule would not help`;
    case 'redirect-not-in-files':
      return 'recorded as refused by the proxy, and no rule of the files leads it there: they refuse the connection itself';
    case 'name-expired':
      return `a connection was cut in its middle that ${listText(because.policies.map(policyText))} admits by name: the agent had forgotten which address the name has`;
    case 'unexplained':
      return `${ADMITTED}: they may be newer than the record, not applied, or refused by the agent`;
  }
}

function valueText(value: string | undefined): string {
  return value === undefined ? 'absent' : `"${printable(value)}"`;
}
