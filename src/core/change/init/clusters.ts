import { BLANK_CLUSTER } from '../../catalog/defaults.ts';
import { type Cluster, DEFAULT_CATALOG, type Environment } from '../../catalog/index.ts';
import { environmentsOf } from '../../manifest/read.ts';
import { type AgentOptions, CILIUM_VERSIONS } from '../../model/options.ts';
import type { RepositoryRead, SourceFile } from '../../model/repository.ts';
import type { Classified } from './classify.ts';

/** The clusters of the repository, by its folders `clusters/<name>`. */
export function findClusters(files: readonly SourceFile[]): readonly Cluster[] {
  return environmentsOf(files.map(({ path }) => path))
    .filter((name) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    .map((name) => ({ ...BLANK_CLUSTER, name, environment: environmentOf(name) }));
}

/** How careful to be, by the name; most careful where it says nothing. */
function environmentOf(name: string): Environment {
  if (/^(?:dev|test|lab|sandbox|local|playground)/.test(name)) return 'dev';
  return /^(?:int|stag|stg|uat|qa|pre|canary)/.test(name) ? 'integration' : 'live';
}

const CHART = /^\s{0,20}chart:\s{1,4}["']?cilium["']?\s*$/m;
const VERSION = /^\s{0,20}version:\s{1,4}["']?v?(1\.\d{1,2})\./m;

/** The version of Cilium's chart, where a HelmRelease names one. */
export function findCilium(files: readonly SourceFile[]): Partial<AgentOptions> {
  for (const { text } of files) {
    const chart = text.includes('HelmRelease') ? CHART.exec(text) : null;
    const version =
      chart === null ? undefined : VERSION.exec(text.slice(chart.index, chart.index + 400))?.[1];
    const known = CILIUM_VERSIONS.find((one) => one === version);
    if (known !== undefined) return { version: known };
  }
  return {};
}

/**
 * Platform namespaces: without a profile, and with a policy of their own for all of their pods, or a file in the
 * platform's folder; and those of the default ones that are there without a profile.
 */
export function findPlatform(
  { own, labelPrefix }: Classified,
  reads: readonly RepositoryRead[],
  platformFolder: string,
): readonly string[] {
  const profiled = new Set<string>();
  const known = new Set<string>();
  for (const { namespaces } of reads) {
    for (const { name, labels } of namespaces) {
      known.add(name);
      if (Object.hasOwn(labels, `${labelPrefix ?? DEFAULT_CATALOG.labelPrefix}/profile`)) profiled.add(name);
    }
  }
  const owners = own.filter(
    ({ policy, spec }) =>
      policy.place.file.startsWith(`${platformFolder}/`) || spec.subject.selector.requirements.length === 0,
  );
  const { namespaces: usual } = DEFAULT_CATALOG.platform;
  const found = new Set([
    ...usual.filter((name) => known.has(name)),
    ...owners.map(({ policy }) => policy.namespace).sort(),
  ]);
  const all = [...found].filter((name) => !profiled.has(name));
  return all.length === 0 || isSame(all, usual) ? usual : all;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
