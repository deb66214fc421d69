import type { Permission } from './cluster.ts';

/** Why a cluster cannot be asked. The wording is in `report/words/cluster-error.ts`. */
export type ClusterFailure =
  /** No kubeconfig in any of the places where one is looked for. */
  | { readonly code: 'no-kubeconfig'; readonly looked: readonly string[] }
  /** `detail`: what the system or the YAML parser said. */
  | { readonly code: 'kubeconfig-unreadable'; readonly file: string; readonly detail: string }
  | { readonly code: 'kubeconfig-invalid'; readonly file: string; readonly detail: string }
  /** The kubeconfig says no current context. */
  | { readonly code: 'no-context'; readonly known: readonly string[] }
  | { readonly code: 'unknown-context'; readonly context: string; readonly known: readonly string[] }
  /** A context that names a cluster or a user that the kubeconfig does not have. */
  | {
      readonly code: 'context-incomplete';
      readonly context: string;
      readonly lacks: 'cluster' | 'user';
      readonly name: string;
    }
  | { readonly code: 'credential-unreadable'; readonly file: string; readonly detail: string }
  | { readonly code: 'unreachable'; readonly server: string; readonly detail: string }
  | {
      readonly code: 'tls-unknown-authority' | 'tls-expired' | 'tls-wrong-name' | 'tls-failed';
      readonly server: string;
      readonly detail: string;
    }
  /** The server took the request and not whoever made it: 401. */
  | { readonly code: 'unauthorized'; readonly server: string; readonly context: string }
  | { readonly code: 'plugin-missing'; readonly command: string; readonly hint: string }
  | { readonly code: 'plugin-failed'; readonly command: string; readonly detail: string }
  | { readonly code: 'plugin-timeout'; readonly command: string; readonly seconds: number }
  /** Something answers there, and it is no Kubernetes API. */
  | { readonly code: 'not-kubernetes'; readonly server: string; readonly detail: string }
  | { readonly code: 'timeout'; readonly server: string; readonly seconds: number }
  /** The connection ended in the middle of an answer. */
  | { readonly code: 'cut-off'; readonly server: string; readonly detail: string }
  /** Any other refusal, in the API server's own words. */
  | {
      readonly code: 'server-error';
      readonly server: string;
      readonly status: number;
      readonly message: string;
    }
  | { readonly code: 'too-large'; readonly server: string; readonly what: string; readonly most: string }
  /** None of Cilium's kinds is there. */
  | { readonly code: 'no-cilium'; readonly server: string }
  /** No Service of the relay, or no pod of it that is ready. */
  | { readonly code: 'relay-missing'; readonly namespace: string }
  | { readonly code: 'relay-not-ready'; readonly namespace: string; readonly pods: number }
  | { readonly code: 'forbidden'; readonly server: string; readonly permission: Permission }
  | { readonly code: 'forward-failed'; readonly pod: string; readonly port: number; readonly detail: string };

export type ClusterFailureCode = ClusterFailure['code'];

/** A cluster did not answer. Its message is for logs; the wording for people is in `report/`. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly failure: ClusterFailure;

  constructor(failure: ClusterFailure) {
    super(failure.code);
    this.failure = failure;
  }
}
