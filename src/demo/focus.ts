import { ACCESS_GRANTED, accessLabel, isPlatform } from '../core/catalog/index.ts';
import type { DemoCluster } from './cluster.ts';
import { mapAt } from './kubernetes/json.ts';
import { nameOf, namespaceOf } from './kubernetes/store.ts';

/** A namespace that something is worth seeing of, and a label that would open something for it. */
export interface Focus {
  readonly namespace: string;
  /** `key=value`; empty where everything is open. */
  readonly label: string;
}

/** Of the example the app that lacks a label; of any other repository the first app that has pods. */
export function focusOf({ api, catalog }: Pick<DemoCluster, 'api' | 'catalog'>): Focus {
  const peopled = new Set(api.store.list('Pod').map(namespaceOf));
  const apps = api.store
    .list('Namespace')
    .map(nameOf)
    .filter((name) => peopled.has(name) && !isPlatform(catalog, name) && name !== 'kube-system');
  const namespace = apps.find((name) => name === PREFERRED) ?? apps[0] ?? 'kube-system';
  const labels = mapAt(api.store.get('Namespace', '', namespace), 'metadata', 'labels');
  const keys = catalog.resources
    .filter(({ target }) => target.kind === 'pods')
    .map(({ name }) => accessLabel(catalog, name));
  const missing = keys.find((key) => !Object.hasOwn(labels, key));
  return { namespace, label: missing === undefined ? '' : `${missing}=${ACCESS_GRANTED}` };
}

const PREFERRED = 'zipline';
