// npm run demo: what the product says about the example cluster, whose recorded flows hold planted faults, and then
// about the same cluster live: served in this process, and gone when the script ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFiles } from '../src/adapters/files/repository.ts';
import { copyExample, nameServer } from '../src/demo/example.ts';
import { startDemoCluster } from '../src/demo/index.ts';
import { BIN_PATH, ensureBin } from './lib/build-bin.ts';
import { ROOT } from './lib/files.ts';
import { runHere } from './lib/tool.ts';

/** Namespaces of examples/homelab that something is wrong with. */
const NAMESPACES = ['zipline', 'home-assistant', 'immich', 'istio-system'];
const INPUT = ['--repo', 'examples/homelab', '--flows', 'examples/homelab/flows.jsonl'];
/** 0 clean, 1 findings: both are answers. */
const ANSWERED = 1;

const { problems } = await ensureBin(ROOT);
if (problems.length > 0) {
  process.stderr.write(`The command could not be built:\n${problems.join('\n')}\n`);
  process.exitCode = 2;
} else {
  for (const namespace of NAMESPACES) await show(['debug', namespace, ...INPUT]);
  await showLive();
}

/** The same questions to a running cluster. `propolis demo` keeps one up. */
async function showLive(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'propolis-demo-'));
  const repository = join(folder, 'homelab');
  copyExample(join(ROOT, 'examples', 'homelab'), repository);
  const cluster = await startDemoCluster({
    files: () => repositoryFiles(repository).files(),
    folder,
    tls: 'own',
  });
  nameServer(repository, cluster.api.url);
  try {
    process.stdout.write(`The same cluster, live: a Kubernetes API and a Hubble relay in this process.\n\n`);
    const server = ['--server', cluster.relay.address];
    const git = ['--repo', repository];
    const at = ['--kubeconfig', cluster.kubeconfig];
    await show(['observe', '-n', 'zipline', '--verdict', 'DROPPED', '--last', '2', ...git, ...server]);
    await show(['verify', 'miniflux', '--since', '5m', ...git, ...server]);
    await show(['status', 'zipline', ...git, ...at]);
    process.stdout.write('$ propolis demo     # keeps such a cluster up, for kubectl and hubble too\n');
  } finally {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function show(args: readonly string[]): Promise<void> {
  process.stdout.write(`$ propolis ${args.join(' ')}\n`);
  const code = await runHere(ROOT, process.execPath, [BIN_PATH, ...args]);
  process.stdout.write('\n');
  if (code > ANSWERED) process.exitCode = code;
}
