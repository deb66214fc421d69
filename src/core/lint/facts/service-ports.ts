import type { EndpointIndex } from '../../engine/index.ts';
import type { Path } from '../../model/place.ts';
import type { Direction } from '../../model/policy.ts';
import type { PortMatch } from '../../model/port.ts';
import type { Workload } from '../../model/repository.ts';
import type { Service } from '../../model/world.ts';
import type { LintContext, RuleSite } from '../context.ts';
import { workloadsOf } from './workloads.ts';

/** A port of a rule that is a Service's and not the pod's. */
export interface ServicePortMistake {
  readonly port: number;
  readonly protocol: string;
  readonly service: string;
  readonly podPort: number;
  readonly workload: string;
  readonly direction: Direction;
  /** Within the rule. */
  readonly path: Path;
}

/**
 * Ports that no receiver of a rule has, and that a Service in front of one leads to another port, which the rule
 * does not admit: so what the rule is for does not work. Where it does admit the pod's port too, nothing is amiss.
 */
export function servicePorts(context: LintContext, site: RuleSite): readonly ServicePortMistake[] {
  const { policy, rule } = site;
  if (rule.ports === undefined || rule.effect === 'deny' || context.read.services.length === 0) return [];
  const receivers = receiversOf(context, site);
  if (receivers.length === 0) return [];
  const all = rule.ports.flatMap(({ ports }) => ports);
  return rule.ports.flatMap(({ ports }, i) =>
    ports.flatMap((match, j) => {
      const found = mistaken(context, receivers, { match, all });
      const path = policy.kind === 'NetworkPolicy' ? ['ports', j] : ['toPorts', i, 'ports', j];
      return found === undefined ? [] : [{ ...found, direction: rule.direction, path }];
    }),
  );
}

/** Workloads in the files that receive what the rule is about. */
function receiversOf(context: LintContext, { rule }: RuleSite): readonly Workload[] {
  const world = context.world();
  const pods: readonly EndpointIndex[] =
    rule.direction === 'ingress' ? world.subjectsOf(rule) : world.peersOf(rule);
  return workloadsOf(context, pods);
}

function mistaken(
  context: LintContext,
  receivers: readonly Workload[],
  { match, all }: { readonly match: PortMatch; readonly all: readonly PortMatch[] },
): Omit<ServicePortMistake, 'direction' | 'path'> | undefined {
  if (match.kind !== 'port' || match.port === 0 || (match.endPort ?? 0) > match.port) return undefined;
  const protocol = match.protocol === 'ANY' ? 'TCP' : match.protocol;
  const name = `${protocol}/${match.port}`;
  if (receivers.some(({ containerPorts }) => containerPorts.includes(name))) return undefined;
  for (const workload of receivers) {
    for (const service of servicesIn(context, workload.namespace)) {
      if (!isInFront(service, workload)) continue;
      for (const { port, protocol: own, targetPort = port } of service.ports) {
        if (port !== match.port || own !== protocol) continue;
        const podPort = typeof targetPort === 'number' ? targetPort : numberOf(workload, targetPort, own);
        if (podPort === undefined || all.some((one) => admits(one, podPort))) continue;
        return {
          port: match.port,
          protocol,
          service: `${service.namespace}/${service.name}`,
          podPort,
          workload: `${workload.namespace}/${workload.name}`,
        };
      }
    }
  }
  return undefined;
}

function admits(match: PortMatch, port: number): boolean {
  if (match.kind !== 'port') return match.kind === 'named';
  return match.port === 0 || (match.port <= port && port <= Math.max(match.port, match.endPort ?? 0));
}

const memo = new WeakMap<LintContext, ReadonlyMap<string, readonly Service[]>>();

function servicesIn(context: LintContext, namespace: string): readonly Service[] {
  let byNamespace = memo.get(context);
  if (byNamespace === undefined) {
    const grouped = new Map<string, Service[]>();
    for (const service of context.read.services) {
      const known = grouped.get(service.namespace);
      if (known === undefined) grouped.set(service.namespace, [service]);
      else known.push(service);
    }
    byNamespace = grouped;
    memo.set(context, byNamespace);
  }
  return byNamespace.get(namespace) ?? [];
}

function isInFront({ namespace, selector }: Service, workload: Workload): boolean {
  const wanted = Object.entries(selector ?? {});
  return (
    namespace === workload.namespace &&
    wanted.length > 0 &&
    wanted.every(
      ([key, value]) => Object.hasOwn(workload.podLabels, key) && workload.podLabels[key] === value,
    )
  );
}

function numberOf({ ports }: Workload, name: string, protocol: string): number | undefined {
  return ports.find((port) => port.name === name.toLowerCase() && port.protocol === protocol)?.port;
}
