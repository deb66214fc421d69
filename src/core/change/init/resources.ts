import { type Catalog, DEFAULT_CATALOG, type Resource } from '../../catalog/index.ts';
import type { ResourceTarget } from '../../catalog/types.ts';
import type { Rule } from '../../model/policy.ts';
import type { Classified } from './classify.ts';
import type { InitNote } from './found.ts';
import { descriptionOf } from './profiles.ts';
import { allows, catalogPorts, egressTarget, peersOf, podsPeer, type Written } from './rules.ts';

export interface FoundResources {
  readonly resources: readonly Resource[];
  readonly notes: readonly InitNote[];
}

/**
 * Shared resources as the policies of their access labels have them. A default one without a policy is none, unless a
 * namespace has its label; where no resource has a policy, the defaults stand.
 */
export function findResources(
  { access }: Classified,
  { mesh }: Pick<Catalog, 'mesh'>,
  inUse: ReadonlySet<string>,
): FoundResources {
  const notes: InitNote[] = [];
  const names = [...new Set(access.map(({ resource }) => resource))];
  const found = new Map<string, Resource>();
  for (const name of names) {
    const specs = access.filter(({ resource }) => resource === name);
    const resource = resourceOf(name, specs, mesh.port, notes);
    if (resource !== undefined) found.set(name, resource);
  }
  if (found.size === 0) return { resources: DEFAULT_CATALOG.resources, notes };
  const usual = DEFAULT_CATALOG.resources.flatMap((resource) => {
    const own = found.get(resource.name);
    if (own !== undefined) return [{ ...own, description: resource.description }];
    return inUse.has(resource.name) ? [resource] : [];
  });
  const others = [...found.values()].filter(({ name }) => !usual.some((one) => one.name === name));
  return { resources: [...usual, ...others], notes };
}

function resourceOf(
  name: string,
  specs: readonly Written[],
  hbone: number,
  notes: InitNote[],
): Resource | undefined {
  let resource: Resource | undefined;
  for (const { policy, spec } of specs) {
    for (const rule of allows(spec, 'egress')) {
      const all = catalogPorts(rule) ?? [];
      const ports = all.filter(({ port }) => port !== hbone);
      // The same in the mesh, whose tunnel hides the port.
      if (all.length > 0 && ports.length === 0) continue;
      const target = targetOf(rule);
      if (target === undefined || ports.length === 0) {
        notes.push({
          code: ports.length === 0 ? 'any-port' : 'peer-left-out',
          place: rule.place,
          detail: policy.name,
        });
      } else if (resource === undefined) {
        resource = { name, description: descriptionOf(specs), target, ports };
      } else if (JSON.stringify(resource.target) === JSON.stringify(target)) {
        resource = { ...resource, ports: [...resource.ports, ...ports] };
      } else notes.push({ code: 'peer-left-out', place: rule.place, detail: policy.name });
    }
  }
  return resource;
}

function targetOf(rule: Rule): ResourceTarget | undefined {
  const [peer, second] = peersOf(rule);
  if (peer === undefined || second !== undefined) return undefined;
  const pods = podsPeer(peer);
  if (pods !== undefined) return { kind: 'pods', ...pods };
  const target = egressTarget(peer);
  return target?.kind === 'entity' ? target : undefined;
}
