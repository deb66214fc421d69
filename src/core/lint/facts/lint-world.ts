import type { Entry } from '../../engine/entry.ts';
import { compile, type EndpointIndex, type Engine } from '../../engine/index.ts';
import { worldOf } from '../../manifest/world.ts';
import { kubernetesLabel, NAMESPACE_KEY } from '../../model/label.ts';
import type { Rule } from '../../model/policy.ts';
import type { Endpoint, World } from '../../model/world.ts';
import type { LintInputs } from '../context.ts';
import { isHole } from './empty-peer.ts';
import { imaginedPods } from './imagined.ts';
import { type Probes, probesOf } from './probes.ts';

/**
 * The repository's world with pods added that rules ask about: first those of the files, then pods made up for
 * selectors that match none of these, then probes in namespaces of their own.
 */
export interface LintWorld {
  readonly engine: Engine;
  /** The same without what a `{}` peer of a clusterwide policy opens, which would hide every other gap. */
  readonly strict: () => Engine;
  readonly probes: Probes;
  /** Pods, probes not counted. */
  readonly pods: readonly EndpointIndex[];
  /** Whether a file declares this endpoint, or it is one of the reserved ones. */
  isReal(index: EndpointIndex): boolean;
  /** `shop/*`, which stands for pods that no file declares. */
  isPlaceholder(index: EndpointIndex): boolean;
  idOf(index: EndpointIndex): string;
  namespaceOf(index: EndpointIndex): string;
  entryOf(rule: Rule): Entry | undefined;
  /** Pods that a rule's policy selects, probes not counted. */
  subjectsOf(rule: Rule): readonly EndpointIndex[];
  /** Pods that a rule's peers select, probes not counted. */
  peersOf(rule: Rule): readonly EndpointIndex[];
}

export function lintWorld(inputs: LintInputs): LintWorld {
  const { read, catalog, agent } = inputs;
  const base = worldOf(read, agent);
  const imagined = imaginedPods(compile(base, agent), read);
  const before = [...base.endpoints, ...imagined];
  const { endpoints: extra, probes } = probesOf({ read, catalog, agent, first: before.length });
  const world: World = { ...base, endpoints: [...before, ...extra] };
  const engine = compile(world, agent);
  const pods = before.flatMap(({ labels }, i) =>
    kubernetesLabel(labels, NAMESPACE_KEY) === undefined ? [] : [i],
  );
  const entries = new Map(engine.compiled.entries.map((entry) => [entry.rule, entry]));
  const members = membersBySelector(engine, pods);
  let strict: Engine | undefined;
  return {
    engine,
    strict: () => (strict ??= withoutEmptyPeers(world, engine, inputs)),
    probes,
    pods,
    isReal: (index) => index < base.endpoints.length,
    isPlaceholder: (index) => endpointAt(world, index).id.endsWith('/*'),
    idOf: (index) => endpointAt(world, index).id,
    namespaceOf: (index) => kubernetesLabel(endpointAt(world, index).labels, NAMESPACE_KEY) ?? '',
    entryOf: (rule) => entries.get(rule),
    subjectsOf(rule) {
      const entry = entries.get(rule);
      return entry === undefined || entry.isNode ? [] : members({ kind: 'labels', selector: entry.subject });
    },
    peersOf(rule) {
      const found = new Set(entries.get(rule)?.peers.flatMap((peer) => members(peer)));
      return [...found].sort((a, b) => a - b);
    },
  };
}

function endpointAt(world: World, index: EndpointIndex): Endpoint {
  return world.endpoints[index] as Endpoint;
}

type PeerSelector = Entry['peers'][number];

/** Pods by selector; each selector's are found once. */
function membersBySelector(
  { compiled }: Engine,
  pods: readonly EndpointIndex[],
): (selector: PeerSelector) => readonly EndpointIndex[] {
  const byIdentity = new Map<number, EndpointIndex[]>();
  for (const pod of pods) {
    const identity = compiled.identityOf[pod] as number;
    const known = byIdentity.get(identity);
    if (known === undefined) byIdentity.set(identity, [pod]);
    else known.push(pod);
  }
  const memo = new Map<number, readonly EndpointIndex[]>();
  return (selector) => {
    const index = compiled.selectors.intern(selector);
    let found = memo.get(index);
    if (found === undefined) {
      found = compiled.selectors.members(index).flatMap((identity) => byIdentity.get(identity) ?? []);
      memo.set(index, found);
    }
    return found;
  };
}

/** Such rules still make their direction default-deny; they only admit nobody. */
function withoutEmptyPeers(world: World, engine: Engine, { agent }: LintInputs): Engine {
  const hasHole = (policy: World['policies'][number]): boolean =>
    policy.specs.some((spec) => spec.rules.some((rule) => isHole(policy, spec, rule)));
  if (!world.policies.some(hasHole)) return engine;
  const policies = world.policies.map((policy) =>
    hasHole(policy)
      ? {
          ...policy,
          specs: policy.specs.map((spec) => ({
            ...spec,
            rules: spec.rules.map((rule) =>
              isHole(policy, spec, rule) ? { ...rule, peers: { kind: 'none' as const } } : rule,
            ),
          })),
        }
      : policy,
  );
  return compile({ ...world, policies }, agent);
}
