import type { EndpointIndex } from '../../engine/index.ts';
import type { RuleRef } from '../../model/decision.ts';
import type { HttpRule, L7Request, L7Rules } from '../../model/l7.ts';
import { formatPolicyRef } from '../../model/policy.ts';
import type { Protocol } from '../../model/port.ts';
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

/** Computed with a request that no rule is for. Cilium `pkg/policy/rule.go` (`mergePortProto`); issues 3509, 4878. */
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
        const probe = l7 === undefined ? undefined : probeFor(l7);
        const match = ports.find((one) => one.kind === 'port' && one.port !== 0);
        if (probe === undefined || match?.kind !== 'port') continue;
        const protocol = match.protocol === 'ANY' ? (l7?.kind === 'dns' ? 'UDP' : 'TCP') : match.protocol;
        const found = voidedBy(context.world(), site, { probe, port: match.port, protocol });
        if (found === undefined) continue;
        report({
          at: atRule(context, site, ['toPorts', i, 'rules']),
          fields: { contents: probe.kind, port: match.port, protocol, ...found },
          key: `${match.port}/${protocol}`,
        });
      }
    }
  },
});

/** A request that no rule can be meant for; undefined where the rules accept everything anyway. */
function probeFor(l7: L7Rules): L7Request | undefined {
  switch (l7.kind) {
    case 'http':
      return l7.rules.some(acceptsAll)
        ? undefined
        : { kind: 'http', method: 'PROPOLIS', path: '/.propolis', host: 'propolis.invalid' };
    case 'dns':
      return l7.rules.some(({ matchPattern = '' }) => /^\*+$/.test(matchPattern))
        ? undefined
        : { kind: 'dns', name: 'propolis.invalid' };
    case 'sni':
      return { kind: 'sni', name: 'propolis.invalid' };
    case 'other':
      return undefined;
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
  { rule, policy }: RuleSite,
  asked: { readonly probe: L7Request; readonly port: number; readonly protocol: Protocol },
): { readonly peer: string; readonly pod: string; readonly by: readonly string[] } | undefined {
  const { engine } = world;
  const outside = ['world', 'world-ipv4', 'ingress', 'host'].flatMap((id) => engine.find(id) ?? []);
  const peers = [...world.peersOf(rule), ...outside].slice(0, SAMPLE * 2);
  for (const pod of world.subjectsOf(rule).slice(0, SAMPLE)) {
    for (const peer of peers) {
      const [from, to] = ends(rule.direction, pod, peer);
      const { probe, port, protocol } = asked;
      const decision = engine.decide({ from, to, protocol, port, l7: probe });
      const side = rule.direction === 'egress' ? decision.egress : decision.ingress;
      const isOwn = (one: RuleRef): boolean =>
        one.policy.name === policy.name && one.place.line === rule.place.line && one.list === rule.list;
      // The rule must be about this peer, and its contents must not have been asked.
      if (side.verdict !== 'allowed' || side.reason !== 'allow-rule' || side.l7 || !side.rules.some(isOwn))
        continue;
      const by = side.rules.filter((one) => !isOwn(one)).map((one) => formatPolicyRef(one.policy));
      return { peer: world.idOf(peer), pod: world.idOf(pod), by: [...new Set(by)] };
    }
  }
  return undefined;
}

function ends(
  direction: 'ingress' | 'egress',
  pod: EndpointIndex,
  peer: EndpointIndex,
): readonly [from: EndpointIndex, to: EndpointIndex] {
  return direction === 'egress' ? [pod, peer] : [peer, pod];
}
