import type { Catalog } from '../catalog/index.ts';
import { withoutHatch } from '../catalog/near-misses.ts';
import { compile, decideUnknowing, type KnownLabels } from '../engine/index.ts';
import { type ReadAssumption, readAssumptions } from '../manifest/assumptions.ts';
import { worldOf } from '../manifest/world.ts';
import { parseAddress } from '../model/cidr.ts';
import type { Decision } from '../model/decision.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Protocol } from '../model/port.ts';
import type { RepositoryRead } from '../model/repository.ts';
import type { Endpoint, Service, ServicePort } from '../model/world.ts';
import { findNamed, type Named } from './name.ts';

export interface CanQuestion {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
}

export type CanAnswer =
  | {
      readonly kind: 'answer';
      readonly question: CanQuestion;
      readonly decisions: readonly Decision[];
      /** Names for which no file declares a pod; one was made up from the namespace's labels. */
      readonly assumed: readonly string[];
      /** Services in front of the destination that have this port where the pods have another. */
      readonly serviceTraps: readonly ServiceTrap[];
      /** Names of workloads in their nodes' network, judged as nodes. */
      readonly nodeNetwork: readonly string[];
      /** Addresses in the question, each taken for one outside the cluster. */
      readonly addresses: readonly string[];
      /** What the files were taken for. */
      readonly assumptions: readonly ReadAssumption[];
    }
  | { readonly kind: 'unknown'; readonly name: string; readonly nearest: readonly string[] }
  | { readonly kind: 'too-many'; readonly pairs: number; readonly most: number };

export interface ServiceTrap {
  readonly service: string;
  readonly servicePort: number;
  readonly podPort: number | string;
}

/** Pairs that one question may come to. */
const PAIRS_MAX = 2500;

/** May it? One decision for each pair of endpoints that the names mean. */
export function can(
  question: CanQuestion,
  {
    read,
    catalog,
    options,
  }: { readonly read: RepositoryRead; readonly catalog: Catalog; readonly options: AgentOptions },
): CanAnswer {
  const world = worldOf(read, options);
  const naming = { read, world, catalog, options };
  const from = findNamed(question.from, naming);
  if (from.kind === 'unknown') return { kind: 'unknown', name: question.from, nearest: from.nearest };
  const to = findNamed(question.to, naming);
  if (to.kind === 'unknown') return { kind: 'unknown', name: question.to, nearest: to.nearest };
  const pairs = from.endpoints.length * to.endpoints.length;
  if (pairs > PAIRS_MAX) return { kind: 'too-many', pairs, most: PAIRS_MAX };
  const known = new Set(world.endpoints.map(({ id }) => id));
  const added = [...from.endpoints, ...to.endpoints].filter(({ id }) => !known.has(id));
  const unique = [...new Map(added.map((endpoint) => [endpoint.id, endpoint])).values()];
  const engine = compile({ ...world, endpoints: [...world.endpoints, ...unique] }, options);
  const { port, protocol } = question;
  const knownOf = (named: Found, { id }: Endpoint): KnownLabels => knownLabels(id, named.isAssumed, read);
  const decisions = from.endpoints.flatMap((source) =>
    to.endpoints.flatMap((destination) => {
      const [a, b] = [engine.find(source.id), engine.find(destination.id)];
      if (a === undefined || b === undefined) return [];
      const labels = { from: knownOf(from, source), to: knownOf(to, destination) };
      const decision = decideUnknowing(engine, { from: a, to: b, protocol, port }, labels);
      return [withoutHatch(decision, catalog)];
    }),
  );
  const assumed = [from.isAssumed ? question.from : undefined, to.isAssumed ? question.to : undefined];
  return {
    kind: 'answer',
    question,
    decisions,
    assumed: assumed.filter((name) => name !== undefined),
    assumptions: readAssumptions(read, options.version),
    serviceTraps: to.endpoints.flatMap((endpoint) => trapsOf(endpoint, question, read.services)),
    nodeNetwork: [from, to].flatMap(({ nodeNetwork }) => nodeNetwork),
    addresses: [question.from, question.to].filter((name) => parseAddress(name) !== undefined),
  };
}

type Found = Extract<Named, { readonly kind: 'found' }>;

/** A pod that no file declares has its namespace's labels; its own are not known. */
function knownLabels(id: string, isAssumed: boolean, { namespaces }: RepositoryRead): KnownLabels {
  const slash = id.indexOf('/');
  if (slash <= 0 || (!isAssumed && !id.endsWith('/*'))) return 'all';
  const declared = namespaces.find(({ name }) => name === id.slice(0, slash));
  return declared === undefined || declared.form.kind === 'implied' ? 'nothing' : 'of-namespace';
}

function trapsOf(
  { id, labels, ports = [] }: Endpoint,
  { port, protocol }: CanQuestion,
  services: readonly Service[],
): readonly ServiceTrap[] {
  const namespace = id.slice(0, Math.max(0, id.indexOf('/')));
  const own = new Set(labels);
  const podPort = ({ targetPort = port }: ServicePort): number | string =>
    typeof targetPort === 'number'
      ? targetPort
      : (ports.find((one) => one.name === targetPort.toLowerCase() && one.protocol === protocol)?.port ??
        targetPort);
  return services
    .filter(({ namespace: of, selector }) => {
      const wanted = Object.entries(selector ?? {});
      return (
        of === namespace &&
        wanted.length > 0 &&
        wanted.every(([key, value]) => own.has(`k8s:${key}=${value}`))
      );
    })
    .flatMap((service) =>
      service.ports
        .filter((one) => one.port === port && one.protocol === protocol && podPort(one) !== port)
        .map((one) => ({
          service: `${service.namespace}/${service.name}`,
          servicePort: port,
          podPort: podPort(one),
        })),
    );
}
