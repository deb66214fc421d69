import { type Finding, RULES, type RuleId, type Severity, type Suppressed } from '../../lint/index.ts';
import type { Place } from '../../model/place.ts';
import type { SourceFile } from '../../model/repository.ts';
import { docsPage, type LintReport } from './report.ts';
import { fixText, whatText, whyText } from './words/index.ts';

export interface SarifOptions {
  readonly version: string;
  /** What to put before paths, with a `/` at its end; empty where the repository is the root of the workspace. */
  readonly base?: string;
}

/** GitHub keeps that many results of a run. */
const MOST_RESULTS = 5000;

/**
 * A run of lint in SARIF 2.1.0, as code scanning takes it. Suppressed and accepted findings are results too, with
 * their suppressions.
 */
export function lintSarif(report: LintReport, { version, base = '' }: SarifOptions): unknown {
  const index = new Map(report.rules.map((rule, i) => [rule, i]));
  const context: Context = { index, base, files: report.files };
  const results = [
    ...report.findings.map((finding) => resultOf(finding, context)),
    ...report.suppressed.map(({ finding, ...suppression }) => ({
      ...resultOf(finding, context),
      suppressions: [inSource(suppression, base)],
    })),
    ...report.baselined.map((finding) => ({
      ...resultOf(finding, context),
      baselineState: 'unchanged',
      suppressions: [{ kind: 'external', status: 'accepted', justification: 'in the baseline' }],
    })),
  ];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'propolis lint',
            semanticVersion: version,
            rules: report.rules.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: results.slice(0, MOST_RESULTS),
      },
    ],
  };
}

interface Context {
  readonly index: ReadonlyMap<RuleId, number>;
  readonly base: string;
  readonly files: readonly SourceFile[];
}

const LEVELS: { readonly [severity in Severity]: string } = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};
/** GitHub orders security findings by this; 7 and above is high. */
const SECURITY: { readonly [severity in Severity]: string } = { error: '8.0', warning: '5.0', info: '2.0' };

function ruleOf(id: RuleId): unknown {
  const { name, severity, group } = RULES[id];
  const help = `${whyText(id)}. See ${docsPage(id)}.`;
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: name },
    fullDescription: { text: `${whyText(id)}.` },
    help: { text: help, markdown: help },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['security', 'network-policy', group],
      precision: 'high',
      'problem.severity': severity === 'info' ? 'recommendation' : severity,
      'security-severity': SECURITY[severity],
    },
  };
}

function resultOf(finding: Finding, { index, base, files }: Context): Readonly<Record<string, unknown>> {
  const { rule, severity, place, related, object, field, fingerprint, fix } = finding;
  return {
    ruleId: rule,
    ruleIndex: index.get(rule) ?? -1,
    level: LEVELS[severity],
    message: { text: `${whatText(finding)}. Fix: ${fixText(finding)}.` },
    locations: [
      {
        ...locationOf(place, base),
        ...(object === undefined
          ? {}
          : {
              logicalLocations: [
                {
                  kind: 'object',
                  name: object.name,
                  fullyQualifiedName: [object.kind, object.namespace, object.name, field]
                    .filter((part) => part !== '')
                    .join('/'),
                },
              ],
            }),
      },
    ],
    ...(related.length === 0
      ? {}
      : { relatedLocations: related.map((other, id) => ({ id, ...locationOf(other, base) })) }),
    partialFingerprints: { 'propolis/v1': fingerprint },
    ...(fix === undefined ? {} : { fixes: [fixOf(finding, base, files)] }),
  };
}

function locationOf({ file, line, column }: Place, base: string): Readonly<Record<string, unknown>> {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(base + file) },
      region: { startLine: Math.max(1, line), startColumn: Math.max(1, column) },
    },
  };
}

function fixOf(finding: Finding, base: string, files: readonly SourceFile[]): unknown {
  const { fix } = finding;
  const text = files.find(({ path }) => path === fix?.file)?.text ?? '';
  return {
    description: { text: fixText(finding) },
    artifactChanges: [
      {
        artifactLocation: { uri: uriOf(base + (fix?.file ?? '')) },
        replacements: (fix?.edits ?? []).map(({ start, end, text: inserted }) => ({
          deletedRegion: { charOffset: start, charLength: end - start, ...regionOf(text, start, end) },
          insertedContent: { text: inserted },
        })),
      },
    ],
  };
}

function regionOf(text: string, start: number, end: number): Readonly<Record<string, number>> {
  const from = positionOf(text, start);
  const to = positionOf(text, end);
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

function inSource({ reason, place }: Omit<Suppressed, 'finding'>, base: string): unknown {
  return {
    kind: 'inSource',
    status: 'accepted',
    justification: reason,
    location: locationOf(place, base),
  };
}

/** A path as a relative reference: what has a meaning in a URI is escaped. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function pascalCase(id: string): string {
  return id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
