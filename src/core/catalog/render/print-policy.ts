import { plainText, quotedText } from '../../manifest/edit/scalar-text.ts';
import type { Direction } from '../../model/policy.ts';
import type { CatalogPort } from '../types.ts';
import type { LabelSelector, Peers, PolicyDocument, Rule, Spec } from './document.ts';

const SCHEMAS = 'https://raw.githubusercontent.com/datreeio/CRDs-catalog/main/cilium.io';

/** The first line of a document, by which editors know what may stand in it. */
export function schemaLine({ namespace }: Pick<PolicyDocument, 'namespace'>): string {
  const file = namespace === undefined ? 'ciliumclusterwidenetworkpolicy_v2' : 'ciliumnetworkpolicy_v2';
  return `# yaml-language-server: $schema=${SCHEMAS}/${file}.json`;
}

/** The object as YAML, without `---` and without comments above it; ends in a line end. */
export function printPolicy({ name, namespace, specs }: PolicyDocument): string {
  const kind = namespace === undefined ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy';
  const [only] = specs;
  const lines = [
    'apiVersion: cilium.io/v2',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${scalar(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${scalar(namespace)}`]),
    ...(specs.length === 1 && only !== undefined
      ? ['spec:', ...indent(specLines(only))]
      : ['specs:', ...items(specs.map(specLines))]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A comment, broken at spaces. Control characters cannot end it early. */
export function commentLines(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(/[\s\p{Cc}\p{Zl}\p{Zp}]+/u).filter((one) => one !== '')) {
    if (line.length + 1 + word.length > COMMENT_WIDTH && line !== '#') {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return line === '#' ? lines : [...lines, line];
}

const COMMENT_WIDTH = 90;

function specLines({ description, subject, addsOnly, ingress = [], egress = [] }: Spec): readonly string[] {
  const isolates = [...(ingress.length > 0 ? ['ingress'] : []), ...(egress.length > 0 ? ['egress'] : [])];
  return [
    `description: ${scalar(description)}`,
    ...entry(subject.kind === 'endpoints' ? 'endpointSelector' : 'nodeSelector', subject.selector),
    ...(addsOnly === true
      ? ['enableDefaultDeny:', ...isolates.map((direction) => `  ${direction}: false`)]
      : []),
    ...rulesLines('ingress', ingress),
    ...rulesLines('egress', egress),
  ];
}

function rulesLines(direction: Direction, rules: readonly Rule[]): readonly string[] {
  if (rules.length === 0) return [];
  return [`${direction}:`, ...rules.flatMap((rule) => ruleLines(direction, rule))];
}

function ruleLines(
  direction: Direction,
  { comment = '', peers, ports, dns = false }: Rule,
): readonly string[] {
  const body = [
    ...peerLines(direction === 'ingress' ? 'from' : 'to', peers),
    ...(ports === undefined ? [] : portLines(ports, dns)),
  ];
  return [...indent(commentLines(comment)), ...items([body])];
}

function peerLines(way: 'from' | 'to', peers: Peers): readonly string[] {
  switch (peers.kind) {
    case 'endpoints':
      return [`${way}Endpoints:`, ...items(peers.selectors.map(selectorLines))];
    case 'entities':
      return [`${way}Entities:`, ...items(peers.entities.map((entity) => [scalar(entity)]))];
    case 'cidrs':
      return [`${way}CIDR:`, ...items(peers.cidrs.map((cidr) => [scalar(cidr)]))];
    case 'names':
      return [`${way}FQDNs:`, ...items(peers.patterns.map(nameLines))];
  }
}

function nameLines(pattern: string): readonly string[] {
  return [`${pattern.includes('*') ? 'matchPattern' : 'matchName'}: ${scalar(pattern)}`];
}

/** An agent refuses more ports than this in one element (CRD, `maxItems`). */
const PORTS_MAX = 40;

function portLines(ports: readonly CatalogPort[], dns: boolean): readonly string[] {
  const chunks: (readonly CatalogPort[])[] = [];
  for (let at = 0; at < ports.length; at += PORTS_MAX) chunks.push(ports.slice(at, at + PORTS_MAX));
  const elements = chunks.map((chunk) => [
    'ports:',
    ...items(chunk.map(portEntry)),
    ...(dns ? ['rules:', '  dns:', '    - matchPattern: "*"'] : []),
  ]);
  return ['toPorts:', ...items(elements)];
}

function portEntry({ port, endPort, protocol }: CatalogPort): readonly string[] {
  return [
    `port: "${port}"`,
    ...(endPort === undefined ? [] : [`endPort: ${endPort}`]),
    `protocol: ${protocol}`,
  ];
}

function entry(key: string, selector: LabelSelector): readonly string[] {
  const lines = selectorLines(selector);
  return lines[0] === '{}' ? [`${key}: {}`] : [`${key}:`, ...indent(lines)];
}

function selectorLines({ labels = {}, exists = [] }: LabelSelector): readonly string[] {
  const pairs = Object.entries(labels);
  if (pairs.length === 0 && exists.length === 0) return ['{}'];
  return [
    ...(pairs.length === 0
      ? []
      : ['matchLabels:', ...pairs.map(([key, value]) => `  ${scalar(key)}: ${scalar(value)}`)]),
    ...(exists.length === 0
      ? []
      : ['matchExpressions:', ...items(exists.map((key) => [`key: ${scalar(key)}`, 'operator: Exists']))]),
  ];
}

/** List items, one level deeper than the key of the list. */
function items(all: readonly (readonly string[])[]): readonly string[] {
  return all.flatMap((lines) => lines.map((line, i) => `  ${i === 0 ? '- ' : '  '}${line}`));
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function scalar(text: string): string {
  return plainText(text, 'block') ?? quotedText(text, '"');
}
