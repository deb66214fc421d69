import type { CanAnswer } from '../ask/index.ts';
import type { Decision, NearMiss, SideDecision } from '../model/decision.ts';
import { NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import type { TextOptions } from './debug.ts';
import { decisionJson } from './debug-json.ts';
import { labelled } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { plural, portText } from './units.ts';
import { assumptionText, engineAssumptionText } from './words/assumption.ts';
import { commonBase, listText, policyAt, sideText } from './words/policy.ts';

type Answer = Extract<CanAnswer, { readonly kind: 'answer' }>;

/** One answer for people: decisions that say the same for the same reasons are told once. */
export function canText(answer: Answer, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const base = commonBase(
    answer.decisions.flatMap(({ egress, ingress }) => [egress, ingress]).flatMap(filesOf),
  );
  const lines = base === '' ? [] : [paint.faint(`policies in ${printable(base)}`)];
  for (const { decision, pairs } of alike(answer.decisions)) {
    if (lines.length > 0) lines.push('');
    lines.push(...decisionLines(decision, pairs, { width, paint, base }));
  }
  for (const { service, servicePort, podPort } of answer.serviceTraps) {
    const text = `${servicePort} is the port of Service ${printable(service)}; its pods listen on ${printable(String(podPort))}, and that is what policies see`;
    lines.push(...labelled('note', text, { indent: 2, column: 9, width }));
  }
  const notes = [
    ...answer.assumed.map(
      (name) => `no file declares a pod for ${printable(name)}: its own labels are not known`,
    ),
    ...answer.nodeNetwork.map(
      (name) => `${printable(name)} shares its node's network, so Cilium knows it as host or remote-node`,
    ),
    ...answer.addresses.map(
      (name) =>
        `${printable(name)} is taken for an address outside the cluster, not for a pod, node or Service`,
    ),
  ];
  for (const text of notes) {
    lines.push(...labelled('note', text, { indent: 2, column: 9, width }).map(paint.faint));
  }
  lines.push('');
  for (const [i, assumption] of answer.assumptions.entries()) {
    const label = i === 0 ? 'assumed' : '';
    lines.push(
      ...labelled(label, assumptionText(assumption), { indent: 0, column: 9, width }).map(paint.faint),
    );
  }
  return `${lines.join('\n')}\n`;
}

function filesOf({ rules, defaultDenyBy, nearest }: SideDecision): readonly string[] {
  return [...rules, ...defaultDenyBy, ...nearest.map(({ rule }) => rule)].map(({ place }) => place.file);
}

/** One word for all pairs: every one allowed, one denied for certain, or neither. */
export function verdictOf(decisions: readonly Decision[]): 'allowed' | 'denied' | 'undecidable' {
  if (decisions.length === 0) return 'undecidable';
  if (decisions.some(({ verdict, isCertain }) => verdict === 'denied' && isCertain)) return 'denied';
  return decisions.every(({ isCertain }) => isCertain) ? 'allowed' : 'undecidable';
}

export function canJson(answer: Answer): unknown {
  return {
    version: 1,
    verdict: verdictOf(answer.decisions),
    question: answer.question,
    decisions: answer.decisions.map(decisionJson),
    assumed: answer.assumed,
    nodeNetwork: answer.nodeNetwork,
    addresses: answer.addresses,
    serviceTraps: answer.serviceTraps,
    assumptions: answer.assumptions.map((assumption) => ({
      code: assumption.code,
      text: assumptionText(assumption),
    })),
  };
}

function alike(
  decisions: readonly Decision[],
): readonly { readonly decision: Decision; readonly pairs: readonly string[] }[] {
  const groups = new Map<string, { decision: Decision; pairs: string[] }>();
  for (const decision of decisions) {
    const key = JSON.stringify([
      decision.verdict,
      decision.isCertain,
      reasonKey(decision.egress),
      reasonKey(decision.ingress),
    ]);
    const pair = `${printable(decision.from)} → ${printable(decision.to)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { decision, pairs: [pair] });
    else group.pairs.push(pair);
  }
  return [...groups.values()];
}

function reasonKey({ verdict, reason, rules, defaultDenyBy }: SideDecision): unknown {
  return [
    verdict,
    reason,
    rules.map(({ policy, index, list }) => [policy, list, index]),
    defaultDenyBy.length,
  ];
}

function decisionLines(
  decision: Decision,
  pairs: readonly string[],
  { width, paint, base }: { readonly width: number; readonly paint: Paint; readonly base: string },
): readonly string[] {
  const { port, protocol } = decision;
  const verdict = verdictOf([decision]);
  const mark = { allowed: paint.good('✓'), denied: paint.bad('✗'), undecidable: '?' }[verdict];
  const [first = ''] = pairs;
  const more = pairs.length > 1 ? `   and ${plural(pairs.length - 1, 'pair')} alike` : '';
  const title = `${first}   ${portText(port, protocol)}   ${verdict}${more}`;
  const layout = { indent: 2, column: 9, width };
  const lines = [`${mark} ${paint.strong(title)}`];
  for (const side of [decision.egress, decision.ingress]) {
    lines.push(...labelled(side.direction, sideWords(side, base), layout));
    const [near] = side.nearest;
    if (near !== undefined) {
      const peer = side.direction === 'egress' ? decision.to : decision.from;
      const text = nearText(near, { subject: side.subject, peer, base });
      lines.push(...labelled('', `nearest: ${text}`, layout));
    }
    for (const assumption of side.assumptions)
      lines.push(...labelled('', `(${engineAssumptionText(assumption)})`, layout));
  }
  return lines;
}

/** The side without its own direction in front, since a column says it. */
function sideWords(side: SideDecision, base: string): string {
  const text = sideText(side, base);
  return text.startsWith(`${side.direction} `) ? text.slice(side.direction.length + 1) : text;
}

/** What would have to be otherwise for the nearest rule to admit it. */
export function nearText(
  { rule, lacking }: NearMiss,
  { subject, peer, base = '' }: { readonly subject: string; readonly peer: string; readonly base?: string },
): string {
  const wishes = lacking.map((item) => {
    switch (item.kind) {
      case 'subject':
      case 'peer': {
        const who = printable(item.kind === 'subject' ? subject : peer);
        if (item.labels.length > 0) return `if ${who} had ${listText(item.labels.map(labelText))}`;
        return item.kind === 'subject' ? `for another than ${who}` : `with another peer than ${who}`;
      }
      case 'port':
        return `on ${listText(item.wants.map(printable))}`;
      case 'named-port':
        return `if the pod had a port named ${printable(item.name)}`;
    }
  });
  return `${policyAt(rule.policy, rule.place, base)} would, ${wishes.join(' and ')}`;
}

/** A label as a person writes it, and where. */
function labelText(label: string): string {
  const plain = label.startsWith('k8s:') ? label.slice('k8s:'.length) : label;
  return plain.startsWith(NAMESPACE_LABELS_PREFIX)
    ? `the namespace label ${printable(plain.slice(NAMESPACE_LABELS_PREFIX.length))}`
    : printable(plain);
}
