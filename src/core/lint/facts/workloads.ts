import type { EndpointIndex } from '../../engine/index.ts';
import type { Workload } from '../../model/repository.ts';
import type { LintContext } from '../context.ts';

const memo = new WeakMap<LintContext, ReadonlyMap<string, Workload>>();

/** The workloads of the files that these endpoints stand for. */
export function workloadsOf(context: LintContext, pods: readonly EndpointIndex[]): readonly Workload[] {
  let byId = memo.get(context);
  if (byId === undefined) memo.set(context, (byId = index(context)));
  const world = context.world();
  return pods.flatMap((pod) => byId.get(world.idOf(pod)) ?? []);
}

/** By the ids that `manifest/world.ts` gives. */
function index({ read }: LintContext): ReadonlyMap<string, Workload> {
  const byId = new Map<string, Workload>();
  for (const workload of read.workloads) {
    const { namespace, name, kind, hostNetwork } = workload;
    if (hostNetwork) continue;
    byId.set(`${namespace}/${name}`, workload);
    byId.set(`${namespace}/${name} (${kind})`, workload);
  }
  return byId;
}
