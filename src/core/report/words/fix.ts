import type { Cause, Disagreement, Fix, FixStep, FixWarning, NoFix, Unknown } from '../../diagnose/index.ts';
import { dropAdvice } from '../drop-advice.ts';
import { printable } from '../printable.ts';
import { withoutStop } from './cause.ts';
import { policyText } from './policy.ts';

/** What an operator should do where no edit is proposed. */
export function noFixText(noFix: NoFix, cause: Cause): string {
  switch (noFix.code) {
    case 'not-searched':
      return `not looked for: fixes are sought for the ${noFix.most} most frequent findings (--fixes)`;
    case 'nothing-to-change':
      return `none in policy: ${nextStepText(cause)}`;
    case 'deny-is-deliberate':
      return "none proposed: a deny rule is somebody's decision. Narrow or remove it by hand if it is wrong here";
    case 'not-provable':
      return `none that could be proven; tried: ${noFix.tried.join(', ')}`;
    case 'edit-refused':
      return noFix.why === 'not-found'
        ? `none that could be written: no file declares the namespace with its labels (${printable(noFix.file)}:${noFix.line} only names it). Change it where it is declared`
        : `none that could be written safely (${noFix.why} at ${printable(noFix.file)}:${noFix.line}): change it by hand`;
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
      return decapitalized(withoutStop(dropAdvice(cause.reason).action));
    case 'disagreement':
      return disagreementStep(cause.because);
    case 'unknown-peer':
      return 'find out what has this address, then admit it by an entity or a documented range';
    case 'undecidable':
      return unknownStep(cause.because);
    case 'endpoint-starting':
      return 'it passes by itself. If it lasts, look at the agent on that node (cilium endpoint list)';
    case 'identity-lost':
      return 'do not admit nodes or the world for it. Check the agents of both nodes, the MTU of the tunnel, and the ipcache (cilium bpf ipcache list)';
    case 'service-address':
      return 'see that Cilium translates Services for pods (kube-proxy replacement, socket LB), or reach the pods themselves';
    case 'search-domain':
      return 'have the pod ask for whole names: dnsConfig ndots 1 or 2, a dot at the end of the name, no autopath in CoreDNS';
    case 'l7-refused':
      return 'extend the HTTP or DNS rule if the request is legitimate';
    case 'proxy-error':
      return 'read the log of cilium-envoy on the node, or for DNS of the agent, and see that what it forwards to answers';
    case 'authentication':
      return "check the agent's authentication and SPIRE";
    default:
      return 'see the cause';
  }
}

function disagreementStep(because: Disagreement): string {
  switch (because.kind) {
    case 'policy-not-in-files':
    case 'deny-rule-not-in-files':
      return 'find the policy in the cluster (kubectl get ccnp,cnp -A), then bring it into Git or remove it';
    case 'name-expired':
      return 'lengthen the grace of names (tofqdns-idle-connection-grace-period, tofqdns-endpoint-max-ip-per-hostname), or have the client connect again';
    case 'labels-differ':
    case 'redirect-not-in-files':
    case 'unexplained':
      return 'check that the change is merged and applied, and that its policies are valid in the cluster';
  }
}

function unknownStep(because: readonly Unknown[]): string {
  switch (because[0]?.code) {
    case 'labels-unknown':
      return 'record flows with labels (no field mask, or source.labels and destination.labels in it)';
    case 'other-cluster':
      return "run this on that cluster's files";
    case 'fqdn-unknown':
      return 'see that pods ask for names through a rule with rules.dns, so that the agent learns addresses, and that the rule has the name that is asked';
    default:
      return 'add what is missing to the inputs, and ask again';
  }
}

function decapitalized(sentences: string): string {
  const [first = '', second = ''] = sentences;
  // Words such as WireGuard and TCP keep their case.
  return /[A-Z]/.test(first) && /[a-z ]/.test(second)
    ? `${first.toLowerCase()}${sentences.slice(1)}`
    : sentences;
}

/** A fix in one line: what is changed, by the product's own words. Its edits say where. */
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
      return `change port ${step.from} to the pod's port ${step.to} in ${policyText(step.policy)}`;
    case 'rule':
      return `add ${step.list === 'egress' ? 'an egress' : 'an ingress'} rule to ${policyText(step.policy)}`;
  }
}

/** What a reviewer of the fix should weigh. */
export function warningText(warning: FixWarning): string {
  switch (warning.code) {
    case 'profile-widens':
      return 'a profile for one port opens more than was asked for, see below; a CiliumNetworkPolicy in the namespace is narrower';
    case 'closes':
      return 'it closes what was open, see below';
    case 'admits-nodes':
      return 'a node stands for more than itself; clients from outside that come by its address are admitted too';
    case 'admits-world':
      return 'everybody outside may come in; the address may be that of a node in between, so a rule for it would not do';
    case 'private-address':
      return `${printable(warning.address)} is a private address; if it is a Service's that was not translated, no rule for the world helps`;
  }
}
