import type { FlowSummary, Inputs } from '../../core/diagnose/index.ts';
import type { RepositoryRead } from '../../core/model/repository.ts';
import { CliError } from '../exit.ts';
import { type InputOptions, type LoadedInputs, loadInputs } from '../inputs.ts';
import type { Io } from '../io.ts';
import { isLive, type NamespaceFlowOptions, sumNamespace } from '../namespace-flows.ts';
import { reportProblems, requirePolicies } from '../problems.ts';

export interface EvidenceOptions extends InputOptions, NamespaceFlowOptions {}

export interface EvidenceQuestion {
  readonly verb: 'hatch plan' | 'hatch close';
  readonly options: EvidenceOptions;
  /** From when live flows count where `--since` is not given; a recording is taken whole then. */
  readonly sinceOf: (loaded: LoadedInputs) => string;
}

/** What a plan rests on: the policies, and the flows of one namespace. */
export interface Evidence {
  readonly inputs: Inputs;
  readonly summary: FlowSummary;
  /** Says what could not be read. @returns whether an answer without it cannot be trusted */
  readonly reportProblems: () => Promise<boolean>;
}

/**
 * Reads policies and flows, before anything is changed: a recording and files, or the live cluster for both.
 *
 * @throws CliError where there is neither such a namespace nor a flow of it
 */
export async function readEvidence(
  namespace: string,
  { verb, options, sinceOf }: EvidenceQuestion,
  io: Io,
): Promise<Evidence> {
  const isAsked = isLive(options);
  // Live flows belong to a live cluster: what Git says of it may have drifted.
  const given: EvidenceOptions =
    isAsked && options.snapshot === undefined ? { ...options, cluster: true } : options;
  const [loaded, { readRepository }] = await Promise.all([
    loadInputs(given, io, verb),
    import('../../core/manifest/read.ts'),
  ]);
  const { inputs, problems, cluster } = loaded;
  const read = readRepository(inputs.files, inputs.readOptions);
  requirePolicies(read, given);
  const since = options.since ?? (isAsked ? sinceOf(loaded) : undefined);
  const summary = await sumNamespace(
    namespace,
    { ...given, ...(since === undefined ? {} : { since }) },
    io,
    cluster?.live === undefined ? {} : { live: cluster.live },
  );
  await requireKnown(namespace, { summary, read });
  return {
    inputs,
    summary,
    reportProblems: () =>
      reportProblems({ problems: [...problems, ...read.problems], skipped: summary.counts.skipped }, io),
  };
}

async function requireKnown(
  namespace: string,
  { summary, read }: { readonly summary: FlowSummary; readonly read: RepositoryRead },
): Promise<void> {
  const known = read.namespaces.map(({ name }) => name);
  if (summary.edges.length > 0 || known.includes(namespace)) return;
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(namespace, known);
  throw new CliError(
    `There is no namespace "${namespace}", and no flow names it.`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name.',
  );
}
