import type { Catalog, CatalogPort } from '../types.ts';
import { dnsRule, probeRanges } from './baselines.ts';
import type { PolicyDocument, Rule } from './document.ts';
import { hbonePort } from './mesh.ts';
import { podsOf } from './selectors.ts';

export interface PlatformSkeleton {
  readonly namespace: string;
  /** Where its pods have metrics; the ports that Prometheus may scrape anywhere, if not given. */
  readonly metricsPorts?: readonly CatalogPort[];
}

/**
 * The policy that a platform namespace begins with: DNS, probes, Prometheus, and HBONE where there is a mesh. What
 * the namespace itself needs is for people to add; the file is theirs from then on.
 */
export function platformSkeleton(
  catalog: Catalog,
  { namespace, metricsPorts = catalog.prometheus.ports }: PlatformSkeleton,
): PolicyDocument {
  const { health, prometheus, mesh } = catalog;
  const ranges = probeRanges(catalog);
  const hbone: readonly Rule[] = mesh.ambient
    ? [
        {
          comment: 'HBONE, for a namespace in the mesh.',
          peers: { kind: 'endpoints', selectors: [podsOf(mesh)] },
          ports: [hbonePort(catalog)],
        },
      ]
    : [];
  const probes: readonly Rule[] = [
    ...(health.entities.length === 0
      ? []
      : [{ comment: 'Probes.', peers: { kind: 'entities' as const, entities: health.entities } }]),
    ...(ranges.length === 0 ? [] : [{ peers: { kind: 'cidrs' as const, cidrs: ranges } }]),
  ];
  const scrape: Rule = {
    comment: 'Prometheus.',
    peers: { kind: 'endpoints', selectors: [podsOf(prometheus)] },
    ports: metricsPorts,
  };
  return {
    name: `${namespace}-default`,
    namespace,
    specs: [
      {
        description: `What ${namespace} needs. Every platform namespace begins with these rules.`,
        subject: { kind: 'endpoints', selector: {} },
        ingress: [...probes, scrape, ...hbone],
        egress: [dnsRule(catalog, 'DNS.'), ...hbone],
      },
    ],
  };
}
