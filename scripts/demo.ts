// npm run demo: what the product says about the example cluster, whose recorded flows hold planted faults.
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
  for (const namespace of NAMESPACES) {
    const args = ['debug', namespace, ...INPUT];
    process.stdout.write(`$ propolis ${args.join(' ')}\n`);
    const code = await runHere(ROOT, process.execPath, [BIN_PATH, ...args]);
    process.stdout.write('\n');
    if (code > ANSWERED) process.exitCode = code;
  }
}
