import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { type Command, Option } from 'commander';
import type { Baseline, BaselineEntry, Finding, RuleId, Severity } from '../../core/lint/index.ts';
import type { LintReport } from '../../core/report/lint/index.ts';
import { addClusterOptions, requireFiles } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, collect, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { requirePolicies } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml', 'sarif', 'junit', 'github', 'diff'] as const;
type Output = (typeof OUTPUTS)[number];
/** From worst to mildest; each stands for those before it too. */
const FAIL_ON = ['error', 'warning', 'info', 'never'] as const;

interface LintCommandOptions extends InputOptions {
  readonly output: Output;
  readonly report?: readonly string[];
  readonly failOn: (typeof FAIL_ON)[number];
  readonly rule?: readonly string[];
  readonly skip?: readonly string[];
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly fix?: true;
  readonly listRules?: true;
}

/** `propolis lint [PATH…]`: anti-patterns, objects that the agent would refuse, traps. */
export function addLint(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('lint')
    .summary('anti-patterns, objects that the agent would refuse, traps')
    .description(
      'Find what is wrong in the policies of a repository: what the cluster would refuse, what does not mean what it seems to, and what the model forbids.',
    )
    .argument('[path...]', 'show only findings in these files and folders; everything is read all the same')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'))
    .option('--report <format=file>', 'write a report besides, such as sarif=lint.sarif; repeatable', collect)
    .addOption(
      new Option('--fail-on <severity>', 'the mildest finding that ends with 1')
        .choices(FAIL_ON)
        .default('error'),
    )
    .option('--rule <id>', 'only this rule; repeatable', collect)
    .option('--skip <id>', 'all but this rule; repeatable', collect)
    .option('--baseline <file>', 'findings in this file do not count')
    .option('--write-baseline <file>', 'write all findings into a baseline, and end with 0')
    .option('--fix', 'make the changes that are safe: no verdict depends on them')
    .option('--list-rules', 'print the rules');
  addClusterOptions(addInputOptions(command))
    .addHelpText(
      'after',
      `
A finding is set aside by a comment at its place, with a reason:
  # propolis-lint-ignore any-port The VPN's servers listen on any port.

Examples:
  propolis lint
  propolis lint kubernetes/platform --env live
  propolis lint --write-baseline lint-baseline.json
  propolis lint --baseline lint-baseline.json --fail-on warning
  propolis lint -o github --report sarif=lint.sarif --report junit=lint.xml
  kustomize build . | propolis lint --manifests -`,
    )
    .action(async (paths: readonly string[], options: LintCommandOptions) =>
      done(await lint(paths, options, io)),
    );
}

async function lint(paths: readonly string[], options: LintCommandOptions, io: Io): Promise<ExitCode> {
  if (options.listRules === true) {
    io.out(await ruleList());
    return EXIT.ok;
  }
  if (options.fix === true) requireFiles(options, '--fix');
  if (options.output === 'diff') requireFiles(options, '-o diff');
  const extra = (options.report ?? []).map(parseReport);
  const baseline = options.baseline === undefined ? undefined : await readBaseline(options.baseline, io);
  const only = options.rule === undefined ? {} : { only: await rulesNamed(options.rule) };
  const skip = options.skip === undefined ? {} : { skip: await rulesNamed(options.skip) };
  const [{ inputs, problems }, { readRepository }, { lint: lintRepository }] = await Promise.all([
    loadInputs(options, io, 'lint'),
    import('../../core/manifest/read.ts'),
    import('../../core/lint/index.ts'),
  ]);
  const read = readRepository(inputs.files, inputs.readOptions);
  requirePolicies(read, options);
  const result = lintRepository(
    { files: inputs.files, read, catalog: inputs.catalog, agent: inputs.options, problems },
    { ...only, ...skip },
  );
  const isAsked = pathFilter(paths, options, io);
  const asked = result.findings.filter(isAsked);
  if (options.writeBaseline !== undefined) return writeBaseline(options.writeBaseline, asked, io);
  const { fresh, known, stale } = await split(asked, baseline, paths);
  const report: LintReport = {
    findings: fresh,
    suppressed: result.suppressed.filter(({ finding }) => isAsked(finding)),
    baselined: known,
    stale,
    rules: result.rules,
    approximations: read.approximations,
    counts: {
      files: read.counts.files,
      policies: read.policies.length + read.refused.length,
      namespaces: read.namespaces.length,
    },
    files: inputs.files,
  };
  for (const { format, file } of extra) {
    writeFileSync(resolve(io.cwd, file), await printed(report, format, options, io));
  }
  if (options.fix === true) return fix(report, options, io);
  io.out(await printed(report, options.output, options, io));
  return exitCode(fresh, options.failOn);
}

function exitCode(findings: readonly Finding[], failOn: Severity | 'never'): ExitCode {
  if (failOn === 'never') return EXIT.ok;
  const most = FAIL_ON.indexOf(failOn);
  return findings.some(({ severity }) => FAIL_ON.indexOf(severity) <= most) ? EXIT.findings : EXIT.ok;
}

async function printed(
  report: LintReport,
  output: Output,
  options: LintCommandOptions,
  io: Io,
): Promise<string> {
  const base = baseOf(options, io);
  switch (output) {
    case 'table': {
      const { lintText } = await import('../../core/report/lint/text.ts');
      return lintText(report, await textOptions(options.color, io));
    }
    case 'json':
    case 'yaml': {
      const { lintJson } = await import('../../core/report/lint/json.ts');
      if (output === 'json') return jsonText(lintJson(report));
      return yamlText(lintJson(report));
    }
    case 'sarif': {
      const [{ lintSarif }, { VERSION }] = await Promise.all([
        import('../../core/report/lint/sarif.ts'),
        import('../version.ts'),
      ]);
      return jsonText(lintSarif(report, { version: VERSION, base }));
    }
    case 'junit': {
      const { lintJunit } = await import('../../core/report/lint/junit.ts');
      return lintJunit(report, options.failOn);
    }
    case 'github': {
      const { lintGithub } = await import('../../core/report/lint/github.ts');
      return lintGithub(report, base);
    }
    case 'diff': {
      const [{ unifiedDiff }, { fixedFiles }] = await Promise.all([
        import('../../core/manifest/edit/unified-diff.ts'),
        import('../../core/lint/index.ts'),
      ]);
      return fixedFiles(report.findings, report.files)
        .map(({ path, before, text }) => unifiedDiff(path, before, text))
        .join('');
    }
  }
}

/** What tools that start at the working directory need before a path of the repository. */
function baseOf({ repo, manifests }: InputOptions, { cwd }: Io): string {
  if (manifests !== undefined || repo === undefined) return '';
  const base = relative(cwd, resolve(cwd, repo)).split(sep).join('/');
  return base === '' || base.startsWith('..') ? '' : `${base}/`;
}

function pathFilter(
  paths: readonly string[],
  { repo, manifests }: InputOptions,
  { cwd }: Io,
): (finding: Finding) => boolean {
  if (paths.length === 0) return () => true;
  if (manifests !== undefined) {
    throw new CliError('Paths and --manifests do not go together.', 'Give one of them.');
  }
  const root = resolve(cwd, repo ?? '.');
  const wanted = paths.map((path) => {
    // Relative to where the person is, or to the repository that is named.
    const here = relative(root, resolve(cwd, path)).split(sep).join('/');
    const there = relative(root, resolve(root, path)).split(sep).join('/');
    return here.startsWith('..') ? there : here;
  });
  return ({ place: { file } }) =>
    wanted.some((path) => path === '' || file === path || file.startsWith(`${path}/`));
}

/** With paths only a part was looked at, so nothing can be said of what is found no more. */
async function split(
  findings: readonly Finding[],
  baseline: Baseline | undefined,
  paths: readonly string[],
): Promise<{
  readonly fresh: readonly Finding[];
  readonly known: readonly Finding[];
  readonly stale: readonly BaselineEntry[];
}> {
  if (baseline === undefined) return { fresh: findings, known: [], stale: [] };
  const { compareWithBaseline } = await import('../../core/lint/index.ts');
  const { stale, ...rest } = compareWithBaseline(findings, baseline);
  return { ...rest, stale: paths.length === 0 ? stale : [] };
}

async function readBaseline(file: string, io: Io): Promise<Baseline> {
  const { parseBaseline } = await import('../../core/lint/index.ts');
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), 'utf8');
  } catch {
    throw new CliError(
      `The baseline ${file} cannot be read.`,
      `Write one: propolis lint --write-baseline ${file}`,
    );
  }
  const baseline = parseBaseline(text);
  if (baseline !== undefined) return baseline;
  throw new CliError(`${file} is no baseline of propolis lint.`, 'Write it again with --write-baseline.');
}

async function writeBaseline(file: string, findings: readonly Finding[], io: Io): Promise<ExitCode> {
  const { baselineOf } = await import('../../core/lint/index.ts');
  writeFileSync(resolve(io.cwd, file), jsonText(baselineOf(findings)));
  io.err(`propolis: ${findings.length} findings written to ${file}.\n`);
  return EXIT.ok;
}

async function fix(report: LintReport, options: LintCommandOptions, io: Io): Promise<ExitCode> {
  if (options.manifests !== undefined) {
    throw new CliError('--fix changes the files of a repository.', 'Use -o diff with --manifests.');
  }
  const [{ writeFiles }, { fixedFiles }] = await Promise.all([
    import('../write-files.ts'),
    import('../../core/lint/index.ts'),
  ]);
  const files = fixedFiles(report.findings, report.files);
  await writeFiles(resolve(io.cwd, options.repo ?? '.'), files);
  for (const { path, count } of files) {
    io.out(`${path}: ${count === 1 ? '1 change' : `${count} changes`}\n`);
  }
  const left = report.findings.filter(({ fix: made }) => made === undefined);
  io.err(`propolis: ${left.length} findings have no safe change.\n`);
  return exitCode(left, options.failOn);
}

async function ruleList(): Promise<string> {
  const [{ table }, { RULE_IDS, RULES }] = await Promise.all([
    import('../../core/report/layout.ts'),
    import('../../core/lint/index.ts'),
  ]);
  const rows = RULE_IDS.map((id) => [id, RULES[id].severity, RULES[id].name]);
  return `${table([['RULE', 'SEVERITY', 'FINDS'], ...rows]).join('\n')}\n`;
}

async function rulesNamed(names: readonly string[]): Promise<readonly RuleId[]> {
  const [{ isRuleId, RULE_IDS }, { nearestNames }] = await Promise.all([
    import('../../core/lint/index.ts'),
    import('../../core/ask/index.ts'),
  ]);
  return names.map((name) => {
    if (isRuleId(name)) return name;
    const nearest = nearestNames(name, RULE_IDS);
    throw new CliError(
      `There is no rule "${name}".`,
      nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'See propolis lint --list-rules.',
    );
  });
}

function parseReport(text: string): { readonly format: Output; readonly file: string } {
  const [name = '', ...rest] = text.split('=');
  const format = OUTPUTS.find((known) => known === name);
  const file = rest.join('=');
  if (format !== undefined && file !== '') return { format, file };
  throw new CliError(
    `--report must not be "${text}".`,
    `It must be FORMAT=FILE, with a format of ${OUTPUTS.join(', ')}.`,
  );
}
