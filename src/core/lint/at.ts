import { formatPath, type Path, type Place } from '../model/place.ts';
import type { Policy } from '../model/policy.ts';
import type { NamespaceDeclaration } from '../model/repository.ts';
import type { LintContext, RuleSite, SpecSite } from './context.ts';
import type { At, ObjectRef } from './rule.ts';

/** Where a whole object is shown: its first line would say no more than its API. */
const NAME: Path = ['metadata', 'name'];

/** A field of a rule, by its path within the rule; the rule itself without one. */
export function atRule({ documents }: LintContext, { policy, rule }: RuleSite, path: Path = []): At {
  const whole = [...rule.path, ...path];
  const field = formatPath(whole);
  const object = refOf(policy);
  // A patch from another file may have brought the rule.
  if (path.length === 0 || rule.place.file !== policy.place.file) return { place: rule.place, object, field };
  return { place: placeIn(documents, policy, whole) ?? rule.place, object, field };
}

/** A field of a policy, by its path from the object's root; the policy itself without one. */
export function atPolicy({ documents }: LintContext, policy: Policy, path: Path = []): At {
  const place = placeIn(documents, policy, path.length === 0 ? NAME : path);
  return { place: place ?? policy.place, object: refOf(policy), field: formatPath(path) };
}

/** The selector of a spec's subject. */
export function atSubject({ documents }: LintContext, { policy, spec }: SpecSite): At {
  const name =
    policy.kind === 'NetworkPolicy'
      ? 'podSelector'
      : spec.subject.kind === 'nodes'
        ? 'nodeSelector'
        : 'endpointSelector';
  const path = [...specPath(policy, spec), name];
  return {
    place: placeIn(documents, policy, path) ?? spec.place,
    object: refOf(policy),
    field: formatPath(path),
  };
}

/** `['spec']`, or `['specs', 1]`. */
export function specPath(policy: Policy, spec: Policy['specs'][number]): Path {
  const [rule] = spec.rules;
  if (rule !== undefined) return rule.path[0] === 'specs' ? rule.path.slice(0, 2) : ['spec'];
  const index = policy.specs.indexOf(spec);
  return policy.specs.length > 1 && index > 0 ? ['specs', index - 1] : ['spec'];
}

/** A namespace, at one of its labels or annotations where it has that. */
export function atNamespace(
  { documents }: LintContext,
  { name, place, form }: NamespaceDeclaration,
  ...path: readonly string[]
): At {
  const object = { kind: 'Namespace', namespace: '', name };
  const field = path.length === 0 ? '' : formatPath(['metadata', ...path]);
  if (form.kind !== 'object') return { place, object, field };
  const inner = path.length === 0 ? NAME : ['metadata', ...path];
  const found = documents.locate(place.file, form.document, [...form.path, ...inner]);
  return { place: found ?? place, object, field };
}

export function atPlace(place: Place, field = '', object?: ObjectRef): At {
  return object === undefined ? { place, field } : { place, field, object };
}

export function refOf({ kind, namespace, name }: ObjectRef): ObjectRef {
  return { kind, namespace, name };
}

function placeIn(documents: LintContext['documents'], policy: Policy, path: Path): Place | undefined {
  return policy.document === undefined
    ? undefined
    : documents.locate(policy.place.file, policy.document, [...(policy.root ?? []), ...path]);
}
