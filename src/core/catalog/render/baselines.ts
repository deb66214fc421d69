import { containsCidr, parseCidr } from '../../model/cidr.ts';
import { BASELINES, type BaselineName, type Catalog, type Resource } from '../types.ts';
import { someAgent } from './agents.ts';
import type { LabelSelector, PolicyDocument, Rule, Spec } from './document.ts';
import { rulesTo } from './mesh.ts';
import { EVERY_POD, podsOf } from './selectors.ts';
import { accessSpecs } from './shared-resources.ts';

/** The baselines that the catalog asks for, in a fixed order; those that would have nothing to say left out. */
export function baselineDocuments(
  catalog: Catalog,
): readonly (readonly [file: BaselineName, document: PolicyDocument])[] {
  return BASELINES.filter((name) => catalog.baselines.includes(name)).flatMap((name) => {
    const document = baseline(catalog, name);
    return document === undefined ? [] : [[name, document] as const];
  });
}

function baseline(catalog: Catalog, name: BaselineName): PolicyDocument | undefined {
  switch (name) {
    case 'dns-egress':
      return dnsEgress(catalog);
    case 'health-probes':
      return healthProbes(catalog);
    case 'prometheus-scrape':
      return prometheusScrape(catalog);
    case 'kube-api-access':
      return kubeApiAccess(catalog);
  }
}

/** The rule by which pods ask the cluster's DNS, through the proxy, so that rules by name learn addresses. */
export function dnsRule(catalog: Catalog, comment = ''): Rule {
  const { dns } = catalog;
  const peers = { kind: 'endpoints' as const, selectors: [podsOf(dns)] };
  // An agent without the proxy refuses rules about contents.
  return { comment, peers, ports: dns.ports, dns: !someAgent(catalog, ({ l7Proxy }) => !l7Proxy) };
}

export function dnsServerSpec({ dns }: Catalog, clients: LabelSelector): Spec {
  return {
    description: 'The other end: the DNS server answers them.',
    subject: { kind: 'endpoints', selector: podsOf(dns) },
    ingress: [{ peers: { kind: 'endpoints', selectors: [clients] }, ports: dns.ports }],
  };
}

function dnsEgress(catalog: Catalog): PolicyDocument {
  return {
    name: 'baseline-dns-egress',
    specs: [
      {
        description:
          "Every pod may ask the cluster's DNS. This selects every pod, so egress is default-deny.",
        subject: { kind: 'endpoints', selector: EVERY_POD },
        egress: [dnsRule(catalog, 'Through the DNS proxy, so that toFQDNs rules learn addresses.')],
      },
      dnsServerSpec(catalog, EVERY_POD),
    ],
  };
}

/**
 * Where the probes of kubelets come from in Istio's ambient mode, which rewrites them (istio.io, platform
 * prerequisites; istio#49277). To Cilium that is the world, so only a prefix can admit it.
 */
const AMBIENT_PROBES: readonly string[] = ['169.254.7.127/32', 'fd16:9254:7127:1377:ffff:ffff:ffff:ffff/128'];

function healthProbes(catalog: Catalog): PolicyDocument | undefined {
  const { entities } = catalog.health;
  const cidrs = probeRanges(catalog);
  const rules: readonly Rule[] = [
    ...(entities.length === 0 ? [] : [{ peers: { kind: 'entities' as const, entities } }]),
    ...(cidrs.length === 0
      ? []
      : [
          {
            comment: 'A mesh lets probes come from a link-local address, which is the world to Cilium.',
            peers: { kind: 'cidrs' as const, cidrs },
          },
        ]),
  ];
  if (rules.length === 0) return undefined;
  return {
    name: 'baseline-health-probes',
    specs: [
      {
        description:
          'Probes of kubelets and of Cilium, on whatever port a pod has. This selects every pod, so ingress is default-deny.',
        subject: { kind: 'endpoints', selector: EVERY_POD },
        ingress: rules,
      },
    ],
  };
}

/** The catalog's ranges, and those of the ambient mode that they lack. */
export function probeRanges(catalog: Catalog): readonly string[] {
  const { ranges } = catalog.health;
  if (!catalog.mesh.ambient) return ranges;
  const known = ranges.flatMap((range) => parseCidr(range) ?? []);
  const missing = AMBIENT_PROBES.filter((text) => {
    const wanted = parseCidr(text);
    return (
      wanted !== undefined &&
      (wanted.family === 4 || someAgent(catalog, ({ ipv6 }) => ipv6)) &&
      !known.some((range) => containsCidr(range, wanted))
    );
  });
  return [...ranges, ...missing];
}

function prometheusScrape(catalog: Catalog): PolicyDocument {
  const { prometheus } = catalog;
  const { ports } = prometheus;
  const scraper = podsOf(prometheus);
  return {
    name: 'baseline-prometheus-scrape',
    specs: [
      {
        description: 'Prometheus may scrape every pod on the ports where exporters listen.',
        subject: { kind: 'endpoints', selector: EVERY_POD },
        ingress: rulesTo(catalog, { selector: scraper, ports }),
      },
      {
        description: 'The other end: Prometheus itself.',
        subject: { kind: 'endpoints', selector: scraper },
        egress: rulesTo(catalog, { selector: EVERY_POD, ports }),
      },
    ],
  };
}

function kubeApiAccess(catalog: Catalog): PolicyDocument | undefined {
  const resource = kubeApiResource(catalog);
  return resource === undefined
    ? undefined
    : { name: 'baseline-kube-api-access', specs: accessSpecs(catalog, resource) };
}

/** The resource that the baseline `kube-api-access` is for, and that so needs no file among the resources. */
export function kubeApiResource({ baselines, resources }: Catalog): Resource | undefined {
  if (!baselines.includes('kube-api-access')) return undefined;
  return resources.find(({ target }) => target.kind === 'entity' && target.entity === 'kube-apiserver');
}
