import { compile, type EndpointIndex, type Engine } from '../engine/index.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Direction, Policy } from '../model/policy.ts';
import { isNoPorts, type PortSet, portsKey, subtractPorts } from '../model/port-set.ts';
import { type CastPeer, castOf, type Declared, type Peer } from './profile-cast.ts';
import type { Catalog, Resource } from './types.ts';

export type { Peer } from './profile-cast.ts';

/** What passes between the pods of a profile and a peer. */
export interface Admission {
  readonly peer: Peer;
  /** What both ends admit. */
  readonly ports: PortSet;
  /** What the profile's own end admits besides, and the peer's end does not. Usually nothing. */
  readonly halfOpen: PortSet;
}

export interface ProfileRow {
  readonly profile: string;
  readonly description: string;
  readonly ingress: readonly Admission[];
  readonly egress: readonly Admission[];
}

export interface AccessRow {
  readonly resource: string;
  readonly description: string;
  /** What a namespace with the label reaches there, at both ends. */
  readonly ports: PortSet;
  readonly halfOpen: PortSet;
  /** What a namespace without any label reaches there already. Usually nothing. */
  readonly without: PortSet;
}

export interface ProfileTable {
  readonly profiles: readonly ProfileRow[];
  readonly access: readonly AccessRow[];
}

export interface TableInputs {
  readonly policies: readonly Policy[];
  readonly options: AgentOptions;
  /** Namespaces and workloads of the platform, as far as they are known: for their labels and named ports. */
  readonly declared?: Declared;
}

/**
 * What each profile and each access label really admits, asked of the engine: a world with the given policies, an
 * app of each profile, and everybody whom the catalog knows. Peers with which nothing passes are left out; an
 * address or a name outside is told only for what the world has not. Ports of apps by name are not seen: the apps of
 * this world declare none.
 */
export function profileTable(catalog: Catalog, { policies, options, declared }: TableInputs): ProfileTable {
  const cast = castOf(catalog, options, declared);
  const engine = compile({ policies, endpoints: cast.endpoints }, options);
  return {
    profiles: catalog.profiles.map(({ name, description }) => {
      const admissions = (direction: Direction): readonly Admission[] =>
        withoutRepeats(
          cast
            .peersOf(name)
            .map(({ peer, id }) => ({ peer, ...passing(engine, cast.app(name), { id, direction }) })),
        );
      return { profile: name, description, ingress: admissions('ingress'), egress: admissions('egress') };
    }),
    access: catalog.resources.map((resource) => {
      const { name, description } = resource;
      const id = targetId(resource, cast.peersOf(''));
      const at = { id, direction: 'egress' } as const;
      const { ports: without } = passing(engine, cast.stranger, at);
      return { resource: name, description, ...passing(engine, cast.withAccess(name), at), without };
    }),
  };
}

function targetId({ name, target }: Resource, peers: readonly CastPeer[]): string {
  const found = peers.find(({ peer }) =>
    target.kind === 'pods'
      ? peer.kind === 'resource' && peer.name === name
      : peer.kind === 'entity' && peer.entity === target.entity,
  );
  return found?.id ?? '';
}

type Passing = Pick<Admission, 'ports' | 'halfOpen'>;

function passing(
  engine: Engine,
  subject: string,
  { id, direction }: { readonly id: string; readonly direction: Direction },
): Passing {
  const [own, other] = [indexOf(engine, subject), indexOf(engine, id)];
  const [from, to] = direction === 'egress' ? [own, other] : [other, own];
  const ports = engine.portsBetween(from, to);
  const near = direction === 'egress' ? engine.egressPorts(from, to) : engine.ingressPorts(from, to);
  return { ports, halfOpen: subtractPorts(engine.compiled.ports.get(near), ports) };
}

function indexOf(engine: Engine, id: string): EndpointIndex {
  const index = engine.find(id);
  if (index === undefined) throw new RangeError(`there is no endpoint ${id}`);
  return index;
}

/** Nobody with whom nothing passes; the world once where both address families have the same. */
function withoutRepeats(all: readonly Admission[]): readonly Admission[] {
  const [world, ...others] = all.filter(({ peer }) => peer.kind === 'entity' && WORLDS.has(peer.entity));
  if (world === undefined || others.some((other) => keyOf(other) !== keyOf(world))) return all.filter(isSome);
  return all
    .flatMap((admission): readonly Admission[] => {
      if (others.includes(admission)) return [];
      if (admission === world) return [{ ...world, peer: { kind: 'entity', entity: 'world' } }];
      return [IN_THE_WORLD.has(admission.peer.kind) ? beyond(admission, world) : admission];
    })
    .filter(isSome);
}

const WORLDS: ReadonlySet<string> = new Set(['world', 'world-ipv4', 'world-ipv6']);
const IN_THE_WORLD: ReadonlySet<Peer['kind']> = new Set(['cidr', 'fqdn', 'probe']);

function keyOf({ ports, halfOpen }: Passing): string {
  return `${portsKey(ports)}|${portsKey(halfOpen)}`;
}

function isSome({ ports, halfOpen }: Passing): boolean {
  return !isNoPorts(ports) || !isNoPorts(halfOpen);
}

function beyond(admission: Admission, { ports, halfOpen }: Passing): Admission {
  return {
    ...admission,
    ports: subtractPorts(admission.ports, ports),
    halfOpen: subtractPorts(admission.halfOpen, halfOpen),
  };
}
