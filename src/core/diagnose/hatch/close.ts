import { enforcementLabel } from '../../catalog/index.ts';
import type { Decision } from '../../model/decision.ts';
import { type DiagnoseQuestion, examine } from '../diagnose.ts';
import type { End } from '../ends.ts';
import { decide } from '../judged.ts';
import { compareText, firstDifference } from '../order.ts';
import { stateWithLabels } from '../state.ts';
import type { FlowSummary } from '../summarize.ts';
import { isOpenIn } from './plan.ts';
import type { ClosePlan, Lost } from './types.ts';

/**
 * Replays the traffic that was seen while a namespace stood open, and says what of it would drop with the namespace
 * closed. What was not seen cannot be said: a job that runs once a night is in no five minutes of flows.
 */
export function planClose(summary: FlowSummary, question: Omit<DiagnoseQuestion, 'flows'>): ClosePlan {
  const { namespace } = question;
  const examined = examine(summary, { ...question, fixesMax: 0 });
  const { inputs, passed, proposing } = examined;
  const label = enforcementLabel(inputs.catalog);
  const isOpen = isOpenIn(examined, namespace);
  const closed = stateWithLabels(inputs, proposing.state, {
    ends: proposing.ends,
    namespace,
    change: (labels) => Object.fromEntries(Object.entries(labels).filter(([key]) => key !== label)),
  });
  const ways = new Map<string, { lost: Lost; isCertain: boolean }>();
  const seen = new Set<string>();
  for (const { edge, from, to } of passed) {
    const decision = named(decide(edge, { from, to }, closed), { from, to });
    const key = JSON.stringify([from.party.name, to.party.name, edge.protocol, edge.port]);
    if (decision === undefined || from.party.kind === 'unknown' || to.party.kind === 'unknown') continue;
    seen.add(key);
    if (decision.verdict === 'allowed' && decision.isCertain) continue;
    const known = ways.get(key);
    const count = (known?.lost.count ?? 0) + edge.count;
    const lastSeenMs = Math.max(known?.lost.lastSeenMs ?? 0, edge.lastMs);
    // The way that is surely lost speaks for those of the same name.
    const isCertain = decision.verdict === 'denied' && decision.isCertain;
    const speaks = known === undefined || (isCertain && !known.isCertain);
    const lost: Lost = {
      from: from.party,
      to: to.party,
      protocol: edge.protocol,
      port: edge.port,
      decision: speaks ? decision : known.lost.decision,
      count,
      ...(lastSeenMs === 0 ? {} : { lastSeenMs }),
    };
    ways.set(key, { lost, isCertain: isCertain || known?.isCertain === true });
  }
  const all = [...ways.values()].sort((a, b) =>
    firstDifference(
      b.lost.count - a.lost.count,
      compareText(a.lost.from.name, b.lost.from.name),
      compareText(a.lost.to.name, b.lost.to.name),
      a.lost.port - b.lost.port,
    ),
  );
  return {
    namespace,
    isOpen,
    seen: seen.size,
    lost: all.flatMap(({ lost, isCertain }) => (isCertain ? [lost] : [])),
    uncertain: all.flatMap(({ lost, isCertain }) => (isCertain ? [] : [lost])),
    flows: summary.flows,
    lostEvents: summary.counts.lost,
    // In files the namespace is closed, so what it lost by that passed while it stood open: that is the answer.
    assumptions: examined.diagnosis.assumptions.filter(
      ({ code }) => code !== 'passed-though-denied' || isOpen,
    ),
  };
}

/** Ends of one name whose labels differ have ids of their own, which nobody but the engine needs to tell apart. */
function named(
  decision: Decision | undefined,
  { from, to }: { readonly from: End; readonly to: End },
): Decision | undefined {
  if (decision === undefined) return undefined;
  return {
    ...decision,
    egress: { ...decision.egress, subject: from.party.name },
    ingress: { ...decision.ingress, subject: to.party.name },
  };
}
