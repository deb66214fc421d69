import type { ReadOptions } from '../../core/manifest/read.ts';
import type { SourceFile } from '../../core/model/repository.ts';
import type { JsonMap } from '../kubernetes/json.ts';
import type { ServedKind } from '../kubernetes/kinds.ts';
import type { Registry, Target } from '../kubernetes/registry.ts';
import { ApiError } from '../kubernetes/status.ts';
import { type Desired, desiredObjects, type Owner } from './desired.ts';
import { isMarked } from './marks.ts';
import { FLUX, takeOverPatch } from './take-over.ts';

export interface ReconcilerOptions {
  readonly registry: Registry;
  readonly kinds: readonly ServedKind[];
  /** The repository as it is now. */
  readonly files: () => Promise<readonly SourceFile[]>;
  readonly readOptions: (files: readonly SourceFile[]) => ReadOptions;
  /** The Kustomization that all of it belongs to. */
  readonly owner?: Owner;
}

/** What one run came to, by `Kind/namespace/name`. */
export interface Reconciliation {
  readonly created: readonly string[];
  readonly configured: readonly string[];
  readonly unchanged: readonly string[];
  readonly skipped: readonly string[];
  readonly pruned: readonly string[];
  readonly failed: readonly { readonly object: string; readonly message: string }[];
}

/**
 * Applies a repository as Flux's kustomize-controller does: server-side apply by one manager that takes fields over
 * (`Override`), after it made the fields of `kubectl` its own; what left Git is pruned. Other than Flux, one object
 * that is refused does not keep the others from being applied.
 */
export interface Reconciler {
  /** Runs follow one another. */
  reconcile(): Promise<Reconciliation>;
}

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const owner = options.owner ?? { name: 'flux-system', namespace: 'flux-system' };
  let inventory: readonly Desired[] = [];
  let running: Promise<unknown> = Promise.resolve();

  async function run(): Promise<Reconciliation> {
    const files = await options.files();
    const desired = desiredObjects(files, options.readOptions(files), options.kinds, owner);
    const wanted = new Set(desired.map(nameOf));
    const outcomes = desired.map((object) => attempt(object, () => apply(options.registry, object)));
    const gone = inventory.filter((object) => !wanted.has(nameOf(object)));
    const prunes = gone.toReversed().map((object) => attempt(object, () => prune(options.registry, object)));
    inventory = desired;
    return summary([...outcomes, ...prunes]);
  }

  return {
    reconcile() {
      const next = running.then(run);
      // A run that failed is told to who asked for it, and does not stop the next.
      running = next.catch(() => undefined);
      return next;
    },
  };
}

type Action = 'created' | 'configured' | 'unchanged' | 'skipped' | 'pruned';

interface Outcome {
  readonly object: string;
  readonly action: Action | 'failed';
  readonly message: string;
}

function attempt(desired: Desired, act: () => Action): Outcome {
  const object = nameOf(desired);
  try {
    return { object, action: act(), message: '' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { object, action: 'failed', message: error.message };
  }
}

/** fluxcd/pkg, ssa/manager_apply.go, `ApplyAll` for one object. */
function apply(registry: Registry, { kind, namespace, name, object }: Desired): Action {
  const live = registry.store.get(kind.kind, namespace, name);
  const isExcluded = [object, live].some(
    (one) => isMarked(one, 'reconcile', 'disabled') || isMarked(one, 'ssa', 'Ignore'),
  );
  if (isExcluded || (live !== undefined && isMarked(object, 'ssa', 'IfNotPresent'))) return 'skipped';
  const target: Target = { kind, namespace, name, subresource: '' };
  const write = { manager: FLUX, isDryRun: false };
  const isMerge = isMarked(object, 'ssa', 'Merge') || isMarked(live, 'ssa', 'Merge');
  const takeOver = live === undefined || isMerge ? undefined : takeOverPatch(live);
  if (takeOver !== undefined) {
    registry.patch(target, { form: 'json', body: takeOver, isForced: false }, write);
  }
  const { object: now, isNew } = registry.patch(
    target,
    { form: 'apply', body: object, isForced: true },
    write,
  );
  if (isNew) return 'created';
  return versionIn(now) === versionIn(live) ? 'unchanged' : 'configured';
}

function prune(registry: Registry, { kind, namespace, name }: Desired): Action {
  const live = registry.store.get(kind.kind, namespace, name);
  if (live === undefined) return 'unchanged';
  if (isMarked(live, 'prune', 'disabled') || isMarked(live, 'reconcile', 'disabled')) return 'skipped';
  registry.remove({ kind, namespace, name, subresource: '' }, null, { manager: FLUX, isDryRun: false });
  return 'pruned';
}

function summary(outcomes: readonly Outcome[]): Reconciliation {
  const by = (action: Action): readonly string[] =>
    outcomes.filter((outcome) => outcome.action === action).map(({ object }) => object);
  return {
    created: by('created'),
    configured: by('configured'),
    unchanged: by('unchanged'),
    skipped: by('skipped'),
    pruned: by('pruned'),
    failed: outcomes
      .filter(({ action }) => action === 'failed')
      .map(({ object, message }) => ({ object, message })),
  };
}

function nameOf({ kind, namespace, name }: Pick<Desired, 'kind' | 'namespace' | 'name'>): string {
  return `${kind.kind}/${namespace}/${name}`;
}

function versionIn(object: JsonMap | undefined): unknown {
  const metadata = object?.['metadata'] as JsonMap | undefined;
  return metadata?.['resourceVersion'];
}
