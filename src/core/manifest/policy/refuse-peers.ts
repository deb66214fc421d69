import { containsCidr, parseAddress, parseAddressOrCidr, parseCidr } from '../../model/cidr.ts';
import { isAtLeast } from '../../model/options.ts';
import type { Path } from '../../model/place.ts';
import type { RuleList } from '../../model/policy.ts';
import type { CidrRuleData, ElementData, NameData } from './cilium-object.ts';
import { showValue } from './json.ts';
import { type RefusalContext, refuse } from './refusal.ts';
import { refuseSelector } from './refuse-selector.ts';

const INGRESS_PEERS = [
  'fromEndpoints',
  'fromCIDR',
  'fromCIDRSet',
  'fromEntities',
  'fromNodes',
  'fromGroups',
] as const;
const EGRESS_PEERS = [
  'toEndpoints',
  'toCIDR',
  'toCIDRSet',
  'toEntities',
  'toServices',
  'toNodes',
  'toGroups',
  'toFQDNs',
] as const;

/** Entities that the agent knows; its CRD has fewer. Cilium `pkg/policy/api/entity.go`. */
const AGENT_ENTITIES = [
  'all',
  'world',
  'world-ipv4',
  'world-ipv6',
  'cluster',
  'host',
  'init',
  'ingress',
  'unmanaged',
  'remote-node',
  'health',
  'none',
  'kube-apiserver',
];

/** What is wrong with the peers of an element. Cilium `pkg/policy/api/rule_validation.go`. */
export function refusePeers(
  element: ElementData,
  where: RuleList,
  path: Path,
  context: RefusalContext,
): void {
  const isIngress = where === 'ingress' || where === 'ingressDeny';
  const members = (isIngress ? INGRESS_PEERS : EGRESS_PEERS).filter(
    (name) => (element[name]?.length ?? 0) > 0,
  );
  const [first, second] = members;
  if (second !== undefined) {
    const expected = 'one kind of peers in an element';
    refuse(context, [...path, second], 'combined-peers', [`${first} and ${second}`, expected]);
  }
  const side = isIngress ? 'from' : 'to';
  refuseSelectors(element, `${side}Endpoints`, path, context);
  refuseSelectors(element, `${side}Nodes`, path, context);
  if (!isAtLeast(context.options.version, '1.19')) {
    refuseSelectors(element, `${side}Requires`, path, context);
  }
  if ((element[`${side}Nodes`]?.length ?? 0) > 0 && !context.options.nodeSelectorLabels) {
    const expected = 'the agent option enable-node-selector-labels';
    refuse(context, [...path, `${side}Nodes`], 'node-labels-off', ['', expected]);
  }
  refuseCidrs(element[`${side}CIDR`], [...path, `${side}CIDR`], context);
  for (const [i, rule] of (element[`${side}CIDRSet`] ?? []).entries()) {
    refuseCidrRule(rule, [...path, `${side}CIDRSet`, i], context);
  }
  refuseEntities(element[`${side}Entities`], [...path, `${side}Entities`], context);
  for (const [i, name] of (element.toFQDNs ?? []).entries()) {
    refuseFqdn(name, [...path, 'toFQDNs', i], context);
  }
}

function refuseSelectors(
  element: ElementData,
  name: `${'from' | 'to'}${'Endpoints' | 'Nodes' | 'Requires'}`,
  path: Path,
  context: RefusalContext,
): void {
  for (const [i, selector] of (element[name] ?? []).entries()) {
    if (typeof selector !== 'string') refuseSelector(selector, [...path, name, i], context);
  }
}

function refuseEntities(entities: readonly string[] | undefined, path: Path, context: RefusalContext): void {
  const known = isAtLeast(context.options.version, '1.20')
    ? [...AGENT_ENTITIES, 'cluster-mesh']
    : AGENT_ENTITIES;
  for (const [i, entity] of (entities ?? []).entries()) {
    if (known.includes(entity)) continue;
    refuse(context, [...path, i], 'unknown-entity', [showValue(entity), known.join(', ')]);
  }
}

function refuseCidrs(cidrs: readonly string[] | undefined, path: Path, context: RefusalContext): void {
  // A bare address is a prefix of full length until 1.20, and refused after it (Cilium 016f75a1b3).
  const parse = context.options.version === 'main' ? parseCidr : parseAddressOrCidr;
  for (const [i, cidr] of (cidrs ?? []).entries()) {
    if (parse(cidr) === undefined) refuse(context, [...path, i], 'cidr', [showValue(cidr), A_CIDR]);
  }
}

const A_CIDR = 'a CIDR such as 10.0.0.0/8';

function refuseCidrRule(rule: CidrRuleData, path: Path, context: RefusalContext): void {
  const { cidr = '', cidrGroupRef = '', cidrGroupSelector, except = [] } = rule;
  refuseSelector(cidrGroupSelector, [...path, 'cidrGroupSelector'], context, 'cidrgroup');
  const chosen = [cidr !== '', cidrGroupRef !== '', cidrGroupSelector !== undefined].filter(Boolean).length;
  if (chosen !== 1) {
    const expected = 'exactly one of cidr, cidrGroupRef, cidrGroupSelector';
    refuse(context, path, 'cidr-rule-choice', [showValue(rule), expected]);
  }
  // The exceptions of a group are not looked at.
  if (chosen !== 1 || cidr === '') return;
  const outer = parseCidr(cidr);
  if (outer === undefined) {
    refuse(context, [...path, 'cidr'], 'cidr', [showValue(cidr), A_CIDR]);
    return;
  }
  for (const [i, text] of except.entries()) {
    const at = [...path, 'except', i];
    const inner = parseCidr(text);
    // Before 1.20 only the address that is written must be inside, so that a wider prefix passes.
    const address = parseAddress(text.slice(0, text.lastIndexOf('/')));
    if (inner === undefined || address === undefined) {
      refuse(context, at, 'cidr', [showValue(text), A_CIDR]);
      continue;
    }
    const written = { ...address, length: outer.family === 4 ? 32 : 128 };
    const isInside = isAtLeast(context.options.version, '1.20')
      ? containsCidr(outer, inner)
      : containsCidr(outer, written);
    if (!isInside) refuse(context, at, 'except-outside', [showValue(text), `a part of ${cidr}`]);
  }
}

function refuseFqdn(name: NameData, path: Path, context: RefusalContext): void {
  if ((name.matchName ?? '') !== '' && (name.matchPattern ?? '') !== '') {
    const expected = 'either matchName or matchPattern';
    refuse(context, path, 'name-and-pattern', [showValue(name), expected]);
  }
  refuseName(name, path, context);
}

/** The characters of a name and of a pattern, in `toFQDNs` and in `rules.dns`. Cilium `pkg/policy/api/fqdn.go`. */
export function refuseName(name: NameData, path: Path, context: RefusalContext): void {
  const { matchName = '', matchPattern = '' } = name;
  if (matchName !== '' && !/^[-a-zA-Z0-9_.]+$/.test(matchName)) {
    const expected = 'letters, digits, - _ and dots only';
    refuse(context, [...path, 'matchName'], 'name-characters', [showValue(matchName), expected]);
  }
  if (matchPattern !== '' && (matchPattern.length > 255 || !/^[-a-zA-Z0-9_.*]+$/.test(matchPattern))) {
    const expected = 'at most 255 letters, digits, - _ * and dots';
    refuse(context, [...path, 'matchPattern'], 'name-characters', [showValue(matchPattern), expected]);
  }
}
