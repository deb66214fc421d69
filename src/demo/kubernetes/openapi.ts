import type { Json, JsonMap } from './json.ts';
import { apiVersionOf, type ServedKind } from './kinds.ts';

/**
 * As much of OpenAPI as `kubectl` 1.32 reads before it writes: which kinds there are, and that their patches take
 * `dryRun` and `fieldValidation`, so that it leaves validation to the server. Objects are described as free maps.
 */
export function openApiIndex(kinds: readonly ServedKind[]): JsonMap {
  const paths = [...new Set(kinds.map(pathOf))].map((path): [string, Json] => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/** @param path `api/v1`, `apis/cilium.io/v2` */
export function openApiDocument(
  path: string,
  kinds: readonly ServedKind[],
  version: string,
): JsonMap | undefined {
  const here = kinds.filter((kind) => pathOf(kind) === path);
  if (here.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(here.map((kind): [string, Json] => [urlOf(kind), operations(kind)])),
    components: {
      schemas: Object.fromEntries(here.map((kind): [string, Json] => [schemaName(kind), schemaOf(kind)])),
    },
  };
}

/** What older clients ask for. */
export function openApiV2(kinds: readonly ServedKind[], version: string): JsonMap {
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(kinds.map((kind): [string, Json] => [urlOf(kind), operations(kind)])),
    definitions: Object.fromEntries(kinds.map((kind): [string, Json] => [schemaName(kind), schemaOf(kind)])),
  };
}

function pathOf(kind: ServedKind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${apiVersionOf(kind)}`;
}

function urlOf(kind: ServedKind): string {
  return `/${pathOf(kind)}/${kind.isNamespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}/{name}`;
}

function operations(kind: ServedKind): JsonMap {
  return {
    patch: {
      parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
        name,
        in: 'query',
        schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
        type: name === 'force' ? 'boolean' : 'string',
      })),
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': gvkOf(kind),
    },
  };
}

function schemaOf(kind: ServedKind): JsonMap {
  return {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-group-version-kind': [gvkOf(kind)],
  };
}

function schemaName({ group, version, kind }: ServedKind): string {
  return group.includes('.') && !group.endsWith('.k8s.io')
    ? `${group.split('.').toReversed().join('.')}.${version}.${kind}`
    : `io.k8s.api.${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${version}.${kind}`;
}

function gvkOf({ group, version, kind }: ServedKind): JsonMap {
  return { group, version, kind };
}
