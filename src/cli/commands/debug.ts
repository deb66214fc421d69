import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnosis } from '../../core/diagnose/index.ts';
import type { Applied } from '../apply-fixes.ts';
import { type ApplyOptions, addApplyOptions, requireApplySense } from '../apply-options.ts';
import { addClusterOptions, requireFiles } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addFlowOptions } from '../flow-options.ts';
import { addInputOptions, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { isLive, type NamespaceFlowOptions, noFlows, sumNamespace } from '../namespace-flows.ts';
import { isIncomplete, reportProblems } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml', 'diff'] as const;

interface DebugOptions extends InputOptions, ApplyOptions, NamespaceFlowOptions {
  readonly output: (typeof OUTPUTS)[number];
  readonly fixes: number;
}

/** `propolis debug NAMESPACE`: what is dropped, why, the fix, its proof. */
export function addDebug(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('debug')
    .summary('what is dropped, why, the fix, its proof')
    .description(
      "Read the flows of the cluster's relay or of a recording, name what blocks a namespace in either direction, and propose the smallest fix with its proof.",
    )
    .argument('<namespace>', 'the namespace that cannot reach, or cannot be reached')
    .option('--since <time>', 'how far to look back: 5m, or a time (default: 5m live, all of a recording)')
    .option('--fixes <n>', 'seek fixes for the n most frequent findings', wholeNumber, 50)
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addFlowOptions(addClusterOptions(addInputOptions(addApplyOptions(command))))
    .addHelpText(
      'after',
      `
Without --flows or --server the relay of the kubeconfig's cluster is asked, through its API server.

Examples:
  propolis debug zipline --since 15m
  propolis debug zipline --server localhost:4245 --repo ../cluster
  propolis debug zipline --flows flows.jsonl
  propolis debug zipline --repo ../cluster --flows a.jsonl --flows b.jsonl.gz
  hubble observe -n zipline -o json | propolis debug zipline --flows - -o json
  propolis debug zipline --flows flows.jsonl -o diff | git apply
  propolis debug zipline --flows flows.jsonl --apply
  propolis debug zipline --flows flows.jsonl --apply --only access-label --pull-request \\
    --reason 'Zipline keeps its links in PostgreSQL since 4.0.'

With --apply, exit 0 says that every cause is fixed by the branch, 1 that some are left.`,
    )
    .action(async (namespace: string, options: DebugOptions) => done(await debug(namespace, options, io)));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

async function debug(namespace: string, options: DebugOptions, io: Io): Promise<ExitCode> {
  if (options.output === 'diff') requireFiles(options, '-o diff');
  requireApplySense(options);
  const [{ inputs, problems, cluster }, { diagnoseSummary }] = await Promise.all([
    loadInputs(options, io, 'debug'),
    import('../../core/diagnose/index.ts'),
  ]);
  // Nothing is committed by a catalog that is not read as it is meant.
  if (options.apply === true && problems.some(isIncomplete)) {
    await reportProblems({ problems }, io);
    return EXIT.error;
  }
  const { readRepository } = await import('../../core/manifest/read.ts');
  const read = readRepository(inputs.files, inputs.readOptions);
  const { requirePolicies } = await import('../problems.ts');
  requirePolicies(read, options);
  const live = cluster?.live;
  const summary = await sumNamespace(namespace, options, io, live === undefined ? {} : { live });
  const diagnosis = diagnoseSummary(summary, { namespace, inputs, fixesMax: options.fixes });
  const hasFlows = diagnosis.counts.flows > 0;
  const known = read.namespaces.map(({ name }) => name);
  // An empty recording is that, whoever is asked for; a relay has been asked for this namespace alone.
  if (hasFlows || isLive(options)) await requireNamespace(diagnosis, known);
  if (!hasFlows) throw await noFlows(namespace, summary, options, RECORD);
  const applied =
    options.apply === true
      ? await (await import('../apply-fixes.ts')).applyFixes({ diagnosis, summary, inputs }, options, io)
      : undefined;
  io.out(await printed(diagnosis, { options, applied }, io));
  const isBroken = await reportProblems(
    { problems: [...problems, ...read.problems], skipped: diagnosis.counts.skipped },
    io,
  );
  const code = await applied?.finish();
  if (isBroken) return EXIT.error;
  return code ?? codeOf(diagnosis);
}

function codeOf(diagnosis: Diagnosis): ExitCode {
  return diagnosis.findings.length > 0 ? EXIT.findings : EXIT.ok;
}

async function printed(
  diagnosis: Diagnosis,
  {
    options: { output, color },
    applied,
  }: { readonly options: DebugOptions; readonly applied: Applied | undefined },
  io: Io,
): Promise<string> {
  switch (output) {
    case 'table': {
      const { debugText } = await import('../../core/report/debug.ts');
      const layout = await textOptions(color, io);
      return `${debugText(diagnosis, layout)}${(await applied?.text(layout)) ?? ''}`;
    }
    case 'json':
    case 'yaml': {
      const { debugJson } = await import('../../core/report/debug-json.ts');
      const json = debugJson(diagnosis);
      const whole = applied === undefined ? json : { ...json, applied: applied.json };
      return output === 'json' ? jsonText(whole) : yamlText(whole);
    }
    case 'diff': {
      const { debugDiff } = await import('../../core/report/debug-diff.ts');
      return debugDiff(diagnosis);
    }
  }
}

const RECORD = 'hubble observe --since 5m -o json > flows.jsonl';

async function requireNamespace({ namespace, isSeen }: Diagnosis, known: readonly string[]): Promise<void> {
  if (known.includes(namespace) || isSeen) return;
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(namespace, known);
  throw new CliError(
    `There is no namespace "${namespace}" in the files, and no flow names it.`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and --repo.',
  );
}
