import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DemoServed } from '../../core/report/demo.ts';
import type { DemoCluster } from '../../demo/index.ts';
import { duration } from '../cluster-options.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { textOptions } from '../inputs.ts';
import { COLOR_MODES, type ColorMode, type Io } from '../io.ts';

interface DemoOptions {
  readonly repo?: string;
  readonly env?: string;
  readonly port?: number;
  readonly speed: number;
  readonly seed?: number;
  /** Milliseconds. */
  readonly for?: number;
  readonly color: ColorMode;
}

/** How often Flux looks at the repository. */
const RECONCILE_SECONDS = 30;

/** `propolis demo`: a cluster in this process, to try everything on. */
export function addDemo(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('demo')
    .summary('a cluster in this process, to try everything on')
    .description(
      'Serve a Kubernetes API and a Hubble relay on the loopback until interrupted: the repository as Flux would apply it, with traffic whose verdicts come from the engine. Nothing outside of this machine is touched.',
    )
    .option(
      '--repo <dir>',
      'the repository to serve (default: a copy of the example that comes with Propolis)',
    )
    .option('--env <name>', 'of several clusters in the repository, the one to serve')
    .option('--port <n>', "the API server's port (default: any that is free)", portNumber)
    .option('--speed <x>', 'how many times faster than life the traffic is', factor, 1)
    .option('--seed <n>', 'another seed gives other traffic', wholeNumber)
    .option('--for <time>', 'end by itself after this: 60s, 5m', duration)
    .addOption(new Option('--color <when>', 'colours').choices(COLOR_MODES).default('auto'))
    .addHelpText(
      'after',
      `
Examples:
  propolis demo
  propolis demo --repo ../cluster --env live --speed 10
  propolis demo --for 60s --port 6443`,
    )
    .action(async (options: DemoOptions) => done(await demo(options, io)));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, from 1 to 65535.');
  return port;
}

function factor(text: string): number {
  const speed = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (speed <= 0 || speed > 1000) throw new InvalidArgumentError('It must be a number above 0, up to 1000.');
  return speed;
}

async function demo(options: DemoOptions, io: Io): Promise<ExitCode> {
  // From here on an interruption ends what was begun, in its order.
  const interruption = io.interruption?.();
  const folder = mkdtempSync(join(tmpdir(), 'propolis-demo-'));
  let cluster: DemoCluster | undefined;
  try {
    const repository = await repositoryOf(options, folder, io);
    cluster = await start(repository.path, { options, folder, io });
    const { demoText } = await import('../../core/report/demo.ts');
    const served = await servedOf(cluster, repository);
    io.out(demoText(served, await textOptions(options.color, io)));
    io.err(endsText(options));
    await until(interruption, options.for);
    return EXIT.ok;
  } finally {
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function endsText({ for: limit }: DemoOptions): string {
  return limit === undefined
    ? 'propolis: Ctrl-C ends it.\n'
    : `propolis: it ends by itself in ${limit / 1000} s; Ctrl-C ends it before.\n`;
}

interface ServedRepository {
  readonly path: string;
  readonly isCopy: boolean;
}

async function repositoryOf({ repo }: DemoOptions, folder: string, io: Io): Promise<ServedRepository> {
  if (repo !== undefined) return { path: resolve(io.cwd, repo), isCopy: false };
  const { addDevCluster, copyExample, exampleFolder } = await import('../../demo/example.ts');
  const example = exampleFolder();
  if (example === undefined) {
    throw new CliError(
      'The example is not in this installation.',
      'Give a repository: propolis demo --repo DIR',
    );
  }
  const path = join(folder, 'homelab');
  copyExample(example, path);
  addDevCluster(path);
  return { path, isCopy: true };
}

async function start(
  path: string,
  { options, folder, io }: { readonly options: DemoOptions; readonly folder: string; readonly io: Io },
): Promise<DemoCluster> {
  const [{ startDemoCluster }, { repositoryFiles }, { reconciledText }] = await Promise.all([
    import('../../demo/index.ts'),
    import('../../adapters/files/repository.ts'),
    import('../../core/report/demo.ts'),
  ]);
  const { env, port, speed, seed } = options;
  try {
    const cluster = await startDemoCluster({
      files: () => repositoryFiles(path).files(),
      folder,
      tls: 'own',
      speed,
      reconcileEveryMs: RECONCILE_SECONDS * 1000,
      ...(env === undefined ? {} : { environment: env }),
      ...(port === undefined ? {} : { port }),
      ...(seed === undefined ? {} : { seed }),
      onReconciled(changes) {
        const text = reconciledText(changes);
        if (text !== '') io.err(`propolis: Flux ${text}\n`);
      },
    });
    if (!hasPolicies(cluster)) {
      await cluster.close();
      throw new CliError(
        `${path} has no network policies to serve.`,
        'Give the folder of a cluster: --repo DIR',
      );
    }
    return cluster;
  } catch (error) {
    if (isInUse(error)) {
      throw new CliError(
        `Port ${port ?? 0} is in use.`,
        'Give another --port, or none: the system chooses one.',
      );
    }
    throw error;
  }
}

function hasPolicies({ api }: DemoCluster): boolean {
  const kinds = ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy', 'NetworkPolicy'];
  return kinds.some((kind) => api.store.list(kind).length > 0);
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

async function servedOf(cluster: DemoCluster, { path, isCopy }: ServedRepository): Promise<DemoServed> {
  const { beginHistory, nameServer } = await import('../../demo/example.ts');
  const { focusOf } = await import('../../demo/focus.ts');
  if (isCopy) nameServer(path, cluster.api.url);
  return {
    context: cluster.context,
    server: cluster.api.url,
    relay: cluster.relay.address,
    kubeconfig: cluster.kubeconfig,
    repository: path,
    isCopy,
    hasGit: isCopy && (await beginHistory(path)),
    reconcileSeconds: RECONCILE_SECONDS,
    ...focusOf(cluster),
  };
}

/** Waits for an interruption, or for so long. */
async function until(interruption: AbortSignal | undefined, limitMs: number | undefined): Promise<void> {
  if (interruption === undefined && limitMs === undefined) {
    throw new CliError('Nobody can interrupt this demo.', 'Say how long it is to last: --for 60s');
  }
  if (interruption?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const timer = limitMs === undefined ? undefined : setTimeout(end, limitMs);
    function end(): void {
      clearTimeout(timer);
      interruption?.removeEventListener('abort', end);
      resolve();
    }
    interruption?.addEventListener('abort', end);
  });
}
