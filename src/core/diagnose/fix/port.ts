import { editPolicyPort } from '../../manifest/edit/policy-port.ts';
import type { Policy, Rule } from '../../model/policy.ts';
import type { Judged } from '../judged.ts';
import type { Cause, FixStep } from '../types.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { LabelContext } from './labels.ts';

/** The pod's port where a rule has the Service's: one number in one line. */
export function portAttempts({ edge }: Judged, cause: Cause, { state }: LabelContext): readonly Attempt[] {
  if (cause.code !== 'service-port') return [];
  const { policy: ref, servicePort } = cause;
  const policy = state.read.policies.find(
    ({ kind, namespace, name }) => kind === ref.kind && namespace === ref.namespace && name === ref.name,
  );
  const file = state.files.find(({ path }) => path === policy?.place.file);
  if (policy?.document === undefined || file === undefined || policy.kind === 'NetworkPolicy') return [];
  const { document } = policy;
  return portsOf(policy, servicePort).flatMap(({ rule, path }) => {
    const step: FixStep = { kind: 'port', policy: ref, place: rule.place, from: servicePort, to: edge.port };
    return attemptOf(step, file, editPolicyPort(file, { document, path }, edge.port));
  });
}

/** Every place where a rule of the policy names the port by itself. */
function portsOf(
  { specs, root = [] }: Policy,
  port: number,
): readonly { readonly rule: Rule; readonly path: readonly (string | number)[] }[] {
  return specs
    .flatMap(({ rules }) => rules)
    .flatMap((rule) =>
      (rule.ports ?? []).flatMap(({ ports }, i) =>
        ports.flatMap((match, j) =>
          match.kind === 'port' && match.port === port && match.endPort === undefined
            ? [{ rule, path: [...root, ...rule.path, 'toPorts', i, 'ports', j, 'port'] }]
            : [],
        ),
      ),
    );
}
