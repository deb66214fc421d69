import { asList, asText, field, fieldAt, textAt } from '../manifest/yaml/fields.ts';
import type { ClusterObject } from '../model/cluster.ts';
import {
  type AgentOptions,
  CILIUM_VERSIONS,
  type CiliumVersion,
  ENFORCEMENT_MODES,
} from '../model/options.ts';
import { CILIUM_CONFIG } from './read.ts';
import { type ClusterState, objectsOf } from './state.ts';

/** What a cluster says of its agents. */
export interface ClusterAgent {
  /** The version of their image, such as `1.19.4`; empty where no agent's pod could be read. */
  readonly version: string;
  /** Whether that version's rules are known; else the nearest ones are taken. */
  readonly isVersionKnown: boolean;
  /** Options that the cluster's own configuration sets, and the version. */
  readonly options: Partial<AgentOptions>;
}

/**
 * Reads the agents' version from the image of their pods, and their options from the ConfigMap `cilium-config` by the
 * names of the agent's flags. What is not there, or has a value that the agent would not take, is left out.
 */
export function agentOf(state: Pick<ClusterState, 'objects'>, ciliumNamespace: string): ClusterAgent {
  const version = versionOf(objectsOf(state, 'Pod'), ciliumNamespace);
  const known = version === '' ? undefined : nearestVersion(version);
  const config = objectsOf(state, 'ConfigMap').find(
    ({ metadata }) => metadata.name === CILIUM_CONFIG && metadata.namespace === ciliumNamespace,
  );
  return {
    version,
    isVersionKnown: known !== undefined && version.startsWith(`${known}.`),
    options: { ...(known === undefined ? {} : { version: known }), ...configOptions(config) },
  };
}

function versionOf(pods: readonly ClusterObject[], ciliumNamespace: string): string {
  for (const pod of pods) {
    if (pod.metadata.namespace !== ciliumNamespace) continue;
    if (textAt(pod, ['metadata', 'labels', 'k8s-app']) !== 'cilium') continue;
    for (const container of asList(fieldAt(pod, ['spec', 'containers'])) ?? []) {
      if (asText(field(container, 'name')) !== 'cilium-agent') continue;
      // quay.io/cilium/cilium:v1.19.4@sha256:…
      const found = /:v?(\d{1,3}\.\d{1,3}\.\d{1,3}(?:-[0-9A-Za-z.-]{1,40})?)(?:@|$)/.exec(
        asText(field(container, 'image')) ?? '',
      );
      if (found?.[1] !== undefined) return found[1];
    }
  }
  return '';
}

/** The rules to judge by: the version's own, or those of the nearest one that is known. */
function nearestVersion(version: string): CiliumVersion | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const numbered = CILIUM_VERSIONS.filter((known) => known !== 'main');
  const exact = numbered.find((known) => known === `${major}.${minor}`);
  if (exact !== undefined) return exact;
  const minors = numbered.map((known) => Number(known.split('.')[1]));
  return major === 1 && minor < Math.min(...minors) ? numbered[0] : 'main';
}

type Settings = (name: string) => string | undefined;

function configOptions(config: ClusterObject | undefined): Partial<AgentOptions> {
  if (config === undefined) return {};
  const setting: Settings = (name) => textAt(config, ['data', name]);
  const enforcement = ENFORCEMENT_MODES.find((mode) => mode === setting('enable-policy')?.toLowerCase());
  const localhost = (['auto', 'always', 'policy'] as const).find(
    (mode) => mode === setting('allow-localhost'),
  );
  const clusterName = setting('cluster-name');
  const cidrMatchMode = setting('policy-cidr-match-mode');
  return {
    ...(enforcement === undefined ? {} : { enforcement }),
    ...(localhost === undefined ? {} : { allowLocalhost: localhost }),
    ...(clusterName === undefined || clusterName === '' ? {} : { clusterName }),
    ...(cidrMatchMode === undefined ? {} : { cidrMatchMode: matchModes(cidrMatchMode) }),
    ...flags(setting),
  };
}

function matchModes(text: string): readonly ('nodes' | 'pods')[] {
  const words = text.split(/[\s,]+/);
  return (['nodes', 'pods'] as const).filter((mode) => words.includes(mode));
}

/** Flags that are on or off, by the agent's names. */
const FLAGS = {
  defaultLocalCluster: 'policy-default-local-cluster',
  hostFirewall: 'enable-host-firewall',
  ipv4: 'enable-ipv4',
  ipv6: 'enable-ipv6',
  nodeSelectorLabels: 'enable-node-selector-labels',
  extendedProtocols: 'enable-extended-ip-protocols',
  icmpRules: 'enable-icmp-rules',
  l7Proxy: 'enable-l7-proxy',
  nonDefaultDeny: 'enable-non-default-deny-policies',
} as const satisfies Partial<Record<keyof AgentOptions, string>>;

function flags(setting: Settings): Partial<AgentOptions> {
  const found: { -readonly [name in keyof typeof FLAGS]?: boolean } = {};
  for (const name of Object.keys(FLAGS) as readonly (keyof typeof FLAGS)[]) {
    const value = setting(FLAGS[name]);
    if (value === 'true' || value === 'false') found[name] = value === 'true';
  }
  return found;
}
