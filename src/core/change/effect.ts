import type { Opened } from '../diagnose/index.ts';
import { openedBy } from '../diagnose/opened.ts';
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
  const stateOf = (read: RepositoryRead) => ({
    files: [],
    read,
    engine: compile(worldOf(read, scope.options), scope.options),
  });
  const [old, now] = [stateOf(before), stateOf(after)];
  const nameOf = (id: string): string => id;
  return { cluster: scope.name, opens: openedBy(old, now, nameOf), closes: openedBy(now, old, nameOf) };
}
