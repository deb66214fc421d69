import type { Drift, PolicyDrift } from '../cluster/drift.ts';
import type { ClusterStatus, NamespaceStatus, PolicyStatus } from '../cluster/status.ts';
import { statusFindings } from '../cluster/status-findings.ts';
import { isoTime } from './units.ts';
import { findingText, labelDriftText, missingText, policyDriftText, validityText } from './words/status.ts';

/** The version of the shape below; it grows by fields, and changes number when a field changes meaning. */
const SHAPE_VERSION = 1;

/** A cluster's status as data for programs; of one namespace where it is named. */
export function statusJson(status: ClusterStatus, namespace?: string): unknown {
  const shown = status.namespaces.filter(({ name }) => namespace === undefined || name === namespace);
  return {
    version: SHAPE_VERSION,
    namespaces: shown.map(namespaceJson),
    findings: statusFindings(status, namespace).map((finding) => ({
      kind: finding.kind,
      text: findingText(finding),
    })),
    git: status.git ?? null,
    drift: status.drift === undefined ? null : driftJson(status.drift, namespace),
    unknown: status.missing.map((missing) => ({ ...missing, text: missingText(missing) })),
  };
}

function namespaceJson({ policies, ...namespace }: NamespaceStatus): unknown {
  const { name, isPlatform, profile, isProfileKnown, access, hatch, pods } = namespace;
  return {
    name,
    platform: isPlatform,
    profile,
    profileKnown: isProfileKnown,
    access,
    hatch: {
      open: hatch.isOpen,
      since: timeJson(hatch.sinceMs),
      until: timeJson(hatch.untilMs),
      overdue: hatch.isOverdue,
      by: hatch.by,
      reason: hatch.reason,
      ticket: hatch.ticket,
      managers: hatch.managers,
    },
    pods: {
      known: pods.isKnown,
      managed: pods.managed,
      hostNetwork: pods.hostNetwork,
      unmanaged: pods.unmanaged,
      starting: pods.starting,
    },
    policies: policies.map(policyJson),
  };
}

function timeJson(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : isoTime(milliseconds);
}

function policyJson(policy: PolicyStatus): unknown {
  const { kind, namespace, name, validity, managedBy } = policy;
  return {
    kind,
    namespace,
    name,
    validity: validity.kind,
    message: validity.kind === 'invalid' ? validity.message : '',
    since: timeJson(validity.kind === 'invalid' ? validity.sinceMs : undefined),
    text: validityText(policy),
    managedBy,
  };
}

function driftJson({ policies, labels, missingNamespaces, notCompared }: Drift, namespace?: string): unknown {
  const isShown = (its: string): boolean => namespace === undefined || its === namespace || its === '';
  return {
    policies: policies.filter((one) => isShown(one.namespace)).map(policyDriftJson),
    labels: labels
      .filter((one) => isShown(one.namespace))
      .map(({ place, inGit = null, inCluster = null, ...one }) => ({
        namespace: one.namespace,
        label: one.key,
        inGit,
        inCluster,
        file: place.file,
        line: place.line,
        managers: one.managers,
        text: labelDriftText({ ...one, place, inGit: inGit ?? undefined, inCluster: inCluster ?? undefined }),
      })),
    missingNamespaces: missingNamespaces
      .filter(({ name }) => isShown(name))
      .map(({ name, place }) => ({ name, file: place.file, line: place.line })),
    notCompared,
  };
}

function policyDriftJson(drift: PolicyDrift): unknown {
  const { kind, namespace, name, code, isApproximate, isDrift } = drift;
  const head = { kind, namespace, name, code, drift: isDrift, approximate: isApproximate };
  const text = policyDriftText(drift);
  switch (drift.code) {
    case 'missing':
      return { ...head, file: drift.place.file, line: drift.place.line, refused: drift.isRefused, text };
    case 'extra':
      return { ...head, managedBy: drift.managedBy, text };
    case 'different':
    case 'worded': {
      const { place, field, inGit = null, inCluster = null } = drift;
      return { ...head, file: place.file, line: place.line, field, inGit, inCluster, text };
    }
  }
}
