import { accessLabel, type Resource } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { formatPolicyRef } from '../../model/policy.ts';
import { isProtocol, PROTOCOLS } from '../../model/port.ts';
import { atPolicy, atRule } from '../at.ts';
import type { LintContext, RuleSite } from '../context.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { asksNamespaceLabel } from '../facts/selectors.ts';
import { type At, defineRule, type Rule } from '../rule.ts';

export interface AccessOneSidedFields {
  readonly resource: string;
  readonly label: string;
  /** The side that the label does not open: the app's egress, or the resource's ingress. */
  readonly closed: 'egress' | 'ingress';
  readonly port: string;
  readonly target: string;
  /** The policy that opens the other side. */
  readonly openedBy: string;
  /** How many namespaces have the label, and no use of it. */
  readonly namespaces: number;
}

/** Computed: a pod whose namespace has the label, towards the resource, on the resource's ports, at both ends. */
export const accessOneSided: Rule<'access-one-sided', AccessOneSidedFields> = defineRule({
  id: 'access-one-sided',
  name: 'Access label that opens one end only',
  severity: 'error',
  group: 'both-ends',
  examples: {
    wrong: { 'access.yaml': exampleWith('9187') },
    right: { 'access.yaml': exampleWith('5432') },
  },
  check(context, report) {
    for (const resource of context.catalog.resources) {
      const label = accessLabel(context.catalog, resource.name);
      const opening = openingRules(context, label);
      // Where no policy asks for the label, `unknown-access` speaks up for those who have it.
      const [first] = [...opening.egress, ...opening.ingress];
      if (first === undefined) continue;
      const world = context.world();
      const app = world.probes.access.get(resource.name);
      const targets = targetsOf(resource, world);
      if (app === undefined || targets.length === 0) continue;
      const open = sidesOpen(resource, world, app, targets);
      if (open.egress === open.ingress) continue;
      const closed = open.egress ? 'ingress' : 'egress';
      const [opener] = closed === 'ingress' ? opening.egress : opening.ingress;
      const [{ port, protocol } = { port: 0, protocol: 'TCP' }] = resource.ports;
      report({
        at: placeOf(context, resource, closed, opener ?? first),
        fields: {
          resource: resource.name,
          label,
          closed,
          port: `${port}/${protocol}`,
          target: resource.target.kind === 'pods' ? resource.target.namespace : resource.target.entity,
          openedBy: opener === undefined ? '' : formatPolicyRef(opener.policy),
          namespaces: context.namespaces.all.filter(({ labels }) => labels[label] === 'true').length,
        },
        key: resource.name,
        related: opener === undefined ? [] : [opener.rule.place],
      });
    }
  },
});

/** Rules that the label switches on: of a subject that has it, or for a peer that has it. */
function openingRules(
  { rules }: LintContext,
  label: string,
): { readonly egress: readonly RuleSite[]; readonly ingress: readonly RuleSite[] } {
  const allows = rules.filter(({ rule }) => rule.effect === 'allow');
  return {
    egress: allows.filter(
      ({ spec, rule }) => rule.direction === 'egress' && asksNamespaceLabel(spec.subject.selector, label),
    ),
    ingress: allows.filter(
      ({ rule }) =>
        rule.direction === 'ingress' &&
        rule.peers.kind === 'some' &&
        rule.peers.peers.some(
          (peer) => peer.kind === 'endpoints' && asksNamespaceLabel(peer.selector, label),
        ),
    ),
  };
}

/** The resource's pods: those of the files, else one made up from the catalog. An entity has no ingress to judge. */
function targetsOf({ name, target }: Resource, world: LintWorld): readonly EndpointIndex[] {
  if (target.kind === 'entity') return [];
  const probe = world.probes.targets.get(name);
  const real = world.pods.filter(
    (pod) =>
      world.isReal(pod) &&
      !world.isPlaceholder(pod) &&
      world.namespaceOf(pod) === target.namespace &&
      hasLabels(world, pod, target.labels),
  );
  return real.length > 0 || probe === undefined ? real : [probe];
}

function hasLabels(
  { engine }: LintWorld,
  pod: EndpointIndex,
  wanted: Readonly<Record<string, string>>,
): boolean {
  const labels = engine.endpoints[pod]?.labels ?? [];
  return Object.entries(wanted).every(([key, value]) => labels.includes(`k8s:${key}=${value}`));
}

/** A side is open if some of the resource's ports are, for some of its pods. */
function sidesOpen(
  { ports }: Resource,
  world: LintWorld,
  app: EndpointIndex,
  targets: readonly EndpointIndex[],
): { readonly egress: boolean; readonly ingress: boolean } {
  // What a hole in another policy opens is nothing that the label did.
  const engine = world.strict();
  const table = engine.compiled.ports;
  const has = (set: number): boolean =>
    ports.some(
      ({ protocol, port }) => isProtocol(protocol) && table.contains(set, PROTOCOLS.indexOf(protocol), port),
    );
  return {
    egress: targets.some((target) => has(engine.egressPorts(app, target))),
    ingress: targets.some((target) => has(engine.ingressPorts(app, target))),
  };
}

/** The policy of the closed side, to which the rule is to be added, else the rule that opens the other. */
function placeOf(
  context: LintContext,
  { target }: Resource,
  closed: 'egress' | 'ingress',
  opener: RuleSite,
): At {
  const own =
    closed === 'ingress' && target.kind === 'pods'
      ? context.read.policies.find(({ namespace }) => namespace === target.namespace)
      : undefined;
  if (own !== undefined) return atPolicy(context, own);
  return atRule(context, opener);
}

function exampleWith(port: string): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: access-postgres
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: database
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"
      toPorts:
        - ports:
            - port: "${port}"
              protocol: TCP
`;
}
