/** What a document looks like before it is parsed. */
export interface Screening {
  /** The `kind` that it seems to have; empty where only parsing would tell. */
  readonly kind: string;
  /** Whether it may hold an object that matters to the reader. */
  readonly matters: boolean;
  /** Whether it seems to be encrypted with SOPS. */
  readonly encrypted: boolean;
}

/** Kinds that are read. Everything else is counted and left unparsed, since parsing is what costs time. */
export const KINDS_READ: readonly string[] = [
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'NetworkPolicy',
  'CiliumCIDRGroup',
  'Namespace',
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Service',
  'EndpointSlice',
  // Policies that are only named.
  'ClusterNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'GlobalNetworkPolicy',
  // What makes manifests what they become in a cluster.
  'Kustomization',
  'Component',
  'ResourceSet',
  'ResourceSetInputProvider',
  'Application',
  'ApplicationSet',
];

const READ: ReadonlySet<string> = new Set(KINDS_READ);
// The `kind` of a block map stands in the first column, and nothing else there can: scalars are indented.
const TOP_KIND = /^kind:[ \t]+["']?([A-Za-z0-9]+)["']?[ \t]*(?:#.*)?\r?$/m;
const ANY_KIND = new RegExp(
  `["']?kind["']?[ \\t]*:[ \\t\\r\\n]*(?:[&!][^ \\t\\r\\n]{1,80}[ \\t]+)?["']?` +
    `(?:(?:${KINDS_READ.join('|')})(?:List)?\\b|List\\b|\\*|\\{\\{|<<|HelmRelease\\b)`,
);
const FLOW_START = /^[\s\uFEFF-]{0,40}[{[]/;
const SOPS = /(?:^|\n)sops:|"sops"[ \t]*:/;

/**
 * Looks at a document's text. In doubt it matters: a document in flow style, as JSON or as a list is judged by
 * whether the name of any kind of interest follows a `kind` in it.
 */
export function screen(text: string): Screening {
  const encrypted = text.includes('ENC[') && SOPS.test(text);
  const top = FLOW_START.test(text) ? null : TOP_KIND.exec(text);
  const kind = top?.[1] ?? '';
  if (kind !== '' && !kind.endsWith('List')) {
    return { kind, matters: READ.has(kind), encrypted };
  }
  return { kind, matters: ANY_KIND.test(text), encrypted };
}
