import { type Command, Option } from 'commander';
import type { HubbleClient, HubbleOptions, Retry } from '../adapters/hubble/client.ts';
import type { HubbleFlags, HubbleSettings } from '../adapters/hubble/settings.ts';
import type { KubernetesCluster } from '../adapters/kubernetes/index.ts';
import { readCatalogAt } from './catalog-file.ts';
import { addConnectOptions, type ConnectOptions, ciliumNamespaceOf, connect } from './cluster-options.ts';
import { CliError } from './exit.ts';
import { collect } from './inputs.ts';
import type { Io } from './io.ts';

/** Options that lead to a relay or an agent of Hubble, by the names of Hubble's own command. */
export interface LiveOptions extends ConnectOptions {
  readonly server?: string;
  readonly portForward?: true;
  readonly tls?: true;
  readonly tlsAllowInsecure?: true;
  readonly tlsCaCertFiles?: readonly string[];
  readonly tlsClientCertFile?: string;
  readonly tlsClientKeyFile?: string;
  readonly tlsServerName?: string;
  readonly basicAuthUsername?: string;
  readonly basicAuthPassword?: string;
  readonly config?: string;
  readonly timeout?: string;
  /** The cluster as the source of policies: then its relay is the source of flows, too. */
  readonly cluster?: true;
  /** Where the catalog is that knows clusters by their names. */
  readonly repo?: string;
  readonly kubeContext?: string;
  readonly kubeNamespace?: string;
}

/** What a verb has open already. */
export interface LiveGiven {
  readonly live?: KubernetesCluster;
  /** Whether the cluster's relay is taken where nothing is named at all. */
  readonly isForwardDefault?: boolean;
}

/** Adds the options; those for the way to the cluster only where the command lacks them. */
export function addLiveOptions(command: Command): Command {
  const has = (long: string): boolean => command.options.some((option) => option.long === long);
  command
    .option('--server <address>', 'a relay or agent of Hubble: host:port, tls://host:port or unix:///path')
    .option('-P, --port-forward', "the cluster's relay, through the API server")
    .option('--tls', 'speak TLS with the server')
    .option('--tls-ca-cert-files <file>', 'an authority to trust, in PEM; repeatable', collect)
    .option('--tls-server-name <name>', "the name in the server's certificate")
    .option('--tls-client-cert-file <file>', 'the certificate of this client, in PEM')
    .option('--tls-client-key-file <file>', 'its key')
    .option('--tls-allow-insecure', 'trust any certificate of the server')
    .option('--basic-auth-username <name>', 'who asks, for a proxy before the relay; only over TLS')
    .option('--basic-auth-password <password>', 'and the password')
    .option('--config <file>', "Hubble's configuration file (default: where Hubble looks for it)")
    .option('--timeout <time>', 'how long to wait for a connection to the server: 5s');
  if (!has('--context')) {
    if (has('--request-timeout')) throw new Error('--request-timeout comes with --context');
    addConnectOptions(command);
  }
  // What Hubble's command calls them.
  return command
    .addOption(new Option('--kube-context <name>').hideHelp())
    .addOption(new Option('--kube-namespace <name>').hideHelp());
}

/**
 * Opens the server that the options, the environment (`HUBBLE_…`) or Hubble's configuration file name, or the relay in
 * the cluster. Nothing is asked of it yet.
 *
 * @returns undefined where nothing names any
 * @throws {HubbleError} and ClusterError for what is wrong on the way
 */
export async function openLive(
  options: LiveOptions,
  io: Io,
  given: LiveGiven = {},
): Promise<HubbleClient | undefined> {
  const { readSettings } = await import('../adapters/hubble/settings.ts');
  const settings = readSettings({ flags: flagsOf(options), env: io.env, cwd: io.cwd });
  if (options.server !== undefined && options.portForward === true) {
    throw new CliError('--server and --port-forward are two ways to a relay.', 'Give one of them.');
  }
  const isForward =
    options.server === undefined &&
    (settings.isPortForward || (options.cluster === true && !isSet(settings)));
  if (isForward) return forwarded(options, settings, io, given);
  if (settings.server !== undefined) {
    const [{ openHubble }, { securityOf }] = await loaded();
    return openHubble({
      server: settings.server,
      ...securityOf(settings, settings.server, io.cwd),
      ...limitsOf(settings, io),
    });
  }
  const namesCluster = options.context !== undefined || settings.kubeContext !== undefined;
  if (namesCluster || given.isForwardDefault === true) return forwarded(options, settings, io, given);
  return undefined;
}

function isSet({ server }: HubbleSettings): boolean {
  return server !== undefined;
}

function loaded() {
  return Promise.all([import('../adapters/hubble/client.ts'), import('../adapters/hubble/tls.ts')]);
}

/** The relay that the cluster has, over a WebSocket of its API server. */
async function forwarded(
  options: LiveOptions,
  settings: HubbleSettings,
  io: Io,
  { live }: LiveGiven,
): Promise<HubbleClient> {
  const [{ forwardToRelay }, [{ openHubble }, { securityOf }]] = await Promise.all([
    import('../adapters/kubernetes/index.ts'),
    loaded(),
  ]);
  const way = {
    ...options,
    ...(options.context === undefined && settings.kubeContext !== undefined
      ? { context: settings.kubeContext }
      : {}),
    ...(options.kubeconfig === undefined && settings.kubeconfig !== undefined
      ? { kubeconfig: settings.kubeconfig }
      : {}),
  };
  const cluster = live ?? (await connect(way, (await readCatalogAt(options, io)).catalog, io));
  const namespace = options.ciliumNamespace ?? settings.kubeNamespace ?? ciliumNamespaceOf(options, io);
  const { relay, createConnection } = await forwardToRelay(cluster, namespace);
  // The Service says whether the relay speaks TLS; its certificate is for any name below this one.
  const secured = relay.isTls
    ? { ...settings, isTls: true, tlsServerName: settings.tlsServerName ?? RELAY_NAME }
    : settings;
  const server = `${relay.pod}:${relay.port}`;
  return openHubble({
    server,
    name: `the relay ${relay.namespace}/${relay.pod} (port-forward)`,
    createConnection,
    ...securityOf(secured, server, io.cwd),
    ...limitsOf(settings, io),
  });
}

/** Helm's certificate of the relay is for `*.hubble-relay.cilium.io`. */
const RELAY_NAME = 'instance.hubble-relay.cilium.io';

function limitsOf(
  settings: HubbleSettings,
  io: Io,
): Pick<HubbleOptions, 'dialTimeoutMs' | 'requestTimeoutMs' | 'onRetry'> {
  const { dialTimeoutMs, requestTimeoutMs } = settings;
  return { dialTimeoutMs, requestTimeoutMs, onRetry: (retry) => void tellRetry(retry, io) };
}

async function tellRetry({ attempt, delayMs, error }: Retry, io: Io): Promise<void> {
  const { retryText } = await import('../core/report/words/hubble-error.ts');
  io.err(`propolis: ${retryText(error, attempt, delayMs)}\n`);
}

function flagsOf(options: LiveOptions): HubbleFlags {
  const { requestTimeout } = options;
  return {
    server: options.server,
    'port-forward': options.portForward,
    tls: options.tls,
    'tls-allow-insecure': options.tlsAllowInsecure,
    'tls-ca-cert-files': options.tlsCaCertFiles,
    'tls-client-cert-file': options.tlsClientCertFile,
    'tls-client-key-file': options.tlsClientKeyFile,
    'tls-server-name': options.tlsServerName,
    'basic-auth-username': options.basicAuthUsername,
    'basic-auth-password': options.basicAuthPassword,
    'kube-context': options.kubeContext,
    'kube-namespace': options.kubeNamespace,
    config: options.config,
    timeout: options.timeout,
    'request-timeout': requestTimeout === undefined ? undefined : `${requestTimeout}ms`,
  };
}
