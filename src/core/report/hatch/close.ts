import type { ClosePlan, Lost } from '../../diagnose/hatch/index.ts';
import type { TextOptions } from '../debug.ts';
import { decisionJson } from '../debug-json.ts';
import { labelled, wrapParts } from '../layout.ts';
import { type Paint, PLAIN } from '../paint.ts';
import { printable } from '../printable.ts';
import { count, isoTime, plural, portText } from '../units.ts';
import { assumptionText } from '../words/assumption.ts';
import { sideText } from '../words/policy.ts';

const SHAPE_VERSION = 1;

/** What closing a namespace would drop of the traffic that was seen, for people. */
export function closePlanText(plan: ClosePlan, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const lines = [
    ...wrapParts(headParts(plan), width).map((line, i) => (i === 0 ? paint.strong(line) : line)),
    ...plan.lost.flatMap((lost) => ['', ...lostLines(lost, { width, paint, isCertain: true })]),
    ...plan.uncertain.flatMap((lost) => ['', ...lostLines(lost, { width, paint, isCertain: false })]),
  ];
  if (plan.assumptions.length > 0) lines.push('');
  for (const [i, assumption] of plan.assumptions.entries()) {
    const text = assumptionText(assumption);
    lines.push(...labelled(i === 0 ? 'assumed' : '', text, { indent: 0, column: 9, width }).map(paint.faint));
  }
  return `${lines.join('\n')}\n`;
}

/** The same as data. */
export function closePlanJson(plan: ClosePlan): unknown {
  const lostJson = ({ from, to, protocol, port, count: times, lastSeenMs, decision }: Lost): unknown => ({
    from: from.name,
    to: to.name,
    protocol,
    port,
    count: times,
    lastSeen: lastSeenMs === undefined ? null : isoTime(lastSeenMs),
    decision: decisionJson(decision),
  });
  return {
    version: SHAPE_VERSION,
    namespace: plan.namespace,
    isOpen: plan.isOpen,
    flows: plan.flows,
    lostEvents: plan.lostEvents,
    seen: plan.seen,
    lost: plan.lost.map(lostJson),
    uncertain: plan.uncertain.map(lostJson),
    assumptions: plan.assumptions.map((assumption) => ({
      code: assumption.code,
      text: assumptionText(assumption),
    })),
  };
}

function headParts({ namespace, seen, lost, uncertain, flows, lostEvents }: ClosePlan): readonly string[] {
  const parts = [printable(namespace), 'if it were closed'];
  if (seen === 0)
    return [...parts, `no connection of this namespace in ${plural(flows, 'flow')}: nothing can be said`];
  parts.push(
    `${plural(seen, 'connection')} seen`,
    lost.length === 0 && uncertain.length === 0 ? 'all would go on' : `${count(lost.length)} would drop`,
  );
  if (uncertain.length > 0) parts.push(`${count(uncertain.length)} undecidable`);
  if (lostEvents > 0) parts.push(`${plural(lostEvents, 'event')} lost`);
  return parts;
}

function lostLines(
  { from, to, protocol, port, count: times, decision }: Lost,
  { width, paint, isCertain }: { readonly width: number; readonly paint: Paint; readonly isCertain: boolean },
): readonly string[] {
  const title = [`${from.name} → ${to.name}`, portText(port, protocol), `${count(times)}×`].map(printable);
  const mark = isCertain ? paint.bad('✗') : '?';
  const denied = [decision.egress, decision.ingress].filter(({ verdict }) => verdict === 'denied');
  const sides = denied.length > 0 ? denied : [decision.egress, decision.ingress];
  return [
    ...wrapParts(title, width - 2).map((line, i) => `${i === 0 ? mark : ' '} ${paint.strong(line)}`),
    ...sides.flatMap((side, i) =>
      labelled(i === 0 ? 'why' : '', sideText(side), { indent: 2, column: 7, width }),
    ),
  ];
}
