import type { Catalog } from '../core/catalog/index.ts';
import { compileFilters } from '../core/flow/filter/index.ts';
import type { AgentOptions } from '../core/model/options.ts';
import type { SourceFile } from '../core/model/repository.ts';
import { policyAdmission } from './admission.ts';
import { installCilium, type Stray, startAgents } from './agents/agents.ts';
import { RELAY_PORT } from './agents/cilium.ts';
import { selfSigned } from './certificate.ts';
import { type WrittenKubeconfig, writeKubeconfig } from './kubeconfig.ts';
import { EVERYTHING, type User } from './kubernetes/access.ts';
import type { KindOptions } from './kubernetes/kinds.ts';
import type { TlsOptions } from './kubernetes/listener.ts';
import { type ApiServer, type ForwardedPod, startApiServer } from './kubernetes/server.ts';
import { createReconciler, type Reconciliation } from './reconciler/reconciler.ts';
import { type Relay, startRelay } from './relay/index.ts';
import { setupOf } from './repository.ts';
import { identityNumbers, NODES } from './traffic/cluster.ts';
import { followInForce } from './traffic/in-force.ts';
import { createLiveTraffic } from './traffic/live.ts';
import { liveCluster } from './traffic/live-cluster.ts';
import { playTraffic } from './traffic/play.ts';
import { STRAYS, talksOf } from './traffic/talks.ts';

export interface DemoClusterOptions extends KindOptions {
  /** The repository as it is now; read at each reconciliation. */
  readonly files: () => Promise<readonly SourceFile[]>;
  /** Gets the kubeconfig. */
  readonly folder: string;
  /** Which of the repository's clusters it is. */
  readonly environment?: string;
  /** Of the API server; `own` is one that it makes for itself. Absent: plain HTTP. */
  readonly tls?: 'own' | (TlsOptions & { readonly certificateAuthority: string });
  /** Of the relay. Absent: plaintext. */
  readonly relayTls?: { readonly key: string; readonly cert: string; readonly clientCa?: string };
  /** Who may ask the API server. Absent: one who may everything, with a token that the kubeconfig has; anybody where there is no TLS. */
  readonly users?: readonly User[];
  /** The API server's. Absent: the system chooses. */
  readonly port?: number;
  readonly seed?: number;
  /** How many times faster than life the traffic is. */
  readonly speed?: number;
  /** How long agents take to enforce what changed. */
  readonly enforcementDelayMs?: number;
  /** How much traffic there was already before it began, in seconds. */
  readonly pastSeconds?: number;
  /** Flux looks at the repository this often. Absent: only when it is asked to. */
  readonly reconcileEveryMs?: number;
  /** Told each event that goes to the relay, as Hubble's protojson. */
  readonly onEvent?: (event: object) => void;
  /** Told what each look at the repository came to. */
  readonly onReconciled?: (changes: Reconciliation) => void;
  /** Milliseconds since 1970. Absent: the machine's clock. With a clock of your own, call `advance`. */
  readonly now?: () => number;
  /** Pods that no agent manages. Absent: as the traffic has them. */
  readonly strays?: readonly Stray[];
}

/** A cluster in this process: the API server, what runs in it, Flux, traffic and Hubble's relay. */
export interface DemoCluster {
  readonly api: ApiServer;
  readonly relay: Relay;
  readonly kubeconfig: string;
  readonly context: string;
  readonly catalog: Catalog;
  readonly agent: AgentOptions;
  /** What the first reconciliation came to. */
  readonly first: Reconciliation;
  /** Has Flux look at the repository now. */
  reconcile(): Promise<Reconciliation>;
  /** Plays the traffic until now. Needed with a clock of your own only. */
  advance(): void;
  close(): Promise<void>;
}

const SEED = 20_261_127;

export async function startDemoCluster(options: DemoClusterOptions): Promise<DemoCluster> {
  const now = options.now ?? Date.now;
  const seed = options.seed ?? SEED;
  const { catalog, cluster, agent } = setupOf(await options.files(), options.environment);
  const relay = await startRelay({
    version: `${agent.version}.0`,
    compileFilters: (filters) => compileFilters(filters),
    nodes: NODES.map(({ name }) => `${agent.clusterName}/${name}`),
    now,
    ...(options.relayTls === undefined ? {} : { tls: options.relayTls }),
  });
  const tls = options.tls === 'own' ? ownTls() : options.tls;
  // kubectl sends no token without TLS.
  const users = options.users ?? (tls === undefined ? undefined : [OWNER]);
  const { tls: _, ...given } = options;
  const api = await startApiServer({
    ...given,
    ...(tls === undefined ? {} : { tls }),
    now,
    admission: policyAdmission(agent),
    ...(users === undefined ? {} : { users }),
    forwardTo: (pod) => (isRelay(pod) ? { host: '127.0.0.1', port: relay.port } : undefined),
  });
  const numberOf = identityNumbers();
  const files = await options.files();
  const talks = talksOf(files, setupOf(files, options.environment));
  const strays = options.strays ?? STRAYS;
  const agents = startAgents({ api, agent, numberOf, now, seed, strays });
  const reconciler = createReconciler({
    registry: api.registry,
    kinds: api.kinds,
    files: options.files,
    readOptions: (files) => setupOf(files, options.environment).readOptions,
  });
  async function look(): Promise<void> {
    try {
      options.onReconciled?.(await reconciler.reconcile());
    } catch {
      // A repository that cannot be read now may be read the next time.
    }
  }
  const first = await reconciler.reconcile();
  if (options.isWithoutCilium !== true) installCilium(api, agent, options.relayTls !== undefined);
  agents.settle();
  const inForce = followInForce({
    store: api.store,
    agent,
    now,
    delayMs: options.enforcementDelayMs ?? 1500,
  });
  const traffic = createLiveTraffic({
    talks,
    inForce,
    cluster: liveCluster(api.store, agent.clusterName),
    clusterName: agent.clusterName,
    numberOf,
    seed,
    speed: options.speed ?? 1,
    startMs: now() - (options.pastSeconds ?? 300) * 1000,
    push(event) {
      relay.push(event);
      options.onEvent?.(event);
    },
  });
  traffic.advance(now());
  const stopTraffic = options.now === undefined ? playTraffic(traffic, now) : undefined;
  const { reconcileEveryMs } = options;
  const flux =
    reconcileEveryMs === undefined ? undefined : setInterval(() => void look(), reconcileEveryMs).unref();
  const { path, context }: WrittenKubeconfig = writeKubeconfig({
    folder: options.folder,
    catalog,
    clusterName: cluster?.name,
    server: api.url,
    token: users?.find(({ token }) => token !== undefined)?.token,
    certificateAuthority: tls?.certificateAuthority,
  });
  return {
    api,
    relay,
    kubeconfig: path,
    context,
    catalog,
    agent,
    first,
    reconcile: () => reconciler.reconcile(),
    advance: () => void traffic.advance(now()),
    async close() {
      clearInterval(flux);
      stopTraffic?.();
      inForce.close();
      agents.close();
      await Promise.all([api.close(), relay.close()]);
    },
  };
}

/** His token opens only what is on the loopback of this machine. */
const OWNER: User = { name: 'demo', groups: ['system:masters'], token: 'demo', rules: EVERYTHING };

const DAY_MS = 24 * 60 * 60 * 1000;

/** Of the machine's clock, which clients go by. */
function ownTls(): TlsOptions & { readonly certificateAuthority: string } {
  const now = Date.now();
  const { key, cert } = selfSigned({ notBefore: now - DAY_MS, notAfter: now + 30 * DAY_MS });
  return { key, cert, certificateAuthority: cert };
}

function isRelay({ namespace, name, port }: ForwardedPod): boolean {
  return namespace === 'kube-system' && name.startsWith('hubble-relay-') && port === RELAY_PORT;
}
