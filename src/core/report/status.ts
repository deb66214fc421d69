import type { ClusterStatus, NamespaceStatus } from '../cluster/status.ts';
import { driftBearing, type StatusFinding, statusFindings } from '../cluster/status-findings.ts';
import type { TextOptions } from './debug.ts';
import { labelled } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';
import { printable, shorten } from './printable.ts';
import { count, plural } from './units.ts';
import {
  comparedText,
  FINDING_WORDS,
  findingText,
  hatchText,
  managerName,
  missingText,
  notComparedText,
  policyDriftText,
  refText,
  validityText,
} from './words/status.ts';

/** All namespaces of a cluster as a table, and what is wrong below it. */
export function statusText(status: ClusterStatus, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const findings = statusFindings(status);
  const rows = status.namespaces.map((one) => rowOf(one, status));
  const lines = [
    ...tableLines([HEAD, ...rows], width, paint),
    ...findingLines(findings, { width, paint }),
    ...footLines(status, undefined, { width, paint }),
    '',
    summary(status.namespaces.length, findings),
  ];
  return `${lines.join('\n')}\n`;
}

/** One namespace with all that is known of it. */
export function namespaceStatusText(
  status: ClusterStatus,
  namespace: NamespaceStatus,
  { width = 80, paint = PLAIN }: TextOptions = {},
): string {
  const { name, policies, pods } = namespace;
  const layout = { indent: 2, column: 10, width };
  const say = (label: string, text: string): readonly string[] => labelled(label, text, layout);
  const lines = [
    paint.strong(printable(name)),
    ...say('profile', profileText(namespace)),
    ...say('access', namespace.access.length === 0 ? 'none' : namespace.access.map(printable).join(', ')),
    ...say('hatch', namespace.hatch.isOpen ? `open${hatchText(namespace.hatch)}` : 'closed'),
    ...say('pods', podsText(namespace)),
    ...(pods.unmanaged.length === 0 ? [] : say('', `unmanaged: ${pods.unmanaged.map(printable).join(', ')}`)),
    ...(pods.starting.length === 0
      ? []
      : say('', `without an identity yet: ${pods.starting.map(printable).join(', ')}`)),
    '',
    policies.length === 0 ? 'no policy selects its pods' : 'policies that select its pods',
    ...policyLines(policies, { width, paint }),
    ...findingLines(statusFindings(status, name), { width, paint }),
    ...footLines(status, name, { width, paint }),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each policy with what the agents say and who keeps it so; what does not fit beside its name stands below. */
function policyLines(policies: NamespaceStatus['policies'], { width, paint }: Style): readonly string[] {
  const column = Math.min(NAME_MAX, Math.max(0, ...policies.map((policy) => refText(policy).length))) + GAP;
  return policies.flatMap((policy) => {
    const { kind } = policy.validity;
    const mark = kind === 'invalid' ? paint.bad('✗') : kind === 'valid' ? paint.good('✓') : '·';
    const text = `${validityText(policy)}   ${managerName(policy.managedBy)}`;
    const name = refText(policy);
    const lines = labelled(name.length < column ? name : '', text, { indent: 4, column, width });
    const [first = '', ...rest] = name.length < column ? lines : [`    ${name}`, ...lines];
    return [`  ${mark} ${first.slice(4)}`, ...rest];
  });
}

const NAME_MAX = 34;

const HEAD: Row = ['NAMESPACE', 'PROFILE', 'ACCESS', 'HATCH', 'POLICIES', 'PODS', 'DRIFT'];
type Row = readonly [string, string, string, string, string, string, string];

function rowOf(namespace: NamespaceStatus, status: ClusterStatus): Row {
  const { name, profile, access, hatch, policies, pods } = namespace;
  const invalid = policies.filter(({ validity }) => validity.kind === 'invalid').length;
  const all = pods.managed + pods.hostNetwork.length + pods.unmanaged.length + pods.starting.length;
  return [
    printable(name),
    namespace.isPlatform ? 'platform' : profile === '' ? '-' : printable(profile),
    access.length === 0 ? '-' : access.map(printable).join(','),
    hatch.isOpen ? 'OPEN' : '-',
    counted(policies.length, invalid),
    pods.isKnown ? counted(all, pods.unmanaged.length + pods.starting.length) : '?',
    driftCell(name, status),
  ];
}

/** `9 (1✗)`: of nine one is not right. */
function counted(all: number, wrong: number): string {
  return `${all}${wrong === 0 ? '' : ` (${wrong}✗)`}`;
}

/** Of the namespace itself: clusterwide policies are told below. */
function driftCell(namespace: string, { drift }: ClusterStatus): string {
  if (drift === undefined) return '-';
  const labels = drift.labels.filter((one) => one.namespace === namespace).length;
  const policies = drift.policies.filter((one) => one.namespace === namespace && one.isDrift).length;
  return labels + policies === 0
    ? drift.notCompared.length === 0
      ? 'none'
      : '?'
    : String(labels + policies);
}

const GAP = 2;
const ACCESS = 2;
const NAME = 0;
const CELL_MIN = 8;

/** Names and lists of access labels give way where the screen is too narrow. */
function tableLines(rows: readonly Row[], width: number, paint: Paint): readonly string[] {
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => [...(row[i] ?? '')].length)));
  for (const i of [ACCESS, NAME]) {
    const over = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
    const wide = widths[i] ?? 0;
    if (over > 0) widths[i] = Math.max(CELL_MIN, wide - over);
  }
  return rows.map((row, i) => {
    const line = row
      .map((cell, j) => {
        const shown = shorten(cell, widths[j] ?? 0);
        return shown + ' '.repeat(Math.max(0, (widths[j] ?? 0) - [...shown].length));
      })
      .join(' '.repeat(GAP))
      .trimEnd();
    return i === 0 ? paint.strong(line) : line;
  });
}

interface Style {
  readonly width: number;
  readonly paint: Paint;
}

function findingLines(findings: readonly StatusFinding[], { width, paint }: Style): readonly string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap((finding) =>
    labelled(FINDING_WORDS[finding.kind], findingText(finding), { indent: 2, column: 11, width }).map(
      (line, i) => (i === 0 ? `${paint.bad('✗')} ${line.slice(2)}` : line),
    ),
  );
  return ['', ...lines];
}

/** What explains itself, and what is not known. */
function footLines(
  status: ClusterStatus,
  namespace: string | undefined,
  { width, paint }: Style,
): readonly string[] {
  const explained = driftBearing(status, namespace).filter(({ isDrift }) => !isDrift);
  const layout = { indent: 0, column: 11, width };
  const shown = namespace === undefined ? explained.slice(0, EXPLAINED_MAX) : explained;
  const rest = explained.length - shown.length;
  const besides = [
    ...shown.map(policyDriftText),
    ...(rest > 0
      ? [`${plural(rest, 'policy', 'policies')} more that need no change (-o json lists them)`]
      : []),
  ];
  const unknown = [
    ...status.missing.map(missingText),
    ...(status.drift === undefined ? [notComparedText(status.git)] : []),
  ];
  const list = (label: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0
      ? []
      : ['', ...texts.flatMap((text, i) => labelled(i === 0 ? label : '', text, layout).map(paint.faint))];
  const compared = comparedText(status.git);
  return [
    ...list('besides', besides),
    ...list('compared', compared === undefined ? [] : [compared]),
    ...list('not known', unknown),
  ];
}

const EXPLAINED_MAX = 5;

function profileText({ isPlatform, profile, isProfileKnown }: NamespaceStatus): string {
  if (isPlatform)
    return profile === '' ? 'none: a platform namespace' : `${printable(profile)}, on a platform namespace`;
  if (profile === '') return 'none';
  return isProfileKnown ? printable(profile) : `${printable(profile)}, which the catalog does not have`;
}

function podsText({ pods }: NamespaceStatus): string {
  const hosts = pods.hostNetwork.length === 0 ? [] : [`${pods.hostNetwork.length} in the node's network`];
  if (!pods.isKnown) return ['whether Cilium manages them is not known', ...hosts].join(', ');
  return [
    `${count(pods.managed)} managed by Cilium`,
    ...(pods.unmanaged.length === 0 ? [] : [`${pods.unmanaged.length} not`]),
    ...(pods.starting.length === 0 ? [] : [`${pods.starting.length} starting`]),
    ...hosts,
  ].join(', ');
}

function summary(namespaces: number, findings: readonly StatusFinding[]): string {
  const found = findings.length === 0 ? 'nothing wrong' : plural(findings.length, 'finding');
  return `${plural(namespaces, 'namespace')}, ${found}`;
}
