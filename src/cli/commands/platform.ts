import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CatalogPort } from '../../core/catalog/index.ts';
import type { FlowSummary } from '../../core/diagnose/index.ts';
import {
  addChangeOptions,
  type ChangeOptions,
  finishChange,
  printRefusal,
  reportUnread,
} from '../change-options.ts';
import { platformCommitPlan } from '../commit-plans.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, collect, type InputOptions, loadInputs } from '../inputs.ts';
import type { Io } from '../io.ts';
import { reportProblems } from '../problems.ts';

interface AddOptions extends InputOptions, ChangeOptions {
  readonly metricsPort?: readonly CatalogPort[];
  /** `--mesh`, `--no-mesh`; absent: as the namespace's label says. */
  readonly mesh?: boolean;
  readonly allowFrom?: readonly string[];
  readonly allowTo?: readonly string[];
  readonly flows?: readonly string[];
  readonly includeDropped?: true;
}

/** `propolis platform add NAME`: a policy for a platform namespace, with the rules that each must have. */
export function addPlatform(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const parent = program
    .command('platform')
    .summary('a policy for a platform namespace')
    .description('Begin the policy of a platform namespace, which has no profile.');
  const command = parent
    .command('add')
    .summary('begin one, with the rules that every platform namespace needs')
    .description(
      "Write a CiliumNetworkPolicy with DNS, scraping, probes, HBONE in the mesh, and the namespace's own rules, and list it in its kustomization. From recorded flows its own rules are proposed, and it is proven that what passed would still pass.",
    )
    .argument('<name>', 'the namespace')
    .option(
      '--metrics-port <port>',
      'where Prometheus scrapes its pods: 9187, 9187/TCP; repeatable',
      metricsPort,
    )
    .option('--mesh', 'the namespace takes part in the mesh (default: as its label says)')
    .option('--no-mesh', 'it does not')
    .option(
      '--allow-from <peer>',
      'who may come in, and on which port of the pods: shop/web:8080/TCP, shop:8080, gateway:internal:3000, world:443, kube-apiserver:10250; repeatable',
      collect,
    )
    .option(
      '--allow-to <peer>',
      'where its pods may go: database/pg:5432, kube-apiserver:6443, fqdn:api.example.com:443; repeatable',
      collect,
    )
    .option('--flows <file>', 'recorded flows of Hubble, from which to propose rules; repeatable', collect)
    .option('--include-dropped', 'write rules for what was recorded as dropped, too');
  addInputOptions(addChangeOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  propolis platform add minio --metrics-port 9000 --allow-from shop:9000 --diff
  propolis platform add logging --metrics-port 3100 --allow-from gateway:internal:3000 \\
    --allow-to kube-apiserver:6443 --branch logging-policy --pull-request
  hubble observe -n logging --since 24h -o json | propolis platform add logging --metrics-port 3100 --flows -`,
    )
    .action(async (name: string, options: AddOptions) => done(await add(name, options, io)));
}

async function add(namespace: string, options: AddOptions, io: Io): Promise<ExitCode> {
  const { metricsPort: metricsPorts = [], mesh, allowFrom = [], allowTo = [], includeDropped } = options;
  if (includeDropped === true && options.flows === undefined) {
    throw new CliError('--include-dropped is about recorded flows.', 'Name them with --flows.');
  }
  const [{ inputs, problems }, { planPlatform }, report] = await Promise.all([
    loadInputs(options, io),
    import('../../core/change/index.ts'),
    import('../../core/report/change-platform.ts'),
  ]);
  if (await reportProblems({ problems }, io)) return EXIT.error;
  await reportUnread(inputs, io);
  const flows = options.flows === undefined ? undefined : await summaryOf(namespace, options.flows, io);
  const plan = planPlatform(
    {
      namespace,
      metricsPorts,
      allowFrom,
      allowTo,
      includeDropped: includeDropped === true,
      ...(mesh === undefined ? {} : { mesh }),
    },
    inputs,
    flows,
  );
  const json = report.platformPlanJson(plan);
  if (plan.kind === 'refused') return printRefusal(plan.refusal, json, options, io);
  return finishChange(
    {
      ...(await platformCommitPlan(plan.change, inputs, options.reason)),
      text: (text) => report.platformChangeText(plan.change, text),
      json,
    },
    options,
    io,
  );
}

async function summaryOf(namespace: string, files: readonly string[], io: Io): Promise<FlowSummary> {
  const [{ flowsFromFiles }, { summarizeFlows }] = await Promise.all([
    import('../../adapters/files/flows.ts'),
    import('../../core/diagnose/summarize.ts'),
  ]);
  const paths = files.map((path) => (path === '-' ? path : resolve(io.cwd, path)));
  const summary = await summarizeFlows(flowsFromFiles(paths, { stdin: io.stdin }), namespace);
  await reportProblems({ problems: [], skipped: summary.counts.skipped }, io);
  if (summary.edges.length === 0) {
    throw new CliError(
      `${files.join(', ')} has no flows of ${namespace} in it (${summary.flows} flows read).`,
      'Record some: hubble observe -n NAME --since 24h -o json > flows.jsonl',
    );
  }
  return summary;
}

/** `9187`, `9187/TCP`, `9187,9188`. */
function metricsPort(value: string, before: readonly CatalogPort[] = []): readonly CatalogPort[] {
  const ports = value.split(',').map((text) => {
    const match = /^\s*(\d{1,5})(?:\/tcp)?\s*$/i.exec(text);
    const port = Number(match?.[1] ?? 0);
    if (port < 1 || port > 65_535) {
      throw new CliError(
        `--metrics-port must not be "${text}".`,
        'It must be a TCP port of the pods, such as 9187.',
      );
    }
    return { protocol: 'TCP' as const, port };
  });
  return [...before, ...ports];
}
