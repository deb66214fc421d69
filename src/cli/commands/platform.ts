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
import { addFlowOptions } from '../flow-options.ts';
import { addInputOptions, collect, type InputOptions, loadInputs } from '../inputs.ts';
import type { Io } from '../io.ts';
import { type NamespaceFlowOptions, noFlows, sumNamespace, wantsFlows } from '../namespace-flows.ts';
import { reportProblems } from '../problems.ts';

interface AddOptions extends InputOptions, ChangeOptions, NamespaceFlowOptions {
  readonly metricsPort?: readonly CatalogPort[];
  /** `--mesh`, `--no-mesh`; absent: as the namespace's label says. */
  readonly mesh?: boolean;
  readonly allowFrom?: readonly string[];
  readonly allowTo?: readonly string[];
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
      "Write a CiliumNetworkPolicy with DNS, scraping, probes, HBONE in the mesh, and the namespace's own rules, and list it in its kustomization. From flows its own rules are proposed, and it is proven that what passed would still pass.",
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
    .option('--since <time>', 'of its flows, how far to look back: 24h (default: 5m of a relay)')
    .option('--include-dropped', 'write rules for what was recorded as dropped, too');
  addFlowOptions(addInputOptions(addChangeOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  propolis platform add minio --metrics-port 9000 --allow-from shop:9000 --diff
  propolis platform add logging --metrics-port 3100 --allow-from gateway:internal:3000 \\
    --allow-to kube-apiserver:6443 --branch logging-policy --pull-request
  hubble observe -n logging --since 24h -o json | propolis platform add logging --metrics-port 3100 --flows -
  propolis platform add logging --metrics-port 3100 --port-forward --since 1h`,
    )
    .action(async (name: string, options: AddOptions) => done(await add(name, options, io)));
}

async function add(namespace: string, options: AddOptions, io: Io): Promise<ExitCode> {
  const { metricsPort: metricsPorts = [], mesh, allowFrom = [], allowTo = [], includeDropped } = options;
  if (includeDropped === true && !wantsFlows(options)) {
    throw new CliError(
      '--include-dropped is about recorded flows.',
      'Name them with --flows, or a relay with --server or -P.',
    );
  }
  const [{ inputs, problems }, { planPlatform }, report] = await Promise.all([
    loadInputs(options, io, 'debug'),
    import('../../core/change/index.ts'),
    import('../../core/report/change-platform.ts'),
  ]);
  if (await reportProblems({ problems }, io)) return EXIT.error;
  await reportUnread(inputs, io);
  const flows = wantsFlows(options) ? await summaryOf(namespace, options, io) : undefined;
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

async function summaryOf(namespace: string, options: AddOptions, io: Io): Promise<FlowSummary> {
  const summary = await sumNamespace(namespace, options, io);
  await reportProblems({ problems: [], skipped: summary.counts.skipped }, io);
  if (summary.flows === 0) throw await noFlows(namespace, summary, options, RECORD);
  if (summary.edges.length > 0) return summary;
  throw new CliError(
    `There are flows, and none of ${namespace} (${summary.flows} flows read).`,
    `Record some: ${RECORD}`,
  );
}

const RECORD = 'hubble observe -n NAME --since 24h -o json > flows.jsonl';

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
