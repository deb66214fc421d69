import { type Cidr, parseAddressOrCidr } from '../../model/cidr.ts';
import type { NamePattern } from '../../model/l7.ts';
import type { Peer, PeerSet, RuleList } from '../../model/policy.ts';
import type { CidrRuleData, ElementData, NameData, SelectorData, ServiceData } from './cilium-object.ts';
import { readSelector } from './read-selector.ts';

/**
 * Whom an element is about. Cilium `mergeEndpointSelectors` in `pkg/policy/utils/parserules.go`: an empty list of
 * endpoints, nodes, entities or CIDRs selects nobody, whatever stands beside it; an empty list of names, services
 * or groups is as if it were not there.
 */
export function readPeers(element: ElementData, where: RuleList): PeerSet {
  const isIngress = where === 'ingress' || where === 'ingressDeny';
  const endpoints = isIngress ? element.fromEndpoints : element.toEndpoints;
  const nodes = isIngress ? element.fromNodes : element.toNodes;
  const entities = isIngress ? element.fromEntities : element.toEntities;
  const cidrs = isIngress ? element.fromCIDR : element.toCIDR;
  const cidrRules = isIngress ? element.fromCIDRSet : element.toCIDRSet;
  const groups = isIngress ? element.fromGroups : element.toGroups;
  if ([endpoints, nodes, entities, cidrs, cidrRules].some((members) => members?.length === 0)) {
    return { kind: 'none' };
  }
  const peers: Peer[] = [
    ...readSelectors('endpoints', endpoints),
    ...readSelectors('nodes', nodes),
    ...(entities ?? []).map((entity): Peer => ({ kind: 'entity', entity })),
    ...(cidrs ?? []).flatMap((text): Peer[] => readCidrPeer(text, [])),
    ...(cidrRules ?? []).flatMap(readCidrRule),
    ...(groups ?? []).map((): Peer => ({ kind: 'cloud-group' })),
    ...(where === 'egress' ? (element.toFQDNs ?? []).map(readName) : []),
    // In a deny rule services are taken and never looked up, which is the same as none being written.
    ...(where === 'egress' ? (element.toServices ?? []).flatMap(readService) : []),
  ];
  return peers.length === 0 ? { kind: 'omitted' } : { kind: 'some', peers };
}

function readSelectors(kind: 'endpoints' | 'nodes', selectors: readonly SelectorData[] | undefined): Peer[] {
  return (selectors ?? []).map((data): Peer => ({ kind, selector: readSelector(data, 'any') }));
}

export function readCidrPeer(text: string, except: readonly string[]): Peer[] {
  const cidr = parseAddressOrCidr(text);
  return cidr === undefined ? [] : [{ kind: 'cidr', cidr, except: readCidrs(except) }];
}

function readCidrs(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseAddressOrCidr(text) ?? []);
}

function readCidrRule({ cidr, cidrGroupRef, cidrGroupSelector, except = [] }: CidrRuleData): Peer[] {
  if (cidr !== undefined && cidr !== '') return readCidrPeer(cidr, except);
  const group =
    cidrGroupSelector === undefined
      ? { ref: cidrGroupRef ?? '' }
      : { selector: readSelector(cidrGroupSelector, 'any') };
  return [{ kind: 'cidr-group', group, except: readCidrs(except) }];
}

function readName(data: NameData): Peer {
  return { kind: 'fqdn', pattern: readNamePattern(data) };
}

export function readNamePattern({ matchName = '', matchPattern = '' }: NameData): NamePattern {
  return {
    ...(matchName === '' ? {} : { matchName }),
    ...(matchPattern === '' ? {} : { matchPattern }),
  };
}

/** An item that names nothing is a service that no cluster has: it counts, and matches nothing. */
function readService({ k8sService, k8sServiceSelector }: ServiceData): Peer[] {
  const peers: Peer[] = [];
  if (k8sServiceSelector !== undefined) {
    const selector = readSelector(k8sServiceSelector.selector ?? {}, 'any');
    peers.push({ kind: 'service-selector', selector, namespace: k8sServiceSelector.namespace ?? '' });
  }
  if (k8sService !== undefined || peers.length === 0) {
    const { serviceName = '', namespace = '' } = k8sService ?? {};
    peers.push({ kind: 'service', name: serviceName, namespace });
  }
  return peers;
}
