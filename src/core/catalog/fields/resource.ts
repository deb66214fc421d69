import { isMap } from 'yaml';
import { record } from '../shape/collections.ts';
import { labels, name, ports } from '../shape/kubernetes.ts';
import { text, word } from '../shape/scalars.ts';
import { report, type Shape } from '../shape/shape.ts';
import {
  CATALOG_ENTITIES,
  type CatalogEntity,
  type Pods,
  type ResourceBody,
  type ResourceTarget,
} from '../types.ts';

/** As the file has it: either pods or an entity. */
interface ResourceFields extends Partial<Pods> {
  readonly description: string;
  readonly entity?: CatalogEntity;
  readonly ports: ResourceBody['ports'];
}

const fields = record<ResourceFields>(
  {
    description: text({ description: 'What it is.', expected: 'a sentence' }),
    namespace: name('The namespace of its pods.'),
    labels: labels('Labels that its pods have; none for every pod of the namespace.'),
    entity: word(CATALOG_ENTITIES, 'The entity that it is, in place of namespace and labels.'),
    ports: ports("Its pods' ports, not the Service's."),
  },
  { description: 'Something shared that a namespace gets access to by a label.' },
);

export const resourceShape: Shape<ResourceBody> = {
  schema: {
    ...fields.schema,
    not: { required: ['entity'], anyOf: [{ required: ['namespace'] }, { required: ['labels'] }] },
  },
  read(spot, base) {
    const blank: ResourceFields = { description: base?.description ?? '', ports: base?.ports ?? [] };
    const read = fields.read(spot, blank);
    if (read === undefined) return base;
    const target = targetOf(read, base?.target);
    const isBoth = read.entity !== undefined && (read.namespace !== undefined || read.labels !== undefined);
    if (isBoth || (target === undefined && isMap(spot.node))) {
      report({ ...spot, path: [...spot.path, 'entity'] }, 'schema', {
        value: read.entity ?? '',
        expected: 'either an entity, or a namespace with or without labels',
      });
    }
    return target === undefined || isBoth
      ? undefined
      : { description: read.description, target, ports: read.ports };
  },
};

function targetOf(read: ResourceFields, base: ResourceTarget | undefined): ResourceTarget | undefined {
  if (read.entity !== undefined) return { kind: 'entity', entity: read.entity };
  const pods = base?.kind === 'pods' ? base : { namespace: '', labels: {} };
  if (read.namespace === undefined && read.labels === undefined && base?.kind === 'entity') return base;
  const namespace = read.namespace ?? pods.namespace;
  return namespace === '' ? undefined : { kind: 'pods', namespace, labels: read.labels ?? pods.labels };
}
