import type { Catalog } from '../../catalog/index.ts';
import { insertEntry, insertItem, replaceValue } from '../../manifest/edit/edit-members.ts';
import { finish } from '../../manifest/edit/finish.ts';
import { type Intent, within } from '../../manifest/edit/prove.ts';
import { Refused, refusing } from '../../manifest/edit/refuse.ts';
import { mapAt, nodeAt, openTarget, ownEntry, readTree } from '../../manifest/edit/target.ts';
import type { EditResult } from '../../manifest/edit/types.ts';
import type { SourceFile } from '../../model/repository.ts';

/**
 * Adds a namespace to `platform.namespaces` of `propolis.yaml`. A list there replaces the default one, so where the
 * file has none, all of them are written.
 */
export function addPlatformNamespace(file: SourceFile, catalog: Catalog, namespace: string): EditResult {
  return refusing(file, () => {
    const { namespaces } = catalog.platform;
    if (namespaces.includes(namespace)) return { kind: 'unchanged' };
    const all = [...namespaces, namespace];
    const tree = readTree(file.text);
    const document = 0;
    const target = openTarget(tree, document);
    const root = mapAt(target, []);
    const open = { path: file.path, tree };
    const platform = ownEntry(target, root, 'platform');
    if (platform === undefined) {
      const value = { namespaces: all };
      const edits = insertEntry(target, root, { key: 'platform', value });
      const intent = (): Intent => within(['platform'], { kind: 'becomes', value });
      return finish(open, [() => edits], { document, intent });
    }
    const map = mapAt(target, ['platform']);
    const list = ownEntry(target, map, 'namespaces');
    if (list === undefined) {
      const edits = insertEntry(target, map, { key: 'namespaces', value: all });
      const intent = (): Intent => within(['platform', 'namespaces'], { kind: 'becomes', value: all });
      return finish(open, [() => edits], { document, intent });
    }
    const node = nodeAt(target, ['platform', 'namespaces']);
    if (node.kind !== 'sequence') throw new Refused('not-a-map', node.start, 'platform.namespaces');
    if (node.items.length === 0) {
      const edits = replaceValue(target, map, { entry: list, value: all });
      const intent = (): Intent => within(['platform', 'namespaces'], { kind: 'becomes', value: all });
      return finish(open, [() => edits], { document, intent });
    }
    const edits = insertItem(target, map, { entry: list, item: namespace });
    const added: Intent = { kind: 'items', deleted: new Set(), added: [namespace], changes: new Map() };
    return finish(open, [() => edits], { document, intent: () => within(['platform', 'namespaces'], added) });
  });
}
