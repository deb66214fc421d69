import { isPlatform } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { PROTOCOLS } from '../../model/port.ts';
import type { Workload } from '../../model/repository.ts';
import type { LintContext } from '../context.ts';
import { podsByNamespace } from '../facts/by-namespace.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { atIsolation, isIsolated } from '../facts/platform.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ScrapeIngressMissingFields {
  readonly namespace: string;
  readonly pods: readonly string[];
  /** The port of metrics that is not admitted; 0 where none at all is. */
  readonly port: number;
  readonly prometheus: string;
}

/** Computed, with the baselines: whatever admits Prometheus will do. */
export const scrapeIngressMissing: Rule<'scrape-ingress-missing', ScrapeIngressMissingFields> = defineRule({
  id: 'scrape-ingress-missing',
  name: 'Platform pods that Prometheus cannot scrape',
  severity: 'error',
  group: 'platform',
  examples: {
    wrong: {
      'propolis.yaml': `platform:
  namespaces: [database]
`,
      'database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
`,
    },
    right: {
      'propolis.yaml': `platform:
  namespaces: [database]
`,
      'database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitoring
            app.kubernetes.io/name: prometheus
      toPorts:
        - ports:
            - port: "9187"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    // Of another repository's Prometheus the default catalog knows nothing.
    if (!context.usesModel) return;
    const world = context.world();
    const { namespace: home, labels } = context.catalog.prometheus;
    const prometheus = `${home} ${Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ')}`;
    for (const [namespace, pods] of podsByNamespace(world)) {
      if (!isPlatform(context.catalog, namespace)) continue;
      const isolated = pods.filter((pod) => isIsolated(world, pod, 'ingress'));
      const missing = new Map<number, EndpointIndex[]>();
      for (const pod of isolated) {
        for (const port of unscraped(context, world, pod)) {
          missing.set(port, [...(missing.get(port) ?? []), pod]);
        }
      }
      for (const [port, without] of missing) {
        const [first] = without;
        if (first === undefined) continue;
        report({
          at: atIsolation(context, world, { namespace, pod: first, direction: 'ingress' }),
          fields: {
            namespace,
            pods: without.slice(0, 5).map((pod) => world.idOf(pod)),
            port,
            prometheus,
          },
          key: `${namespace} ${port}`,
        });
      }
    }
  },
});

/** Ports with metrics that Prometheus is not admitted to; 0 where it is admitted to none, and no port says metrics. */
function unscraped(context: LintContext, world: LintWorld, pod: EndpointIndex): readonly number[] {
  const { engine, probes } = world;
  const { ports } = engine.compiled;
  const set = engine.ingressPorts(probes.prometheus, pod);
  const tcp = PROTOCOLS.indexOf('TCP');
  const named = metricsPorts(context, world.idOf(pod));
  if (named.length > 0) return named.filter((port) => !ports.contains(set, tcp, port));
  // A Prometheus of this namespace that the catalog does not know of has labels of its own.
  return (ports.get(set)[tcp]?.length ?? 0) > 0 ? [] : [0];
}

function metricsPorts({ read }: LintContext, id: string): readonly number[] {
  const workload = read.workloads.find((one) => isCalled(one, id));
  return (workload?.ports ?? [])
    .filter(({ name, protocol }) => protocol === 'TCP' && /metrics|prometheus|^http-monitoring$/.test(name))
    .map(({ port }) => port);
}

function isCalled({ namespace, name, kind }: Workload, id: string): boolean {
  return id === `${namespace}/${name}` || id === `${namespace}/${name} (${kind})`;
}
