import type { CiliumVersion } from '../model/options.ts';
import type { Place } from '../model/place.ts';
import { formatPolicyRef, type PolicyRef } from '../model/policy.ts';
import type { Approximation, Problem, RepositoryRead } from '../model/repository.ts';

/** What every answer over files rests on. */
export type ReadAssumption =
  | { readonly code: 'cilium-version'; readonly version: CiliumVersion }
  | { readonly code: 'approximation'; readonly approximation: Approximation }
  /** Problems that keep nothing out of force, or that no policy has. */
  | { readonly code: 'problem'; readonly count: number; readonly first: Problem }
  | {
      readonly code: 'refused-policies';
      readonly count: number;
      readonly first: PolicyRef & { readonly place: Place };
      readonly because: Problem | undefined;
    };

/** Each once: the version, what was not built, what was left out, what is wrong besides. */
export function readAssumptions(read: RepositoryRead, version: CiliumVersion): readonly ReadAssumption[] {
  const found: ReadAssumption[] = [{ code: 'cilium-version', version }];
  for (const approximation of read.approximations) found.push({ code: 'approximation', approximation });
  const [refused] = read.refused;
  if (refused !== undefined) {
    const { kind, namespace, name, place, problems } = refused;
    const first = { kind, namespace, name, place };
    found.push({ code: 'refused-policies', count: read.refused.length, first, because: problems[0] });
  }
  const left = new Set(read.refused.map(formatPolicyRef));
  const others = read.problems.filter(({ object }) => object === undefined || !left.has(refText(object)));
  const [problem] = others;
  if (problem !== undefined) found.push({ code: 'problem', count: others.length, first: problem });
  return found;
}

function refText(object: NonNullable<Problem['object']>): string {
  return formatPolicyRef(object as PolicyRef);
}
