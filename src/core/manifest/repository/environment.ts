import { PropolisError } from '../../model/errors.ts';
import type { Place } from '../../model/place.ts';

/** Which files a reading is about: those of one cluster, where the repository has several. */
export interface Selection {
  /** Whether a file is read for itself. Others are read only where a kustomization includes them. */
  includes(path: string): boolean;
  /** Whether a file belongs to a cluster that was not taken. */
  isElsewhere(path: string): boolean;
  /** The cluster that was taken, where there was a choice. */
  readonly environment: string | undefined;
}

/** Folders beside the clusters that all of them share. */
const SHARED: ReadonlySet<string> = new Set([
  'base',
  'bases',
  'common',
  'shared',
  'components',
  'templates',
  '_base',
]);
/** Which one is meant where nobody says: the one that people use. */
const PREFERRED: readonly string[] = ['live', 'production', 'prod', 'main'];

/** The clusters of a repository by its folders `clusters/<name>`, anywhere in it, sorted. */
export function environmentsOf(paths: Iterable<string>): readonly string[] {
  const names = new Set<string>();
  for (const path of paths) {
    const name = environmentOf(path);
    if (name !== undefined) names.add(name);
  }
  return [...names].sort();
}

/**
 * Chooses the files of one environment.
 *
 * @param weigh how many documents of interest a file has: without a better clue, the cluster with most is taken
 * @throws PropolisError `unknown-environment` where the asked one has no folder though others have
 */
export function selectFiles(
  paths: readonly string[],
  options: { readonly environment?: string; readonly paths?: readonly string[] },
  weigh: (path: string) => number,
): Selection {
  const prefixes = options.paths?.map((prefix) => prefix.replace(/^(?:\.\/)+/, '').replace(/\/+$/, ''));
  const isAsked = (path: string): boolean =>
    prefixes === undefined ||
    prefixes.some(
      (prefix) => prefix === '' || prefix === '.' || path === prefix || path.startsWith(`${prefix}/`),
    );
  const asked = paths.filter(isAsked);
  const names = environmentsOf(asked);
  if (options.environment !== undefined && names.length > 0 && !names.includes(options.environment)) {
    if (prefixes === undefined) throw unknownEnvironment(options.environment, names);
    // Whoever names the paths of a cluster may call it something else than its folder.
    return { includes: isAsked, isElsewhere: () => false, environment: undefined };
  }
  const chosen = options.environment ?? choose(asked, names, weigh);
  const isElsewhere = (path: string): boolean => ![undefined, chosen].includes(environmentOf(path));
  return {
    includes: (path) => isAsked(path) && !isElsewhere(path),
    isElsewhere,
    environment: names.length > 1 ? chosen : undefined,
  };
}

/** Whether a path goes through a folder that is named like what people use. */
export function looksLikeProduction(path: string): boolean {
  return path.split('/').some((step) => PREFERRED.includes(step));
}

/** The place to name for a choice: the first file of the cluster. */
export function placeOfEnvironment(paths: readonly string[], environment: string): Place {
  const file = paths.find((path) => environmentOf(path) === environment) ?? '';
  return { file, line: 1, column: 1 };
}

function environmentOf(path: string): string | undefined {
  const steps = path.split('/');
  const at = steps.indexOf('clusters');
  const name = at === -1 ? undefined : steps[at + 1];
  // The last step is the file itself.
  return name === undefined || at + 2 >= steps.length || SHARED.has(name) ? undefined : name;
}

function choose(
  paths: readonly string[],
  names: readonly string[],
  weigh: (path: string) => number,
): string | undefined {
  const preferred = PREFERRED.find((name) => names.includes(name));
  if (preferred !== undefined || names.length < 2) return preferred ?? names[0];
  const weights = new Map<string, number>();
  for (const path of paths) {
    const name = environmentOf(path);
    if (name !== undefined) weights.set(name, (weights.get(name) ?? 0) + weigh(path));
  }
  return [...names].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0))[0];
}

function unknownEnvironment(environment: string, names: readonly string[]): PropolisError {
  return new PropolisError('unknown-environment', { value: environment, expected: names.join(', ') });
}
