import { parseCidr } from '../../model/cidr.ts';
import { METADATA } from './cilium-shape.ts';
import { ANYTHING, integer, list, map, type ObjectShape, object, type Shape, TEXT, text } from './shape.ts';
import { oneOf, type TextRule } from './text-rule.ts';

const CIDR: TextRule = {
  expected: 'a CIDR such as 10.0.0.0/8',
  test: (written) => parseCidr(written) !== undefined,
};

/** Its keys, operators and values are checked by `networkPolicyFindings`. */
const SELECTOR: Shape = object({
  matchExpressions: list(object({ key: TEXT, operator: TEXT, values: list(TEXT) })),
  matchLabels: map(),
});

const PEERS: Shape = list(
  object({
    ipBlock: object({ cidr: text(CIDR), except: list(text(CIDR)) }, { required: ['cidr'] }),
    namespaceSelector: SELECTOR,
    podSelector: SELECTOR,
  }),
);

const PORTS: Shape = list(
  object({
    endPort: integer(1, 65_535),
    port: { kind: 'integer-or-text' },
    protocol: text(oneOf('TCP', 'UDP', 'SCTP')),
  }),
);

/** `networking.k8s.io/v1` NetworkPolicy. A missing `spec` or `podSelector` is an empty one. */
export const networkPolicyShape: ObjectShape = object({
  apiVersion: TEXT,
  kind: TEXT,
  metadata: METADATA,
  spec: object({
    egress: list(object({ ports: PORTS, to: PEERS })),
    ingress: list(object({ from: PEERS, ports: PORTS })),
    podSelector: SELECTOR,
    policyTypes: list(text(oneOf('Ingress', 'Egress')), { maxItems: 2 }),
  }),
  status: ANYTHING,
});
