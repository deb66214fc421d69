import type { Finding } from './finding.ts';
import type { ObjectRef } from './rule.ts';

/** Findings that were there when lint came, kept in a file so that only new ones count. */
export interface Baseline {
  readonly version: 1;
  readonly findings: readonly BaselineEntry[];
}

/** The fingerprint decides; the rest is for people who read the file. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly object: string;
  readonly file: string;
}

/** A baseline of these findings, in an order that does not change by itself. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const entries = findings.flatMap(({ fingerprint, rule, object, place, also }) =>
    [{ object, fingerprint }, ...also].map((one) => ({
      fingerprint: one.fingerprint,
      rule,
      object: one.object === undefined ? '' : objectText(one.object),
      file: place.file,
    })),
  );
  const keyOf = ({ file, rule, fingerprint }: BaselineEntry): string => `${file}\n${rule}\n${fingerprint}`;
  return { version: 1, findings: entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
}

function objectText({ kind, namespace, name }: ObjectRef): string {
  return [kind, namespace, name].filter((part) => part !== '').join('/');
}

/** @returns undefined where the text is no baseline */
export function parseBaseline(text: string): Baseline | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(data) || data['version'] !== 1 || !Array.isArray(data['findings'])) return undefined;
  const entries = (data['findings'] as readonly unknown[]).map(entryOf);
  return entries.includes(undefined)
    ? undefined
    : { version: 1, findings: entries.filter((entry) => entry !== undefined) };
}

function entryOf(value: unknown): BaselineEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { fingerprint, rule = '', object = '', file = '' } = value;
  const isRight = [fingerprint, rule, object, file].every((text) => typeof text === 'string');
  return isRight ? ({ fingerprint, rule, object, file } as BaselineEntry) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Splits findings into those that are new and those that the baseline has; what it has and is no more is stale. */
export function compareWithBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
): {
  readonly fresh: readonly Finding[];
  readonly known: readonly Finding[];
  readonly stale: readonly BaselineEntry[];
} {
  const accepted = new Set(baseline.findings.map(({ fingerprint }) => fingerprint));
  const present = new Set(findings.flatMap(fingerprintsOf));
  const isKnown = (finding: Finding): boolean => fingerprintsOf(finding).every((one) => accepted.has(one));
  return {
    fresh: findings.filter((finding) => !isKnown(finding)),
    known: findings.filter(isKnown),
    stale: baseline.findings.filter(({ fingerprint }) => !present.has(fingerprint)),
  };
}

function fingerprintsOf({ fingerprint, also }: Finding): readonly string[] {
  return [fingerprint, ...also.map((one) => one.fingerprint)];
}
