import type { Opened } from '../diagnose/index.ts';
import { changedBy } from '../diagnose/opened.ts';
import { outsidersOf } from '../diagnose/outsiders.ts';
import type { State } from '../diagnose/state.ts';
import { compile } from '../engine/index.ts';
import { worldOf } from '../manifest/world.ts';
import type { RepositoryRead } from '../model/repository.ts';
import type { Scope } from './scope.ts';

/** All that a change opens and closes in one cluster, by the engine. */
export interface Effect {
  /** Empty where the repository has no clusters. */
  readonly cluster: string;
  readonly opens: readonly Opened[];
  readonly closes: readonly Opened[];
}

export function effectOf(scope: Scope, before: RepositoryRead, after: RepositoryRead): Effect {
  // Whom a rule speaks of in either of the two must be in both, or the comparison would not see it.
  const outside = outsidersOf(
    {
      policies: [...before.policies, ...after.policies],
      cidrGroups: [...before.cidrGroups, ...after.cidrGroups],
    },
    scope.options,
  );
  const stateOf = (read: RepositoryRead): State => {
    const world = worldOf(read, scope.options);
    const endpoints = [...world.endpoints, ...outside];
    return { files: [], read, engine: compile({ ...world, endpoints }, scope.options) };
  };
  return { cluster: scope.name, ...changedBy(stateOf(before), stateOf(after), (id) => id) };
}
