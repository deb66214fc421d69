import type { Evidence, Need, ShownNeed } from './types.ts';

/** Needs in the order in which they were first seen, each once, with all that shows it. */
export interface NeedList {
  add(need: Need, evidence: Evidence): void;
  all(): readonly ShownNeed[];
}

export function needList(): NeedList {
  const byKey = new Map<string, { readonly need: Need; readonly evidence: Evidence[] }>();
  return {
    add(need, evidence) {
      const key = JSON.stringify(need);
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { need, evidence: [evidence] });
      else known.evidence.push(evidence);
    },
    all: () => [...byKey.values()],
  };
}

/** Several lists as one. A gateway whose port one list knows is told once, with that port. */
export function joinNeeds(lists: readonly (readonly ShownNeed[])[]): readonly ShownNeed[] {
  const all = lists.flat();
  const joined = needList();
  for (const { need, evidence } of all) {
    const exact = need.kind === 'gateway' && need.port === undefined ? withPort(need, all) : need;
    for (const one of evidence) joined.add(exact, one);
  }
  return joined.all();
}

function withPort(need: Extract<Need, { readonly kind: 'gateway' }>, all: readonly ShownNeed[]): Need {
  const found = all.find(
    ({ need: other }) =>
      other.kind === 'gateway' && other.gateway === need.gateway && other.port !== undefined,
  );
  return found?.need ?? need;
}
