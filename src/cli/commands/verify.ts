import { type Command, Option } from 'commander';
import type { LastChange, Verification } from '../../core/diagnose/verify/index.ts';
import { type FlowQuery, NO_FILTERS } from '../../core/model/flow-filter.ts';
import { addClusterOptions, duration } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addFlowOptions, type FlowOptions, flowFiles, openFlows } from '../flow-options.ts';
import { addInputOptions, type InputOptions, type LoadedInputs, loadInputs, textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { filtersOf, noFlows, SINCE_LIVE, sinceOf } from '../namespace-flows.ts';
import { reportProblems, requirePolicies } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface VerifyOptions extends InputOptions, FlowOptions {
  readonly since?: string;
  /** Milliseconds. */
  readonly wait?: number;
  /** Milliseconds. */
  readonly grace?: number;
  readonly requireTraffic?: boolean;
  readonly output: (typeof OUTPUTS)[number];
}

/** `propolis verify NAMESPACE`: what its labels promise, and whether it was seen to work. */
export function addVerify(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('verify')
    .summary('DNS, database, internet, gateways, scrape: pass, fail or no traffic')
    .description(
      'Say of everything that the labels of a namespace promise whether flows show it working: pass, fail with the cause and its fix, or no traffic and what the policies would say.',
    )
    .argument('<namespace>', 'the namespace to verify')
    .option(
      '--since <time>',
      'how far to look back: 5m, or a time (default: 5m live, all of a recording, from now on with --wait)',
    )
    .option(
      '--wait <duration>',
      'after a deployment: follow live flows until all that must work was seen to, or failed for good',
      duration,
    )
    .option('--grace <duration>', 'how long enforcement may take to follow a change (default: 30s)', duration)
    .option('--require-traffic', 'count what was not seen to work as failed')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addFlowOptions(addClusterOptions(addInputOptions(command)))
    .addHelpText(
      'after',
      `
It ends with 1 where something that the labels promise was seen dropped, and with --require-traffic also
where it was not seen to work.

Examples:
  propolis verify zipline --since 5m
  propolis verify zipline --wait 2m --cluster --require-traffic
  propolis verify zipline --flows flows.jsonl
  hubble observe -n zipline --since 5m -o json | propolis verify zipline --flows - -o json`,
    )
    .action(async (namespace: string, options: VerifyOptions) =>
      done(await verifyNamespace(namespace, options, io)),
    );
}

async function verifyNamespace(namespace: string, options: VerifyOptions, io: Io): Promise<ExitCode> {
  const files = flowFiles(options, io);
  if (options.wait !== undefined && files.length > 0) {
    throw new CliError(
      '--wait follows live flows, and a recording has an end.',
      'Leave --wait or --flows out.',
    );
  }
  const startMs = nowOf(io);
  const query = await queryOf(namespace, options, { isLive: files.length === 0, nowMs: startMs });
  const [loaded, core, { Summarizer }, { readRepository }, { SYSTEM_TIMERS, sumFlows, waitForFlows }] =
    await Promise.all([
      loadInputs(options, io, 'verify'),
      import('../../core/diagnose/verify/index.ts'),
      import('../../core/diagnose/summarize.ts'),
      import('../../core/manifest/read.ts'),
      import('../watch-flows.ts'),
    ]);
  const { problems } = loaded;
  const read = readRepository(loaded.inputs.files, loaded.inputs.readOptions);
  requirePolicies(read, options);
  let { inputs } = loaded;
  let change = await changeOf(namespace, loaded, options, startMs);
  const live = loaded.cluster?.live;
  const observer = await openFlows(options, io, {
    ...(live === undefined ? {} : { live }),
    isForwardDefault: true,
  });
  const summarizer = new Summarizer(namespace);
  const judge = (gaps: number): Verification => {
    const summary = summarizer.summary(observer.counts());
    // Of a recording the last flow is what "now" was.
    const nowMs = files.length > 0 ? (summary.toMs ?? startMs) : nowOf(io);
    const given = {
      ...(change === undefined ? {} : { change }),
      ...(options.grace === undefined ? {} : { graceMs: options.grace }),
    };
    return core.verify(summary, { namespace, inputs, nowMs, gaps, ...given });
  };
  const interruption = files.length > 0 ? undefined : io.interruption?.();
  const watching = {
    observer,
    query,
    summarizer,
    telling: core.telling,
    ...(interruption === undefined ? {} : { interruption }),
  };
  // A deployment goes on while it is waited for, so the cluster is read again before anything is final.
  const refresh = async (): Promise<void> => {
    if (loaded.cluster?.live === undefined) return;
    const again = await loadInputs(options, { ...io, err: () => {} }, 'verify');
    ({ inputs } = again);
    change = await changeOf(namespace, again, options, startMs);
  };
  const isFinal = async (): Promise<boolean> => {
    if (!core.isFinal(judge(0))) return false;
    await refresh();
    return core.isFinal(judge(0));
  };
  if (options.wait !== undefined) {
    const { printable } = await import('../../core/report/printable.ts');
    const seconds = options.wait / 1000;
    const text = seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
    io.err(`propolis: following flows of ${printable(namespace)} for up to ${text}.\n`);
  }
  const gaps =
    options.wait === undefined
      ? await sumFlows(watching)
      : await waitForFlows({
          ...watching,
          waitMs: options.wait,
          timers: SYSTEM_TIMERS,
          isFinal,
        });
  if (options.wait !== undefined) await refresh();
  const verification = judge(gaps);
  if (files.length > 0 && verification.counts.flows === 0) {
    throw await noFlows(namespace, verification, options, RECORD);
  }
  await requireNamespace(
    verification,
    read.namespaces.map(({ name }) => name),
  );
  io.out(await printed(verification, options, io));
  const isBroken = await reportProblems(
    { problems: [...problems, ...read.problems], skipped: verification.counts.skipped },
    io,
  );
  if (isBroken) return EXIT.error;
  const needsTraffic = options.requireTraffic === true;
  return verification.results.some((result) => core.isFailing(result, needsTraffic))
    ? EXIT.findings
    : EXIT.ok;
}

/** All of a recording, since old ones lack what Hubble's filters look at; live only what the namespace has to do with. */
async function queryOf(
  namespace: string,
  { since, wait }: VerifyOptions,
  { isLive, nowMs }: { readonly isLive: boolean; readonly nowMs: number },
): Promise<FlowQuery> {
  const from = since ?? (!isLive ? undefined : wait === undefined ? SINCE_LIVE : NOW);
  return {
    filters: isLive ? filtersOf(namespace) : NO_FILTERS,
    ...(from === undefined ? {} : { since: await sinceOf(from, nowMs) }),
    ...(wait === undefined ? {} : { isFollowed: true }),
  };
}

const NOW = '0s';

/** What was changed last, as the cluster says; while waiting, at the latest the start of the wait. */
async function changeOf(
  namespace: string,
  { cluster, inputs: { catalog } }: LoadedInputs,
  { wait }: VerifyOptions,
  startMs: number,
): Promise<LastChange | undefined> {
  if (cluster !== undefined) {
    const { lastChange } = await import('../../core/cluster/last-change.ts');
    const known = lastChange(cluster.state, namespace, catalog);
    if (known !== undefined) return known;
  }
  return wait === undefined ? undefined : { timeMs: startMs, what: 'wait', name: '' };
}

const RECORD = 'hubble observe --since 5m -o json > flows.jsonl';

async function printed(
  verification: Verification,
  { output, color }: Pick<VerifyOptions, 'output' | 'color'>,
  io: Io,
): Promise<string> {
  switch (output) {
    case 'table': {
      const { verifyText } = await import('../../core/report/verify.ts');
      return verifyText(verification, await textOptions(color, io));
    }
    case 'json': {
      const { verifyJson } = await import('../../core/report/verify-json.ts');
      return jsonText(verifyJson(verification));
    }
    case 'yaml': {
      const { verifyJson } = await import('../../core/report/verify-json.ts');
      return yamlText(verifyJson(verification));
    }
  }
}

async function requireNamespace(
  { namespace, isSeen, isDeclared }: Verification,
  known: readonly string[],
): Promise<void> {
  if (isSeen || isDeclared) return;
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(namespace, known);
  throw new CliError(
    `There is no namespace "${namespace}" in the files, and no flow names it.`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and --repo.',
  );
}
