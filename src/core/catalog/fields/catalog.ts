import {
  BLANK_CLUSTER,
  BLANK_EXTERNAL_RANGE,
  BLANK_INTRA_NAMESPACE,
  BLANK_PODS,
  BLANK_PROFILE,
  BLANK_RESOURCE,
  DEFAULT_CATALOG,
} from '../defaults.ts';
import { list, named, record } from '../shape/collections.ts';
import { name, path } from '../shape/kubernetes.ts';
import { text, word } from '../shape/scalars.ts';
import type { JsonSchema, Shape } from '../shape/shape.ts';
import { BASELINES, type Catalog, type Paths } from '../types.ts';
import { alertsShape, guardShape } from './alerts.ts';
import { ciliumShape, clusterShape } from './cluster.ts';
import { hatchShape } from './hatch.ts';
import {
  externalRangeShape,
  healthShape,
  intraNamespaceShape,
  meshShape,
  podsShape,
  podsWithPorts,
} from './pods.ts';
import { profileShape } from './profile.ts';
import { resourceShape } from './resource.ts';

/** The entries of the named lists, which the JSON Schema refers to. */
const ENTRIES = {
  profile: profileShape,
  resource: resourceShape,
  gateway: podsShape,
  intraNamespace: intraNamespaceShape,
  externalRange: externalRangeShape,
  cluster: clusterShape,
} as const;

const PORTS_WANTED = 'a list of ports such as 1883/TCP';

const pathsShape: Shape<Paths> = record<Paths>(
  {
    policies: path('The folder of the policies; the next four are inside it.'),
    baselines: path('Baselines.'),
    profiles: path('Profiles.'),
    sharedResources: path('Policies of the access labels.'),
    platform: path('Policies of the platform namespaces.'),
    namespaces: list(path('A folder.'), { description: 'Where Namespaces are declared.', min: 1 }),
    alerts: path('The file of the alert rules.'),
    runbooks: path('The folder of the runbooks.'),
  },
  { description: 'Where things are, relative to the root of the repository.' },
);

/** The whole file. */
export const catalogShape: Shape<Catalog> = record<Catalog>(
  {
    labelPrefix: text({
      description: 'Labels are PREFIX/profile, PREFIX/enforcement and access.PREFIX/RESOURCE.',
      expected: 'a DNS name such as network-policy.example.com',
      pattern: /^[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$/,
      accepts: (prefix) => !/\.\.|\.-|-\./.test(prefix),
    }),
    profiles: named(ENTRIES.profile, {
      description: 'Profiles by name, besides the four that are there by default. false takes one away.',
      name: name('The name of a profile, and the value of its label.'),
      blank: BLANK_PROFILE,
      defaults: namesOf(DEFAULT_CATALOG.profiles),
      reference: '#/definitions/profile',
    }),
    resources: named(ENTRIES.resource, {
      description: 'Shared resources by name, besides the four that are there by default.',
      name: name('The name of a resource, and the end of its label.'),
      blank: BLANK_RESOURCE,
      required: { ports: PORTS_WANTED },
      defaults: namesOf(DEFAULT_CATALOG.resources),
      reference: '#/definitions/resource',
    }),
    gateways: named(ENTRIES.gateway, {
      description: 'Gateways by name.',
      name: name('The name of a gateway.'),
      blank: BLANK_PODS,
      required: { namespace: 'the namespace of its pods', labels: 'the labels of its pods' },
      defaults: namesOf(DEFAULT_CATALOG.gateways),
      reference: '#/definitions/gateway',
    }),
    baselines: list(word(BASELINES, 'A baseline.'), { description: 'The baselines of every pod.' }),
    dns: podsWithPorts('The DNS server that every pod may ask.'),
    prometheus: podsWithPorts('Who scrapes metrics, and on which ports of every pod.'),
    health: healthShape,
    mesh: meshShape,
    intraNamespace: named(ENTRIES.intraNamespace, {
      description: 'Namespaces whose pods may talk to each other.',
      name: name('A namespace.'),
      blank: BLANK_INTRA_NAMESPACE,
      required: { ports: PORTS_WANTED },
      reference: '#/definitions/intraNamespace',
    }),
    platform: record<Catalog['platform']>(
      {
        namespaces: list(name('A namespace.'), {
          description: 'Namespaces with hand-written policies, which never have a profile.',
        }),
      },
      { description: 'The platform.' },
    ),
    externalRanges: named(ENTRIES.externalRange, {
      description: 'Addresses outside the cluster that policies may name.',
      name: name('A name.'),
      blank: BLANK_EXTERNAL_RANGE,
      required: { cidrs: 'a list of prefixes', description: 'whose addresses these are' },
      reference: '#/definitions/externalRange',
    }),
    paths: pathsShape,
    clusters: named(ENTRIES.cluster, {
      description: 'The clusters that are run from this repository, by name.',
      name: name('The name of a cluster.'),
      blank: BLANK_CLUSTER,
      required: { environment: 'one of dev, integration, live' },
      reference: '#/definitions/cluster',
    }),
    hatch: hatchShape,
    alerts: alertsShape,
    guard: guardShape,
    cilium: ciliumShape,
  },
  { description: 'Network policy of this repository. Everything has a default.' },
);

/** The JSON Schema of `propolis.yaml`, for editors. */
export function catalogJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'propolis.yaml',
    ...catalogShape.schema,
    definitions: Object.fromEntries(Object.entries(ENTRIES).map(([key, shape]) => [key, shape.schema])),
  };
}

function namesOf(things: readonly { readonly name: string }[]): readonly string[] {
  return things.map(({ name }) => name);
}
