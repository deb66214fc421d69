import type { Path } from '../../model/place.ts';
import { RULE_LISTS, type RuleList } from '../../model/policy.ts';
import type { SourceFile } from '../../model/repository.ts';
import { insertEntry, insertItem } from './edit-members.ts';
import { finish } from './finish.ts';
import { type Intent, within } from './prove.ts';
import { Refused, refusing } from './refuse.ts';
import { isNull } from './scalar-text.ts';
import { mapAt, nodeAt, openTarget, ownEntry, readTree } from './target.ts';
import type { EditResult, PlainRule } from './types.ts';

/** Where a rule goes. */
export interface RuleTarget {
  /** Counts from 0, empty documents too. */
  readonly document: number;
  /** The map that holds the lists: `['spec']`, `['specs', 0]`, `['items', 2, 'spec']`. */
  readonly specPath: Path;
  readonly list: RuleList;
}

/**
 * Adds one rule at the end of a list of a policy, written as its neighbours are; the list is made where it is absent.
 * Refuses what would change another place too (`shared-anchor`) and what cannot be proved.
 */
export function addPolicyRule(file: SourceFile, rule: RuleTarget, value: PlainRule): EditResult {
  return refusing(file, () => {
    const { document, specPath, list } = rule;
    const tree = readTree(file.text);
    const target = openTarget(tree, document);
    const spec = mapAt(target, specPath);
    const entry = ownEntry(target, spec, list);
    if (entry === undefined) {
      const after = [...SUBJECT_KEYS, ...RULE_LISTS.slice(0, RULE_LISTS.indexOf(list))];
      const edits = insertEntry(target, spec, { key: list, value: [value], after });
      return finish({ path: file.path, tree }, [() => edits], {
        document,
        intent: () => listIntent(rule, { kind: 'becomes', value: [value] }),
      });
    }
    const node = nodeAt(target, [...specPath, list]);
    if (node.kind !== 'sequence' && !(node.kind === 'scalar' && isNull(node)))
      throw new Refused('not-a-map', node.start, list);
    const edits = insertItem(target, spec, { entry, item: value });
    const intent: Intent =
      node.kind === 'sequence'
        ? { kind: 'items', deleted: new Set(), added: [value], changes: new Map() }
        : { kind: 'becomes', value: [value] };
    return finish({ path: file.path, tree }, [() => edits], {
      document,
      intent: () => listIntent(rule, intent),
    });
  });
}

/** What people write above the rules. */
const SUBJECT_KEYS = [
  'description',
  'enableDefaultDeny',
  'endpointSelector',
  'nodeSelector',
  'podSelector',
  'policyTypes',
] as const;

function listIntent({ specPath, list }: RuleTarget, change: Intent): Intent {
  return within([...specPath, list], change);
}
