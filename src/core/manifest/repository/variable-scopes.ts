import type { FluxKustomization } from '../flux/flux-kustomization.ts';
import { type ConfigMapFinder, poolOf, scopeOf, type VariableScope } from '../flux/variables.ts';
import type { Appearance } from './applied.ts';

/**
 * The variables for each way in which files are applied: those of its Flux Kustomization. Where that is not known,
 * all that any has; and what these lack may have a value all the same.
 */
export function variableScopes(
  flux: readonly FluxKustomization[],
  find: ConfigMapFinder,
  given: Readonly<Record<string, string>>,
): (appearance: Appearance) => VariableScope {
  const known = new Map<FluxKustomization, VariableScope>();
  const pool = poolOf(flux.flatMap(({ postBuild }) => postBuild ?? []));
  const fallback: VariableScope = { ...scopeOf(pool, find, given), isComplete: false };
  return ({ flux: own }) => {
    if (own === undefined) return fallback;
    const scope = known.get(own) ?? scopeOf(own.postBuild, find, given);
    known.set(own, scope);
    return scope;
  };
}
