import { containsCidr, parseCidr } from '../../model/cidr.ts';
import type { AgentOptions } from '../../model/options.ts';
import type { Path } from '../../model/place.ts';
import type { AdmissionFinding } from './admit.ts';
import type { SelectorData } from './cilium-object.ts';
import { showValue } from './json.ts';
import type {
  NetworkPolicyData,
  NetworkPolicyPeerData,
  NetworkPolicyPortData,
} from './network-policy-object.ts';
import { isServiceName } from './port-text.ts';
import type { RefusalContext } from './refusal.ts';
import { refuseSelector } from './refuse-selector.ts';

/**
 * What an API server refuses in a NetworkPolicy beyond types and words.
 * Kubernetes `pkg/apis/networking/validation/validation.go`.
 */
export function networkPolicyFindings(
  { spec = {} }: NetworkPolicyData,
  options: AgentOptions,
): readonly AdmissionFinding[] {
  const findings: AdmissionFinding[] = [];
  const find: Find = (path, value, expected) => {
    findings.push({ code: 'schema', path, value, expected: () => expected });
  };
  const selector: SelectorCheck = (data, path) => {
    const context: RefusalContext = { options, refusals: [], regexpBudget: 0 };
    refuseSelector(data, path, context, 'none');
    for (const refusal of context.refusals) find(refusal.path, refusal.value, refusal.expected);
  };
  selector(spec.podSelector, ['spec', 'podSelector']);
  for (const [where, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [i, rule] of (spec[where] ?? []).entries()) {
      for (const [j, port] of (rule.ports ?? []).entries()) {
        findPort(port, ['spec', where, i, 'ports', j], find);
      }
      for (const [j, peer] of (rule[side] ?? []).entries()) {
        findPeer(peer, ['spec', where, i, side, j], find, selector);
      }
    }
  }
  return findings;
}

type Find = (path: Path, value: unknown, expected: string) => void;
type SelectorCheck = (data: SelectorData | undefined, path: Path) => void;

function findPort({ port, endPort }: NetworkPolicyPortData, path: Path, find: Find): void {
  if (typeof port === 'number' && (port < 1 || port > 65_535)) {
    find([...path, 'port'], port, 'a number from 1 to 65535');
  }
  if (typeof port === 'string' && !(isServiceName(port) && port === port.toLowerCase())) {
    const expected = 'a number, or a name of at most 15 lower-case letters, digits and single dashes';
    find([...path, 'port'], port, expected);
  }
  if (endPort === undefined) return;
  if (typeof port !== 'number') find([...path, 'endPort'], endPort, 'a port number beside it');
  else if (endPort < port) find([...path, 'endPort'], endPort, `at least the port, ${port}`);
}

function findPeer(peer: NetworkPolicyPeerData, path: Path, find: Find, selector: SelectorCheck): void {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  selector(podSelector, [...path, 'podSelector']);
  selector(namespaceSelector, [...path, 'namespaceSelector']);
  if (ipBlock === undefined) {
    if (podSelector === undefined && namespaceSelector === undefined) {
      find(path, showValue(peer), 'podSelector, namespaceSelector or ipBlock');
    }
    return;
  }
  if (podSelector !== undefined || namespaceSelector !== undefined) {
    find([...path, 'ipBlock'], ipBlock.cidr, 'an ipBlock alone, or selectors without it');
  }
  const outer = parseCidr(ipBlock.cidr ?? '');
  for (const [i, text] of (ipBlock.except ?? []).entries()) {
    const inner = parseCidr(text);
    if (outer === undefined || inner === undefined) continue;
    if (!containsCidr(outer, inner) || inner.length === outer.length) {
      find([...path, 'ipBlock', 'except', i], text, `a smaller part of ${ipBlock.cidr ?? ''}`);
    }
  }
}
