import { ENFORCEMENT_DISABLED, enforcementLabel, isPlatform } from '../../catalog/index.ts';
import type { Decision, SideDecision } from '../../model/decision.ts';
import type { PolicyRef } from '../../model/policy.ts';
import { type DiagnoseQuestion, type Examined, examine } from '../diagnose.ts';
import { decide, type Judged, kindsOf } from '../judged.ts';
import { changedBy } from '../opened.ts';
import { type State, stateWithLabels } from '../state.ts';
import type { FlowSummary } from '../summarize.ts';
import type { Finding } from '../types.ts';
import type { HatchPlan, NotRelieved, Relief } from './types.ts';

/**
 * Says of each drop of now whether the open hatch would relieve it, and all else that it would open. Pure: nothing
 * is changed anywhere.
 */
export function planHatch(summary: FlowSummary, question: Omit<DiagnoseQuestion, 'flows'>): HatchPlan {
  const { namespace } = question;
  const examined = examine(summary, question);
  const { diagnosis, inputs, proposing, membersOf } = examined;
  const { ends, state, nameOf } = proposing;
  const label = enforcementLabel(inputs.catalog);
  const opened = stateWithLabels(inputs, state, {
    ends,
    namespace,
    change: (labels) => ({ ...labels, [label]: ENFORCEMENT_DISABLED }),
  });
  return {
    namespace,
    isOpen: isOpenIn(examined, namespace),
    isPlatform: isPlatform(inputs.catalog, namespace),
    diagnosis,
    drops: diagnosis.findings.map((finding) => ({
      finding,
      relief: reliefOf(finding, membersOf.get(finding) ?? [], { state, opened, namespace }),
    })),
    ...changedBy(state, opened, nameOf),
  };
}

export function isOpenIn({ inputs, proposing }: Examined, namespace: string): boolean {
  const known = proposing.state.read.namespaces.find(({ name }) => name === namespace);
  return known?.labels[enforcementLabel(inputs.catalog)] === ENFORCEMENT_DISABLED;
}

interface Worlds {
  readonly state: State;
  readonly opened: State;
  readonly namespace: string;
}

/** A finding is relieved when every kind of its drops is. */
function reliefOf(
  { cause }: Finding,
  members: readonly Judged[],
  { state, opened, namespace }: Worlds,
): Relief {
  if (cause.code === 'not-policy') {
    return notRelieved({ code: 'not-policy', reason: cause.reason });
  }
  if (cause.code === 'proxy-error') return notRelieved({ code: 'not-policy', reason: 'proxy-error' });
  const kinds = kindsOf(members, state);
  if (kinds.length === 0) return notRelieved({ code: 'unknown-peer' });
  let last: Decision | undefined;
  let uncertain: Decision | undefined;
  for (const judged of kinds) {
    const before = judged.decision;
    const after = decide(judged.edge, judged, opened);
    if (before === undefined || after === undefined) return notRelieved({ code: 'unknown-peer' });
    if (judged.from.party.kind === 'unknown' || judged.to.party.kind === 'unknown') {
      return notRelieved({ code: 'unknown-peer' });
    }
    if (after.verdict === 'denied' && after.isCertain) {
      return notRelieved(whyStillDenied(after, { judged, namespace }), after);
    }
    if (before.verdict === 'allowed' && before.isCertain)
      return notRelieved({ code: 'admitted-already' }, after);
    if (!after.isCertain) uncertain ??= after;
    last = after;
  }
  if (uncertain !== undefined) {
    const assumptions = [...uncertain.egress.assumptions, ...uncertain.ingress.assumptions];
    return { kind: 'undecidable', assumptions };
  }
  return last === undefined ? notRelieved({ code: 'unknown-peer' }) : { kind: 'relieved', decision: last };
}

function notRelieved(because: NotRelieved, decision?: Decision): Relief {
  return { kind: 'not-relieved', because, ...(decision === undefined ? {} : { decision }) };
}

function whyStillDenied(
  after: Decision,
  { judged, namespace }: { readonly judged: Judged; readonly namespace: string },
): NotRelieved {
  const sides = [after.egress, after.ingress].filter(({ verdict }) => verdict === 'denied');
  const denying = sides.find(({ reason }) => reason === 'deny-rule');
  if (denying !== undefined) return { code: 'deny-rule', policies: policiesOf(denying) };
  const refusing = sides.find(({ reason }) => reason === 'l7-refused');
  if (refusing !== undefined) return { code: 'request-refused', policies: policiesOf(refusing) };
  const [left] = sides;
  const own = judged.from.party.namespace === namespace ? 'egress' : 'ingress';
  if (left === undefined || left.direction === own) return { code: 'no-hatch' };
  const other = left.direction === 'egress' ? judged.from : judged.to;
  return { code: 'other-end', other: other.party.name, policies: policiesOf(left) };
}

/** The policies of the rules that decided, or those that made the side default-deny. */
function policiesOf({ rules, defaultDenyBy }: SideDecision): readonly PolicyRef[] {
  const all = rules.length > 0 ? rules.map(({ policy }) => policy) : defaultDenyBy;
  const seen = new Map(
    all.map(({ kind, namespace, name }): [string, PolicyRef] => [
      `${kind} ${namespace}/${name}`,
      { kind, namespace, name },
    ]),
  );
  return [...seen.values()];
}
