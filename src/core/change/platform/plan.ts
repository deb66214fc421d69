import { can, nearestNames } from '../../ask/index.ts';
import { type CatalogPort, isPlatform, profileLabel } from '../../catalog/index.ts';
import { withClusterName } from '../../diagnose/cluster-name.ts';
import type { FlowSummary, Inputs } from '../../diagnose/index.ts';
import { withFiles } from '../../diagnose/state.ts';
import { directoryOf, isWithin } from '../../manifest/kustomize/paths.ts';
import { readRepository } from '../../manifest/read.ts';
import { worldOf } from '../../manifest/world.ts';
import type { FileChange } from '../../model/change.ts';
import type { Decision } from '../../model/decision.ts';
import { formatPolicyRef, type Policy, type PolicyRef } from '../../model/policy.ts';
import type { NamespaceDeclaration, RepositoryRead } from '../../model/repository.ts';
import { compareReads } from '../compare-reads.ts';
import { type Effect, effectOf } from '../effect.ts';
import { readScopes, scopesOf } from '../scope.ts';
import type { ChangeRefusal } from '../types.ts';
import { catalogRules } from './catalog-rules.ts';
import { platformDocument, platformText } from './document.ts';
import { catalogFiles, filesToAdd, platformPath } from './files.ts';
import { type FlowProof, proposeRules, proveFlows, type Recorded, recordedIn } from './from-flows.ts';
import type { OwnRule } from './own-rule.ts';
import { readPeer } from './peer.ts';

export interface PlatformRequest {
  readonly namespace: string;
  readonly metricsPorts: readonly CatalogPort[];
  /** Absent: as the label of the namespace says. */
  readonly mesh?: boolean;
  /** `NAME:PORT` each. */
  readonly allowFrom?: readonly string[];
  readonly allowTo?: readonly string[];
  /** Whether rules are written for what was recorded as dropped, too. */
  readonly includeDropped?: boolean;
}

export type PlatformPlan =
  | { readonly kind: 'change'; readonly change: PlatformChange }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

/** A policy for a platform namespace, listed where it is applied; read again, nothing else changes. */
export interface PlatformChange {
  readonly policy: PolicyRef;
  readonly files: readonly FileChange[];
  readonly isInMesh: boolean;
  /** What was asked for, and what the recorded flows need. */
  readonly rules: readonly OwnRule[];
  /** Needed by dropped flows only, and so left for somebody to decide. */
  readonly left: readonly OwnRule[];
  /** For each rule that was asked for: whether both ends admit it now. */
  readonly checks: readonly RuleCheck[];
  readonly flows: (FlowProof & { readonly inexpressible: number }) | undefined;
  readonly effects: readonly Effect[];
  /** Whether `propolis.yaml` names it among the platform namespaces, after this. */
  readonly isInCatalog: boolean;
}

export interface RuleCheck {
  readonly rule: OwnRule;
  readonly allowed: number;
  readonly denied: number;
  /** One that is denied. */
  readonly example: Decision | undefined;
}

/**
 * Plans the policy of a platform namespace: the five groups of rules that each must have, in a new file and its
 * kustomization. With recorded flows, it proposes the namespace's own rules, and answers only if every connection
 * that was recorded as passed would still pass.
 */
export function planPlatform(request: PlatformRequest, given: Inputs, flows?: FlowSummary): PlatformPlan {
  const inputs = flows === undefined ? given : withClusterName(given, flows.edges);
  const read = readRepository(inputs.files, inputs.readOptions);
  const { namespace } = request;
  const refusal = refusalOf(request, inputs, read);
  if (refusal !== undefined) return refused(refusal);
  const naming = {
    read,
    world: worldOf(read, inputs.options),
    catalog: inputs.catalog,
    options: inputs.options,
  };
  const asked: OwnRule[] = [...catalogRules(inputs.catalog, namespace, { read, options: inputs.options })];
  for (const [direction, texts] of [
    ['ingress', request.allowFrom ?? []],
    ['egress', request.allowTo ?? []],
  ] as const) {
    for (const text of texts) {
      const rule = readPeer(text, direction, naming);
      if ('why' in rule) return refused(rule);
      asked.push(rule);
    }
  }
  const declared = read.namespaces.find(({ name }) => name === namespace);
  const draft: Draft = { request, inputs, isInMesh: request.mesh ?? isAmbient(declared), rules: asked };
  const recorded =
    flows === undefined ? undefined : recordedIn(flows, namespace, { read, options: inputs.options });
  return finished(draft, recorded);
}

interface Draft {
  readonly request: PlatformRequest;
  readonly inputs: Inputs;
  readonly isInMesh: boolean;
  readonly rules: readonly OwnRule[];
}

function finished(draft: Draft, recorded: Recorded | undefined): PlatformPlan {
  if (recorded === undefined) return proved(draft, { left: [], flows: undefined });
  const { inputs, request } = draft;
  const begun = filesOf(draft);
  if (begun.kind === 'refused') return begun;
  const { rules, inexpressible } = proposeRules(recorded, inputs, withFiles(inputs.files, begun.files));
  const isTaken = ({ evidence }: OwnRule): boolean =>
    request.includeDropped === true || (evidence?.passed ?? 0) > 0;
  const whole: Draft = { ...draft, rules: [...draft.rules, ...rules.filter(isTaken)] };
  const ended = filesOf(whole);
  if (ended.kind === 'refused') return ended;
  const proof = proveFlows(recorded, inputs, withFiles(inputs.files, ended.files));
  if (proof.lost.length > 0) {
    return refused({ code: 'would-drop', namespace: request.namespace, lost: proof.lost, rules });
  }
  return proved(whole, {
    left: rules.filter((rule) => !isTaken(rule)),
    flows: { ...proof, inexpressible },
  });
}

function filesOf({ request, inputs, isInMesh, rules }: Draft): ReturnType<typeof filesToAdd> {
  const { namespace, metricsPorts } = request;
  const { catalog, files } = inputs;
  const path = platformPath(catalog, namespace);
  const neighbours = files.filter((file) => directoryOf(file.path) === directoryOf(path));
  const document = platformDocument(catalog, { namespace, metricsPorts, isInMesh, rules });
  return filesToAdd(catalog, files, { path, text: platformText(document, neighbours) });
}

/** Reads the repository again as every cluster would: the policy must be there, and be all that is new. */
function proved(draft: Draft, rest: Pick<PlatformChange, 'left' | 'flows'>): PlatformPlan {
  const { request, inputs, isInMesh, rules } = draft;
  const { namespace } = request;
  const planned = filesOf(draft);
  if (planned.kind === 'refused') return planned;
  const policy: PolicyRef = { kind: 'CiliumNetworkPolicy', namespace, name: `${namespace}-default` };
  const [file] = planned.files;
  const place = { file: file?.path ?? '', line: 1, column: 1 };
  const scopes = readScopes(scopesOf(inputs), inputs.files);
  const after = readScopes(scopes, withFiles(inputs.files, planned.files));
  const isApplied = after.some(({ read }) =>
    [...read.policies, ...read.refused].some((one) => isSame(one, policy)),
  );
  if (!isApplied) return refused({ code: 'not-applied', policy, place });
  const effects: Effect[] = [];
  for (const scope of scopes) {
    const now = after.find(({ name }) => name === scope.name)?.read;
    if (now === undefined) return refused({ code: 'reaches-more', place, what: [`cluster ${scope.name}`] });
    const { namespaces, others } = compareReads(scope.read, now);
    const refusedHere = now.refused.find((one) => isSame(one, policy));
    if (refusedHere !== undefined)
      return refused({ code: 'policy-refused', policy, problems: refusedHere.problems });
    const more = [
      ...others.filter((what) => what !== formatPolicyRef(policy)),
      ...namespaces.filter(({ name }) => name !== namespace).map(({ name }) => `Namespace ${name}`),
    ];
    if (more.length > 0) return refused({ code: 'reaches-more', place, what: more });
    if (now.policies.some((one) => isSame(one, policy))) effects.push(effectOf(scope, scope.read, now));
  }
  const catalogFile = inputs.files.find(({ path }) => path === 'propolis.yaml');
  const entry = catalogFiles(catalogFile, inputs.catalog, namespace);
  const finalRead = readRepository(withFiles(inputs.files, planned.files), inputs.readOptions);
  return {
    kind: 'change',
    change: {
      policy,
      files: [...planned.files, ...entry],
      isInMesh,
      rules,
      checks: rules
        .filter(({ origin }) => origin === 'asked')
        .map((rule) => check(rule, namespace, inputs, finalRead)),
      effects,
      isInCatalog: entry.length > 0 || isPlatform(inputs.catalog, namespace),
      ...rest,
    },
  };
}

function check(
  rule: OwnRule,
  namespace: string,
  { catalog, options }: Inputs,
  read: RepositoryRead,
): RuleCheck {
  const [from, to] = rule.direction === 'ingress' ? [rule.peer, namespace] : [namespace, rule.peer];
  const [port] = rule.ports;
  const answer = can(
    { from, to, port: port?.port ?? 0, protocol: port?.protocol ?? 'TCP' },
    { read, catalog, options },
  );
  const decisions = answer.kind === 'answer' ? answer.decisions : [];
  const denied = decisions.filter(({ verdict }) => verdict === 'denied');
  return { rule, allowed: decisions.length - denied.length, denied: denied.length, example: denied[0] };
}

/** Why no policy is begun at all. */
function refusalOf(
  { namespace, metricsPorts }: PlatformRequest,
  { catalog, files }: Inputs,
  read: RepositoryRead,
): ChangeRefusal | undefined {
  const declared = read.namespaces.find(({ name }) => name === namespace);
  if (declared === undefined && !isPlatform(catalog, namespace)) {
    const known = [...new Set([...read.namespaces.map(({ name }) => name), ...catalog.platform.namespaces])];
    return { code: 'unknown-namespace', namespace, nearest: nearestNames(namespace, known), elsewhere: [] };
  }
  const profile = declared?.labels[profileLabel(catalog)];
  if (declared !== undefined && profile !== undefined) {
    return { code: 'has-profile', namespace, profile, place: declared.place };
  }
  const known = [...read.policies, ...read.refused].find(
    (policy) =>
      policy.namespace === namespace && (policy.name === `${namespace}-default` || isForAll(policy)),
  );
  if (known !== undefined) {
    const { kind, name, place } = known;
    return { code: 'policy-exists', policy: { kind, namespace, name }, place };
  }
  const path = platformPath(catalog, namespace);
  if (files.some((file) => isWithin(file.path, path))) return { code: 'file-exists', path };
  if (metricsPorts.length === 0) {
    return { code: 'no-metrics-port', namespace, candidates: metricsCandidates(read, namespace) };
  }
  return undefined;
}

function isForAll(policy: PolicyRef | Policy): boolean {
  return (
    policy.kind === 'CiliumNetworkPolicy' &&
    'specs' in policy &&
    policy.specs.some(({ subject }) => subject.selector.requirements.length === 0)
  );
}

/** Ports of the namespace's pods that are called after metrics: `9187/TCP of database/pg`. */
function metricsCandidates({ workloads }: RepositoryRead, namespace: string): readonly string[] {
  return workloads
    .filter((workload) => workload.namespace === namespace)
    .flatMap(({ name, ports }) =>
      ports
        .filter((port) => /metric|prom|exporter/.test(port.name))
        .map((port) => `${port.port}/${port.protocol} of ${namespace}/${name}`),
    );
}

function isAmbient(declared: NamespaceDeclaration | undefined): boolean {
  return declared?.labels['istio.io/dataplane-mode'] === 'ambient';
}

function isSame(a: PolicyRef, b: PolicyRef): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

function refused(refusal: ChangeRefusal): PlatformPlan {
  return { kind: 'refused', refusal };
}
