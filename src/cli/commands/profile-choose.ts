import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Asker, Choice, Needs, ShownNeed } from '../../core/ask/choose/index.ts';
import type { Catalog } from '../../core/catalog/index.ts';
import type { Inputs } from '../../core/diagnose/index.ts';
import { addChangeOptions, type ChangeOptions, finishChange, printRefusal } from '../change-options.ts';
import { addClusterOptions } from '../cluster-options.ts';
import { isCommitted } from '../commit.ts';
import { namespaceCommitPlan } from '../commit-plans.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addFlowOptions } from '../flow-options.ts';
import { addInputOptions, collect, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { type NamespaceFlowOptions, noFlows, sumNamespace, wantsFlows } from '../namespace-flows.ts';
import { reportProblems } from '../problems.ts';

interface ChooseOptions extends InputOptions, ChangeOptions, NamespaceFlowOptions {
  readonly fromInternet?: true;
  readonly fromInside?: true;
  readonly gateway?: readonly string[];
  readonly callsOutside?: true;
  readonly access?: readonly string[];
  readonly nothing?: true;
  readonly namespace?: string;
  readonly apply?: true;
}

/** `propolis profile choose`: from what an app needs to its profile and labels. */
export function addChoose(parent: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = parent
    .command('choose')
    .summary('which profile and labels an app needs, and why')
    .description(
      'Name the profile that opens what an app needs and the least besides, and the access labels. It takes flags, asks where nothing is given, or looks at what a namespace has: its routes, its settings, its recorded flows.',
    )
    .option('--from-internet', 'people reach it from the internet: the gateway external')
    .option('--from-inside', 'people reach it from inside: the gateway internal')
    .option('--gateway <name>', 'this gateway of the catalog leads to it; repeatable', collect)
    .option('--calls-outside', 'it calls APIs outside of the cluster, by HTTPS')
    .option('--access <resource>', 'it uses this shared resource of the catalog; repeatable', collect)
    .option('--nothing', 'none of that: a batch job, a worker')
    .option('-n, --namespace <name>', 'look at what the manifests of this namespace show')
    .option('--since <time>', 'of its flows, how far to look back: 1h (default: 5m of a relay)')
    .option('--apply', 'write the labels into the file that declares the namespace');
  addFlowOptions(addClusterOptions(addInputOptions(addChangeOptions(command))))
    .addHelpText(
      'after',
      `
Examples:
  propolis profile choose
  propolis profile choose --from-inside --calls-outside
  propolis profile choose -n zipline
  propolis profile choose -n zipline --flows flows.jsonl --apply --diff
  propolis profile choose -n zipline --port-forward --since 1h`,
    )
    .action(async (options: ChooseOptions) => done(await choose(options, io)));
}

async function choose(options: ChooseOptions, io: Io): Promise<ExitCode> {
  requireSense(options);
  const [{ inputs, problems }, { chooseProfile, joinNeeds }] = await Promise.all([
    loadInputs(options, io, 'profile choose'),
    import('../../core/ask/choose/index.ts'),
  ]);
  if (await reportProblems({ problems }, io)) return EXIT.error;
  const asked = await askedNeeds(options, inputs.catalog, io);
  const { seen, asker } = await lookedAt(options, inputs, io);
  const needs: Needs = { ...seen, needs: joinNeeds([asked, seen.needs]) };
  const choice = chooseProfile(inputs.catalog, needs, asker);
  // A platform namespace has none, whatever it needs.
  if (choice.profile !== undefined) requireEvidence(needs, options, io);
  const { chooseJson, chooseText } = await import('../../core/report/choose.ts');
  const code = choice.unmet.length > 0 ? EXIT.findings : EXIT.ok;
  if (!wantsChange(options)) {
    await printed(options, io, chooseJson(choice), async () =>
      chooseText(choice, await textOptions(options.color, io)),
    );
    return code;
  }
  const { namespace = '', env } = options;
  const profile = await profileToSet(choice, options, io);
  const [{ planNamespaceChange }, { namespaceChangeText, namespacePlanJson }] = await Promise.all([
    import('../../core/change/index.ts'),
    import('../../core/report/change.ts'),
  ]);
  const plan = planNamespaceChange(
    {
      namespace,
      access: choice.access,
      ...(profile === undefined ? {} : { profile: { kind: 'set', name: profile } }),
      ...(env === undefined ? {} : { environment: env }),
    },
    inputs,
  );
  const json = { ...chooseJson(choice), change: namespacePlanJson(plan) };
  if (plan.kind === 'refused') return printRefusal(plan.refusal, json, options, io);
  const finished = await finishChange(
    {
      ...(await namespaceCommitPlan(plan, inputs, options.reason)),
      text: (text) =>
        `${chooseText(choice, text)}${plan.kind === 'change' ? `\n${namespaceChangeText(plan.change, text)}` : ''}`,
      json,
    },
    options,
    io,
  );
  return finished === EXIT.ok ? code : finished;
}

/** Files that show nothing are no evidence that nothing is needed: charts are not rendered. */
function requireEvidence({ needs }: Needs, options: ChooseOptions, io: Io): void {
  if (options.namespace === undefined || isShownBeyondFiles(options)) return;
  if (needs.length === 0) {
    throw new CliError(
      `Nothing in the files shows what namespace "${options.namespace}" needs; charts are not rendered.`,
      'Give its recorded --flows, a relay with -P or --server, or its needs: --from-internet, --from-inside, --calls-outside, --access, or --nothing.',
    );
  }
  io.err(
    'propolis: judged by manifests alone, which do not show all that an app does; --flows shows more.\n',
  );
}

function isShownBeyondFiles(options: ChooseOptions): boolean {
  return wantsFlows(options) || options.nothing === true || isAsked(options);
}

/** What manifests do not show may be there all the same, so on their word alone no profile gets narrower. */
async function profileToSet(
  { profile, now }: Choice,
  options: ChooseOptions,
  io: Io,
): Promise<string | undefined> {
  if (now?.isEnough !== true || isShownBeyondFiles(options)) return profile;
  const { printable } = await import('../../core/report/index.ts');
  io.err(
    `propolis: the profile stays ${printable(now.profile)}: manifests do not show all that an app does.\n  Give its --flows, or its needs as flags, to choose a narrower one.\n`,
  );
  return undefined;
}

function wantsChange(options: ChooseOptions): boolean {
  return options.apply === true || options.diff === true || isCommitted(options);
}

function requireSense(options: ChooseOptions): void {
  if (wantsChange(options) && (options.cluster === true || options.snapshot !== undefined)) {
    throw new CliError(
      'A change is made in files, and a cluster has none.',
      'Name the repository with --repo.',
    );
  }
  const { namespace, nothing } = options;
  if (namespace === undefined && (wantsChange(options) || wantsFlows(options))) {
    throw new CliError(
      'Whose labels, and whose flows?',
      'Name the namespace with -n; --apply, --diff, --commit, --branch, --push, --pull-request and flows are about one.',
    );
  }
  if (nothing === true && (isAsked(options) || wantsFlows(options))) {
    throw new CliError('--nothing and a need contradict each other.', 'Give one of them.');
  }
}

function isAsked({ fromInternet, fromInside, gateway, callsOutside, access }: ChooseOptions): boolean {
  const flags = [fromInternet, fromInside, callsOutside];
  return flags.includes(true) || gateway !== undefined || access !== undefined;
}

/** What flags say, or answers where there is somebody to ask. */
async function askedNeeds(options: ChooseOptions, catalog: Catalog, io: Io): Promise<readonly ShownNeed[]> {
  if (options.nothing === true) return [];
  if (isAsked(options)) return flaggedNeeds(options, catalog);
  if (options.namespace !== undefined) return [];
  if (!('isTTY' in io.stdin) || io.stdin.isTTY !== true || io.columns === undefined) {
    throw new CliError(
      'Nothing says what the app needs, and there is no terminal to ask on.',
      'Give --from-internet, --from-inside, --calls-outside, --access or --nothing; or a namespace with -n.',
    );
  }
  return ask(catalog, io);
}

function flaggedNeeds(
  { fromInternet, fromInside, gateway = [], callsOutside, access = [] }: ChooseOptions,
  catalog: Catalog,
): readonly ShownNeed[] {
  const gateways = [
    ...(fromInternet === true ? ['external'] : []),
    ...(fromInside === true ? ['internal'] : []),
    ...gateway,
  ];
  const names = catalog.gateways.map(({ name }) => name);
  const resources = catalog.resources.map(({ name }) => name);
  return [
    ...gateways.map((name) => gatewayNeed(known('gateway', name, names))),
    ...(callsOutside === true ? [HTTPS] : []),
    ...access
      .flatMap((list) => list.split(','))
      .map((name) => accessNeed(known('resource', name, resources))),
  ];
}

/** @throws CliError where the catalog has no such thing */
function known(noun: 'gateway' | 'resource', name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const flag = noun === 'gateway' ? '--gateway' : '--access';
  throw new CliError(`The catalog has no ${noun} "${name}".`, `Name one with ${flag}: ${names.join(', ')}.`);
}

const HTTPS: ShownNeed = {
  need: { kind: 'out', targets: [], port: 443, protocol: 'TCP' },
  evidence: [{ kind: 'asked' }],
};

function gatewayNeed(gateway: string): ShownNeed {
  return { need: { kind: 'gateway', gateway }, evidence: [{ kind: 'asked' }] };
}

function accessNeed(resource: string): ShownNeed {
  return { need: { kind: 'access', resource }, evidence: [{ kind: 'asked' }] };
}

/** The decision tree, as questions; they go to standard error, so that the answer can be piped. */
async function ask(catalog: Catalog, io: Io): Promise<readonly ShownNeed[]> {
  // Answers may come faster than questions, as they do when somebody pastes them.
  const lines = createInterface({ input: io.stdin });
  const answers = lines[Symbol.asyncIterator]();
  const isYes = async (question: string): Promise<boolean> => {
    for (;;) {
      io.err(`${question} [y/N] `);
      const { done, value } = await answers.next();
      if (done === true) throw new CliError('There was no answer.', 'Nothing was chosen.');
      const answer = value.trim().toLowerCase();
      if (['', 'n', 'no'].includes(answer)) return false;
      if (['y', 'yes'].includes(answer)) return true;
      io.err('Please answer y or n.\n');
    }
  };
  try {
    const names = catalog.gateways.map(({ name }) => name);
    const others = names.filter((name) => name !== 'external' && name !== 'internal');
    const isPublic = names.includes('external') && (await isYes('Is it reached from the internet?'));
    const isInside =
      !isPublic &&
      names.includes('internal') &&
      (await isYes('Is it reached from inside, by people or devices?'));
    const needs = [
      ...(isPublic ? [gatewayNeed('external')] : []),
      ...(isInside ? [gatewayNeed('internal')] : []),
    ];
    for (const name of others)
      if (await isYes(`Does the gateway ${name} lead to it?`)) needs.push(gatewayNeed(name));
    if (await isYes('Does it call APIs outside of the cluster, by HTTPS?')) needs.push(HTTPS);
    for (const { name, description } of catalog.resources) {
      if (await isYes(`Does it use ${name}${description === '' ? '' : ` (${description})`}?`))
        needs.push(accessNeed(name));
    }
    return needs;
  } finally {
    lines.close();
  }
}

const NOTHING_SEEN: Needs = { needs: [], others: [], hints: [] };

/** What the manifests and the flows of the namespace show, and what labels it has. */
async function lookedAt(
  options: ChooseOptions,
  inputs: Inputs,
  io: Io,
): Promise<{ readonly seen: Needs; readonly asker: Asker }> {
  const { namespace } = options;
  if (namespace === undefined) return { seen: NOTHING_SEEN, asker: {} };
  const [{ joinNeeds, needsFromFlows, needsFromManifests }, { readRepository }] = await Promise.all([
    import('../../core/ask/choose/index.ts'),
    import('../../core/manifest/read.ts'),
  ]);
  const { files, catalog } = inputs;
  const read = readRepository(files, inputs.readOptions);
  const declared = needsFromManifests(namespace, { catalog, files, read });
  const known = read.namespaces.map(({ name }) => name);
  await requireNamespace(namespace, known, declared);
  const labels = read.namespaces.find(({ name }) => name === namespace)?.labels ?? {};
  const asker = { namespace, labels };
  if (!wantsFlows(options)) return { seen: declared, asker };
  const summary = await sumNamespace(namespace, options, io);
  if (summary.flows === 0) throw await noFlows(namespace, summary, options, RECORD);
  const { needs, others } = needsFromFlows(namespace, summary.edges, {
    catalog,
    options: inputs.options,
    policies: read.policies,
  });
  return { seen: { needs: joinNeeds([declared.needs, needs]), others, hints: declared.hints }, asker };
}

const RECORD = 'hubble observe --since 1h -o json > flows.jsonl';

async function requireNamespace(namespace: string, known: readonly string[], seen: Needs): Promise<void> {
  if (known.includes(namespace) || seen.needs.length > 0) return;
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(namespace, known);
  throw new CliError(
    `There is no namespace "${namespace}" in the files.`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and --repo.',
  );
}

async function printed(
  { output }: ChooseOptions,
  io: Io,
  json: unknown,
  text: () => Promise<string>,
): Promise<void> {
  switch (output) {
    case 'table':
      io.out(await text());
      return;
    case 'json':
      io.out(jsonText(json));
      return;
    case 'yaml':
      io.out(await yamlText(json));
  }
}
