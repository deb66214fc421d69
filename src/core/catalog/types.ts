import type { LabelText } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';

/**
 * What one repository calls its profiles, resources and surroundings: the contents of `propolis.yaml` on top of
 * the defaults. Things with names are lists in the order of the file, defaults first.
 */
export interface Catalog {
  /** Labels are `PREFIX/profile`, `PREFIX/enforcement` and `access.PREFIX/RESOURCE`. */
  readonly labelPrefix: string;
  readonly profiles: readonly Profile[];
  readonly resources: readonly Resource[];
  readonly gateways: readonly Gateway[];
  /** The baselines that are rendered and that lint expects. */
  readonly baselines: readonly BaselineName[];
  readonly dns: PodsWithPorts;
  /** Who scrapes, and which ports of every pod it may scrape. */
  readonly prometheus: PodsWithPorts;
  readonly health: Health;
  readonly mesh: Mesh;
  /** Namespaces whose pods may talk to each other, and on which ports. Nobody else's may. */
  readonly intraNamespace: readonly IntraNamespace[];
  readonly platform: { readonly namespaces: readonly string[] };
  /** Addresses outside the cluster that policies may name, because they are written down here. */
  readonly externalRanges: readonly ExternalRange[];
  readonly paths: Paths;
  readonly clusters: readonly Cluster[];
  readonly hatch: HatchLimits;
  readonly alerts: AlertSettings;
  readonly guard: Guard;
  /** What the file says of the agent; `agentOptionsOf` adds the version's defaults. */
  readonly cilium: Partial<AgentOptions>;
}

export const BASELINES = ['dns-egress', 'health-probes', 'prometheus-scrape', 'kube-api-access'] as const;
export type BaselineName = (typeof BASELINES)[number];

export const PORT_PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

/** `5432/TCP`, or `1024-65535/TCP` with both ends included. */
export interface CatalogPort {
  readonly protocol: (typeof PORT_PROTOCOLS)[number];
  readonly port: number;
  readonly endPort?: number;
}

/** Pods by namespace and labels. No labels: every pod of the namespace. */
export interface Pods {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PodsWithPorts extends Pods {
  readonly ports: readonly CatalogPort[];
}

export interface ProfileBody {
  readonly description: string;
  /** Which gateways may come in, by name, and to which ports of the pods. */
  readonly ingress: readonly ProfileIngress[];
  /** What pods may reach besides DNS, which a baseline admits. */
  readonly egress: readonly ProfileEgress[];
}

export interface Profile extends ProfileBody {
  readonly name: string;
}

export interface ProfileIngress {
  readonly gateway: string;
  readonly ports: readonly CatalogPort[];
}

export interface ProfileEgress {
  readonly to: EgressTarget;
  readonly ports: readonly CatalogPort[];
}

/** In the file: `world`, `192.168.0.0/16`, `fqdn:*.example.com`. */
export type EgressTarget =
  | { readonly kind: 'entity'; readonly entity: CatalogEntity }
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'fqdn'; readonly pattern: string };

/** Entities that a profile or a resource may be: those that are no pods. */
export const CATALOG_ENTITIES = ['world', 'kube-apiserver', 'host', 'remote-node', 'ingress'] as const;
export type CatalogEntity = (typeof CATALOG_ENTITIES)[number];

export interface ResourceBody {
  readonly description: string;
  readonly target: ResourceTarget;
  /** The pods' ports, not the Service's. */
  readonly ports: readonly CatalogPort[];
}

/** Something shared that a namespace gets access to by a label. */
export interface Resource extends ResourceBody {
  readonly name: string;
}

export type ResourceTarget =
  | ({ readonly kind: 'pods' } & Pods)
  | { readonly kind: 'entity'; readonly entity: CatalogEntity };

export interface Gateway extends Pods {
  readonly name: string;
}

export const HEALTH_ENTITIES = ['health', 'host', 'remote-node', 'kube-apiserver'] as const;

/** Where probes come from. The ranges are for probes whose source address a mesh rewrites. */
export interface Health {
  readonly entities: readonly (typeof HEALTH_ENTITIES)[number][];
  readonly ranges: readonly string[];
}

/** Istio's ambient mode: pods of namespaces that take part speak HBONE, one TCP port, through ztunnel. */
export interface Mesh extends Pods {
  readonly ambient: boolean;
  readonly port: number;
}

export interface IntraNamespace {
  readonly name: string;
  readonly ports: readonly CatalogPort[];
}

export interface ExternalRangeBody {
  readonly description: string;
  readonly cidrs: readonly string[];
}

export interface ExternalRange extends ExternalRangeBody {
  readonly name: string;
}

/** Folders and files of the repository, relative to its root, with `/`. */
export interface Paths {
  /** Holds the next four. */
  readonly policies: string;
  /** Relative to `policies`, as the three after it. */
  readonly baselines: string;
  readonly profiles: string;
  readonly sharedResources: string;
  readonly platform: string;
  /** Where Namespaces are declared. */
  readonly namespaces: readonly string[];
  readonly alerts: string;
  readonly runbooks: string;
}

export const ENVIRONMENTS = ['dev', 'integration', 'live'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export interface ClusterBody {
  readonly environment: Environment;
  /** What of the repository this cluster gets. Empty: all of it. */
  readonly paths: readonly string[];
  /** Values for `${NAME}`, as Flux would substitute them. */
  readonly variables: Readonly<Record<string, string>>;
  /** `.env` files, ConfigMaps and Secrets with further values; `variables` win. */
  readonly variableFiles: readonly string[];
  /** A context of the kubeconfig; empty for none. */
  readonly context: string;
  /** The API server's URL, which the context must have before anything is written; empty to not check. */
  readonly server: string;
  /** Whether kubectl may write policies there. Absent: `mayWriteDirectly` says yes for dev only. */
  readonly directWrites?: boolean;
  readonly cilium: Partial<AgentOptions>;
}

export interface Cluster extends ClusterBody {
  readonly name: string;
}

/** The escape hatch. Times are in seconds; the file has `2h`, `30m`. */
export interface HatchLimits {
  readonly defaultSeconds: number;
  readonly maxSeconds: number;
  readonly reasonRequired: boolean;
  readonly ticketRequired: boolean;
  /** Environments where opening asks for a confirmation. */
  readonly confirmOn: readonly Environment[];
  /** When the warning and the critical alert fire. */
  readonly warnAfterSeconds: number;
  readonly criticalAfterSeconds: number;
  readonly reaper: Reaper;
}

/** A CronJob that closes what is past its time. */
export interface Reaper {
  readonly enabled: boolean;
  /** Where it runs. */
  readonly namespace: string;
  /** An image with Node, or one that has the command in it. */
  readonly image: string;
  readonly command: readonly string[];
  /** As cron writes it. */
  readonly schedule: string;
}

export const ALERT_FORMS = ['prometheus-rule', 'rules'] as const;

/** How the alerts are written; their times are the hatch's. */
export interface AlertSettings {
  /** An object of the Prometheus operator, or a file of rules that Prometheus reads itself. */
  readonly form: (typeof ALERT_FORMS)[number];
  /** Labels of the object, by which a Prometheus finds its rules. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where people read the runbooks: the URL of their folder. Empty: the folder's path in the repository. */
  readonly runbookUrl: string;
}

/** An admission rule by which only some may change the labels that policy depends on. */
export interface Guard {
  readonly enabled: boolean;
  /** Service accounts that may, as `namespace/name`: who applies what Git says. */
  readonly serviceAccounts: readonly string[];
}

/** Someone in a flow or a world: a namespace (empty for none) and identity labels. */
export interface Party {
  readonly namespace: string;
  readonly labels: readonly LabelText[];
}
