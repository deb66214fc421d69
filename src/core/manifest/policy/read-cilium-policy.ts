import type { Path } from '../../model/place.ts';
import { type PolicySpec, RULE_LISTS, type Rule, type RuleList } from '../../model/policy.ts';
import type { RawObject } from '../raw-object.ts';
import type { CiliumPolicyData, CiliumRuleData, ElementData } from './cilium-object.ts';
import { readPeers } from './read-peers.ts';
import { readPorts } from './read-ports.ts';
import { readSelector } from './read-selector.ts';

/** `spec`, then each of `specs`, of a policy that nothing refuses. */
export function readCiliumSpecs(data: CiliumPolicyData, raw: RawObject): readonly PolicySpec[] {
  const first = data.spec === undefined ? [] : [readSpec(data.spec, ['spec'], raw)];
  return [...first, ...(data.specs ?? []).map((rule, i) => readSpec(rule, ['specs', i], raw))];
}

function readSpec(data: CiliumRuleData, path: Path, raw: RawObject): PolicySpec {
  const { nodeSelector, endpointSelector, enableDefaultDeny = {} } = data;
  const { ingress, egress } = enableDefaultDeny;
  return {
    subject:
      nodeSelector === undefined
        ? { kind: 'endpoints', selector: readSelector(endpointSelector ?? {}, 'any') }
        : { kind: 'nodes', selector: readSelector(nodeSelector, 'any') },
    rules: RULE_LISTS.flatMap((list) =>
      (data[list] ?? []).map((element, index) => {
        const at = [...path, list, index];
        return { ...readElement(element, list), index, path: at, place: raw.locate(at) };
      }),
    ),
    enableDefaultDeny: {
      ...(ingress === undefined ? {} : { ingress }),
      ...(egress === undefined ? {} : { egress }),
    },
    place: raw.locate(path),
  };
}

function readElement(element: ElementData, list: RuleList): Omit<Rule, 'index' | 'path' | 'place'> {
  const isIngress = list === 'ingress' || list === 'ingressDeny';
  const isDeny = list === 'ingressDeny' || list === 'egressDeny';
  const ports = readPorts(element);
  const requires = readRequires(isIngress ? element.fromRequires : element.toRequires);
  const authentication = element.authentication?.mode;
  return {
    direction: isIngress ? 'ingress' : 'egress',
    effect: isDeny ? 'deny' : 'allow',
    list,
    peers: readPeers(element, list),
    ...(ports === undefined ? {} : { ports }),
    ...(requires.length === 0 ? {} : { requires }),
    ...(authentication === undefined ? {} : { authentication }),
  };
}

/** Selectors until 1.18; from 1.19 the list must be empty. */
function readRequires(requires: ElementData['fromRequires']): NonNullable<Rule['requires']> {
  return (requires ?? []).flatMap((data) => (typeof data === 'string' ? [] : [readSelector(data, 'any')]));
}
