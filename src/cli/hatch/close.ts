import { closingPatch, HATCH_MANAGER, openHatchOf } from '../../core/cluster/hatch.ts';
import type { ClosePlan } from '../../core/diagnose/hatch/index.ts';
import type { FlowObserver } from '../../core/ports/flow-observer.ts';
import { flowsOf } from '../../core/ports/flow-observer.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { loadInputs, textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { filtersOf } from '../namespace-flows.ts';
import { type HatchOptions, type HatchTarget, hatchTarget, namespaceObject } from './target.ts';
import { liveFlows, reportTraffic } from './traffic.ts';
import { writtenObject } from './write.ts';

export interface CloseOptions extends HatchOptions {
  readonly check?: true;
  readonly flows?: readonly string[];
  /** Seconds; 0 for not at all. */
  readonly watch: number;
}

/** Closes a namespace, and reports what drops again; or, asked to check, says what would. */
export async function closeNamespace(namespace: string, options: CloseOptions, io: Io): Promise<ExitCode> {
  const target = await hatchTarget(options, io);
  const object = await namespaceObject(target, namespace);
  const hatch = openHatchOf(object, target.catalog);
  if (options.check === true) return checkClose(namespace, { target, sinceMs: hatch?.sinceMs }, options, io);
  if (hatch === undefined) {
    io.err(`propolis: ${namespace} is not open. Nothing was changed.\n`);
    return EXIT.ok;
  }
  await closeOne(target, namespace);
  io.err(`propolis: ${namespace} is closed.\n`);
  if (options.watch === 0) return EXIT.ok;
  return reportTraffic({ target, namespace, seconds: options.watch, what: 'close' }, options, io);
}

/** Takes the label and the record away, whoever wrote them. @throws CliError where it may not */
export async function closeOne({ cluster, catalog }: HatchTarget, namespace: string): Promise<void> {
  const target = { kind: 'Namespace', name: namespace } as const;
  writtenObject(await cluster.patch(target, closingPatch(catalog), { fieldManager: HATCH_MANAGER }));
}

async function checkClose(
  namespace: string,
  { target, sinceMs }: { readonly target: HatchTarget; readonly sinceMs: number | undefined },
  options: CloseOptions,
  io: Io,
): Promise<ExitCode> {
  const [{ planClose }, { summarizeFlows }] = await Promise.all([
    import('../../core/diagnose/hatch/index.ts'),
    import('../../core/diagnose/index.ts'),
  ]);
  const observer: FlowObserver = await liveFlows(target, options, io);
  const since = { ms: sinceMs ?? nowOf(io) - DEFAULT_SINCE_MS, ns: 0 };
  const summary = await summarizeFlows(
    flowsOf(observer, { filters: filtersOf(namespace), since }),
    namespace,
  );
  const { inputs } = await loadInputs({ ...options, cluster: true }, io, 'debug');
  const plan = planClose(summary, { namespace, inputs });
  await printPlan(plan, options, io);
  return plan.lost.length > 0 || plan.uncertain.length > 0 ? EXIT.findings : EXIT.ok;
}

const DEFAULT_SINCE_MS = 15 * 60_000;

async function printPlan(plan: ClosePlan, { output, color }: CloseOptions, io: Io): Promise<void> {
  const { closePlanJson, closePlanText } = await import('../../core/report/hatch/close.ts');
  switch (output) {
    case 'table':
      io.out(closePlanText(plan, await textOptions(color, io)));
      return;
    case 'json':
      io.out(`${JSON.stringify(closePlanJson(plan), null, 2)}\n`);
      return;
    case 'yaml':
      io.out((await import('yaml')).stringify(closePlanJson(plan)));
  }
}
