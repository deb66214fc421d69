import { permissionName, rbacRule } from '../../cluster/rbac.ts';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import type { ClusterFailure } from '../../model/cluster-error.ts';
import { printable } from '../printable.ts';

/** Why a cluster could not be asked, and what to do about it. */
export function clusterFailureText(failure: ClusterFailure): {
  readonly message: string;
  readonly remedy: string;
} {
  switch (failure.code) {
    case 'no-kubeconfig':
    case 'kubeconfig-unreadable':
    case 'kubeconfig-invalid':
    case 'no-context':
    case 'unknown-context':
    case 'context-incomplete':
    case 'credential-unreadable':
      return kubeconfigText(failure);
    case 'plugin-missing':
    case 'plugin-failed':
    case 'plugin-timeout':
      return pluginText(failure);
    case 'relay-missing':
    case 'relay-not-ready':
    case 'forward-failed':
      return relayText(failure);
    default:
      return serverText(failure);
  }
}

/** A failure of one of some codes. */
type Failed<Code extends ClusterFailure['code']> = Extract<ClusterFailure, { readonly code: Code }>;

function kubeconfigText(
  failure: Failed<
    | 'no-kubeconfig'
    | 'kubeconfig-unreadable'
    | 'kubeconfig-invalid'
    | 'no-context'
    | 'unknown-context'
    | 'context-incomplete'
    | 'credential-unreadable'
  >,
): { readonly message: string; readonly remedy: string } {
  switch (failure.code) {
    case 'no-kubeconfig':
      return {
        message: `There is no kubeconfig: looked for ${failure.looked.map(printable).join(', ')}.`,
        remedy: 'Name one with --kubeconfig or KUBECONFIG.',
      };
    case 'kubeconfig-unreadable':
      return {
        message: `The kubeconfig ${printable(failure.file)} cannot be read: ${printable(failure.detail)}.`,
        remedy: 'It must be a file that is yours to read.',
      };
    case 'kubeconfig-invalid':
      return {
        message: `The kubeconfig ${printable(failure.file)} is not valid: ${printable(failure.detail)}.`,
        remedy: 'See what kubectl makes of it: kubectl config view',
      };
    case 'no-context':
      return {
        message: 'The kubeconfig has no current context.',
        remedy:
          failure.known.length === 0
            ? 'It has no context at all.'
            : `Name one with --context: ${names(failure.known)}.`,
      };
    case 'unknown-context': {
      const nearest = nearestName(failure.context, failure.known);
      return {
        message: `The kubeconfig has no context "${printable(failure.context)}".`,
        remedy:
          nearest === undefined
            ? `It has ${failure.known.length === 0 ? 'none' : names(failure.known)}.`
            : `Did you mean ${printable(nearest)}?`,
      };
    }
    case 'context-incomplete':
      return {
        message: `The context ${printable(failure.context)} names the ${failure.lacks} "${printable(failure.name)}", which the kubeconfig does not have.`,
        remedy: 'See kubectl config view, and correct the context.',
      };
    case 'credential-unreadable':
      return {
        message: `${printable(failure.file)}, which the kubeconfig names, cannot be read: ${printable(failure.detail)}.`,
        remedy: 'Correct its path in the kubeconfig, or log in again.',
      };
  }
}

const NAMED_MAX = 8;

function names(known: readonly string[]): string {
  const shown = known.slice(0, NAMED_MAX).map(printable).join(', ');
  return known.length > NAMED_MAX ? `${shown} and ${known.length - NAMED_MAX} more` : shown;
}

function pluginText(failure: Failed<'plugin-missing' | 'plugin-failed' | 'plugin-timeout'>): {
  readonly message: string;
  readonly remedy: string;
} {
  const command = printable(failure.command);
  switch (failure.code) {
    case 'plugin-missing':
      return {
        message: `The kubeconfig gets its credentials from ${command}, which is not on this machine.`,
        remedy: failure.hint === '' ? 'Install it, or correct the kubeconfig.' : printable(failure.hint),
      };
    case 'plugin-failed':
      return {
        message: `${command} gave no credentials: ${printable(failure.detail)}.`,
        remedy: 'Run it by hand; most often a login has run out.',
      };
    case 'plugin-timeout':
      return {
        message: `${command} gave no credentials within ${failure.seconds} seconds.`,
        remedy: 'Run it by hand; it may be waiting for a login.',
      };
  }
}

function relayText(failure: Failed<'relay-missing' | 'relay-not-ready' | 'forward-failed'>): {
  readonly message: string;
  readonly remedy: string;
} {
  switch (failure.code) {
    case 'relay-missing':
      return {
        message: `There is no Service hubble-relay in the namespace ${printable(failure.namespace)}.`,
        remedy: 'Enable it (cilium hubble enable), or name the namespace of Cilium with --cilium-namespace.',
      };
    case 'relay-not-ready':
      return {
        message: `No pod of hubble-relay in the namespace ${printable(failure.namespace)} is ready (${failure.pods} seen).`,
        remedy: `See kubectl -n ${printable(failure.namespace)} get pods -l k8s-app=hubble-relay`,
      };
    case 'forward-failed':
      return {
        message: `The port-forward to ${printable(failure.pod)}:${failure.port} failed: ${printable(failure.detail)}.`,
        remedy: 'Name a relay that can be reached with --server, or try again.',
      };
  }
}

function serverText(
  failure: Exclude<
    ClusterFailure,
    Parameters<typeof kubeconfigText>[0] | Parameters<typeof pluginText>[0] | Parameters<typeof relayText>[0]
  >,
): { readonly message: string; readonly remedy: string } {
  const server = printable(failure.server);
  switch (failure.code) {
    case 'unreachable':
      return {
        message: `The API server ${server} cannot be reached: ${printable(failure.detail)}.`,
        remedy: 'Check that it runs and that the way to it is open, or name another with --context.',
      };
    case 'tls-unknown-authority':
      return {
        message: `The API server ${server} shows a certificate of an authority that the kubeconfig does not know: ${printable(failure.detail)}.`,
        remedy: "Put its authority into the cluster's certificate-authority-data; it may be another server.",
      };
    case 'tls-expired':
      return {
        message: `The certificate of the API server ${server} is not valid now: ${printable(failure.detail)}.`,
        remedy: "Renew it, or correct this machine's clock.",
      };
    case 'tls-wrong-name':
      return {
        message: `The certificate of the API server ${server} is for another name: ${printable(failure.detail)}.`,
        remedy: "Correct the cluster's server, or set its tls-server-name.",
      };
    case 'tls-failed':
      return {
        message: `No TLS with ${server}: ${printable(failure.detail)}.`,
        remedy: 'It may be a server without TLS (http://), or no API server.',
      };
    case 'unauthorized':
      return {
        message: `The API server ${server} does not accept the credentials${failure.context === '' ? '' : ` of the context ${printable(failure.context)}`}.`,
        remedy: 'Most often a token has run out: log in again.',
      };
    case 'not-kubernetes':
      return {
        message: `What answers at ${server} is no Kubernetes API: ${printable(failure.detail)}.`,
        remedy: "Correct the cluster's server in the kubeconfig, or name another context.",
      };
    case 'timeout':
      return {
        message: `The API server ${server} did not answer within ${failure.seconds} seconds.`,
        remedy: 'Try again, or give it longer with --request-timeout.',
      };
    case 'cut-off':
      return {
        message: `The API server ${server} ended the connection in the middle: ${printable(failure.detail)}.`,
        remedy: 'Try again.',
      };
    case 'server-error':
      return {
        message: `The API server ${server} answered with ${failure.status}: ${printable(failure.message)}.`,
        remedy: 'Try again; if it stays, ask those who run it.',
      };
    case 'too-large':
      return {
        message: `${server} gave more than is read: ${printable(failure.what)}, at most ${printable(failure.most)}.`,
        remedy: 'Use rendered files (--manifests) instead of the cluster.',
      };
    case 'no-cilium':
      return {
        message: `The cluster${server === '' ? '' : ` at ${server}`} has none of Cilium's kinds: Cilium is not installed there.`,
        remedy: 'Name the right cluster with --context, or install Cilium first.',
      };
    case 'forbidden':
      return {
        message: `The API server ${server} does not allow to ${printable(permissionName(failure.permission))}.`,
        remedy: `Grant it: ${printable(rbacRule(failure.permission))} (docs/rbac.md has the roles).`,
      };
  }
}
