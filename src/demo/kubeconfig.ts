import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../core/catalog/index.ts';

export interface KubeconfigOptions {
  readonly folder: string;
  readonly catalog: Catalog;
  /** Of the cluster that is served: the current context. */
  readonly clusterName: string | undefined;
  readonly server: string;
  readonly token: string | undefined;
  /** In PEM, of an API server that speaks TLS. */
  readonly certificateAuthority: string | undefined;
}

/** The context where the catalog names none. */
export const CONTEXT = 'propolis-demo';

export interface WrittenKubeconfig {
  readonly path: string;
  readonly context: string;
}

/**
 * Writes a kubeconfig with a context for each of the catalog's clusters, named as there. All lead to the one server.
 * JSON is YAML.
 */
export function writeKubeconfig(options: KubeconfigOptions): WrittenKubeconfig {
  const { folder, catalog, clusterName, server, token, certificateAuthority } = options;
  const known = catalog.clusters.filter(({ context }) => context !== '');
  const current = known.find(({ name }) => name === clusterName)?.context ?? known[0]?.context ?? CONTEXT;
  const names = [...new Set([current, ...known.map(({ context }) => context)])];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [
      {
        name: CONTEXT,
        cluster: {
          server,
          ...(certificateAuthority === undefined
            ? {}
            : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') }),
        },
      },
    ],
    users: [{ name: CONTEXT, user: token === undefined ? {} : { token } }],
    contexts: names.map((name) => ({ name, context: { cluster: CONTEXT, user: CONTEXT } })),
  };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'kubeconfig');
  // It may hold a token.
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return { path, context: current };
}
