export { type KubernetesCluster, type OpenOptions, openCluster } from './cluster.ts';
export { TIMING, type Timing } from './connection.ts';
export { forwardToRelay, type RelayForward } from './relay.ts';
