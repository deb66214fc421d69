import { findNamed, type Naming } from '../../ask/index.ts';
import type { CatalogPort } from '../../catalog/index.ts';
import type { LabelSelector, Peers } from '../../catalog/render/document.ts';
import { containsCidr, parseAddressOrCidr } from '../../model/cidr.ts';
import { NAMESPACE_KEY } from '../../model/label.ts';
import type { Direction } from '../../model/policy.ts';
import type { BadPeer, OwnRule } from './own-rule.ts';
import { tellingLabels } from './telling.ts';

/**
 * Reads `NAME:PORT` as one rule of a platform namespace: names as `propolis can` takes them, and a port of the pods.
 * `shop/web:8080/TCP`, `shop:8080`, `world:443`, `fqdn:api.example.com:443`, `gateway:internal:3000`.
 */
export function readPeer(text: string, direction: Direction, naming: Naming): OwnRule | BadPeer {
  const colon = text.lastIndexOf(':');
  const port = colon <= 0 ? undefined : readPort(text.slice(colon + 1));
  if (port === undefined) return bad(text, 'port');
  const written = text.slice(0, colon);
  // `[2001:db8::1]:443`
  const peer = written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1) : written;
  const peers = peersOf(peer, direction, naming);
  if ('why' in peers) return { ...peers, text };
  return { direction, peer, ports: [port], peers, origin: 'asked', evidence: undefined };
}

const PORT = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i;

function readPort(text: string): CatalogPort | undefined {
  const match = PORT.exec(text);
  if (match === null) return undefined;
  const port = Number(match[1]);
  const endPort = match[2] === undefined ? port : Number(match[2]);
  if (port < 1 || endPort < port || endPort > 65_535) return undefined;
  const protocol = (match[3]?.toUpperCase() ?? 'TCP') as CatalogPort['protocol'];
  return endPort === port ? { protocol, port } : { protocol, port, endPort };
}

const ENTITIES = ['world', 'host', 'remote-node', 'kube-apiserver', 'health', 'ingress'];

function peersOf(peer: string, direction: Direction, naming: Naming): Peers | BadPeer {
  if (ENTITIES.includes(peer)) return { kind: 'entities', entities: [peer] };
  if (peer.startsWith('fqdn:')) {
    const pattern = peer.slice('fqdn:'.length);
    if (direction === 'ingress') return bad(peer, 'name-from');
    return /^[-a-zA-Z0-9_.*]{1,255}$/.test(pattern)
      ? { kind: 'names', patterns: [pattern] }
      : bad(peer, 'unknown');
  }
  const address = parseAddressOrCidr(peer);
  if (address !== undefined) {
    const { externalRanges, health } = naming.catalog;
    const documented = [...externalRanges.flatMap(({ cidrs }) => cidrs), ...health.ranges];
    const isDocumented = documented.some((text) => {
      const range = parseAddressOrCidr(text);
      return range !== undefined && range.family === address.family && containsCidr(range, address);
    });
    const cidr = peer.includes('/') ? peer : `${peer}/${address.family === 4 ? 32 : 128}`;
    return isDocumented ? { kind: 'cidrs', cidrs: [cidr] } : bad(peer, 'address');
  }
  return podsNamed(peer, naming);
}

function podsNamed(peer: string, naming: Naming): Peers | BadPeer {
  const found = findNamed(peer, naming);
  if (found.kind === 'unknown') return bad(peer, 'unknown', found.nearest);
  if (peer.startsWith('gateway:')) {
    const gateway = naming.catalog.gateways.find(({ name }) => `gateway:${name}` === peer);
    if (gateway === undefined) return bad(peer, 'unknown');
    return endpoints({ labels: { [NAMESPACE_KEY]: gateway.namespace, ...gateway.labels } });
  }
  const slash = peer.indexOf('/');
  const namespace = slash === -1 ? peer : peer.slice(0, slash);
  if (slash === -1 || peer.endsWith('/*')) return endpoints({ labels: { [NAMESPACE_KEY]: namespace } });
  if (found.isAssumed) return bad(peer, 'pod-not-declared');
  const others = naming.world.endpoints.filter(
    ({ id }) => id.startsWith(`${namespace}/`) && !found.endpoints.some((one) => one.id === id),
  );
  const selectors: LabelSelector[] = [];
  for (const { labels } of found.endpoints) {
    const telling = tellingLabels(
      labels,
      others.map((other) => other.labels),
    );
    if (telling === undefined) return bad(peer, 'not-told-apart');
    selectors.push({ labels: { [NAMESPACE_KEY]: namespace, ...telling } });
  }
  return { kind: 'endpoints', selectors };
}

function endpoints(selector: LabelSelector): Peers {
  return { kind: 'endpoints', selectors: [selector] };
}

function bad(text: string, why: BadPeer['why'], nearest: readonly string[] = []): BadPeer {
  return { code: 'bad-peer', text, why, nearest };
}
