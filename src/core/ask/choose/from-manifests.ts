import type { Catalog, Gateway, Resource } from '../../catalog/index.ts';
import { baseName, directoryOf, KUSTOMIZATION_FILES } from '../../manifest/kustomize/paths.ts';
import {
  DEFAULT_LIMITS,
  type IndexedDocument,
  type IndexedFile,
  indexFiles,
} from '../../manifest/repository/index-files.ts';
import { asList, asText, field, fieldAt, textAt, textList } from '../../manifest/yaml/fields.ts';
import type { RepositoryRead, SourceFile } from '../../model/repository.ts';
import type { Service } from '../../model/world.ts';
import { needList } from './collect.ts';
import type { Needs } from './types.ts';

export interface ManifestInputs {
  readonly catalog: Catalog;
  readonly files: readonly SourceFile[];
  readonly read: Pick<RepositoryRead, 'namespaces' | 'workloads' | 'services' | 'policies'>;
}

/**
 * What the manifests of a namespace show that it needs: routes that lead to it from a gateway of the catalog, and
 * addresses of the catalog's resources in its texts, such as the URL of a database. Kustomizations are not built for
 * this: a document is the namespace's where it says so, or where its folder is.
 */
export function needsFromManifests(namespace: string, { catalog, files, read }: ManifestInputs): Needs {
  const list = needList();
  const hints: Needs['hints'][number][] = [];
  const folders = foldersOf(namespace, files, read);
  for (const file of indexFiles(files, DEFAULT_LIMITS).files.values()) {
    if (file.isInChart) continue;
    for (const document of file.documents) {
      const routed = ROUTES.has(document.screening.kind) ? routeOf(document, file, folders) : undefined;
      if (routed?.leadsTo(namespace) === true) {
        for (const gateway of routed.gateways(catalog)) {
          const { object, name, place } = routed;
          list.add({ kind: 'gateway', gateway }, { kind: 'route', object, name, place });
        }
        continue;
      }
      if (routed !== undefined || document.screening.encrypted) continue;
      const text = file.source.text.slice(document.range.start, document.range.end);
      if (!mayName(text, catalog) || !belongs(document, file, namespace, folders)) continue;
      for (const { host, resource, offset } of hostsIn(text, catalog, read.services)) {
        const place = file.source.place(document.range.start + offset);
        list.add({ kind: 'access', resource }, { kind: 'host', host, place });
      }
      for (const { url, offset } of urlsIn(text)) {
        hints.push({ url, place: file.source.place(document.range.start + offset) });
      }
    }
  }
  return { needs: list.all(), others: [], hints };
}

interface Folders {
  /** Those that hold things of this namespace and of no other. */
  readonly own: ReadonlySet<string>;
}

/** Folders whose kustomization sets the namespace, or in which all that was read is the namespace's. */
function foldersOf(namespace: string, files: readonly SourceFile[], read: ManifestInputs['read']): Folders {
  const users = new Map<string, Set<string>>();
  const placed = [...read.workloads, ...read.services, ...read.policies].flatMap(
    ({ namespace: of, place }) => (place === undefined ? [] : [{ of, file: place.file }]),
  );
  const declared = read.namespaces.map(({ name, place }) => ({ of: name, file: place.file }));
  for (const { of, file } of [...placed, ...declared]) {
    const folder = directoryOf(file);
    const known = users.get(folder);
    if (known === undefined) users.set(folder, new Set([of]));
    else known.add(of);
  }
  const own = new Set<string>();
  for (const [folder, names] of users) if (names.size === 1 && names.has(namespace)) own.add(folder);
  for (const { path, text } of files) {
    if (!KUSTOMIZATION_FILES.includes(baseName(path))) continue;
    if (KUSTOMIZED.exec(text)?.[1] === namespace) own.add(directoryOf(path));
  }
  return { own };
}

const KUSTOMIZED = /^namespace:[ \t]*["']?([a-z0-9-]{1,63})["']?[ \t]*\r?$/m;

function belongs(
  document: IndexedDocument,
  { path }: IndexedFile,
  namespace: string,
  { own }: Folders,
): boolean {
  const text = asText(fieldAt(document.parse().value, ['metadata', 'namespace']));
  return text === undefined ? own.has(directoryOf(path)) : text === namespace;
}

/** Kinds that lead traffic from a gateway to a Service. */
const ROUTES: ReadonlySet<string> = new Set([
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
  'Ingress',
  'VirtualService',
]);

interface Routed {
  readonly object: string;
  readonly name: string;
  readonly place: ReturnType<IndexedFile['source']['place']>;
  leadsTo(namespace: string): boolean;
  gateways(catalog: Catalog): readonly string[];
}

function routeOf(document: IndexedDocument, { path }: IndexedFile, { own }: Folders): Routed {
  const { value, locate } = document.parse();
  const written = textAt(value, ['metadata', 'namespace']);
  const backends = (asList(fieldAt(value, ['spec', 'rules'])) ?? []).flatMap((rule) =>
    (asList(field(rule, 'backendRefs')) ?? []).flatMap((ref) => textAt(ref, ['namespace']) ?? []),
  );
  return {
    object: document.screening.kind,
    name: textAt(value, ['metadata', 'name']) ?? '',
    place: locate([]),
    leadsTo: (namespace) =>
      backends.includes(namespace) ||
      (written === undefined ? own.has(directoryOf(path)) : written === namespace),
    gateways: (catalog) =>
      catalog.gateways.filter((one) => isFrom(value, one, written)).map(({ name }) => name),
  };
}

/** Whether a route hangs on a gateway: by the Gateway it names, or by a class that names the catalog's gateway. */
function isFrom(route: unknown, gateway: Gateway, namespace: string | undefined): boolean {
  const called = gateway.labels['gateway.networking.k8s.io/gateway-name'] ?? gateway.name;
  const spec = field(route, 'spec');
  const parents = (asList(field(spec, 'parentRefs')) ?? []).some((ref) => {
    const at = textAt(ref, ['namespace']) ?? namespace;
    return textAt(ref, ['name']) === called && (at === undefined || at === gateway.namespace);
  });
  const virtual = textList(field(spec, 'gateways')).some(
    (ref) => ref === `${gateway.namespace}/${called}` || (ref === called && namespace === gateway.namespace),
  );
  const annotations = fieldAt(route, ['metadata', 'annotations']);
  const classes = [textAt(spec, ['ingressClassName']), textAt(annotations, ['kubernetes.io/ingress.class'])];
  return parents || virtual || classes.some((name) => name?.split(/[-._]/).includes(gateway.name) === true);
}

function mayName(text: string, { resources }: Catalog): boolean {
  return (
    text.includes('https://') ||
    resources.some(({ target }) => target.kind === 'pods' && text.includes(`.${target.namespace}`))
  );
}

interface FoundHost {
  readonly host: string;
  readonly resource: string;
  readonly offset: number;
}

/** `pg-rw.database.svc:5432`, `redis://dragonfly.cache`: names of Services in a resource's namespace. */
function hostsIn(text: string, { resources }: Catalog, services: readonly Service[]): readonly FoundHost[] {
  const found: FoundHost[] = [];
  for (const match of text.matchAll(HOST)) {
    const [, scheme = '', service = '', namespace = '', domain = '', port = ''] = match;
    if (isComment(text, match.index)) continue;
    // Without any of the three, `a.b` may be anything.
    if (scheme === '' && domain === '' && port === '') continue;
    const candidates = resources.filter(
      ({ target }) => target.kind === 'pods' && target.namespace === namespace,
    );
    const declared = services.find((one) => one.name === service && one.namespace === namespace);
    const resource = pick(candidates, declared, port === '' ? undefined : Number(port.slice(1)));
    // Never with what stands before it: that may be a password.
    const host = `${service}.${namespace}${domain}${port}`;
    if (resource !== undefined) found.push({ host, resource: resource.name, offset: match.index });
  }
  return found;
}

const HOST =
  /(?<![\w.-])([a-z][a-z0-9+]{0,20}:\/\/(?:[\w%-]{0,64}(?::[^@\s"'/]{0,128})?@)?)?([a-z0-9][a-z0-9-]{0,62})\.([a-z0-9][a-z0-9-]{0,62})(\.svc(?:\.[a-z0-9-]{1,63}){0,4})?(:[0-9]{1,5})?(?![\w.-])/g;

/** Of several resources in one namespace, the one that the Service leads to. */
function pick(
  candidates: readonly Resource[],
  service: Service | undefined,
  port: number | undefined,
): Resource | undefined {
  if (candidates.length < 2) return candidates[0];
  const selector = service?.selector ?? {};
  const selected = candidates.filter(
    ({ target }) =>
      target.kind === 'pods' &&
      Object.entries(target.labels).every(
        ([key, value]) => Object.hasOwn(selector, key) && selector[key] === value,
      ),
  );
  if (service !== undefined && selected.length === 1) return selected[0];
  const by = candidates.filter(({ ports }) =>
    ports.some((one) => port !== undefined && one.port <= port && port <= (one.endPort ?? one.port)),
  );
  return by.length === 1 ? by[0] : undefined;
}

/** Values that are addresses outside. Whether an app calls them or only shows them, a text does not tell. */
function urlsIn(text: string): readonly { readonly url: string; readonly offset: number }[] {
  const found: { readonly url: string; readonly offset: number }[] = [];
  for (const match of text.matchAll(URL_VALUE)) {
    const [, before = '', host = ''] = match;
    const isInside = !host.includes('.') || /\.(?:svc|local|internal|lan)(?:\.|$)/.test(host);
    const offset = match.index + before.length;
    if (!isInside && !isComment(text, offset)) found.push({ url: `https://${host}`, offset });
  }
  return found;
}

const URL_VALUE =
  /^([ \t]*value:[ \t]*["']?)https:\/\/([a-z0-9.-]{1,253})(?::443)?(?:\/[^\s"']{0,256})?["']?[ \t]*\r?$/gm;

function isComment(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset) + 1;
  return /^[ \t]*#/.test(text.slice(start, offset + 1));
}
