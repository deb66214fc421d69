import { accessLabel } from '../lookup.ts';
import type { Catalog, Resource } from '../types.ts';
import type { PolicyDocument, Spec } from './document.ts';
import { rulesTo } from './mesh.ts';
import { podsOf, withAccess } from './selectors.ts';

export function accessDocument(catalog: Catalog, resource: Resource): PolicyDocument {
  return { name: `access-${resource.name}`, specs: accessSpecs(catalog, resource) };
}

/** Both ends in one object: egress of whoever has the label, ingress of what it is for. */
export function accessSpecs(catalog: Catalog, resource: Resource): readonly Spec[] {
  const { name, target, ports } = resource;
  const label = accessLabel(catalog, name);
  const what = resource.description === '' ? name : resource.description;
  const asking: Omit<Spec, 'egress'> = {
    description: `Namespaces with the label ${label} may reach it: ${what}`,
    subject: { kind: 'endpoints', selector: withAccess(catalog, name) },
  };
  if (target.kind === 'entity') {
    const comment = 'An entity: rules by address do not match nodes, on which it may run.';
    const peers = { kind: 'entities' as const, entities: [target.entity] };
    return [{ ...asking, egress: [{ comment: target.entity === 'world' ? '' : comment, peers, ports }] }];
  }
  const comment = "The pods' port: policies never see the port of a Service.";
  return [
    { ...asking, egress: rulesTo(catalog, { comment, selector: podsOf(target), ports }) },
    {
      description: 'The other end: it lets those namespaces in.',
      subject: { kind: 'endpoints', selector: podsOf(target) },
      ingress: rulesTo(catalog, { selector: withAccess(catalog, name), ports }),
    },
  ];
}
