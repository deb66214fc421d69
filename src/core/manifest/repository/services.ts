import type { Problem } from '../../model/repository.ts';
import type { Service, ServicePort } from '../../model/world.ts';
import { asFields, asList, field, fieldAt, textAt, textList } from '../yaml/fields.ts';
import type { ReadObject } from './objects.ts';
import { readTextMap, schemaProblem } from './report-fields.ts';

/** Reads a Service of the core API. Ports that are no numbers are reported and left out. */
export function readService(object: ReadObject, report: (problem: Problem) => void): Service {
  const spec: readonly string[] = ['spec'];
  const hasSelector = asFields(fieldAt(object.value, ['spec', 'selector'])) !== undefined;
  const clusterIps = textList(fieldAt(object.value, [...spec, 'clusterIPs']));
  const clusterIp = textAt(object.value, [...spec, 'clusterIP']);
  const addresses = clusterIps.length > 0 || clusterIp === undefined ? clusterIps : [clusterIp];
  const type = textAt(object.value, [...spec, 'type']);
  return {
    namespace: object.namespace,
    name: object.name,
    labels: readTextMap(object, ['metadata', 'labels'], report),
    ...(hasSelector ? { selector: readTextMap(object, ['spec', 'selector'], report) } : {}),
    ports: readPorts(object, report),
    ...(type === undefined ? {} : { type }),
    // `None` says that there is none.
    ...(addresses.length === 0 ? {} : { clusterIPs: addresses.filter((address) => address !== 'None') }),
    place: object.locate([]),
  };
}

/** Addresses behind a Service, of one EndpointSlice. */
export interface ServiceBackends {
  readonly namespace: string;
  /** Empty where the slice is of none. */
  readonly service: string;
  readonly addresses: readonly string[];
}

/** Reads an EndpointSlice: the addresses that are ready, or of which nobody says that they are not. */
export function readBackends({ value, namespace }: ReadObject): ServiceBackends {
  const isAddress = textAt(value, ['addressType']) !== 'FQDN';
  const endpoints = isAddress ? (asList(field(value, 'endpoints')) ?? []) : [];
  return {
    namespace,
    service: textAt(value, ['metadata', 'labels', 'kubernetes.io/service-name']) ?? '',
    addresses: endpoints.flatMap((endpoint) =>
      fieldAt(endpoint, ['conditions', 'ready']) === false ? [] : textList(field(endpoint, 'addresses')),
    ),
  };
}

/** Services without a selector have the backends that EndpointSlices name; those of others follow from pods. */
export function withBackends(
  services: readonly Service[],
  slices: readonly ServiceBackends[],
): readonly Service[] {
  if (slices.length === 0) return services;
  return services.map((service) => {
    if (Object.keys(service.selector ?? {}).length > 0) return service;
    const own = slices.filter(
      ({ namespace, service: name }) => namespace === service.namespace && name === service.name,
    );
    return own.length === 0 ? service : { ...service, backends: own.flatMap(({ addresses }) => addresses) };
  });
}

function readPorts(object: ReadObject, report: (problem: Problem) => void): readonly ServicePort[] {
  const ports: ServicePort[] = [];
  for (const [i, item] of (asList(fieldAt(object.value, ['spec', 'ports'])) ?? []).entries()) {
    const port = field(item, 'port');
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
      report(schemaProblem(object, ['spec', 'ports', i, 'port'], 'a number from 1 to 65535'));
      continue;
    }
    const name = textAt(item, ['name']);
    const target = field(item, 'targetPort');
    const nodePort = field(item, 'nodePort');
    ports.push({
      ...(name === undefined ? {} : { name }),
      protocol: textAt(item, ['protocol']) ?? 'TCP',
      port,
      ...(typeof target === 'number' || typeof target === 'string' ? { targetPort: target } : {}),
      ...(typeof nodePort === 'number' ? { nodePort } : {}),
    });
  }
  return ports;
}
