import { hasPort } from '../lookup.ts';
import type { Catalog, CatalogPort } from '../types.ts';
import type { LabelSelector, PolicyDocument, Rule } from './document.ts';
import { IN_THE_MESH, meshed, podsOf } from './selectors.ts';

/**
 * In an ambient mesh pods speak HBONE: policies see one TCP port and not the port inside it
 * (istio.io, ambient and Kubernetes NetworkPolicy). So whoever may reach something may reach it by HBONE too.
 */
export function hbonePort({ mesh }: Catalog): CatalogPort {
  return { protocol: 'TCP', port: mesh.port };
}

/** The ports, and HBONE's where there is a mesh and they lack it. For peers that need no further condition. */
export function alsoHbone(catalog: Catalog, ports: readonly CatalogPort[]): readonly CatalogPort[] {
  return needsHbone(catalog, ports) ? [...ports, hbonePort(catalog)] : ports;
}

/** One rule for these peers, and where there is a mesh a second one for those of them that take part in it. */
export function rulesTo(
  catalog: Catalog,
  rule: {
    readonly comment?: string;
    readonly selector: LabelSelector;
    readonly ports: readonly CatalogPort[];
    readonly dns?: boolean;
  },
): readonly Rule[] {
  const { selector, ports, ...rest } = rule;
  const plain: Rule = { ...rest, peers: { kind: 'endpoints', selectors: [selector] }, ports };
  if (!needsHbone(catalog, ports)) return [plain];
  const inside: Rule = {
    comment: 'The same in the mesh, whose tunnel hides the port.',
    peers: { kind: 'endpoints', selectors: [meshed(selector)] },
    ports: [hbonePort(catalog)],
  };
  return [plain, inside];
}

function needsHbone(catalog: Catalog, ports: readonly CatalogPort[]): boolean {
  const { mesh } = catalog;
  const isTcp = ports.some(({ protocol }) => protocol === 'TCP');
  return mesh.ambient && isTcp && !hasPort(ports, 'TCP', mesh.port);
}

/** Namespaces in the mesh and ztunnel, both ends. Nothing that opens HBONE from everybody to everybody. */
export function hboneBaseline(catalog: Catalog): PolicyDocument {
  const ztunnel = podsOf(catalog.mesh);
  const rule = (selector: LabelSelector): readonly Rule[] => [
    { peers: { kind: 'endpoints', selectors: [selector] }, ports: [hbonePort(catalog)] },
  ];
  return {
    name: 'baseline-hbone',
    specs: [
      {
        description: 'Pods of the mesh and ztunnel speak HBONE with each other. Not pods with pods.',
        subject: { kind: 'endpoints', selector: IN_THE_MESH },
        ingress: rule(ztunnel),
        egress: rule(ztunnel),
      },
      {
        description: 'The other end, at ztunnel.',
        subject: { kind: 'endpoints', selector: ztunnel },
        ingress: rule(IN_THE_MESH),
        egress: rule(IN_THE_MESH),
      },
    ],
  };
}
