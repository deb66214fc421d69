import { fieldAt } from '../../manifest/yaml/fields.ts';
import { NAMESPACE_KEY } from '../../model/label.ts';
import type { Peer, Rule as PolicyRule } from '../../model/policy.ts';
import { atPolicy, specPath } from '../at.ts';
import type { SpecSite } from '../context.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface DescriptionContradictsFields {
  /** What the description says: the words that were understood. */
  readonly claim: string;
  /** What the rules do. */
  readonly problem:
    | 'admits-other-namespaces'
    | 'opens-egress'
    | 'opens-ingress'
    | 'opens-http'
    | 'port-closed';
  /** The port that is named; 0 where none is. */
  readonly port: number;
}

/** Only claims that can be computed: which namespaces, in or out, plain HTTP, and numbers of ports. */
export const descriptionContradicts: Rule<'description-contradicts', DescriptionContradictsFields> =
  defineRule({
    id: 'description-contradicts',
    name: 'Description that the rules contradict',
    severity: 'warning',
    group: 'surroundings',
    examples: {
      wrong: {
        'intra-namespace.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: intra-namespace
spec:
  description: Pods talk freely within their own namespace, not cluster-wide.
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchExpressions:
            - key: io.kubernetes.pod.namespace
              operator: Exists
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
      },
      right: {
        'intra-namespace.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: intra-namespace
  namespace: shop
spec:
  description: Pods talk freely within their own namespace, not cluster-wide.
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
    },
    check(context, report) {
      for (const site of context.specs) {
        const path = [...specPath(site.policy, site.spec), 'description'];
        const description = fieldAt(context.documents.written(site.policy), path);
        if (typeof description !== 'string' || description.length > 4000) continue;
        for (const fields of contradictions(description, site)) {
          report({
            at: atPolicy(context, site.policy, path),
            fields,
            key: `${fields.problem} ${fields.port}`,
          });
        }
      }
    },
  });

const SAME_NAMESPACE =
  /\b(?:same[- ]namespace|(?:its|their) own namespace|within (?:a|the|one|each) namespace|not cluster-?wide)\b/i;
const NO_EGRESS = /\bno (?:internet |external |world |outbound )?egress\b/i;
const NO_INGRESS = /\bno (?:internet |external |world |inbound )?ingress\b/i;
const NO_HTTP = /\b(?:https only|only https|no (?:plain )?http|http (?:is )?(?:disabled|denied))\b/i;
const PORT = /\b(?:ports?|tcp|udp)[ :/]{1,3}(\d{2,5})\b(?![.\d])|\b(\d{2,5})\/(?:tcp|udp)\b/gi;
const NEGATION = /\b(?:not|no|instead of|except|without|never|but)\b[^.;,]{0,24}$/i;

function* contradictions(
  description: string,
  { policy, spec }: SpecSite,
): Generator<DescriptionContradictsFields> {
  const allows = spec.rules.filter(({ effect }) => effect === 'allow');
  const said = (pattern: RegExp): string => pattern.exec(description)?.[0] ?? '';
  const same = said(SAME_NAMESPACE);
  if (same !== '' && policy.namespace === '' && allows.some((rule) => peersOf(rule).some(isAnyNamespace))) {
    yield { claim: same, problem: 'admits-other-namespaces', port: 0 };
  }
  for (const [pattern, direction, problem] of [
    [NO_EGRESS, 'egress', 'opens-egress'],
    [NO_INGRESS, 'ingress', 'opens-ingress'],
  ] as const) {
    const claim = said(pattern);
    const opens = allows.some((rule) => rule.direction === direction && peersOf(rule).some(isWorld));
    if (claim !== '' && opens) yield { claim, problem, port: 0 };
  }
  const https = said(NO_HTTP);
  if (https !== '' && allows.some((rule) => peersOf(rule).some(isWorld) && opensPort(rule, 80))) {
    yield { claim: https, problem: 'opens-http', port: 80 };
  }
  yield* closedPorts(description, allows);
}

/** Numbers that the description gives, and that no rule opens. */
function* closedPorts(
  description: string,
  allows: readonly PolicyRule[],
): Generator<DescriptionContradictsFields> {
  const open = allows.filter(({ peers }) => peers.kind !== 'none');
  const isOpenToAll = open.some(({ ports, peers }) => ports === undefined && peers.kind === 'some');
  const hasNames = open.some(({ ports = [] }) =>
    ports.some((rule) => rule.ports.some(({ kind }) => kind === 'named')),
  );
  if (open.length === 0 || isOpenToAll || hasNames) return;
  const seen = new Set<number>();
  for (const match of description.matchAll(PORT)) {
    const port = Number(match[1] ?? match[2]);
    if (port > 65_535 || seen.has(port) || NEGATION.test(description.slice(0, match.index))) continue;
    seen.add(port);
    if (!open.some((rule) => opensPort(rule, port))) yield { claim: match[0], problem: 'port-closed', port };
  }
}

function peersOf({ peers, ports }: PolicyRule): readonly Peer[] {
  if (peers.kind === 'some') return peers.peers;
  return peers.kind === 'omitted' && ports !== undefined ? [{ kind: 'entity', entity: 'all' }] : [];
}

function opensPort({ ports }: PolicyRule, wanted: number): boolean {
  if (ports === undefined) return true;
  return ports.some((rule) =>
    rule.ports.some(
      (match) =>
        match.kind === 'port' &&
        (match.port === 0 || (match.port <= wanted && wanted <= Math.max(match.port, match.endPort ?? 0))),
    ),
  );
}

function isAnyNamespace(peer: Peer): boolean {
  if (peer.kind === 'entity') return peer.entity === 'cluster' || peer.entity === 'all';
  if (peer.kind !== 'endpoints') return false;
  return peer.selector.requirements.every(
    ({ key, operator }) => key === NAMESPACE_KEY && operator === 'Exists',
  );
}

function isWorld(peer: Peer): boolean {
  if (peer.kind === 'entity') return peer.entity === 'world' || peer.entity === 'all';
  return peer.kind === 'cidr' && peer.cidr.length === 0;
}
