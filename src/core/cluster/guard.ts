import { type Catalog, type Cluster, type Environment, mayWriteDirectly } from '../catalog/index.ts';
import type { ClusterIdentity } from '../model/cluster.ts';

/** Which of the catalog's clusters a context leads to. */
export type ClusterMatch =
  | { readonly kind: 'known'; readonly cluster: Cluster }
  /** Neither its context nor its server is in the catalog. */
  | { readonly kind: 'unknown' }
  /** The context has the name of one, and leads to another server: it may be another cluster. */
  | { readonly kind: 'mismatch'; readonly cluster: Cluster };

/**
 * Finds a cluster by what is harder to mistake: its server where the catalog names one, else its context. Names of
 * contexts are each user's own, so a context of another name is fine where the server is right, and a context of the
 * right name is not where the server is another.
 */
export function matchCluster({ context, server }: ClusterIdentity, { clusters }: Catalog): ClusterMatch {
  const url = normalUrl(server);
  const byServer = clusters.filter((cluster) => cluster.server !== '' && normalUrl(cluster.server) === url);
  const byContext = context === '' ? [] : clusters.filter((cluster) => cluster.context === context);
  const both = byServer.find((cluster) => byContext.includes(cluster));
  const [named] = byContext;
  // Of several names of one server, and none of them this context's, the one that allows the least.
  const likely = byServer.find((cluster) => !mayWriteDirectly(cluster)) ?? byServer[0];
  const found = both ?? (named === undefined || named.server === '' ? (likely ?? named) : undefined);
  if (found !== undefined) {
    // The name says one cluster and the server another.
    if (named !== undefined && !byContext.includes(found)) return { kind: 'mismatch', cluster: named };
    return { kind: 'known', cluster: found };
  }
  return named === undefined ? { kind: 'unknown' } : { kind: 'mismatch', cluster: named };
}

/** Why nothing is written to a cluster. */
export type WriteRefusal =
  | { readonly code: 'cluster-unknown'; readonly identity: ClusterIdentity }
  | { readonly code: 'server-mismatch'; readonly identity: ClusterIdentity; readonly cluster: Cluster }
  | { readonly code: 'through-git'; readonly cluster: Cluster; readonly environment: Environment };

/** Whether a cluster may be written directly. @returns undefined where it may */
export function refuseWrite(identity: ClusterIdentity, catalog: Catalog): WriteRefusal | undefined {
  const match = matchCluster(identity, catalog);
  switch (match.kind) {
    case 'unknown':
      return { code: 'cluster-unknown', identity };
    case 'mismatch':
      return { code: 'server-mismatch', identity, cluster: match.cluster };
    case 'known':
      return mayWriteDirectly(match.cluster)
        ? undefined
        : { code: 'through-git', cluster: match.cluster, environment: match.cluster.environment };
  }
}

/** `https://API.example.com:443/` and `https://api.example.com` are one server. */
function normalUrl(text: string): string {
  const found = /^(https?):\/\/([^/?#]+)([^?#]*)/i.exec(text.trim());
  if (found === null) return text;
  const [, scheme = '', authority = '', path = ''] = found;
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const host = authority.toLowerCase();
  return `${scheme.toLowerCase()}://${host.endsWith(port) ? host.slice(0, -port.length) : host}${path.replace(/\/+$/, '')}`;
}
