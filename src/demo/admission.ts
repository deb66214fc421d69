import { admit } from '../core/manifest/policy/admit.ts';
import { ciliumPolicyShape } from '../core/manifest/policy/cilium-shape.ts';
import { networkPolicyShape } from '../core/manifest/policy/network-policy-shape.ts';
import { readPolicy } from '../core/manifest/policy/read-policy.ts';
import { type AgentOptions } from '../core/model/options.ts';
import { isMap, type JsonMap, parseJson, withMember } from './kubernetes/json.ts';
import type { ServedKind } from './kubernetes/kinds.ts';
import type { Admission } from './kubernetes/registry.ts';
import { invalid } from './kubernetes/status.ts';
import { nameOf } from './kubernetes/store.ts';

/**
 * Checks policies against the schema of their CRD, as the API server does when they are written: what the schema does
 * not know is dropped, what it does not allow is refused. What agents refuse later gets in.
 */
export function policyAdmission(agent: AgentOptions): Admission {
  return (object, kind) => {
    if (!POLICIES.has(kind.kind)) return { object, unknown: [] };
    const { problems } = readPolicy({ value: object, file: '', locate: () => NOWHERE }, agent);
    const refused = problems.filter(({ code }) => code === 'schema');
    if (refused.length > 0) {
      throw invalid(
        kind.kind,
        kind.group,
        nameOf(object),
        refused.map(({ field, value, expected }) => ({
          field: field === '' ? '<nil>' : field,
          message: `Invalid value: ${value === '' ? 'null' : value}${expected === '' ? '' : `: must be ${expected}`}`,
        })),
      );
    }
    const unknown = problems.filter(({ code }) => code === 'unknown-field').map(({ field }) => field);
    return { object: unknown.length === 0 ? object : pruned(object, kind, agent), unknown };
  };
}

const POLICIES: ReadonlySet<string> = new Set([
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'NetworkPolicy',
]);
const NOWHERE = { file: '', line: 1, column: 1 } as const;

/** Only with the members of its wishes that are known; what else it has, others check. */
function pruned(object: JsonMap, { kind }: ServedKind, agent: AgentOptions): JsonMap {
  const shape = kind === 'NetworkPolicy' ? networkPolicyShape : ciliumPolicyShape(agent.version);
  const stored = parseJson(JSON.stringify(admit(object, shape).stored));
  if (!isMap(stored)) return object;
  return ['spec', 'specs'].reduce<JsonMap>((result, key) => withMember(result, key, stored[key]), object);
}
