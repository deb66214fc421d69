import { type Json, type JsonMap } from './json.ts';
import { apiVersionOf, type ServedKind } from './kinds.ts';
import { openApiDocument, openApiIndex, openApiV2 } from './openapi.ts';

/** Groups of reviews: they answer, and keep nothing. */
const REVIEWS = [
  { group: 'authorization.k8s.io', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' },
  { group: 'authorization.k8s.io', kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews' },
  { group: 'authentication.k8s.io', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' },
] as const;

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What the API server says of itself at a path; undefined where it says nothing. */
export function discover(path: string, kinds: readonly ServedKind[], gitVersion: string): Json | undefined {
  const groups = groupsOf(kinds);
  switch (path.replace(/(?<=.)\/$/, '')) {
    case '/api':
      return {
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [],
      };
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
    case '/version':
      return versionOf(gitVersion);
    case '/openapi/v2':
      return openApiV2(kinds, gitVersion);
    case '/openapi/v3':
      return openApiIndex(kinds);
    default:
      break;
  }
  const openApi = /^\/openapi\/v3\/(.+)$/.exec(path)?.[1];
  if (openApi !== undefined) return openApiDocument(openApi, kinds, gitVersion);
  const [, root, apiVersion = ''] = /^\/(api|apis)\/(.+?)\/?$/.exec(path) ?? [];
  if (root === 'apis' && !apiVersion.includes('/')) {
    const group = groups.find(({ name }) => name === apiVersion);
    return group === undefined ? undefined : { ...groupOf(group), apiVersion: 'v1', kind: 'APIGroup' };
  }
  return root === undefined ? undefined : resourcesOf(apiVersion, kinds);
}

interface Group {
  readonly name: string;
  readonly versions: readonly string[];
}

function groupsOf(kinds: readonly ServedKind[]): readonly Group[] {
  const groups = new Map<string, Set<string>>();
  const all = [...kinds, ...REVIEWS.map(({ group }) => ({ group, version: 'v1' }))];
  for (const { group, version } of all) {
    if (group === '') continue;
    const versions = groups.get(group) ?? new Set();
    groups.set(group, versions.add(version));
  }
  // The best version first, which is the one that clients prefer.
  return [...groups].map(([name, versions]) => ({ name, versions: [...versions].sort() }));
}

function groupOf({ name, versions }: Group): JsonMap {
  const listed = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] ?? null };
}

function resourcesOf(apiVersion: string, kinds: readonly ServedKind[]): JsonMap | undefined {
  const here = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
  const reviews = REVIEWS.filter(({ group }) => `${group}/v1` === apiVersion);
  if (here.length === 0 && reviews.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion,
    resources: [
      ...here.flatMap(resourceOf),
      ...reviews.map(({ kind, plural }) => ({
        name: plural,
        singularName: kind.toLowerCase(),
        namespaced: false,
        kind,
        verbs: ['create'],
      })),
    ],
  };
}

function resourceOf(kind: ServedKind): readonly JsonMap[] {
  const base = { namespaced: kind.isNamespaced, kind: kind.kind };
  return [
    {
      name: kind.plural,
      singularName: kind.singular,
      ...base,
      verbs: VERBS,
      ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
      ...(kind.group === 'cilium.io' ? { categories: ['cilium', 'ciliumpolicy'] } : {}),
    },
    ...(kind.hasStatus
      ? [{ name: `${kind.plural}/status`, singularName: '', ...base, verbs: ['get', 'patch', 'update'] }]
      : []),
    ...(kind.kind === 'Pod'
      ? [
          {
            name: 'pods/portforward',
            singularName: '',
            namespaced: true,
            kind: 'PodPortForwardOptions',
            verbs: ['create', 'get'],
          },
        ]
      : []),
  ];
}

function versionOf(gitVersion: string): JsonMap {
  const [, major = '1', minor = '32'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: 'propolis/demo',
  };
}
