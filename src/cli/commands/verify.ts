import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Verification } from '../../core/diagnose/verify/index.ts';
import { addClusterOptions } from '../cluster-options.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, collect, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { reportProblems, requirePolicies } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface VerifyOptions extends InputOptions {
  readonly flows: readonly string[];
  readonly grace: number;
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
    .requiredOption(
      '--flows <file>',
      'recorded flows of Hubble, in any of its shapes, gzip too; - is standard input; repeatable',
      collect,
    )
    .option('--grace <duration>', 'how long enforcement may take to follow a change', milliseconds, 30_000)
    .option('--require-traffic', 'count what was not seen to work as failed')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addClusterOptions(addInputOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  propolis verify zipline --flows flows.jsonl
  hubble observe -n zipline --since 5m -o json | propolis verify zipline --flows -
  propolis verify zipline --flows flows.jsonl --require-traffic -o json`,
    )
    .action(async (namespace: string, options: VerifyOptions) =>
      done(await verifyNamespace(namespace, options, io)),
    );
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function milliseconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new InvalidArgumentError('It must be a duration: 30s, 2m.');
  return Number(number) * factor;
}

async function verifyNamespace(namespace: string, options: VerifyOptions, io: Io): Promise<ExitCode> {
  const [{ inputs, problems }, { flowsFromFiles }, core, { Summarizer }, { readRepository }] =
    await Promise.all([
      loadInputs(options, io, 'verify'),
      import('../../adapters/files/flows.ts'),
      import('../../core/diagnose/verify/index.ts'),
      import('../../core/diagnose/summarize.ts'),
      import('../../core/manifest/read.ts'),
    ]);
  const read = readRepository(inputs.files, inputs.readOptions);
  requirePolicies(read, options);
  const paths = options.flows.map((path) => (path === '-' ? path : resolve(io.cwd, path)));
  const source = flowsFromFiles(paths, { stdin: io.stdin });
  const summarizer = new Summarizer(namespace);
  for await (const batch of source.batches()) {
    for (const flow of batch) {
      const told = core.telling(flow);
      if (told !== undefined) summarizer.add(told);
    }
  }
  const summary = summarizer.summary(source.counts());
  const verification = core.verify(summary, {
    namespace,
    inputs,
    nowMs: summary.toMs ?? nowOf(io),
    graceMs: options.grace,
  });
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
      return `${JSON.stringify(verifyJson(verification), null, 2)}\n`;
    }
    case 'yaml': {
      const [{ verifyJson }, { stringify }] = await Promise.all([
        import('../../core/report/verify-json.ts'),
        import('yaml'),
      ]);
      return stringify(verifyJson(verification));
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
