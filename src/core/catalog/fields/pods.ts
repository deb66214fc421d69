import { list, record } from '../shape/collections.ts';
import { cidr, labels, name, ports } from '../shape/kubernetes.ts';
import { flag, integer, text, word } from '../shape/scalars.ts';
import type { Shape } from '../shape/shape.ts';
import {
  type ExternalRangeBody,
  HEALTH_ENTITIES,
  type Health,
  type IntraNamespace,
  type Mesh,
  type Pods,
  type PodsWithPorts,
} from '../types.ts';

const POD_FIELDS: { readonly namespace: Shape<string>; readonly labels: Shape<Pods['labels']> } = {
  namespace: name('The namespace of the pods.'),
  labels: labels('Labels that the pods have; none for every pod of the namespace.'),
};

export const podsShape: Shape<Pods> = record<Pods>(POD_FIELDS, {
  description: 'Pods by namespace and labels.',
});

export function podsWithPorts(description: string): Shape<PodsWithPorts> {
  return record<PodsWithPorts>({ ...POD_FIELDS, ports: ports('Their ports.') }, { description });
}

export const healthShape: Shape<Health> = record<Health>(
  {
    entities: list(word(HEALTH_ENTITIES, 'An entity.'), { description: 'Entities that probes come from.' }),
    ranges: list(cidr('A prefix.'), {
      description: 'Addresses that probes come from where a mesh rewrites them.',
    }),
  },
  { description: 'Where health probes come from.' },
);

export const meshShape: Shape<Mesh> = record<Mesh>(
  {
    ...POD_FIELDS,
    ambient: flag('Whether namespaces take part in an Istio ambient mesh.'),
    port: integer({ min: 1, max: 65_535 }, 'The TCP port of HBONE.'),
  },
  { description: "The mesh: where its ztunnel is, and HBONE's port." },
);

export const intraNamespaceShape: Shape<Omit<IntraNamespace, 'name'>> = record<Omit<IntraNamespace, 'name'>>(
  { ports: ports('Ports on which the pods may talk to each other.') },
  { description: 'A namespace whose pods may talk to each other.' },
);

export const externalRangeShape: Shape<ExternalRangeBody> = record<ExternalRangeBody>(
  {
    description: text({ description: 'Whose addresses these are.', expected: 'a sentence', minLength: 1 }),
    cidrs: list(cidr('A prefix.'), { description: 'The prefixes.', min: 1 }),
  },
  { description: 'Addresses outside the cluster that policies may name.' },
);
