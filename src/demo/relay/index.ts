/**
 * A Hubble relay for tests and the demo: `GetFlows` with an agent's rules, `GetNodes`, `GetNamespaces`,
 * `ServerStatus`, health and reflection, over HTTP/2 with or without TLS. Hubble's own command can observe it.
 *
 *   const relay = await startRelay({ nodes: ['east/n1'] });
 *   relay.push({ flow: { time: '2026-03-01T10:00:00Z', verdict: 'DROPPED', … }, node_name: 'east/n1', time: '…' });
 *   // hubble observe --server <relay.address>
 *   relay.inject({ cutAfter: 3 });
 *   await relay.close();
 */
export { startRelay } from './server.ts';
export type { Relay, RelayFaults, RelayOptions } from './types.ts';
