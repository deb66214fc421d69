import { type CiliumVersion, isAtLeast } from '../../model/options.ts';
import type { Path } from '../../model/place.ts';
import type { IcmpRuleData, PortData, PortRuleData } from './cilium-object.ts';
import { crdProtocols } from './cilium-ports-shape.ts';
import { icmpType, icmpTypeNames } from './icmp-types.ts';
import { showValue } from './json.ts';
import { readPortText } from './port-text.ts';
import { type RefusalContext, refuse } from './refusal.ts';
import { isL7Empty, refuseL7 } from './refuse-l7.ts';

const MOST_PORTS = 40;
const EXTENDED = ['VRRP', 'IGMP', 'GRE', 'IPIP', 'IPV6', 'ESP', 'AH'];

/**
 * What is wrong with one element of `toPorts`. Cilium `pkg/policy/api/rule_validation.go`. Of a deny rule there is
 * nothing but ports to look at.
 */
export function refusePortRule(
  rule: PortRuleData,
  path: Path,
  context: RefusalContext,
  isIngress: boolean,
): void {
  const { ports = [], serverNames = [], rules = {}, listener } = rule;
  if (ports.length > MOST_PORTS) {
    refuse(context, [...path, 'ports'], 'too-many-ports', [String(ports.length), `at most ${MOST_PORTS}`]);
  }
  const hasL7 = !isL7Empty(rules);
  const hasDns = hasL7 && (rules.dns ?? []).length > 0;
  for (const [i, port] of ports.entries()) {
    refusePort(port, [...path, 'ports', i], context, { hasL7, hasDns });
  }
  if (serverNames.length > 0 && hasL7 && rule.terminatingTLS === undefined) {
    const expected = 'terminatingTLS, or no rules';
    refuse(context, [...path, 'serverNames'], 'server-names-with-rules', [showValue(serverNames), expected]);
  }
  for (const [i, name] of serverNames.entries()) {
    if (name === '') refuse(context, [...path, 'serverNames', i], 'server-name-empty', ['', 'a DNS name']);
  }
  if (listener !== undefined && isIngress) {
    const value = showValue(listener.name ?? '');
    refuse(context, [...path, 'listener'], 'listener-on-ingress', [value, 'a rule of egress']);
  }
  if (listener !== undefined && hasL7) {
    const value = showValue(listener.name ?? '');
    refuse(context, [...path, 'listener'], 'listener-with-rules', [value, 'no rules beside it']);
  }
  if (hasL7) refuseL7(rules, [...path, 'rules'], context, { ports: ports.length, isIngress });
}

function refusePort(
  data: PortData,
  path: Path,
  context: RefusalContext,
  { hasL7, hasDns }: { readonly hasL7: boolean; readonly hasDns: boolean },
): void {
  const { port = '', endPort = 0, protocol = '' } = data;
  const { version } = context.options;
  const read = port === '' ? undefined : readPortText(port);
  const at = [...path, 'port'];
  // The option came with VRRP and IGMP, in 1.19.
  if (port === '' && !(context.options.extendedProtocols && isAtLeast(version, '1.19'))) {
    refuse(context, at, 'port-missing', ['', 'a port number or a port name']);
  }
  if (port !== '' && port !== '0' && read?.kind !== 'named' && isExtended(protocol, version)) {
    refuse(context, at, 'port-of-extended-protocol', [showValue(port), `no port, or 0, for ${protocol}`]);
  } else if (port !== '' && read === undefined) {
    const expected = 'a number from 0 to 65535, or a name of at most 15 letters, digits and single dashes';
    refuse(context, at, 'port-syntax', [showValue(port), expected]);
  }
  const number = read?.kind === 'number' ? read.port : undefined;
  if (hasDns && number !== undefined && endPort > number) {
    refuse(context, [...path, 'endPort'], 'dns-port-range', [
      String(endPort),
      'a single port with DNS rules',
    ]);
  }
  if (hasL7 && number === 0) {
    refuse(context, at, 'l7-port-zero', [port, 'a port above 0 with L7 rules']);
  }
  const known = crdProtocols(version);
  if (protocol !== '' && !known.includes(protocol.toUpperCase())) {
    const expected = /^icmp/i.test(protocol) ? 'icmps instead of toPorts' : known.join(', ');
    refuse(context, [...path, 'protocol'], 'protocol', [showValue(protocol), expected]);
  } else if (hasL7 && !hasDns && tcpWord(protocol, version) !== 'TCP') {
    const expected = 'TCP with L7 rules other than DNS';
    refuse(context, [...path, 'protocol'], 'l7-needs-tcp', [protocol === '' ? 'ANY' : protocol, expected]);
  }
}

function isExtended(protocol: string, version: CiliumVersion): boolean {
  return EXTENDED.includes(protocol) && crdProtocols(version).includes(protocol);
}

/** From 1.20 the check precedes the change to capitals, so that `tcp` is not TCP to it. */
function tcpWord(protocol: string, version: CiliumVersion): string {
  return isAtLeast(version, '1.20') ? protocol : protocol.toUpperCase();
}

/** What is wrong with one element of `icmps`. Cilium `pkg/policy/api/icmp.go`. */
export function refuseIcmpRule(rule: IcmpRuleData, path: Path, context: RefusalContext): void {
  const fields = rule.fields ?? [];
  if (fields.length > MOST_PORTS) {
    refuse(context, [...path, 'fields'], 'too-many-icmp-fields', [
      String(fields.length),
      `at most ${MOST_PORTS}`,
    ]);
  }
  for (const [i, { family = '', type }] of fields.entries()) {
    const at = [...path, 'fields', i];
    if (family !== '' && family !== 'IPv4' && family !== 'IPv6') {
      refuse(context, [...at, 'family'], 'icmp-family', [showValue(family), 'IPv4 or IPv6']);
    }
    const names = family === 'IPv6' ? 'IPv6' : 'IPv4';
    if (type === undefined || icmpType(type, names) === undefined) {
      const expected = `a number or one of ${icmpTypeNames(names).join(', ')}`;
      refuse(context, [...at, 'type'], 'icmp-type', [showValue(type), expected]);
    }
  }
}
