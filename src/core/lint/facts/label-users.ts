import { NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import type { Selector } from '../../model/selector.ts';
import type { LintContext } from '../context.ts';

/** Labels of namespaces that policies select by, and the values that they ask for. */
export interface LabelUsers {
  /** Whether some policy selects namespaces with this label and value, as its subject or as a peer. */
  isSelected(label: string, value: string): boolean;
  /** Whether some policy asks for the label at all. */
  isAsked(label: string): boolean;
  /** Values that policies ask for, sorted. */
  values(label: string): readonly string[];
}

const memo = new WeakMap<LintContext, LabelUsers>();

export function labelUsers(context: LintContext): LabelUsers {
  let users = memo.get(context);
  if (users === undefined) memo.set(context, (users = collect(context)));
  return users;
}

function collect({ specs, rules }: LintContext): LabelUsers {
  const values = new Map<string, Set<string>>();
  const exists = new Set<string>();
  const note = (label: string, operator: string, wanted: readonly string[]): void => {
    const known = values.get(label) ?? new Set<string>();
    values.set(label, known);
    if (operator === 'In') for (const value of wanted) known.add(value);
    else if (operator === 'Exists') exists.add(label);
  };
  const noteSelector = ({ requirements }: Selector, prefix: string): void => {
    for (const { key, operator, values: wanted } of requirements) {
      if (key.startsWith(prefix)) note(key.slice(prefix.length), operator, wanted);
    }
  };
  for (const { spec } of specs) noteSelector(spec.subject.selector, NAMESPACE_LABELS_PREFIX);
  for (const { rule } of rules) {
    for (const peer of rule.peers.kind === 'some' ? rule.peers.peers : []) {
      if (peer.kind === 'endpoints') noteSelector(peer.selector, NAMESPACE_LABELS_PREFIX);
      if (peer.kind === 'pods' && peer.namespaces !== undefined) noteSelector(peer.namespaces, '');
    }
  }
  return {
    isSelected: (label, value) => values.get(label)?.has(value) === true,
    isAsked: (label) => values.has(label) || exists.has(label),
    values: (label) => [...(values.get(label) ?? [])].sort(),
  };
}
