import type { LabelDrift, PolicyDrift } from '../../cluster/drift.ts';
import type { GitSide } from '../../cluster/git-side.ts';
import type { FieldManager, ManagedBy } from '../../cluster/managed-by.ts';
import { permissionName, rbacRule } from '../../cluster/rbac.ts';
import type { MissingKind } from '../../cluster/state.ts';
import type { HatchStatus, PolicyStatus } from '../../cluster/status.ts';
import type { StatusFinding } from '../../cluster/status-findings.ts';
import { CLUSTER_KINDS } from '../../model/cluster.ts';
import { formatPolicyRef, type PolicyRef } from '../../model/policy.ts';
import { printable, shorten } from '../printable.ts';
import { clockTime, plural } from '../units.ts';
import { problemText } from './assumption.ts';
import { listText, placeText } from './policy.ts';

/** Codes in the order in which people should see to them, with a word for each. */
export const FINDING_WORDS: Readonly<Record<StatusFinding['kind'], string>> = {
  'hatch-open': 'hatch',
  'invalid-policy': 'invalid',
  'unmanaged-pods': 'unmanaged',
  'missing-namespace': 'missing',
  'label-drift': 'drift',
  'policy-drift': 'drift',
};

/** A finding in one sentence without a full stop. */
export function findingText(finding: StatusFinding): string {
  switch (finding.kind) {
    case 'hatch-open':
      return `${printable(finding.namespace)}: the escape hatch is open${hatchText(finding.hatch)}`;
    case 'invalid-policy':
      return `${refText(finding.policy)}: ${validityText(finding.policy)}`;
    case 'unmanaged-pods':
      return `${printable(finding.namespace)}: ${plural(finding.pods.length, 'pod')} without a CiliumEndpoint, so no policy applies: ${listText(finding.pods.map(printable))}`;
    case 'missing-namespace':
      return `namespace ${printable(finding.name)} is in Git (${placeText(finding.place)}) and not in the cluster`;
    case 'label-drift':
      return labelDriftText(finding.drift);
    case 'policy-drift':
      return policyDriftText(finding.drift);
  }
}

export function refText({
  kind,
  namespace,
  name,
}: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  if (kind === 'CiliumCIDRGroup') return `CIDR group ${printable(name)}`;
  return printable(formatPolicyRef({ kind, namespace, name } as PolicyRef));
}

/** Since when, by whom, until when and why. */
export function hatchText({
  managers,
  sinceMs,
  untilMs,
  isOverdue,
  reason,
  ticket,
  by,
}: HatchStatus): string {
  const names = [...new Set(managers.map(({ manager }) => printable(manager)))];
  const who = by === '' ? listText(names) : printable(shorten(by, 80));
  const parts = [
    ...(sinceMs === undefined ? [] : [`since ${clockTime(sinceMs)}`]),
    ...(who === '' ? [] : [`by ${who}`]),
    ...(untilMs === undefined ? [] : [`until ${clockTime(untilMs)}${isOverdue ? ', which is over' : ''}`]),
  ];
  const why = [reason, ticket].filter((text) => text !== '').map((text) => printable(shorten(text, 120)));
  return `${parts.length === 0 ? '' : ` ${parts.join(' ')}`}${why.length === 0 ? '' : `: ${why.join(', ')}`}`;
}

/** `since 2026-03-01 10:00:00Z by kubectl-label`. */
function managersText(managers: readonly FieldManager[]): string {
  const newest = managers.at(-1);
  if (newest === undefined) return '';
  const names = [...new Set(managers.map(({ manager }) => printable(manager)))];
  const when = newest.time === '' ? '' : `since ${printable(newest.time.replace('T', ' '))} `;
  return `${when}by ${listText(names)}`;
}

/** What the agents say of a policy. */
export function validityText({ validity, refusal }: Pick<PolicyStatus, 'validity' | 'refusal'>): string {
  switch (validity.kind) {
    case 'valid':
      return 'valid';
    case 'invalid': {
      const since = validity.sinceMs === undefined ? '' : ` since ${clockTime(validity.sinceMs)}`;
      const words =
        validity.message === '' ? 'it does not say why' : printable(shorten(validity.message, 300));
      return `refused by the agent${since}: ${words}`;
    }
    case 'not-told':
      return refusal === undefined ? 'no agent says' : `no agent says; by the rules ${problemText(refusal)}`;
  }
}

export function policyDriftText(drift: PolicyDrift): string {
  const { kind, namespace, name, isApproximate } = drift;
  const ref = refText({ kind, namespace, name });
  const unsure = isApproximate ? ' (Git was not read in full)' : '';
  switch (drift.code) {
    case 'missing':
      return `${ref} is in Git (${placeText(drift.place)}) and not in the cluster${drift.isRefused ? '; it would be refused' : ''}${unsure}`;
    case 'extra':
      return `${ref} is in the cluster and not in Git: ${managedText(drift.managedBy)}${unsure}`;
    case 'different':
      return `${ref} differs at ${printable(drift.field)}: ${valueText(drift.inGit)} in Git (${placeText(drift.place)}), ${valueText(drift.inCluster)} in the cluster${unsure}`;
    case 'worded':
      return `${ref} is written differently at ${printable(drift.field)} and means the same: ${valueText(drift.inGit)} in Git, ${valueText(drift.inCluster)} in the cluster`;
  }
}

export function labelDriftText({ namespace, key, inGit, inCluster, place, managers }: LabelDrift): string {
  const by = managersText(managers);
  return `namespace ${printable(namespace)}: label ${printable(key)} is ${textValue(inGit)} in Git (${placeText(place)}), ${textValue(inCluster)} in the cluster${by === '' ? '' : `, ${by}`}`;
}

function textValue(value: string | undefined): string {
  return value === undefined ? 'absent' : `"${printable(value)}"`;
}

const VALUE_MAX = 60;

/** A value of a field, short. */
export function valueText(value: unknown): string {
  return value === undefined ? 'nothing' : printable(shorten(JSON.stringify(value) ?? 'nothing', VALUE_MAX));
}

export function managedText(by: ManagedBy): string {
  switch (by.kind) {
    case 'flux-kustomization':
      return `Flux keeps it, by Kustomization ${printable(by.name)}`;
    case 'flux-helm-release':
      return `Flux keeps it, by HelmRelease ${printable(by.name)}`;
    case 'argo-cd':
      return `Argo CD keeps it, by Application ${printable(by.name)}`;
    case 'helm':
      return by.name === '' ? 'a Helm release made it' : `the Helm release ${printable(by.name)} made it`;
    case 'owner':
      return `${printable(by.name)} owns it`;
    case 'nobody':
      return by.managers.length === 0
        ? 'nobody keeps it'
        : `nobody keeps it; written by ${listText(by.managers.map(printable))}`;
  }
}

/** The same in two or three words, for a table. */
export function managerName(by: ManagedBy): string {
  switch (by.kind) {
    case 'flux-kustomization':
    case 'flux-helm-release':
      return `Flux ${printable(by.name)}`;
    case 'argo-cd':
      return `Argo CD ${printable(by.name)}`;
    case 'helm':
      return `Helm ${printable(by.name)}`.trimEnd();
    case 'owner':
      return printable(by.name);
    case 'nobody':
      return by.managers.length === 0 ? 'nobody' : listText(by.managers.map(printable));
  }
}

/** What could not be read, and the rule that would grant it. */
export function missingText(missing: MissingKind): string {
  const { plural: kinds } = CLUSTER_KINDS[missing.kind];
  return missing.why === 'absent'
    ? `the cluster has no ${kinds}`
    : `you may not ${permissionName(missing.permission)}; to grant it: ${rbacRule(missing.permission)}`;
}

/** What the cluster was compared with; undefined where it was not, or nobody said. */
export function comparedText(git: GitSide | undefined): string | undefined {
  if (git?.kind !== 'compared') return undefined;
  const { where, policies, environment } = git;
  const as = environment === undefined ? '' : ` for ${printable(environment)}`;
  return `with Git: ${plural(policies, 'policy', 'policies')}${as} in ${whereText(where)}`;
}

/** Why drift is not known. */
export function notComparedText(git: GitSide | undefined): string {
  if (git?.kind === 'foreign') {
    const { where, policies } = git;
    return `drift was not looked for: of ${plural(policies, 'policy', 'policies')} in ${whereText(where)} none is in this cluster (--repo DIR names its repository)`;
  }
  return 'drift was not looked for: no repository with policies here (--repo DIR names one)';
}

function whereText(where: string): string {
  if (where === '-') return 'standard input';
  return where === '.' ? 'the repository here' : printable(where);
}
