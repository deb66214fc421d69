import { type Command, Option } from 'commander';
import { addClusterOptions } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { reportProblems, requirePolicies } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface CanOptions extends InputOptions {
  readonly output: (typeof OUTPUTS)[number];
}

/** `propolis can FROM TO PORT[/PROTO]`: may it, and why. */
export function addCan(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('can')
    .summary('may it, and why')
    .description(
      'Say whether FROM may reach TO on a port of the pod, judged at both ends, with the rules that decide.',
    )
    .argument(
      '<from>',
      'shop/web (workload or pod), shop (any pod of it), world, 1.2.3.4, fqdn:api.example.com, host, remote-node, kube-apiserver, health, gateway:internal',
    )
    .argument('<to>', 'the same')
    .argument('<port>', '5432, 53/UDP, 8/ICMP; without a protocol TCP')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addClusterOptions(addInputOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  propolis can zipline/api database/pg 5432
  propolis can shop world 443
  propolis can gateway:internal miniflux/web 8080 --repo ../cluster
  kustomize build . | propolis can shop kube-system/coredns 53/UDP --manifests -`,
    )
    .action(async (from: string, to: string, port: string, options: CanOptions) =>
      done(await answer({ from, to, port }, options, io)),
    );
}

async function answer(
  question: { readonly from: string; readonly to: string; readonly port: string },
  options: CanOptions,
  io: Io,
): Promise<ExitCode> {
  const [{ can, parsePort }, { inputs, problems }, { readRepository }] = await Promise.all([
    import('../../core/ask/index.ts'),
    loadInputs(options, io, 'can'),
    import('../../core/manifest/read.ts'),
  ]);
  const port = parsePort(question.port);
  if (port === undefined) {
    throw new CliError(
      `The port must not be "${question.port}".`,
      'It must be a number from 0 to 65535, with a protocol if it is not TCP: 5432, 53/UDP, 8/ICMP.',
    );
  }
  const read = readRepository(inputs.files, inputs.readOptions);
  requirePolicies(read, options);
  const found = can({ ...question, ...port }, { read, catalog: inputs.catalog, options: inputs.options });
  switch (found.kind) {
    case 'unknown':
      throw new CliError(
        `Nothing here is called "${found.name}".`,
        found.nearest.length > 0
          ? `Did you mean ${found.nearest.join(' or ')}?`
          : 'Name a namespace, a workload as NAMESPACE/NAME, an address, or an entity such as world.',
      );
    case 'too-many':
      throw new CliError(
        `That is ${found.pairs} pairs of workloads, more than ${found.most}.`,
        'Name workloads instead of namespaces.',
      );
    case 'answer':
      break;
  }
  const { canJson, canText, verdictOf } = await import('../../core/report/index.ts');
  switch (options.output) {
    case 'table':
      io.out(canText(found, await textOptions(options.color, io)));
      break;
    case 'json':
      io.out(jsonText(canJson(found)));
      break;
    case 'yaml': {
      io.out(await yamlText(canJson(found)));
      break;
    }
  }
  if (await reportProblems({ problems: [...problems, ...read.problems] }, io)) return EXIT.error;
  return verdictOf(found.decisions) === 'allowed' ? EXIT.ok : EXIT.findings;
}
