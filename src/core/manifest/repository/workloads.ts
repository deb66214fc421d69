import type { Path } from '../../model/place.ts';
import { type NamedPort, PROTOCOLS, type Protocol } from '../../model/port.ts';
import { type Problem, WORKLOAD_KINDS, type Workload, type WorkloadKind } from '../../model/repository.ts';
import { asList, field, fieldAt, textAt } from '../yaml/fields.ts';
import type { ReadObject } from './objects.ts';
import { readTextMap, schemaProblem } from './report-fields.ts';

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return (WORKLOAD_KINDS as readonly string[]).includes(kind);
}

/** Reads any built-in kind that makes pods, or a Pod itself. */
export function readWorkload(
  object: ReadObject,
  kind: WorkloadKind,
  report: (problem: Problem) => void,
): Workload {
  const template = templatePath(kind);
  const spec: Path = [...template, 'spec'];
  const podLabels = readTextMap(object, [...template, 'metadata', 'labels'], report);
  return {
    kind,
    namespace: object.namespace,
    name: object.name,
    podLabels: { ...podLabels, ...controllerLabels(kind, object.name) },
    podAnnotations: readTextMap(object, [...template, 'metadata', 'annotations'], report),
    serviceAccount:
      textAt(object.value, [...spec, 'serviceAccountName']) ??
      textAt(object.value, [...spec, 'serviceAccount']),
    hostNetwork: fieldAt(object.value, [...spec, 'hostNetwork']) === true,
    ...readPorts(object, spec, report),
    place: object.locate([]),
  };
}

function templatePath(kind: WorkloadKind): Path {
  switch (kind) {
    case 'Pod':
      return [];
    case 'CronJob':
      return ['spec', 'jobTemplate', 'spec', 'template'];
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      return ['spec', 'template'];
  }
}

/**
 * Labels that a controller adds to its pods, and that Cilium's default filter leaves in their identity. The names of
 * a CronJob's jobs end with a time, so they are not known.
 */
function controllerLabels(kind: WorkloadKind, name: string): Readonly<Record<string, string>> {
  return kind === 'Job' && name !== '' ? { 'batch.kubernetes.io/job-name': name, 'job-name': name } : {};
}

/** Ports of the containers, and of those init containers that keep running beside them. */
function readPorts(
  object: ReadObject,
  spec: Path,
  report: (problem: Problem) => void,
): Pick<Workload, 'ports' | 'containerPorts'> {
  const named = new Map<string, NamedPort>();
  const all = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    for (const [i, container] of (asList(fieldAt(object.value, [...spec, list])) ?? []).entries()) {
      if (list === 'initContainers' && field(container, 'restartPolicy') !== 'Always') continue;
      for (const [j, port] of (asList(field(container, 'ports')) ?? []).entries()) {
        const read = readPort(port);
        if (read === undefined) {
          report(
            schemaProblem(
              object,
              [...spec, list, i, 'ports', j, 'containerPort'],
              'a number from 1 to 65535',
            ),
          );
          continue;
        }
        all.add(`${read.protocol}/${read.port}`);
        if (read.name !== '') named.set(`${read.name}/${read.protocol}`, read);
      }
    }
  }
  return { ports: [...named.values()], containerPorts: [...all] };
}

function readPort(value: unknown): NamedPort | undefined {
  const port = field(value, 'containerPort');
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  const written = (textAt(value, ['protocol']) ?? 'TCP').toUpperCase();
  const protocol = PROTOCOLS.find((known) => known === written) ?? 'TCP';
  return { name: (textAt(value, ['name']) ?? '').toLowerCase(), protocol: protocol satisfies Protocol, port };
}
