import { permissionName, rbacRule } from '../../core/cluster/index.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import type { ClusterWrite } from '../../core/ports/cluster-reader.ts';
import { CliError } from '../exit.ts';

/** The object as it was written. @throws CliError that says why it was not, and that nothing was changed */
export function writtenObject(write: ClusterWrite): ClusterObject {
  switch (write.kind) {
    case 'written':
      return write.object;
    case 'forbidden':
      throw new CliError(
        `You may not ${permissionName(write.permission)}. Nothing was changed.`,
        `Grant it by a rule: ${rbacRule(write.permission)}`,
      );
    case 'conflict': {
      const [first] = write.managers;
      const who = first === undefined ? 'somebody else' : `${first.manager} (${first.field})`;
      throw new CliError(
        `The label belongs to ${who}, which would write it back. Nothing was changed.`,
        'If Git declares it, change it there. Otherwise take it over with --force.',
      );
    }
    case 'refused':
      throw new CliError(
        `The API server refused it: ${write.message}`,
        'Nothing was changed. Where a guard is in force, you need the verb set on namespacelabels.',
      );
  }
}
