import type { AgentOptions } from '../../model/options.ts';
import type { Policy, PolicyKind } from '../../model/policy.ts';
import type { Problem } from '../../model/repository.ts';
import type { RawObject } from '../raw-object.ts';
import { type AdmissionFinding, admit } from './admit.ts';
import { decodeCiliumPolicy } from './agent-refusals.ts';
import { ciliumPolicyShape } from './cilium-shape.ts';
import { field, isObject } from './json.ts';
import { metadataFindings } from './metadata-findings.ts';
import { decodeNetworkPolicy } from './network-policy-agent.ts';
import { networkPolicyFindings } from './network-policy-findings.ts';
import { networkPolicyShape } from './network-policy-shape.ts';
import { isBlocking, toProblems } from './problems.ts';
import { readCiliumSpecs } from './read-cilium-policy.ts';
import { readNetworkPolicySpec } from './read-network-policy.ts';

export { readCidrGroup } from './read-cidr-group.ts';

export interface PolicyReading {
  /** Undefined where a problem keeps the object out of force. */
  readonly policy: Policy | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads a CiliumNetworkPolicy, a CiliumClusterwideNetworkPolicy or a NetworkPolicy through both gates: the API
 * server's schema, which prunes and refuses, then the agent of `options.version`. Never throws, whatever the value.
 *
 * A field that is unknown or `null` is pruned and reported (`unknown-field`); the rest is in force. Every other
 * problem keeps the whole object out of force: `schema` (refused at write), `refused-by-agent` (stored, and not
 * applied), `unresolved-variable` (either of them, over a value with `${…}`), `over-limit` (not judged).
 *
 * Injected terms (namespace, cluster, `any:` to `k8s:`) are left to the engine.
 */
export function readPolicy(raw: RawObject, options: AgentOptions): PolicyReading {
  switch (field(raw.value, 'kind')) {
    case 'CiliumNetworkPolicy':
      return readCilium(raw, options, 'CiliumNetworkPolicy');
    case 'CiliumClusterwideNetworkPolicy':
      return readCilium(raw, options, 'CiliumClusterwideNetworkPolicy');
    case 'NetworkPolicy':
      return readKubernetes(raw, options);
    default:
      return { policy: undefined, problems: toProblems(raw, [notAPolicy(raw.value)], []) };
  }
}

function notAPolicy(value: unknown): AdmissionFinding {
  const expected = 'CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy or NetworkPolicy';
  return { code: 'schema', path: ['kind'], value: field(value, 'kind'), expected: () => expected };
}

function readCilium(
  raw: RawObject,
  options: AgentOptions,
  kind: Exclude<PolicyKind, 'NetworkPolicy'>,
): PolicyReading {
  const { stored, findings } = admit(raw.value, ciliumPolicyShape(options.version));
  const { data, refusals } = decodeCiliumPolicy(stored, options);
  const head = metadataFindings(raw.value, ['cilium.io/v2']);
  const problems = toProblems(raw, [...head, ...findings], refusals);
  if (problems.some(isBlocking)) return { policy: undefined, problems };
  const descriptions = [data.spec, ...(data.specs ?? [])].flatMap((rule) => rule?.description ?? []);
  const description = descriptions.find((words) => words !== '');
  const policy: Policy = {
    kind,
    namespace: kind === 'CiliumNetworkPolicy' ? (data.metadata?.namespace ?? '') : '',
    name: data.metadata?.name ?? '',
    place: raw.locate([]),
    specs: readCiliumSpecs(data, raw),
    ...(description === undefined ? {} : { description }),
  };
  return { policy, problems };
}

function readKubernetes(raw: RawObject, options: AgentOptions): PolicyReading {
  const { stored, findings } = admit(raw.value, networkPolicyShape);
  const { data, refusals } = decodeNetworkPolicy(stored, options);
  const head = metadataFindings(raw.value, ['networking.k8s.io/v1']);
  const isDecoded = isObject(stored) && !refusals.some(({ rule }) => rule === 'decode');
  const deeper = isDecoded ? networkPolicyFindings(data, options) : [];
  const problems = toProblems(raw, [...head, ...findings, ...deeper], refusals);
  if (problems.some(isBlocking)) return { policy: undefined, problems };
  const { name = '', namespace = '' } = data.metadata ?? {};
  const policy: Policy = {
    kind: 'NetworkPolicy',
    // The agent reads an empty namespace as `default`.
    namespace: namespace === '' ? 'default' : namespace,
    name,
    place: raw.locate([]),
    specs: [readNetworkPolicySpec(data, raw)],
  };
  return { policy, problems };
}
