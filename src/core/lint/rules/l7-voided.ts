import type { Entry } from '../../engine/entry.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import type { HttpRule, L7Rules } from '../../model/l7.ts';
import { formatPolicyRef, type Rule as PolicyRule } from '../../model/policy.ts';
import { PROTOCOLS, type Protocol } from '../../model/port.ts';
import { atRule } from '../at.ts';
import type { RuleSite } from '../context.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface L7VoidedFields {
  readonly contents: 'http' | 'dns' | 'sni';
  readonly port: number;
  readonly protocol: string;
  readonly peer: string;
  readonly pod: string;
  /** The policies whose plain rules let everything pass; empty where default deny is off. */
  readonly by: readonly string[];
}

/** Computed over all rules that select the pod. Cilium `pkg/policy/rule.go` (`mergePortProto`); issues 3509, 4878. */
export const l7Voided: Rule<'l7-voided', L7VoidedFields> = defineRule({
  id: 'l7-voided',
  name: 'Rules on contents that a plain rule voids',
  severity: 'error',
  group: 'contents',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web-read-only
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: proxy
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
          rules:
            http:
              - method: GET
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - {}
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
    right: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web-read-only
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: proxy
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
          rules:
            http:
              - method: GET
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { rule } = site;
      if (rule.effect === 'deny') continue;
      for (const [i, { ports, l7 }] of (rule.ports ?? []).entries()) {
        if (l7 === undefined || acceptsEverything(l7)) continue;
        const match = ports.find((one) => one.kind === 'port' && one.port !== 0);
        if (match?.kind !== 'port' || l7.kind === 'other') continue;
        const protocol = match.protocol === 'ANY' ? (l7.kind === 'dns' ? 'UDP' : 'TCP') : match.protocol;
        const found = voidedBy(context.world(), site, { port: match.port, protocol });
        if (found === undefined) continue;
        report({
          at: atRule(context, site, ['toPorts', i, 'rules']),
          fields: { contents: l7.kind, port: match.port, protocol, ...found },
          // DNS rules are mostly there so that names are seen, which they are all the same.
          severity: l7.kind === 'dns' ? 'info' : 'error',
          key: `${match.port}/${protocol}`,
        });
      }
    }
  },
});

function acceptsEverything(l7: L7Rules): boolean {
  switch (l7.kind) {
    case 'http':
      return l7.rules.some(acceptsAll);
    case 'dns':
      return l7.rules.some(({ matchPattern = '' }) => /^\*+$/.test(matchPattern));
    case 'sni':
    case 'other':
      return false;
  }
}

function acceptsAll({ method, path, host, headers = [], headerMatches = [] }: HttpRule): boolean {
  const isAny = (pattern: string | undefined): boolean =>
    pattern === undefined || pattern === '.*' || pattern === '/.*';
  return isAny(method) && isAny(path) && isAny(host) && headers.length === 0 && headerMatches.length === 0;
}

const SAMPLE = 8;

/** Looks at some pods and some peers of the rule: most rules select one of each. */
function voidedBy(
  world: LintWorld,
  { rule }: RuleSite,
  asked: Asked,
): { readonly peer: string; readonly pod: string; readonly by: readonly string[] } | undefined {
  const outside = ['world', 'world-ipv4', 'ingress', 'host'].flatMap((id) => world.engine.find(id) ?? []);
  const peers = [...world.peersOf(rule).slice(0, SAMPLE), ...outside];
  for (const pod of world.subjectsOf(rule).slice(0, SAMPLE)) {
    for (const peer of peers) {
      const by = plainPolicies(world, rule, { pod, peer, asked });
      if (by !== undefined) return { peer: world.idOf(peer), pod: world.idOf(pod), by };
    }
  }
  return undefined;
}

interface Asked {
  readonly port: number;
  readonly protocol: Protocol;
}

/**
 * The policies that admit the same peer and port without a look inside; none where default deny is off. Undefined
 * where the rule's contents decide, or the rule is not about this peer.
 */
function plainPolicies(
  { engine }: LintWorld,
  rule: PolicyRule,
  { pod, peer, asked }: { readonly pod: EndpointIndex; readonly peer: EndpointIndex; readonly asked: Asked },
): readonly string[] | undefined {
  const { compiled } = engine;
  const isEgress = rule.direction === 'egress';
  const index = (isEgress ? compiled.egressClassOf : compiled.ingressClassOf)[pod] as number;
  const found = (isEgress ? compiled.egress : compiled.ingress)[index];
  const identity = compiled.identities.get(compiled.identityOf[peer] as number);
  const protocol = PROTOCOLS.indexOf(asked.protocol);
  const matching = (found?.clauses ?? []).filter(
    ({ selectors, ports }) =>
      compiled.ports.contains(ports, protocol, asked.port) &&
      selectors.some((selector) => compiled.selectors.matches(selector, identity)),
  );
  const isAbout = matching.some(({ entry }) => entry?.rule === rule);
  if (!isAbout || matching.some(({ isDeny }) => isDeny)) return undefined;
  if (found?.enforcement.defaultDeny === false) return [];
  const plain = matching.filter(({ entry }) => entry === undefined || isPlain(entry, asked));
  if (plain.length === 0) return undefined;
  return [
    ...new Set(
      plain.map(({ entry }) => (entry === undefined ? 'allow-localhost' : formatPolicyRef(entry.policy))),
    ),
  ];
}

/** Whether some line of ports about this port has no rules on contents. */
function isPlain({ ports }: Entry, { port, protocol }: Asked): boolean {
  if (ports === undefined) return true;
  return ports.some(
    (term) =>
      term.l7 === undefined &&
      term.protocol === protocol &&
      (term.kind === 'named' || (term.low <= port && port <= term.high)),
  );
}
