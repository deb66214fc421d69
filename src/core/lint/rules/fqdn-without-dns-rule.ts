import type { EndpointIndex } from '../../engine/index.ts';
import { matchesName } from '../../engine/name-pattern.ts';
import type { NamePattern } from '../../model/l7.ts';
import type { AgentOptions } from '../../model/options.ts';
import { atRule } from '../at.ts';
import type { RuleSite } from '../context.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { peerPath } from '../facts/selectors.ts';
import { couldBeSelected, mayHaveMoreLabels } from '../facts/unknown-labels.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface FqdnWithoutDnsRuleFields {
  readonly names: readonly string[];
  /** Pods whose DNS answers nobody sees, at most a handful. */
  readonly pods: readonly string[];
  readonly count: number;
  /** Whether there is a DNS rule on their path, only not for this name. */
  readonly hasOther: boolean;
  /** False where the pods are in no file, and some policy would give them DNS rules for a label of theirs. */
  readonly isCertain: boolean;
}

/** Cilium `pkg/policy/api/fqdn.go`; issues 7109, 22889, 44452. Judged over all policies that select the pods. */
export const fqdnWithoutDnsRule: Rule<'fqdn-without-dns-rule', FqdnWithoutDnsRuleFields> = defineRule({
  id: 'fqdn-without-dns-rule',
  name: 'toFQDNs without a DNS rule',
  severity: 'error',
  group: 'contents',
  examples: {
    wrong: { 'web.yaml': exampleWith('') },
    right: {
      'web.yaml': exampleWith(`
          rules:
            dns:
              - matchPattern: "*"`),
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { rule } = site;
      const peers = rule.peers.kind === 'some' ? rule.peers.peers : [];
      const names = peers.flatMap((peer) => (peer.kind === 'fqdn' ? [peer.pattern] : []));
      if (names.length === 0) continue;
      const world = context.world();
      const unseen = new Map<string, readonly EndpointIndex[]>();
      let hasOther = false;
      for (const name of names) {
        const without = world
          .subjectsOf(rule)
          .filter((pod) => !dnsRulesOf(world, pod).some((pattern) => sees(pattern, name, context.agent)));
        if (without.length > 0) unseen.set(name.matchName ?? name.matchPattern ?? '', without);
        hasOther ||= without.some((pod) => dnsRulesOf(world, pod).length > 0);
      }
      const pods = [...new Set([...unseen.values()].flat())];
      if (pods.length === 0) continue;
      const isUncertain =
        pods.every((pod) => mayHaveMoreLabels(world, pod)) &&
        couldBeSelected(context, world.namespaceOf(pods[0] ?? 0), hasDnsRules);
      const first = names.findIndex(({ matchName, matchPattern }) =>
        unseen.has(matchName ?? matchPattern ?? ''),
      );
      report({
        at: atRule(context, site, peerPath(site, first)),
        fields: {
          names: [...unseen.keys()],
          pods: pods.slice(0, 5).map((pod) => world.idOf(pod)),
          count: pods.length,
          hasOther,
          isCertain: !isUncertain,
        },
        severity: isUncertain ? 'info' : 'error',
        key: [...unseen.keys()].sort().join(','),
      });
    }
  },
});

function hasDnsRules({ rule }: RuleSite): boolean {
  return rule.effect === 'allow' && (rule.ports ?? []).some(({ l7 }) => l7?.kind === 'dns');
}

const memo = new WeakMap<LintWorld, Map<number, readonly NamePattern[]>>();

/** The DNS rules of all policies that select a pod. */
function dnsRulesOf(world: LintWorld, pod: EndpointIndex): readonly NamePattern[] {
  const { egressClassOf, egress } = world.engine.compiled;
  const index = egressClassOf[pod] as number;
  const byClass = memo.get(world) ?? new Map<number, readonly NamePattern[]>();
  memo.set(world, byClass);
  let patterns = byClass.get(index);
  if (patterns === undefined) {
    patterns = (egress[index]?.entries ?? []).flatMap(({ isDeny, ports = [] }) =>
      isDeny ? [] : ports.flatMap(({ l7 }) => (l7?.kind === 'dns' ? l7.rules : [])),
    );
    byClass.set(index, patterns);
  }
  return patterns;
}

/** Whether a DNS rule lets the name be asked. Of two patterns only the same one is sure to. */
function sees(dns: NamePattern, wanted: NamePattern, { version }: AgentOptions): boolean {
  if (wanted.matchName !== undefined) return matchesName(dns, wanted.matchName, version);
  const pattern = wanted.matchPattern ?? '';
  if (dns.matchPattern === undefined) return false;
  return (
    dns.matchPattern === pattern ||
    /^\*+$/.test(dns.matchPattern) ||
    matchesName(dns, pattern.replaceAll('*', 'x'), version)
  );
}

function exampleWith(rules: string): string {
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: dns
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: kube-system
            k8s-app: kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: ANY${rules}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: to-api
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toFQDNs:
        - matchName: api.example.com
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`;
}
