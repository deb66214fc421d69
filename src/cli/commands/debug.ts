import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnosis } from '../../core/diagnose/index.ts';
import type { Applied } from '../apply-fixes.ts';
import { type ApplyOptions, addApplyOptions, requireApplySense } from '../apply-options.ts';
import { addClusterOptions, requireFiles } from '../cluster-options.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, collect, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { reportProblems } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml', 'diff'] as const;

interface DebugOptions extends InputOptions, ApplyOptions {
  readonly flows: readonly string[];
  readonly output: (typeof OUTPUTS)[number];
  readonly fixes: number;
}

/** `propolis debug NAMESPACE`: what is dropped, why, the fix, its proof. */
export function addDebug(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('debug')
    .summary('what is dropped, why, the fix, its proof')
    .description(
      'Read recorded flows, name what blocks a namespace in either direction, and propose the smallest fix with its proof.',
    )
    .argument('<namespace>', 'the namespace that cannot reach, or cannot be reached')
    .requiredOption(
      '--flows <file>',
      'recorded flows of Hubble, in any of its shapes, gzip too; - is standard input; repeatable',
      collect,
    )
    .option('--fixes <n>', 'seek fixes for the n most frequent findings', wholeNumber, 50)
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addClusterOptions(addInputOptions(addApplyOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  hubble observe --verdict DROPPED -n zipline -o json > flows.jsonl
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
  const [{ inputs, problems }, { flowsFromFiles }, { diagnoseSummary, summarizeFlows }] = await Promise.all([
    loadInputs(options, io, 'debug'),
    import('../../adapters/files/flows.ts'),
    import('../../core/diagnose/index.ts'),
  ]);
  const { readRepository } = await import('../../core/manifest/read.ts');
  const read = readRepository(inputs.files, inputs.readOptions);
  const { requirePolicies } = await import('../problems.ts');
  requirePolicies(read, options);
  const paths = options.flows.map((path) => (path === '-' ? path : resolve(io.cwd, path)));
  const summary = await summarizeFlows(flowsFromFiles(paths, { stdin: io.stdin }), namespace);
  const diagnosis = diagnoseSummary(summary, { namespace, inputs, fixesMax: options.fixes });
  requireFlows(diagnosis, options.flows);
  await requireNamespace(
    diagnosis,
    read.namespaces.map(({ name }) => name),
  );
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
      const [{ debugJson }, { stringify }] = await Promise.all([
        import('../../core/report/debug-json.ts'),
        import('yaml'),
      ]);
      const json = debugJson(diagnosis);
      const whole = applied === undefined ? json : { ...json, applied: applied.json };
      return output === 'json' ? `${JSON.stringify(whole, null, 2)}\n` : stringify(whole);
    }
    case 'diff': {
      const { debugDiff } = await import('../../core/report/debug-diff.ts');
      return debugDiff(diagnosis);
    }
  }
}

function requireFlows({ counts }: Diagnosis, files: readonly string[]): void {
  if (counts.flows > 0) return;
  const [first] = counts.skipped;
  const names = files.map((file) => (file === '-' ? 'standard input' : file)).join(', ');
  if (first === undefined) {
    throw new CliError(
      `${names} has no flows in it.`,
      'Record some: hubble observe --since 5m -o json > flows.jsonl',
    );
  }
  throw new CliError(
    `${names} has no flows that Hubble would write: ${first.count} ${first.count === 1 ? 'line' : 'lines'} not understood, first ${first.file}:${first.firstLine}: ${first.sample}`,
    "It must be the output of `hubble observe -o json` or of Hubble's exporter.",
  );
}

async function requireNamespace({ namespace, isSeen }: Diagnosis, known: readonly string[]): Promise<void> {
  if (known.includes(namespace) || isSeen) return;
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(namespace, known);
  throw new CliError(
    `There is no namespace "${namespace}" in the files, and no flow names it.`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and --repo.',
  );
}
