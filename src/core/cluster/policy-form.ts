import { admit } from '../manifest/policy/admit.ts';
import { ciliumPolicyShape } from '../manifest/policy/cilium-shape.ts';
import { networkPolicyShape } from '../manifest/policy/network-policy-shape.ts';
import { readPolicy } from '../manifest/policy/read-policy.ts';
import type { RawObject } from '../manifest/raw-object.ts';
import { asFields, asList, field, fieldAt } from '../manifest/yaml/fields.ts';
import type { AgentOptions } from '../model/options.ts';
import { canonicalText } from './field-difference.ts';

/** An object as the API server stores it, with what it adds by itself made explicit, so that two can be compared. */
export interface PolicyForm {
  /** `spec` and `specs` as they are called in the object, defaults filled in. */
  readonly value: Readonly<Record<string, unknown>>;
  /** A text that two policies share exactly if they mean the same; undefined where the agent refuses it. */
  readonly meaning: string | undefined;
}

/**
 * The comparable form of a policy or CIDR group.
 * - What the API server drops (unknown fields, `null`) is dropped.
 * - Kubernetes' defaults of a NetworkPolicy are filled in (`pkg/apis/networking/v1/defaults.go`): TCP, and the types
 *   that follow from its rules. Cilium's kinds have no defaults in their schema.
 */
export function policyForm(raw: Pick<RawObject, 'value'>, options: AgentOptions): PolicyForm {
  const { value } = raw;
  switch (field(value, 'kind')) {
    case 'NetworkPolicy':
      return {
        value: { spec: withDefaults(fieldAt(stored(value, networkPolicyShape), ['spec'])) },
        meaning: meaningOf(value, options),
      };
    case 'CiliumCIDRGroup': {
      const spec = field(value, 'spec');
      return { value: { spec }, meaning: canonicalText(spec) };
    }
    default: {
      const kept = stored(value, ciliumPolicyShape(options.version));
      return { value: specsOf(kept), meaning: meaningOf(value, options) };
    }
  }
}

function stored(value: unknown, shape: Parameters<typeof admit>[1]): unknown {
  return admit(value, shape).stored;
}

/** One spec is called `spec`, several `specs`, whatever way they are written. */
function specsOf(kept: unknown): PolicyForm['value'] {
  const specs = [field(kept, 'spec'), ...(asList(field(kept, 'specs')) ?? [])].filter(
    (spec) => spec !== undefined,
  );
  return specs.length === 1 ? { spec: specs[0] } : { specs };
}

function withDefaults(spec: unknown): unknown {
  const fields = asFields(spec);
  if (fields === undefined) return spec;
  const rules = (name: 'ingress' | 'egress'): object =>
    fields[name] === undefined ? {} : { [name]: asList(fields[name])?.map(withProtocols) ?? fields[name] };
  const types = asList(fields['policyTypes']) ?? [];
  const byRules = ['Ingress', ...(fields['egress'] === undefined ? [] : ['Egress'])];
  return {
    ...fields,
    ...rules('ingress'),
    ...rules('egress'),
    policyTypes: types.length === 0 ? byRules : types,
  };
}

function withProtocols(rule: unknown): unknown {
  const ports = asList(field(rule, 'ports'));
  if (ports === undefined) return rule;
  return { ...asFields(rule), ports: ports.map((port) => ({ protocol: 'TCP', ...asFields(port) })) };
}

function meaningOf(value: unknown, options: AgentOptions): string | undefined {
  const nowhere = { file: '', line: 1, column: 1 };
  const { policy } = readPolicy({ value, file: '', locate: () => nowhere }, options);
  if (policy === undefined) return undefined;
  return canonicalText(policy.specs.map((spec) => withoutPlaces(spec)));
}

/** Where a rule stands says nothing of what it means. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  const fields = asFields(value);
  if (fields === undefined) return value;
  const kept = Object.entries(fields).filter(([key]) => !PLACES.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPlaces(inner)]));
}

const PLACES: ReadonlySet<string> = new Set(['place', 'path', 'index']);
