import type { Path } from '../../model/place.ts';
import type { SourceFile } from '../../model/repository.ts';
import { finish } from './finish.ts';
import { within } from './prove.ts';
import { Refused, refusing } from './refuse.ts';
import { nodeAt, openTarget, readTree, refuseShared } from './target.ts';
import type { EditResult } from './types.ts';

export interface PortTarget {
  /** Counts from 0, empty documents too. */
  readonly document: number;
  /** The port's text: `['spec', 'egress', 0, 'toPorts', 0, 'ports', 0, 'port']`. */
  readonly path: Path;
}

/** Writes another number where a rule has a port, in the quotes that stand there. */
export function editPolicyPort(file: SourceFile, { document, path }: PortTarget, port: number): EditResult {
  return refusing(file, () => {
    const tree = readTree(file.text);
    const target = openTarget(tree, document);
    const node = nodeAt(target, path);
    if (node.kind !== 'scalar' || node.style === 'block' || node.style === 'empty') {
      throw new Refused('unsure', node.start, 'port');
    }
    refuseShared(target, node);
    // A plain number would not be text, which a port must be.
    const quote = node.style === 'single' ? "'" : '"';
    const text = `${quote}${port}${quote}`;
    return finish({ path: file.path, tree }, [() => [{ start: node.start, end: node.end, text }]], {
      document,
      intent: () => within(path, { kind: 'becomes', value: String(port) }),
    });
  });
}
