import { isAtLeast } from '../../model/options.ts';
import { atRule } from '../at.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface FqdnAnyNameFields {
  readonly pattern: string;
  /** `every-name`: it is every name. `not-deep`: its `**` is no more than `*` there. */
  readonly problem: 'every-name' | 'not-deep';
}

/** Cilium `pkg/fqdn/matchpattern/matchpattern.go`; issues 22081, 35819. */
export const fqdnAnyName: Rule<'fqdn-any-name', FqdnAnyNameFields> = defineRule({
  id: 'fqdn-any-name',
  name: 'Name pattern that is not what it looks like',
  severity: 'warning',
  group: 'contents',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toFQDNs:
        - matchPattern: "*"
        - matchPattern: "cdn.**.example.com"
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
    right: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toFQDNs:
        - matchName: example.com
        - matchPattern: "*.example.com"
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { rule } = site;
      for (const [i, peer] of (rule.peers.kind === 'some' ? rule.peers.peers : []).entries()) {
        if (peer.kind !== 'fqdn' || peer.pattern.matchPattern === undefined) continue;
        const pattern = peer.pattern.matchPattern;
        const isDeep = pattern.startsWith('**.') && isAtLeast(context.agent.version, '1.19');
        const rest = isDeep ? pattern.slice(3) : pattern;
        const problem = /^[*.]+$/.test(pattern) ? 'every-name' : rest.includes('**') ? 'not-deep' : undefined;
        if (problem === undefined) continue;
        report({
          at: atRule(context, site, peerPath(site, i)),
          fields: { pattern, problem },
          key: pattern,
        });
      }
    }
  },
});
