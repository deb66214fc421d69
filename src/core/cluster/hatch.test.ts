import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../catalog/index.ts';
import type { ClusterObject } from '../model/cluster.ts';
import {
  closingPatch,
  HATCH_MANAGER,
  hasRecord,
  isOverdue,
  openHatchOf,
  openingOf,
  refusalOf,
  revertingOf,
  revertingOfChange,
} from './hatch.ts';

const LABEL = 'network-policy.homelab/enforcement';
const NOW = Date.UTC(2026, 2, 1, 10, 1, 7);
const ASKED = { namespace: 'shop', reason: ' uploads fail ', ticket: '', seconds: 3600 };

function opened(more: Partial<typeof ASKED> = {}, sinceMs?: number) {
  return openingOf(
    { ...ASKED, ...more },
    { by: 'ada', nowMs: NOW, catalog: DEFAULT_CATALOG, ...(sinceMs === undefined ? {} : { sinceMs }) },
  );
}

function namespace(
  labels: Readonly<Record<string, string>>,
  managers: readonly unknown[] = [],
): ClusterObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels, managedFields: managers } };
}

function owner(manager: string, operation: 'Apply' | 'Update'): unknown {
  return { manager, operation, fieldsV1: { 'f:metadata': { 'f:labels': { [`f:${LABEL}`]: {} } } } };
}

describe('an opening', () => {
  it('ends on the next mark that alerts can compare with the time', () => {
    const { untilMs, object } = opened();
    expect(new Date(untilMs).toISOString()).toBe('2026-03-01T11:05:00.000Z');
    expect(object.metadata.annotations).toMatchObject({
      [`${LABEL}-reason`]: 'uploads fail',
      [`${LABEL}-until-unix`]: String(untilMs / 1000),
    });
    expect(object.metadata.annotations).not.toHaveProperty([`${LABEL}-ticket`]);
  });

  it('ends where only seconds say when, as in a record that was written by hand', () => {
    const { object, untilMs } = opened();
    const { [`${LABEL}-until`]: _, ...annotations } = object.metadata.annotations ?? {};
    const byHand = { ...object, metadata: { ...object.metadata, annotations } };
    expect(openHatchOf(byHand, DEFAULT_CATALOG)).toMatchObject({ untilMs });
    const wrong = { ...annotations, [`${LABEL}-until-unix`]: 'soon' };
    const endless = { ...object, metadata: { ...object.metadata, annotations: wrong } };
    expect(openHatchOf(endless, DEFAULT_CATALOG)).not.toHaveProperty('untilMs');
  });

  it('keeps since when it stands open, and believes no time that is still to come', () => {
    expect(opened({}, NOW - 60_000).sinceMs).toBe(NOW - 60_000);
    expect(opened({}, NOW + 60_000).sinceMs).toBe(NOW);
  });

  it('is read back as it was written, is over at its end, and is gone after the patch that closes it', () => {
    const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{0,8}$/));
    fc.assert(
      fc.property(labels, labels, fc.integer({ min: 60, max: 86_400 }), (own, annotations, seconds) => {
        const { object, untilMs } = opened({ seconds });
        const before = { name: 'shop', labels: own, annotations };
        const open: ClusterObject = {
          ...object,
          metadata: {
            name: 'shop',
            labels: { ...own, ...object.metadata.labels },
            annotations: { ...annotations, ...object.metadata.annotations },
          },
        };
        const hatch = openHatchOf(open, DEFAULT_CATALOG);
        expect(hatch).toMatchObject({ by: 'ada', reason: 'uploads fail', sinceMs: NOW, untilMs });
        expect(hatch !== undefined && isOverdue(hatch, untilMs) && !isOverdue(hatch, untilMs - 1)).toBe(true);
        expect(untilMs - NOW).toBeGreaterThanOrEqual(seconds * 1000);
        expect(untilMs - NOW).toBeLessThan((seconds + 300) * 1000);
        const closed = merged({ ...open }, closingPatch(DEFAULT_CATALOG)) as unknown as ClusterObject;
        expect(closed.metadata).toEqual(before);
        expect(hasRecord(open, DEFAULT_CATALOG) && !hasRecord(closed, DEFAULT_CATALOG)).toBe(true);
      }),
    );
  });

  it.each([
    [{ reason: ' ' }, 'reason-required'],
    [{ seconds: 24 * 3600 + 1 }, 'too-long'],
    [{ reason: 'x'.repeat(1001) }, 'text-too-long'],
    [{}, undefined],
  ])('keeps to the limits: %o', (more, code) => {
    expect(refusalOf({ ...ASKED, ...more }, DEFAULT_CATALOG)?.code).toBe(code);
  });

  it('wants a ticket where the catalog does', () => {
    const catalog = { ...DEFAULT_CATALOG, hatch: { ...DEFAULT_CATALOG.hatch, ticketRequired: true } };
    expect(refusalOf(ASKED, catalog)?.code).toBe('ticket-required');
  });
});

describe('what becomes of the label at a reconciliation', () => {
  const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps', [LABEL]: 'disabled' };
  const argo = { 'argocd.argoproj.io/instance': 'apps', [LABEL]: 'disabled' };
  const plain = { [LABEL]: 'disabled' };

  it.each([
    ['ours', plain, [owner(HATCH_MANAGER, 'Apply')], { kind: 'stays' }],
    [
      'ours beside kubectl',
      flux,
      [owner('kubectl-label', 'Update'), owner(HATCH_MANAGER, 'Apply')],
      { kind: 'stays' },
    ],
    [
      'kubectl, and Flux',
      flux,
      [owner('kubectl-label', 'Update')],
      { kind: 'written-by-kubectl', controller: 'flux' },
    ],
    [
      'kubectl, and Argo CD',
      argo,
      [owner('kubectl-edit', 'Update')],
      { kind: 'written-by-kubectl', controller: 'argo-cd' },
    ],
    [
      'kubectl, and nobody',
      plain,
      [owner('kubectl-label', 'Update')],
      { kind: 'written-by-kubectl', controller: 'none' },
    ],
    [
      'kubectl that applies',
      flux,
      [owner('kubectl', 'Apply')],
      { kind: 'written-by-kubectl', controller: 'flux' },
    ],
    [
      'Git',
      flux,
      [owner('kustomize-controller', 'Apply')],
      { kind: 'declared-in-git', manager: 'kustomize-controller' },
    ],
    [
      'managed fields that are none',
      plain,
      [null, 7, { manager: 1 }, { manager: 'x', operation: 'Apply' }],
      { kind: 'stays' },
    ],
  ])('%s', (_, labels, managers, expected) => {
    expect(revertingOf(namespace(labels, managers), DEFAULT_CATALOG)).toEqual(expected);
  });

  it('is what Git says, where the label was taken over by force', () => {
    const before = namespace(plain, [owner('kustomize-controller', 'Apply')]);
    const after = namespace(plain, [owner(HATCH_MANAGER, 'Apply')]);
    expect(revertingOfChange(before, after, DEFAULT_CATALOG)).toMatchObject({ kind: 'declared-in-git' });
    expect(revertingOfChange(after, after, DEFAULT_CATALOG)).toEqual({ kind: 'stays' });
  });
});

/** RFC 7386. */
function merged(target: unknown, patch: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch) as [string, unknown][]) {
    if (value === null) delete result[key];
    else result[key] = typeof value === 'object' ? merged(result[key] ?? {}, value) : value;
  }
  return result;
}
