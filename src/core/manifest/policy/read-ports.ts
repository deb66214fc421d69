import type { HeaderMatch, HttpRule, L7Rules } from '../../model/l7.ts';
import type { PortRule } from '../../model/policy.ts';
import { isProtocol, type PortMatch, type Protocol } from '../../model/port.ts';
import type {
  ElementData,
  HeaderMatchData,
  HttpData,
  IcmpFieldData,
  PortData,
  PortRuleData,
} from './cilium-object.ts';
import { icmpType } from './icmp-types.ts';
import { readPortText } from './port-text.ts';
import { readNamePattern } from './read-peers.ts';

/**
 * `toPorts`, then `icmps`. Undefined for every port and protocol: an empty list is the same as none. A deny rule has
 * no rules on contents, since its shape has no field for them.
 */
export function readPorts({ toPorts = [], icmps = [] }: ElementData): readonly PortRule[] | undefined {
  if (toPorts.length + icmps.length === 0) return undefined;
  return [
    ...toPorts.map(readPortRule),
    ...icmps.map(({ fields = [] }): PortRule => ({ ports: fields.flatMap(readIcmpField) })),
  ];
}

function readPortRule(data: PortRuleData): PortRule {
  const ports = (data.ports ?? []).flatMap(readPort);
  const l7 = readL7(data);
  return l7 === undefined ? { ports } : { ports, l7 };
}

function readPort({ port = '', endPort, protocol = '' }: PortData): PortMatch[] {
  return portMatch(port, endPort, protocol === '' ? 'ANY' : readProtocol(protocol));
}

/** No port, which only protocols without ports may have, is port 0. */
export function portMatch(
  text: string,
  endPort: number | undefined,
  protocol: Protocol | 'ANY',
): PortMatch[] {
  const read = text === '' ? { kind: 'number' as const, port: 0 } : readPortText(text);
  if (read === undefined) return [];
  const end = endPort === undefined ? {} : { endPort };
  return read.kind === 'named'
    ? [{ kind: 'named', name: read.name, ...end, protocol }]
    : [{ kind: 'port', port: read.port, ...end, protocol }];
}

export function readProtocol(word: string): Protocol | 'ANY' {
  const upper = word.toUpperCase();
  return isProtocol(upper) ? upper : 'ANY';
}

function readIcmpField({ family, type }: IcmpFieldData): PortMatch[] {
  const known = family === 'IPv6' ? 'IPv6' : 'IPv4';
  const number = type === undefined ? undefined : icmpType(type, known);
  return number === undefined ? [] : [{ kind: 'icmp', family: known, type: number }];
}

/** Rules come before server names: with `terminatingTLS` both are there, and the connection is read as HTTP. */
function readL7({ rules = {}, serverNames = [], listener }: PortRuleData): L7Rules | undefined {
  const { http = [], dns = [], kafka = [], l7proto = '' } = rules;
  if (http.length > 0) return { kind: 'http', rules: http.map(readHttp) };
  if (dns.length > 0) return { kind: 'dns', rules: dns.map(readNamePattern) };
  if (kafka.length > 0) return { kind: 'other', what: 'kafka' };
  if (l7proto !== '') return { kind: 'other', what: l7proto };
  if (serverNames.length > 0) return { kind: 'sni', names: serverNames };
  return listener === undefined ? undefined : { kind: 'other', what: 'listener' };
}

function readHttp({
  method = '',
  path = '',
  host = '',
  headers = [],
  headerMatches = [],
}: HttpData): HttpRule {
  return {
    ...(method === '' ? {} : { method }),
    ...(path === '' ? {} : { path }),
    ...(host === '' ? {} : { host }),
    ...(headers.length === 0 ? {} : { headers }),
    ...(headerMatches.length === 0 ? {} : { headerMatches: headerMatches.map(readHeaderMatch) }),
  };
}

const MISMATCHES = ['LOG', 'ADD', 'DELETE', 'REPLACE'] as const;

function readHeaderMatch({ name = '', value = '', mismatch, secret }: HeaderMatchData): HeaderMatch {
  const action = MISMATCHES.find((known) => known === mismatch);
  return {
    name,
    ...(value === '' ? {} : { value }),
    hasSecret: secret !== undefined,
    ...(action === undefined ? {} : { mismatch: action }),
  };
}
