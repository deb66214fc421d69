import type { Catalog, Gateway, Pods } from '../../core/catalog/index.ts';
import { readRepository } from '../../core/manifest/read.ts';
import type { RepositoryRead, SourceFile, Workload } from '../../core/model/repository.ts';
import type { Stray } from '../agents/agents.ts';
import type { Setup } from '../repository.ts';
import { type Talk, TRAFFIC } from './homelab.ts';
import { ROUND_SECONDS } from './live.ts';
import { OUTSIDERS } from './outsiders.ts';

/** Pods of the example that were there before Cilium; each runs where its namespace is. */
export const STRAYS: readonly Stray[] = [
  { namespace: 'jellyfin', name: 'old-remote', ip: OUTSIDERS['pod without an identity']?.ip ?? '' },
];

/** Who talks to whom: the example's own talks for the example, else what the labels and ports of a repository suggest. */
export function talksOf(files: readonly SourceFile[], { catalog, readOptions }: Setup): readonly Talk[] {
  const read = readRepository(files, readOptions);
  const workloads = new Set(read.workloads.map(({ namespace, name }) => `${namespace}/${name}`));
  const pods = [...new Set(TRAFFIC.flatMap(({ from, to }) => [from, to]))].filter((name) =>
    name.includes('/'),
  );
  const known = pods.filter((name) => workloads.has(name));
  return known.length > pods.length / 2 ? TRAFFIC : suggestedTalks(read, catalog);
}

const INTERNET = ['api.github.com', 'registry.npmjs.org', 'feeds.example.org'] as const;
/** Of a large repository not everybody takes part. */
const APPS_MAX = 200;

/**
 * Every app looks up names, is scraped and probed, is visited through the gateways, and reaches for the shared
 * resources and the internet, whether it may or not: that is for the policies to say.
 */
function suggestedTalks({ workloads: all }: RepositoryRead, catalog: Catalog): readonly Talk[] {
  const workloads = all.filter(({ hostNetwork }) => !hostNetwork);
  const apps = workloads.filter(({ namespace }) => !catalog.platform.namespaces.includes(namespace));
  const talksOfApp = apps
    .slice(0, APPS_MAX)
    .map((app, i) => [...outgoing(app, i, workloads, catalog), ...incoming(app, i, workloads, catalog)]);
  const visitors = catalog.gateways.flatMap((gateway) =>
    idsOf(gateway, workloads).map(
      (to): Talk => ({ from: visitorOf(gateway), to, port: 443, at: times(30, 5) }),
    ),
  );
  return [...talksOfApp.flat(), ...visitors];
}

function outgoing(
  app: Workload,
  i: number,
  workloads: readonly Workload[],
  catalog: Catalog,
): readonly Talk[] {
  const from = idOf(app);
  const dns = idsOf(catalog.dns, workloads).map(
    (to): Talk => ({ from, to, port: 53, protocol: 'UDP', at: times(60, 1 + i) }),
  );
  const resources = catalog.resources.flatMap(({ target, ports: [first] }): readonly Talk[] => {
    if (first === undefined) return [];
    const names = target.kind === 'pods' ? idsOf(target, workloads) : [target.entity].filter(isOutsider);
    return names.map((to) => ({ from, to, port: first.port, at: times(100, 10 + i) }));
  });
  const name = INTERNET[i % INTERNET.length] ?? INTERNET[0];
  return [...dns, ...resources, { from, to: name, port: 443, at: times(75, 30 + i) }];
}

function incoming(
  app: Workload,
  i: number,
  workloads: readonly Workload[],
  catalog: Catalog,
): readonly Talk[] {
  const to = idOf(app);
  const port = portOf(app);
  if (port === undefined) return [];
  const scrapes = idsOf(catalog.prometheus, workloads).map(
    (from): Talk => ({ from, to, port, at: times(60, 20 + i) }),
  );
  const visits = catalog.gateways
    .flatMap((gateway) => idsOf(gateway, workloads))
    .map((from): Talk => ({ from, to, port, at: times(90, 6 + i) }));
  return [...scrapes, ...visits, { from: 'host', to, port, at: times(60, 40 + i) }];
}

/** Of workloads, the first that pods of this kind are of; it is enough to be reached. */
function idsOf({ namespace, labels }: Pods, workloads: readonly Workload[]): readonly string[] {
  const found = workloads.find(
    (workload) =>
      workload.namespace === namespace &&
      Object.entries(labels).every(([key, value]) => workload.podLabels[key] === value),
  );
  return found === undefined ? [] : [idOf(found)];
}

function idOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}

function isOutsider(name: string): boolean {
  return Object.hasOwn(OUTSIDERS, name);
}

function visitorOf({ name }: Gateway): string {
  return name.includes('internal') ? 'phone in the house' : 'reader on the internet';
}

function portOf({ containerPorts }: Workload): number | undefined {
  const tcp = containerPorts.find((text) => text.startsWith('TCP/'));
  return tcp === undefined ? undefined : Number(tcp.slice('TCP/'.length));
}

function times(every: number, offset: number): readonly number[] {
  const first = offset % every;
  return Array.from(
    { length: Math.floor((ROUND_SECONDS - 1 - first) / every) + 1 },
    (_, i) => first + i * every,
  );
}
