import { asFields, asList, fieldAt } from '../../manifest/yaml/fields.ts';
import { atRule } from '../at.ts';
import { portNotations } from '../facts/notation.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface EmptyPeerListFields {
  readonly field: string;
  /** `nobody`: the rule matches no peer. `everybody`: it is as if the field were not there, and ports are open to all. */
  readonly matches: 'nobody' | 'everybody';
  readonly ports: readonly string[];
  readonly isDeny: boolean;
}

/** Cilium `pkg/policy/utils/parserules.go` (`mergeEndpointSelectors`), PR 29608. */
export const emptyPeerList: Rule<'empty-peer-list', EmptyPeerListFields> = defineRule({
  id: 'empty-peer-list',
  name: 'Empty list of peers',
  severity: 'error',
  group: 'selectors',
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
    - toFQDNs: []
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
        - matchName: api.example.com
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { policy, rule } = site;
      if (policy.kind === 'NetworkPolicy' || rule.peers.kind === 'some') continue;
      const element = asFields(fieldAt(context.documents.written(policy), rule.path));
      const field = Object.keys(element ?? {}).find(
        (name) => PEER_FIELD.test(name) && asList(element?.[name])?.length === 0,
      );
      if (field === undefined) continue;
      const matches =
        rule.peers.kind === 'omitted' && rule.ports !== undefined ? 'everybody' : ('nobody' as const);
      report({
        at: atRule(context, site, [field]),
        fields: { field, matches, ports: portNotations(rule.ports), isDeny: rule.effect === 'deny' },
        key: field,
      });
    }
  },
});

const PEER_FIELD = /^(?:from|to)(?:Endpoints|Entities|CIDR|CIDRSet|Nodes|Groups|FQDNs|Services)$/;
