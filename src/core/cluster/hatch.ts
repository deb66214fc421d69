import { DEADLINE_STEP_SECONDS } from '../catalog/alerts/index.ts';
import {
  type Catalog,
  ENFORCEMENT_DISABLED,
  enforcementLabel,
  hatchAnnotationKeys,
  hatchAnnotations,
} from '../catalog/index.ts';
import { parseInstant } from '../flow/time.ts';
import type { ClusterObject } from '../model/cluster.ts';
import { isoTime } from '../model/instant.ts';
import type { ClusterWrite } from '../ports/cluster-reader.ts';

/** Our name among the field managers of a namespace: Flux takes fields over from kubectl, and from nobody else. */
export const HATCH_MANAGER = 'propolis-hatch';

/** A namespace that stands open, as its object says. */
export interface OpenHatch {
  readonly namespace: string;
  /** Milliseconds since 1970; absent where nobody wrote it, or not as a time. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Empty where nobody wrote it. */
  readonly reason: string;
  readonly ticket: string;
  readonly by: string;
  /** Who owns the label, as the API server's managed fields tell. */
  readonly managers: readonly FieldOwner[];
}

export interface FieldOwner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
}

/** @returns undefined where the namespace is closed */
export function openHatchOf(namespace: ClusterObject, catalog: Catalog): OpenHatch | undefined {
  const { name, labels = {}, annotations = {} } = namespace.metadata;
  const label = enforcementLabel(catalog);
  if (labels[label] !== ENFORCEMENT_DISABLED) return undefined;
  const keys = hatchAnnotations(catalog);
  const sinceMs = timeOf(annotations[keys.since]);
  const untilMs = timeOf(annotations[keys.until]) ?? unixTimeOf(annotations[keys.untilUnix]);
  return {
    namespace: name,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    reason: annotations[keys.reason] ?? '',
    ticket: annotations[keys.ticket] ?? '',
    by: annotations[keys.by] ?? '',
    managers: ownersOf(namespace, label),
  };
}

/** Whether its time is over. One without a time is not: there is an alert for that. */
export function isOverdue({ untilMs }: OpenHatch, nowMs: number): boolean {
  return untilMs !== undefined && nowMs >= untilMs;
}

/** What somebody asks for. */
export interface OpenRequest {
  readonly namespace: string;
  readonly reason: string;
  readonly ticket: string;
  /** Absent: as long as the catalog says by default. */
  readonly seconds?: number;
}

export type OpenRefusal =
  | { readonly code: 'reason-required' }
  | { readonly code: 'ticket-required' }
  | { readonly code: 'too-long'; readonly seconds: number; readonly maxSeconds: number }
  | { readonly code: 'text-too-long'; readonly field: 'reason' | 'ticket'; readonly max: number };

/** Longer than anybody reads in an alarm; annotations are for more, but terminals and pages are not. */
const TEXT_MAX = 1000;

/** @returns why the catalog's limits do not allow it; undefined where they do */
export function refusalOf(request: OpenRequest, { hatch }: Catalog): OpenRefusal | undefined {
  const seconds = request.seconds ?? hatch.defaultSeconds;
  if (hatch.reasonRequired && request.reason.trim() === '') return { code: 'reason-required' };
  if (hatch.ticketRequired && request.ticket.trim() === '') return { code: 'ticket-required' };
  if (seconds > hatch.maxSeconds) return { code: 'too-long', seconds, maxSeconds: hatch.maxSeconds };
  for (const field of ['reason', 'ticket'] as const) {
    if (request[field].length > TEXT_MAX) return { code: 'text-too-long', field, max: TEXT_MAX };
  }
  return undefined;
}

export interface Opening {
  /** To be applied under {@link HATCH_MANAGER}: the label and the annotations, nothing else of the namespace. */
  readonly object: ClusterObject;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/**
 * The label and its record. The end is put on the next mark that alerts can compare with the time, so it is up to
 * five minutes later than asked, never past the catalog's limit by more than that.
 */
export function openingOf(
  request: OpenRequest,
  {
    by,
    nowMs,
    catalog,
    ...before
  }: {
    readonly by: string;
    readonly nowMs: number;
    readonly catalog: Catalog;
    /** Since when it stands open already. */
    readonly sinceMs?: number;
  },
): Opening {
  const keys = hatchAnnotations(catalog);
  const seconds = request.seconds ?? catalog.hatch.defaultSeconds;
  const step = DEADLINE_STEP_SECONDS;
  const untilSeconds = Math.ceil((nowMs / 1000 + seconds) / step) * step;
  const sinceMs = Math.floor(Math.min(nowMs, before.sinceMs ?? nowMs) / 1000) * 1000;
  const annotations: Record<string, string> = {
    [keys.reason]: request.reason.trim(),
    ...(request.ticket.trim() === '' ? {} : { [keys.ticket]: request.ticket.trim() }),
    [keys.by]: by,
    [keys.since]: isoTime(sinceMs),
    [keys.until]: isoTime(untilSeconds * 1000),
    [keys.untilUnix]: String(untilSeconds),
  };
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: request.namespace,
        labels: { [enforcementLabel(catalog)]: ENFORCEMENT_DISABLED },
        annotations,
      },
    },
    sinceMs,
    untilMs: untilSeconds * 1000,
  };
}

/** Why a change was not made. */
export type Unwritten = Exclude<ClusterWrite, { readonly kind: 'written' }>;

/**
 * What takes the hatch away again: a merge patch with nulls, since the label may have been written by others too, as
 * kubectl's, and an apply gives up only what it owns itself.
 *
 * @param resourceVersion refused where the namespace has changed since then
 */
export function closingPatch(catalog: Catalog, resourceVersion?: string): object {
  const keys = hatchAnnotationKeys(catalog);
  return {
    metadata: {
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      labels: { [enforcementLabel(catalog)]: null },
      annotations: Object.fromEntries(keys.map((key) => [key, null])),
    },
  };
}

/** Whether anything of a record is left, with the label or without. */
export function hasRecord({ metadata }: ClusterObject, catalog: Catalog): boolean {
  return hatchAnnotationKeys(catalog).some((key) => Object.hasOwn(metadata.annotations ?? {}, key));
}

/** What a GitOps controller would do to the label. */
export type Reverting =
  /** The label is ours, and no controller declares it. */
  | { readonly kind: 'stays' }
  /** kubectl wrote it: Flux takes such fields over at its next reconciliation, and drops what Git does not have. */
  | { readonly kind: 'written-by-kubectl'; readonly controller: 'flux' | 'argo-cd' | 'none' }
  /** A controller owns the label: Git declares it, and its value wins. */
  | { readonly kind: 'declared-in-git'; readonly manager: string };

/** Field managers of GitOps controllers that apply what Git says. */
const CONTROLLERS: Readonly<Record<string, 'flux' | 'argo-cd'>> = {
  'kustomize-controller': 'flux',
  'helm-controller': 'flux',
  'argocd-controller': 'argo-cd',
  'argocd-application-controller': 'argo-cd',
};

/**
 * Reads it from the managed fields, as fluxcd/pkg `ssa` does: it takes over from managers whose name begins with
 * kubectl and that updated, and leaves what others applied.
 */
export function revertingOf(namespace: ClusterObject, catalog: Catalog): Reverting {
  const owners = ownersOf(namespace, enforcementLabel(catalog));
  const controller = owners.find(({ manager }) => Object.hasOwn(CONTROLLERS, manager));
  if (controller !== undefined) return { kind: 'declared-in-git', manager: controller.manager };
  const isOurs = owners.some(({ operation, manager }) => operation === 'Apply' && !isKubectl(manager));
  if (owners.length === 0 || isOurs) return { kind: 'stays' };
  return { kind: 'written-by-kubectl', controller: controllerOf(namespace) };
}

/** As {@link revertingOf} after a change: what is taken over by force is still what Git declares. */
export function revertingOfChange(before: ClusterObject, after: ClusterObject, catalog: Catalog): Reverting {
  const was = revertingOf(before, catalog);
  return was.kind === 'declared-in-git' ? was : revertingOf(after, catalog);
}

function isKubectl(manager: string): boolean {
  return manager.startsWith('kubectl') || manager === 'before-first-apply';
}

/** Who brings the namespace from Git, by the labels and annotations that controllers leave on it. */
export function controllerOf({ metadata }: ClusterObject): 'flux' | 'argo-cd' | 'none' {
  const keys = [...Object.keys(metadata.labels ?? {}), ...Object.keys(metadata.annotations ?? {})];
  if (keys.some((key) => key.startsWith('kustomize.toolkit.fluxcd.io/'))) return 'flux';
  if (keys.some((key) => key.startsWith('helm.toolkit.fluxcd.io/'))) return 'flux';
  return keys.some((key) => key.startsWith('argocd.argoproj.io/')) ? 'argo-cd' : 'none';
}

/** Managers of `f:metadata.f:labels.f:KEY`. */
function ownersOf({ metadata }: ClusterObject, label: string): readonly FieldOwner[] {
  return (metadata.managedFields ?? []).flatMap((entry): readonly FieldOwner[] => {
    const manager = textAt(entry, 'manager');
    const operation = textAt(entry, 'operation');
    if (manager === undefined || (operation !== 'Apply' && operation !== 'Update')) return [];
    const labels = at(at(at(entry, 'fieldsV1'), 'f:metadata'), 'f:labels');
    return at(labels, `f:${label}`) === undefined ? [] : [{ manager, operation }];
  });
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key) as unknown;
}

function textAt(value: unknown, key: string): string | undefined {
  const text = at(value, key);
  return typeof text === 'string' ? text : undefined;
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseInstant(text)?.ms;
}

/** Seconds since 1970, as alerts read them: all that a record has that was written by hand. */
function unixTimeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) * 1000 : undefined;
}
