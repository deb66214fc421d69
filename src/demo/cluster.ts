import { randomBytes } from 'node:crypto';
import type { Catalog } from '../core/catalog/index.ts';
import type { AgentOptions } from '../core/model/options.ts';
import type { SourceFile } from '../core/model/repository.ts';
import { policyAdmission } from './admission.ts';
import { installCilium, type Stray, startAgents } from './agents/agents.ts';
import { RELAY_PORT } from './agents/cilium.ts';
import { selfSigned } from './certificate.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { EVERYTHING, type User } from './kubernetes/access.ts';
import type { KindOptions } from './kubernetes/kinds.ts';
import type { TlsOptions } from './kubernetes/listener.ts';
import { type ApiServer, type ForwardedPod, startApiServer } from './kubernetes/server.ts';
import { createReconciler, type Reconciler, type Reconciliation } from './reconciler/reconciler.ts';
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

/** @throws what keeps a server from listening, or a repository from being read; nothing is left open then */
export async function startDemoCluster(options: DemoClusterOptions): Promise<DemoCluster> {
  const opened: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.splice(0).map((end) => end()));
  };
  try {
    return await start(options, { opened, close });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Closing {
  /** How to end what was begun so far. */
  readonly opened: (() => unknown)[];
  readonly close: () => Promise<void>;
}

async function start(options: DemoClusterOptions, { opened, close }: Closing): Promise<DemoCluster> {
  const now = options.now ?? Date.now;
  const seed = options.seed ?? SEED;
  const files = await options.files();
  const setup = setupOf(files, options.environment);
  const { catalog, cluster, agent } = setup;
  const relay = await startRelay({
    version: `${agent.version}.0`,
    nodes: NODES.map(({ name }) => `${agent.clusterName}/${name}`),
    now,
    ...(options.relayTls === undefined ? {} : { tls: options.relayTls }),
  });
  opened.push(() => relay.close());
  const { tls: given, ...rest } = options;
  const tls = given === 'own' ? ownTls() : given;
  // kubectl sends no token without TLS.
  const users = options.users ?? (tls === undefined ? undefined : [owner()]);
  const api = await startApiServer({
    ...rest,
    now,
    admission: policyAdmission(agent),
    ...(tls === undefined ? {} : { tls }),
    ...(users === undefined ? {} : { users }),
    forwardTo: (pod) => (isRelay(pod) ? { host: '127.0.0.1', port: relay.port } : undefined),
  });
  opened.push(() => api.close());
  const numberOf = identityNumbers();
  const agents = startAgents({ api, agent, numberOf, now, seed, strays: options.strays ?? STRAYS });
  opened.push(() => agents.close());
  const reconciler = createReconciler({
    registry: api.registry,
    kinds: api.kinds,
    files: options.files,
    readOptions: (fresh) => setupOf(fresh, options.environment).readOptions,
  });
  const first = await reconciler.reconcile();
  if (options.isWithoutCilium !== true) installCilium(api, agent, options.relayTls !== undefined);
  agents.settle();
  const delayMs = options.enforcementDelayMs ?? 1500;
  const inForce = followInForce({ store: api.store, agent, now, delayMs });
  opened.push(() => inForce.close());
  const traffic = createLiveTraffic({
    talks: talksOf(files, setup),
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
  if (options.now === undefined) opened.push(playTraffic(traffic, now));
  if (options.reconcileEveryMs !== undefined) opened.push(watchRepository(reconciler, options));
  const written = writeKubeconfig({
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
    kubeconfig: written.path,
    context: written.context,
    catalog,
    agent,
    first,
    reconcile: () => reconciler.reconcile(),
    advance: () => void traffic.advance(now()),
    close,
  };
}

/** Has Flux look at the repository every so often. @returns ends it */
function watchRepository(
  reconciler: Reconciler,
  { onReconciled, reconcileEveryMs }: Pick<DemoClusterOptions, 'onReconciled' | 'reconcileEveryMs'>,
): () => void {
  async function look(): Promise<void> {
    try {
      onReconciled?.(await reconciler.reconcile());
    } catch {
      // A repository that cannot be read now may be read the next time.
    }
  }
  const timer = setInterval(() => void look(), reconcileEveryMs).unref();
  return () => clearInterval(timer);
}

/** Who has the kubeconfig. */
function owner(): User {
  return {
    name: 'demo',
    groups: ['system:masters'],
    token: randomBytes(16).toString('hex'),
    rules: EVERYTHING,
  };
}

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
