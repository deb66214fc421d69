import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FlowJudge } from '../../core/diagnose/index.ts';
import type { FlowEvent } from '../../core/flow/event.ts';
import type { Flow } from '../../core/model/flow.ts';
import type { FlowQuery } from '../../core/model/flow-filter.ts';
import type { ObserveTotals, TimeFormat } from '../../core/report/observe/index.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addFlowOptions, type FlowOptions, flowFiles, openFlows } from '../flow-options.ts';
import { addInputOptions, type InputOptions, type LoadedInputs, loadInputs, textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { addFilterOptions, type FilterCollector } from '../observe/filter-options.ts';
import type { EventPrinter, ObserveOutput } from '../observe/printer.ts';
import type { SelectionOptions } from '../observe/query.ts';
import { reportProblems } from '../problems.ts';

interface ObserveOptions extends InputOptions, FlowOptions, SelectionOptions {
  readonly output: ObserveOutput;
  readonly printNodeName?: true;
  readonly printPolicyNames?: true;
  readonly printRawFilters?: true;
  readonly timeFormat: TimeFormat;
  readonly ipTranslation?: string | true;
  readonly numeric?: true;
  readonly decision: boolean;
}

const OUTPUTS = [
  'compact',
  'dict',
  'json',
  'jsonpb',
  'csv',
  'table',
] as const satisfies readonly ObserveOutput[];

const TIME_FORMATS = [
  'StampMilli',
  'YearMonthDay',
  'YearMonthDayHour',
  'YearMonthDayHourMinute',
  'RFC3339',
  'RFC3339Milli',
  'RFC3339Micro',
  'RFC3339Nano',
  'RFC1123Z',
] as const satisfies readonly TimeFormat[];

/** `propolis observe`: flows as Hubble shows them, and who decided each. */
export function addObserve(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('observe')
    .summary("flows, by Hubble's own flags, and which policy decided each")
    .description(
      "Show flows of a relay or of a recording as `hubble observe` does, with its flags, and say which policy decided each: the rule's file and line, by the engine, where Hubble names none.",
    );
  const filters = addFilterOptions(command);
  command
    .optionsGroup('How many, and of when:')
    .option('--last <n>', 'the last n (default: 20 of a server, all of a recording)', wholeNumber)
    .option('--first <n>', 'the first n', wholeNumber)
    .option('--all', 'all that there are')
    .option('--since <time>', '5m, 1h30m, 2026-03-01, 2026-03-01T10:00:00Z')
    .option('--until <time>', 'the same')
    .option('-f, --follow', 'go on with those that come')
    .optionsGroup('How they are printed:')
    .addOption(
      new Option('-o, --output <format>', "json is for Hubble's own tools; table adds edges up")
        .choices(OUTPUTS)
        .default('compact'),
    )
    .option('--no-decision', 'as Hubble prints it: not who decided')
    .option('--print-node-name', 'with the name of the node')
    .option('--print-policy-names', 'with the policies that Hubble names')
    .addOption(
      new Option('--time-format <name>', 'how times are printed').choices(TIME_FORMATS).default('StampMilli'),
    )
    .option('--numeric', 'addresses in place of names; also --ip-translation=false')
    .addOption(new Option('--ip-translation [bool]').choices(['true', 'false']).hideHelp())
    .option('--field-mask <paths>', 'only these fields, with commas between; for json', maskPaths)
    .addOption(new Option('--use-default-field-masks [bool]').hideHelp())
    .option('--print-raw-filters', 'print the filters as YAML that Hubble reads, and end')
    .optionsGroup('Where flows come from:');
  addFlowOptions(command);
  command.optionsGroup('Where policies come from:');
  addSnapshotOption(addInputOptions(command))
    .addHelpText(
      'after',
      `
Values of one flag are alternatives, different flags must all match. All flags with --not make one filter
that must match as a whole, as in Hubble: \`--not -n kube-system --not --to-port 53\` leaves out only
what is both.

Behind a line stands who decided: \`by web-ingress (apps/web.yaml:12)\`, \`by default-deny of …\`,
\`by no policy\`, \`by ?\` where it cannot be known; \`but allowed by …\` where the policies say
otherwise than Hubble recorded, \`…, recorded by X\` where it names another policy. In json it
stands in Hubble's own lists, labelled propolis:by=engine.

Examples:
  propolis observe -n zipline --verdict DROPPED --since 5m
  propolis observe -f --to-label k8s:app=web --not --protocol icmp
  propolis observe --flows flows.jsonl.gz --verdict DROPPED -o table
  propolis observe --flows flows.jsonl -o json | hubble observe --input-file -
  hubble observe -f -o json | propolis observe --flows - --repo ../cluster
  propolis observe --flows flows.jsonl -o csv > flows.csv`,
    )
    .action(async (given: ObserveOptions) => {
      // The name of a cluster is a filter.
      const { cluster, ...others } = given;
      const isRead = cluster !== undefined && filters.isClusterRead();
      done(await observe(isRead ? { ...others, cluster: true } : others, filters, io));
    });
}

/** `--cluster` is Hubble's filter and ours, and flows have brought the options of the way to a cluster. */
function addSnapshotOption(command: Command): Command {
  return command.option('--snapshot <file>', 'read what `propolis snapshot` saved of a cluster');
}

function wholeNumber(text: string): bigint {
  const number = /^[0-9]{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (number < 0n || number >= 2n ** 64n) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

function maskPaths(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',')];
}

async function observe(options: ObserveOptions, collected: FilterCollector, io: Io): Promise<ExitCode> {
  const isJson = options.output === 'json' || options.output === 'jsonpb';
  if (options.fieldMask !== undefined && !isJson) {
    throw new CliError('--field-mask is for json alone.', 'Add -o json, or leave it out.');
  }
  const [{ FilterError }, { filterMistake, queryOf }] = await Promise.all([
    import('../../core/flow/filter/index.ts'),
    import('../observe/query.ts'),
  ]);
  try {
    // JSON is for other tools, who may look at all of a flow.
    const selection = isJson ? { fieldMask: [], ...options } : options;
    const query = queryOf(selection, await collected.filters(), {
      isLive: flowFiles(options, io).length === 0,
      nowMs: nowOf(io),
    });
    if (options.printRawFilters === true) {
      const { rawFiltersText } = await import('../../core/report/observe/index.ts');
      io.out(rawFiltersText(query.filters));
      return EXIT.ok;
    }
    return await show(options, query, io);
  } catch (error) {
    if (error instanceof FilterError) throw filterMistake(error);
    throw error;
  }
}

async function show(options: ObserveOptions, query: FlowQuery, io: Io): Promise<ExitCode> {
  const loaded = options.decision ? await loadPolicies(options, io) : undefined;
  const live = loaded?.cluster?.live;
  const observer = await openFlows(options, io, {
    ...(live === undefined ? {} : { live }),
    isForwardDefault: true,
  });
  const judge = loaded === undefined ? undefined : await judgeOf(loaded, io);
  const [{ paint }, { eventPrinter }] = await Promise.all([
    textOptions(options.color, io),
    import('../observe/printer.ts'),
  ]);
  const printer = eventPrinter(
    options.output,
    {
      hasNodeName: options.printNodeName === true,
      hasPolicyNames: options.printPolicyNames === true,
      timeFormat: options.timeFormat,
      hasNames: options.numeric !== true && options.ipTranslation !== 'false',
      paint,
      isFollowed: query.isFollowed === true,
    },
    io,
  );
  const interruption = io.interruption?.();
  const told: Totals = { shown: 0, lost: 0, gaps: 0, differing: 0, undecided: 0 };
  for await (const events of observer.events(query, interruption)) {
    await tell(events, { printer, judge, told, io });
    await printer.flush();
    if (interruption?.aborted === true) break;
  }
  await printer.finish();
  await reportEnd(told, { wasInterrupted: interruption?.aborted === true, output: options.output }, io);
  const { skipped } = observer.counts();
  await reportSkipped(skipped, io);
  const isBroken = await reportProblems({ problems: loaded?.problems ?? [], skipped }, io);
  return isBroken ? EXIT.error : EXIT.ok;
}

type Totals = { -readonly [K in keyof ObserveTotals]: ObserveTotals[K] };

interface Telling {
  readonly printer: EventPrinter;
  readonly judge: FlowJudge | undefined;
  readonly told: Totals;
  readonly io: Io;
}

async function tell(events: readonly FlowEvent[], { printer, judge, told, io }: Telling): Promise<void> {
  if (judge !== undefined) {
    const flows: Flow[] = [];
    for (const event of events) if (event.kind === 'flow') flows.push(event.flow);
    judge.prepare(flows);
  }
  for (const event of events) {
    switch (event.kind) {
      case 'flow': {
        const decision = judge?.decisionOf(event.flow);
        told.shown += 1;
        if (decision?.isAsRecorded === false) told.differing += 1;
        if (decision?.verdict === 'undecidable') told.undecided += 1;
        printer.flow(event, decision);
        break;
      }
      case 'lost':
        told.lost += event.count;
        printer.lost(event);
        break;
      case 'nodes': {
        const { nodesText } = await import('../../core/report/observe/index.ts');
        const text = nodesText(event);
        if (text !== undefined) io.err(`${text}\n`);
        break;
      }
      case 'gap': {
        told.gaps += 1;
        const { gapText } = await import('../../core/report/observe/index.ts');
        io.err(`propolis: ${gapText(event)}\n`);
        break;
      }
    }
  }
}

/** Without policies flows are shown all the same; that nobody decided is said. */
async function loadPolicies(options: ObserveOptions, io: Io): Promise<LoadedInputs | undefined> {
  const isNamed =
    options.repo !== undefined ||
    options.manifests !== undefined ||
    options.cluster === true ||
    options.snapshot !== undefined;
  try {
    return await loadInputs(options, io, 'observe');
  } catch (error) {
    if (isNamed) throw error;
    const { messageOf } = await import('../message.ts');
    const { message } = await messageOf(error);
    io.err(
      `propolis: flows are shown without who decided, since this directory cannot be read: ${message}\n`,
    );
    return undefined;
  }
}

async function judgeOf({ inputs }: LoadedInputs, io: Io): Promise<FlowJudge | undefined> {
  const { flowJudge } = await import('../../core/diagnose/index.ts');
  const judge = flowJudge(inputs);
  if (judge.read.policies.length > 0) return judge;
  io.err(
    'propolis: there is no network policy here, so flows are shown without who decided. Name the repository with --repo.\n',
  );
  return undefined;
}

/** A recording that was read to its end speaks for itself, unless something is to be said of it. */
async function reportEnd(
  told: Totals,
  { wasInterrupted, output }: { readonly wasInterrupted: boolean; readonly output: ObserveOutput },
  io: Io,
): Promise<void> {
  const isTold = told.lost + told.gaps + told.differing > 0;
  if (!wasInterrupted && !isTold && (told.shown > 0 || output !== 'compact')) return;
  const { totalsText } = await import('../../core/report/observe/index.ts');
  io.err(`propolis: ${totalsText(told)}.\n`);
}

async function reportSkipped(
  skipped: readonly {
    readonly reason: string;
    readonly count: number;
    readonly file: string;
    readonly firstLine: number;
  }[],
  io: Io,
): Promise<void> {
  const { plural } = await import('../../core/report/units.ts');
  const { printable } = await import('../../core/report/printable.ts');
  for (const { reason, count, file, firstLine } of skipped) {
    if (reason === 'cut-off') continue;
    io.err(
      `propolis: ${plural(count, 'line')} of ${printable(file)} not understood (${reason}), the first is line ${firstLine}.\n`,
    );
  }
}
