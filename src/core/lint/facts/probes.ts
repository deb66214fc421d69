import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  ENFORCEMENT_DISABLED,
  enforcementLabel,
  type Pods,
  profileLabel,
} from '../../catalog/index.ts';
import { type EndpointIndex, worldName } from '../../engine/index.ts';
import { podIdentityLabels } from '../../model/identity.ts';
import type { AgentOptions } from '../../model/options.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import type { Endpoint } from '../../model/world.ts';

/**
 * Pods that stand for what the catalog talks about. Their namespaces have names that no cluster can have, and one
 * label each, so that whatever reaches them does so by that label.
 */
export interface Probes {
  /** In a namespace without any label: what the baselines alone do. */
  readonly blank: EndpointIndex;
  /** By profile. */
  readonly profiles: ReadonlyMap<string, EndpointIndex>;
  /** By resource: a pod whose namespace has access. */
  readonly access: ReadonlyMap<string, EndpointIndex>;
  /** In a namespace with enforcement disabled. */
  readonly hatch: EndpointIndex;
  readonly dns: EndpointIndex;
  readonly prometheus: EndpointIndex;
  /** By gateway. */
  readonly gateways: ReadonlyMap<string, EndpointIndex>;
  /** By resource that is pods. */
  readonly targets: ReadonlyMap<string, EndpointIndex>;
  /** The address that Istio's ambient mode gives to kubelet's probes. */
  readonly meshProbe: EndpointIndex;
}

/** Istio rewrites the source of probes to this (istio/istio#49277). */
export const MESH_PROBE_ADDRESS = '169.254.7.127';

export function probesOf({
  read,
  catalog,
  agent,
  first,
}: {
  readonly read: RepositoryRead;
  readonly catalog: Catalog;
  readonly agent: AgentOptions;
  /** The index of the first probe. */
  readonly first: number;
}): { readonly endpoints: readonly Endpoint[]; readonly probes: Probes } {
  const endpoints: Endpoint[] = [];
  const add = (endpoint: Endpoint): EndpointIndex => first + endpoints.push(endpoint) - 1;
  const labelled = (name: string, namespaceLabels: Readonly<Record<string, string>>): EndpointIndex =>
    add({
      id: `(${name})`,
      labels: podIdentityLabels({
        namespace: `(${name})`,
        podLabels: {},
        namespaceLabels,
        cluster: agent.clusterName,
      }),
    });
  const pods = (name: string, { namespace, labels }: Pods): EndpointIndex =>
    add({
      id: `(${name})`,
      labels: podIdentityLabels({
        namespace,
        podLabels: labels,
        namespaceLabels: read.namespaces.find((known) => known.name === namespace)?.labels ?? {},
        cluster: agent.clusterName,
      }),
    });
  const probes: Probes = {
    blank: labelled('no label', {}),
    profiles: new Map(
      catalog.profiles.map(({ name }) => [
        name,
        labelled(`profile ${name}`, { [profileLabel(catalog)]: name }),
      ]),
    ),
    access: new Map(
      catalog.resources.map(({ name }) => [
        name,
        labelled(`access ${name}`, { [accessLabel(catalog, name)]: ACCESS_GRANTED }),
      ]),
    ),
    hatch: labelled('enforcement disabled', { [enforcementLabel(catalog)]: ENFORCEMENT_DISABLED }),
    dns: pods('DNS', catalog.dns),
    prometheus: pods('Prometheus', catalog.prometheus),
    gateways: new Map(
      catalog.gateways.map((gateway) => [gateway.name, pods(`gateway ${gateway.name}`, gateway)]),
    ),
    targets: new Map(
      catalog.resources.flatMap(({ name, target }) =>
        target.kind === 'pods' ? [[name, pods(`resource ${name}`, target)] as const] : [],
      ),
    ),
    meshProbe: add({
      id: MESH_PROBE_ADDRESS,
      labels: [`cidr:${MESH_PROBE_ADDRESS}/32`, `reserved:${worldName(4, agent)}`],
    }),
  };
  return { endpoints, probes };
}
