import { readPolicy } from '../../core/manifest/policy/read-policy.ts';
import type { AgentOptions } from '../../core/model/options.ts';
import type { Problem } from '../../core/model/repository.ts';
import { type JsonMap, listAt, textAt } from '../kubernetes/json.ts';
import type { ServedKind } from '../kubernetes/kinds.ts';
import type { Registry } from '../kubernetes/registry.ts';
import { nameOf, namespaceOf } from '../kubernetes/store.ts';
import { idOf } from './workload.ts';

const POLICY_KINDS: ReadonlySet<string> = new Set(['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy']);
const OPERATOR = 'cilium-operator-generic';

export interface PolicyStatus {
  settle(): void;
}

/** Writes whether each policy is one that agents can apply (Cilium 1.19, operator/policyvalidation). */
export function createPolicyStatus(
  registry: Registry,
  kinds: readonly ServedKind[],
  options: AgentOptions,
  now: () => number,
): PolicyStatus {
  const policyKinds = kinds.filter(({ kind }) => POLICY_KINDS.has(kind));
  /** A version that was judged is not judged again. */
  const judged = new Map<string, string>();
  return {
    settle() {
      for (const kind of policyKinds) {
        for (const object of registry.store.list(kind.kind)) {
          const key = `${kind.kind}/${idOf(object)}`;
          const state = `${textAt(object, 'metadata', 'uid')}/${String(generationOf(object))}`;
          if (judged.get(key) === state && conditionOf(object) !== undefined) continue;
          judged.set(key, state);
          write(registry, kind, object, condition(object, options, now()));
        }
      }
    },
  };
}

function generationOf(object: JsonMap): unknown {
  return (object['metadata'] as JsonMap | undefined)?.['generation'];
}

function conditionOf(object: JsonMap): JsonMap | undefined {
  const found = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Valid');
  return found as JsonMap | undefined;
}

function condition(object: JsonMap, options: AgentOptions, now: number): JsonMap {
  const raw = { value: object, file: '', locate: () => NOWHERE };
  const { policy, problems } = readPolicy(raw, options);
  const kind = textAt(object, 'kind');
  return {
    type: 'Valid',
    status: policy === undefined ? 'False' : 'True',
    lastTransitionTime: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    message:
      policy === undefined ? `Invalid ${kind} spec: ${messageOf(problems)}` : 'Policy validation succeeded',
  };
}

const NOWHERE = { file: '', line: 1, column: 1 } as const;

function messageOf(problems: readonly Problem[]): string {
  const blocking = problems.filter(({ code }) => code !== 'unknown-field');
  return blocking
    .map(({ field, value, expected }) => {
      const found = value === '' ? field : `${field}: ${value}`;
      return expected === '' ? found : `${found}: must be ${expected}`;
    })
    .join('; ');
}

function write(registry: Registry, kind: ServedKind, object: JsonMap, wanted: JsonMap): void {
  const known = conditionOf(object);
  if (known?.['status'] === wanted['status'] && known?.['message'] === wanted['message']) return;
  registry.patch(
    { kind, namespace: namespaceOf(object), name: nameOf(object), subresource: 'status' },
    { form: 'merge', body: { status: { conditions: [wanted] } }, isForced: false },
    { manager: OPERATOR, isDryRun: false },
  );
}
