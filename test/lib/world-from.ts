import { parseAllDocuments } from 'yaml';
import { worldName } from '../../src/core/engine/index.ts';
import { readPolicy } from '../../src/core/manifest/policy/read-policy.ts';
import type { RawObject } from '../../src/core/manifest/raw-object.ts';
import { formatCidr, parseAddressOrCidr } from '../../src/core/model/cidr.ts';
import { podIdentityLabels, RESERVED_IDENTITIES, reservedLabels } from '../../src/core/model/identity.ts';
import { type AgentOptions, agentOptions } from '../../src/core/model/options.ts';
import type { Policy } from '../../src/core/model/policy.ts';
import type { NamedPort } from '../../src/core/model/port.ts';
import type { CidrGroup, Endpoint, Service, World } from '../../src/core/model/world.ts';

export interface PodGiven {
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly NamedPort[];
  readonly cluster?: string;
}

/** A world in few words. */
export interface WorldGiven {
  /** YAML documents or plain objects, as the API server holds them. */
  readonly policies?: string | readonly unknown[];
  /** By `namespace/name`. */
  readonly pods?: Readonly<Record<string, PodGiven>>;
  /** Labels of namespaces, besides `kubernetes.io/metadata.name`. */
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Addresses outside the cluster that have an identity of their own. */
  readonly outside?: readonly string[];
  /** With labels written out: nodes with addresses, names from DNS. */
  readonly endpoints?: readonly Endpoint[];
  readonly services?: readonly Service[];
  readonly cidrGroups?: readonly CidrGroup[];
  readonly options?: Partial<AgentOptions>;
  /** Names of the policies that must be refused. All others must be in force. */
  readonly refused?: readonly string[];
}

/** Two namespaces, the cluster's DNS, and every reserved identity of the options' address families. */
export function worldFrom(given: WorldGiven): World {
  const options = agentOptions(given.options);
  const pods = Object.entries({ ...TOWN, ...given.pods }).map(([id, pod]) => podOf(id, pod, given, options));
  return {
    policies: policiesFrom(given.policies ?? [], options, given.refused),
    endpoints: [
      ...pods,
      ...reservedEndpoints(options),
      ...(given.outside ?? []).map((text) => outsideOf(text, options)),
      ...(given.endpoints ?? []),
    ],
    ...(given.services === undefined ? {} : { services: given.services }),
    ...(given.cidrGroups === undefined ? {} : { cidrGroups: given.cidrGroups }),
  };
}

const TOWN: Readonly<Record<string, PodGiven>> = {
  'a/x': { labels: { app: 'x' } },
  'a/y': { labels: { app: 'y' } },
  'b/x': { labels: { app: 'x' } },
  'kube-system/dns': { labels: { 'k8s-app': 'kube-dns' } },
};

function podOf(id: string, pod: PodGiven, given: WorldGiven, options: AgentOptions): Endpoint {
  const [namespace = ''] = id.split('/');
  return {
    id,
    labels: podIdentityLabels({
      namespace,
      podLabels: pod.labels ?? {},
      namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...given.namespaces?.[namespace] },
      cluster: pod.cluster ?? options.clusterName,
    }),
    ...(pod.ports === undefined ? {} : { ports: pod.ports }),
  };
}

function reservedEndpoints({ ipv4, ipv6 }: AgentOptions): readonly Endpoint[] {
  const isDual = ipv4 && ipv6;
  return Object.values(RESERVED_IDENTITIES)
    .filter((name) => (isDual ? name !== 'world' : !name.startsWith('world-')))
    .map((name) => ({ id: name, labels: reservedLabels(name) }));
}

/** An address outside that some policy or DNS answer has made known. */
export function outsideOf(text: string, options: AgentOptions): Endpoint {
  const cidr = parseAddressOrCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no address and no prefix`);
  return {
    id: text,
    labels: [`cidr:${formatCidr(cidr)}`, `reserved:${worldName(cidr.family, options)}`],
  };
}

/** Reads policies through both gates. @throws when one is refused that was not to be, or the other way round */
export function policiesFrom(
  given: string | readonly unknown[],
  options: AgentOptions,
  refused: readonly string[] = [],
): readonly Policy[] {
  const values = typeof given === 'string' ? documentsOf(given) : given;
  return values.flatMap((value, i) => {
    const file = `policy-${i}.yaml`;
    const raw: RawObject = { value, file, locate: () => ({ file, line: 1, column: 1 }) };
    const { policy, problems } = readPolicy(raw, options);
    const name = String((value as { metadata?: { name?: unknown } }).metadata?.name);
    if (refused.includes(name) !== (policy === undefined)) {
      throw new Error(`${name} is ${policy === undefined ? JSON.stringify(problems) : 'in force'}`);
    }
    return policy === undefined ? [] : [policy];
  });
}

function documentsOf(text: string): readonly unknown[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors ?? [];
    if (error !== undefined) throw error;
    const value = document.toJS() as unknown;
    return value === null ? [] : [value];
  });
}
