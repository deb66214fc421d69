import { kubernetesLabel } from '../model/label.ts';
import type { Protocol } from '../model/port.ts';
import type { Service } from '../model/world.ts';
import type { End } from './ends.ts';

/** Ports of Services in front of this pod that lead to the pod's port and are not the same number. */
export function servicesWithPort(
  services: readonly Service[],
  pod: End,
  { protocol, podPort }: { readonly protocol: Protocol; readonly podPort: number },
): readonly { readonly service: Service; readonly port: number }[] {
  return servicesOf(services, pod).flatMap((service) =>
    service.ports
      .filter((port) => port.protocol === protocol && port.port !== podPort && leadsTo(port, pod, podPort))
      .map(({ port }) => ({ service, port })),
  );
}

/** Services whose selector selects the pod. */
export function servicesOf(services: readonly Service[], pod: End): readonly Service[] {
  return services.filter(({ namespace, selector }) => {
    const wanted = Object.entries(selector ?? {});
    return (
      namespace === pod.party.namespace &&
      wanted.length > 0 &&
      wanted.every(([key, value]) => labelOf(pod, key) === value)
    );
  });
}

function leadsTo(port: Service['ports'][number], pod: End, podPort: number): boolean {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === podPort;
  const named = pod.workload?.ports.find(
    ({ name, protocol }) => name === target.toLowerCase() && protocol === port.protocol,
  );
  // A name that no file resolves: it may well lead there.
  return named === undefined || named.port === podPort;
}

function labelOf({ recorded, workload }: End, key: string): string | undefined {
  const labels = workload?.podLabels ?? {};
  return kubernetesLabel(recorded, key) ?? (Object.hasOwn(labels, key) ? labels[key] : undefined);
}
