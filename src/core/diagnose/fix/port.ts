import { editPolicyPort } from '../../manifest/edit/policy-port.ts';
import type { SideDecision } from '../../model/decision.ts';
import type { Rule } from '../../model/policy.ts';
import type { Judged } from '../judged.ts';
import { servicePortRule } from '../service-port.ts';
import type { FixStep } from '../types.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import type { LabelContext } from './labels.ts';

/** The pod's port where a rule of the refusing side has the Service's: one number in one line. */
export function portAttempts(
  judged: Judged,
  side: SideDecision,
  { state }: LabelContext,
): readonly Attempt[] {
  const found = servicePortRule(judged, side, state);
  if (found === undefined) return [];
  const { policy, rule, servicePort } = found;
  const { kind, namespace, name, document, root = [] } = policy;
  const file = state.files.find(({ path }) => path === policy.place.file);
  if (document === undefined || file === undefined || kind === 'NetworkPolicy') return [];
  const { port } = judged.edge;
  const ref = { kind, namespace, name };
  const step: FixStep = { kind: 'port', policy: ref, place: rule.place, from: servicePort, to: port };
  return placesOf(rule, servicePort).flatMap((path) =>
    attemptOf(step, file, editPolicyPort(file, { document, path: [...root, ...path] }, port)),
  );
}

/** Every place where the rule names the port by itself, from the object's root. */
function placesOf({ ports = [], path }: Rule, port: number): readonly (readonly (string | number)[])[] {
  return ports.flatMap(({ ports: matches }, i) =>
    matches.flatMap((match, j) =>
      match.kind === 'port' && match.port === port && match.endPort === undefined
        ? [[...path, 'toPorts', i, 'ports', j, 'port']]
        : [],
    ),
  );
}
