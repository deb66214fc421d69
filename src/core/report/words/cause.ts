import type { Cause, Disagreement, Fix, FixStep, NoFix } from '../../diagnose/index.ts';
import { dropReasonByName } from '../../model/drop-reason.ts';
import { dropAdvice } from '../drop-advice.ts';
import { printable } from '../printable.ts';
import { engineAssumptionText } from './assumption.ts';
import { listText, placeText, policyText } from './policy.ts';

/** A cause in one sentence without a full stop; its code stands beside it. */
export function causeText(cause: Cause): string {
  switch (cause.code) {
    case 'missing-access-label':
      return `namespace ${printable(cause.namespace)} has no access to ${printable(cause.resource)}`;
    case 'profile-without-egress':
      return `${profileText(cause)} admits no such egress to the outside`;
    case 'profile-without-gateway':
      return `${profileText(cause)} admits no ingress from the ${printable(cause.gateway)} gateway`;
    case 'missing-dns-baseline':
      return baselineText('DNS', cause.isInFiles);
    case 'missing-scrape-baseline':
      return baselineText('Prometheus', cause.isInFiles);
    case 'missing-platform-rule':
      return `the platform namespace ${printable(cause.namespace)} has no rule for it in a policy of its own`;
    case 'no-rule':
      return `no rule admits it in namespace ${printable(cause.namespace)}`;
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
    case 'l7-refused':
      return `no HTTP or DNS rule of ${listText(cause.policies.map(policyText))} accepts ${printable(cause.request)}`;
    case 'proxy-error':
      return `the proxy failed on ${cause.request === '' ? 'a request' : printable(cause.request)}: an error, and no refusal by a rule`;
    case 'authentication':
      return 'a rule demands mutual authentication, which was not there yet';
    case 'undecidable':
      return `undecidable: ${listText(cause.because.map(engineAssumptionText))}`;
    case 'not-policy':
      return reasonText(cause.reason);
    case 'disagreement':
      return `recorded as dropped, and the files admit it: ${disagreementText(cause.because)}`;
  }
}

function baselineText(what: string, isInFiles: boolean): string {
  return isInFiles
    ? `the files admit ${what} by a baseline, and the cluster did not have it when this was recorded; this should not happen`
    : `no baseline admits ${what} for these pods; this should not happen`;
}

function profileText({
  namespace,
  profile,
}: {
  readonly namespace: string;
  readonly profile: string;
}): string {
  return profile === ''
    ? `namespace ${printable(namespace)} has no profile, so nothing`
    : `profile ${printable(profile)} of namespace ${printable(namespace)}`;
}

function reasonText(reason: string): string {
  if (reason === '') return 'dropped without a reason';
  const words = dropReasonByName(reason)?.text ?? '';
  return `not a policy drop: ${printable(reason)}${words === '' ? '' : ` (${words})`}; ${dropAdvice(reason).cause}`;
}

function disagreementText(because: Disagreement): string {
  switch (because.kind) {
    case 'labels-differ': {
      const labels = because.labels.map(
        ({ key, recorded, inFiles }) =>
          `${printable(key)} was ${valueText(recorded)}, and is ${valueText(inFiles)} in the files`,
      );
      return `when it was recorded namespace ${printable(because.namespace)} had other labels (${listText(labels)}); the change came later or is not applied`;
    }
    case 'policy-not-in-files':
      return `Hubble names ${listText(because.policies.map(printable))}, which the files do not have`;
    case 'unexplained':
      return 'the files may be newer than the record, not applied, or refused by the agent';
  }
}

function valueText(value: string | undefined): string {
  return value === undefined ? 'absent' : `"${printable(value)}"`;
}

/** What an operator should do where no edit is proposed. */
export function noFixText(noFix: NoFix, cause: Cause): string {
  switch (noFix.code) {
    case 'not-searched':
      return `not looked for: fixes are sought for the ${noFix.most} most frequent findings (--fixes)`;
    case 'nothing-to-change':
      return `none for a policy: ${nextStepText(cause)}`;
    case 'deny-is-deliberate':
      return "none proposed: a deny rule is somebody's decision. Narrow or remove it by hand if it is wrong here";
    case 'not-provable':
      return `none that could be proven; tried: ${noFix.tried.join(', ')}`;
    case 'edit-refused':
      return `none that could be written safely (${noFix.why} at ${printable(noFix.file)}:${noFix.line}): change it by hand`;
    case 'needs-own-policy':
      return `none by label: namespace ${printable(noFix.namespace)} needs a CiliumNetworkPolicy of its own for this`;
    case 'restore-baseline':
      return noFix.isInFiles
        ? `none in the files: check that the ${noFix.baseline} baseline exists in the cluster (kubectl get ccnp), and why it was gone`
        : `restore the ${noFix.baseline} baseline for all pods; nothing to change in the namespace`;
  }
}

function nextStepText(cause: Cause): string {
  switch (cause.code) {
    case 'not-policy':
      return dropAdvice(cause.reason).action;
    case 'disagreement':
      return 'check that the change is merged and applied, and that its policies are valid in the cluster';
    case 'unknown-peer':
      return 'find out what has this address, then admit it by an entity or a documented range';
    case 'undecidable':
      return 'see that the names are asked for through a DNS rule with L7 (rules.dns), so that the agent learns their addresses, and that the name in the rule is the one that is asked';
    case 'l7-refused':
      return 'extend the HTTP or DNS rule if the request is legitimate';
    case 'proxy-error':
      return 'read the log of cilium-envoy, or for DNS of the agent, on the node, and see that what it forwards to answers';
    case 'authentication':
      return "check the agent's authentication and SPIRE";
    default:
      return 'see the cause';
  }
}

/** A fix in one line: what is changed, by the product's own words. */
export function fixText({ steps }: Fix): string {
  return steps.map(stepText).join('; then ');
}

function stepText(step: FixStep): string {
  switch (step.kind) {
    case 'access-label':
      return `give namespace ${printable(step.namespace)} access to ${printable(step.resource)}`;
    case 'profile':
      return step.from === ''
        ? `give namespace ${printable(step.namespace)} the profile ${printable(step.to)}`
        : `change the profile of namespace ${printable(step.namespace)} from ${printable(step.from)} to ${printable(step.to)}`;
    case 'port':
      return `change port ${step.from} to the pod's port ${step.to} in ${policyText(step.policy)} (${placeText(step.place)})`;
    case 'rule':
      return `add ${step.list === 'egress' ? 'an egress' : 'an ingress'} rule to ${policyText(step.policy)} (${placeText(step.place)})`;
  }
}
