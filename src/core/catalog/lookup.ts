import { hasReserved, kubernetesLabel, type LabelText } from '../model/label.ts';
import { type AgentOptions, agentOptions } from '../model/options.ts';
import type { Protocol } from '../model/port.ts';
import type {
  Catalog,
  CatalogPort,
  Cluster,
  EgressTarget,
  Gateway,
  Party,
  Pods,
  Profile,
  Resource,
} from './types.ts';

/** The value of an access label that grants; any other value grants nothing. */
export const ACCESS_GRANTED = 'true';
/** The value of the enforcement label that opens the escape hatch. */
export const ENFORCEMENT_DISABLED = 'disabled';

export function profileLabel(catalog: Catalog): string {
  return `${catalog.labelPrefix}/profile`;
}

export function enforcementLabel(catalog: Catalog): string {
  return `${catalog.labelPrefix}/enforcement`;
}

/** Annotations of a namespace that stands open: who, why, and for how long. */
export interface HatchAnnotations {
  readonly reason: string;
  readonly ticket: string;
  /** Who opened it, as the API server knows them. */
  readonly by: string;
  /** Times of RFC 3339. */
  readonly since: string;
  readonly until: string;
  /** `until` in seconds since 1970: alerts compare it with the time. */
  readonly untilUnix: string;
}

export function hatchAnnotations({ labelPrefix }: Pick<Catalog, 'labelPrefix'>): HatchAnnotations {
  const key = (name: string): string => `${labelPrefix}/enforcement-${name}`;
  return {
    reason: key('reason'),
    ticket: key('ticket'),
    by: key('by'),
    since: key('since'),
    until: key('until'),
    untilUnix: key('until-unix'),
  };
}

/** All of them, to be taken away together. */
export function hatchAnnotationKeys(catalog: Pick<Catalog, 'labelPrefix'>): readonly string[] {
  const { reason, ticket, by, since, until, untilUnix } = hatchAnnotations(catalog);
  return [reason, ticket, by, since, until, untilUnix];
}

/** The label's key for a resource, by its name. */
export function accessLabel(catalog: Catalog, resource: string): string {
  return `access.${catalog.labelPrefix}/${resource}`;
}

export function findProfile(catalog: Catalog, name: string): Profile | undefined {
  return catalog.profiles.find((profile) => profile.name === name);
}

export function findResource(catalog: Catalog, name: string): Resource | undefined {
  return catalog.resources.find((resource) => resource.name === name);
}

export function findCluster(catalog: Catalog, name: string): Cluster | undefined {
  return catalog.clusters.find((cluster) => cluster.name === name);
}

export function isPlatform(catalog: Catalog, namespace: string): boolean {
  return catalog.platform.namespaces.includes(namespace);
}

/** The resource that a destination is: its pods or its entity, on one of its ports. */
export function resourceAt(
  catalog: Catalog,
  to: Party & { readonly port: number; readonly protocol: Protocol },
): Resource | undefined {
  return catalog.resources.find(
    ({ target, ports }) =>
      hasPort(ports, to.protocol, to.port) &&
      (target.kind === 'pods' ? arePods(target, to) : hasReserved(to.labels, target.entity)),
  );
}

export function gatewayOf(catalog: Catalog, party: Party): Gateway | undefined {
  return catalog.gateways.find((gateway) => arePods(gateway, party));
}

export function isDns(catalog: Catalog, party: Party): boolean {
  return arePods(catalog.dns, party);
}

export function isPrometheus(catalog: Catalog, party: Party): boolean {
  return arePods(catalog.prometheus, party);
}

/** Whether a list of ports has this one. */
export function hasPort(ports: readonly CatalogPort[], protocol: Protocol, port: number): boolean {
  return ports.some(
    (range) => range.protocol === protocol && range.port <= port && port <= (range.endPort ?? range.port),
  );
}

/** How a cluster's agents judge: the version's defaults, the catalog's options, then the cluster's own. */
export function agentOptionsOf(catalog: Catalog, cluster?: Cluster): AgentOptions {
  return agentOptions({ ...catalog.cilium, ...cluster?.cilium });
}

export function mayWriteDirectly(cluster: Cluster): boolean {
  return cluster.directWrites ?? cluster.environment === 'dev';
}

/** Whether a party is one of these pods. */
export function arePods(pods: Pods, party: Party): boolean {
  return party.namespace === pods.namespace && hasLabels(party.labels, pods.labels);
}

function hasLabels(labels: readonly LabelText[], wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => kubernetesLabel(labels, key) === value);
}

/** Where a profile lets traffic out to, as a catalog writes it: `world`, `10.0.0.0/8`, `fqdn:*.example.com`. */
export function egressTargetText(to: EgressTarget): string {
  switch (to.kind) {
    case 'entity':
      return to.entity;
    case 'cidr':
      return to.cidr;
    case 'fqdn':
      return `fqdn:${to.pattern}`;
  }
}
