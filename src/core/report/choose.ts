import type { Choice, Evidence, Need, OtherTraffic, ShownNeed } from '../ask/choose/index.ts';
import { admissionsText, peerText } from '../catalog/profile-words.ts';
import type { TextOptions } from './debug.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { plural, portText, portTexts } from './units.ts';
import { placeText, policyText } from './words/policy.ts';

/** The answer, why, and what it opens beyond need. */
export function chooseText(choice: Choice, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const layout = { indent: 2, column: 10, width };
  const { profile, description, met, unmet, beyond, labels, others, hints } = choice;
  const title =
    profile === undefined
      ? choice.isPlatform
        ? 'no profile   a platform namespace has a policy of its own: propolis platform add'
        : 'no profile   the catalog has none'
      : `${profile}   ${description}`;
  const lines = [paint.strong(printable(title))];
  const say = (label: string, text: string): void =>
    void lines.push(...labelled(label, printable(text), layout));
  if (met.length === 0 && profile !== undefined)
    say('why', 'nothing is needed that a profile or a label is for');
  for (const [i, need] of met.entries()) say(i === 0 ? 'why' : '', shownText(need));
  if (beyond.ingress.length > 0) say('beyond', `in: ${admissionsText(beyond.ingress)}`);
  if (beyond.egress.length > 0) say('beyond', `out: ${admissionsText(beyond.egress)}`);
  if (choice.now !== undefined) say('now', nowText(choice.now));
  for (const need of unmet) say('not met', `${shownText(need)}; ${remedyText(need.need)}`);
  for (const one of others.slice(0, OTHERS_MAX)) say('besides', otherText(one));
  if (others.length > OTHERS_MAX) say('besides', `${others.length - OTHERS_MAX} more; -o json has them all`);
  for (const { url, place } of hints) {
    say('perhaps', `${url} stands at ${placeText(place)}: if the app calls it, add --calls-outside`);
  }
  for (const [i, [key, value]] of Object.entries(labels).entries()) {
    // YAML would take the word for a boolean.
    say(i === 0 ? 'labels' : '', `${key}: ${value === 'true' ? '"true"' : value}`);
  }
  return `${lines.join('\n')}\n`;
}

export function chooseJson(choice: Choice): object {
  const { profile, access, labels, met, unmet, beyond, now, isPlatform, others, hints } = choice;
  const shown = (need: ShownNeed): unknown => ({ ...need, text: shownText(need) });
  const ways = (admissions: Choice['beyond']['ingress']): unknown =>
    admissions.map(({ peer, ports }) => ({ peer, text: peerText(peer), ports: portTexts(ports) }));
  return {
    version: 1,
    profile: profile ?? null,
    access,
    labels,
    isPlatform,
    met: met.map(shown),
    unmet: unmet.map(shown),
    beyond: { ingress: ways(beyond.ingress), egress: ways(beyond.egress) },
    ...(now === undefined
      ? {}
      : { now: { ...now, beyond: { ingress: ways(now.beyond.ingress), egress: ways(now.beyond.egress) } } }),
    others,
    hints,
  };
}

const OTHERS_MAX = 8;

function nowText({ profile, isEnough, beyond }: NonNullable<Choice['now']>): string {
  if (!isEnough) return `${profile}, which does not open all of that`;
  const ways = [
    ...(beyond.ingress.length === 0 ? [] : [`in: ${admissionsText(beyond.ingress)}`]),
    ...(beyond.egress.length === 0 ? [] : [`out: ${admissionsText(beyond.egress)}`]),
  ];
  return `${profile}, which opens beyond need: ${ways.join('; ')}`;
}

function shownText({ need, evidence }: ShownNeed): string {
  const shown = evidence
    .slice(0, EVIDENCE_MAX)
    .map(evidenceText)
    .filter((text) => text !== '');
  const more = evidence.length > EVIDENCE_MAX ? [`${evidence.length - EVIDENCE_MAX} more`] : [];
  const all = [...shown, ...more];
  return `${needText(need)}${all.length === 0 ? '' : ` (${all.join(', ')})`}`;
}

const EVIDENCE_MAX = 2;

function needText(need: Need): string {
  switch (need.kind) {
    case 'gateway':
      return `the ${need.gateway} gateway leads to it${need.port === undefined ? '' : `, port ${need.port}`}`;
    case 'out':
      return `goes out of the cluster, ${portText(need.port, need.protocol)}`;
    case 'access':
      return `uses ${need.resource}`;
  }
}

function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'asked':
      return '';
    case 'route':
      return `${evidence.object} ${evidence.name}, ${placeText(evidence.place)}`;
    case 'host':
      return `${evidence.host}, ${placeText(evidence.place)}`;
    case 'flows':
      return `${plural(evidence.count, 'flow')}, such as ${evidence.example}`;
  }
}

function remedyText(need: Need): string {
  switch (need.kind) {
    case 'gateway':
      return 'no profile lets it in there: one of your own in propolis.yaml, or a policy of the namespace';
    case 'out':
      return 'no profile opens that with the rest: a policy of its own in the namespace, or a profile of your own in propolis.yaml';
    case 'access':
      return '';
  }
}

function otherText({ direction, from, to, port, protocol, count, admittedBy }: OtherTraffic): string {
  const what = `${direction} ${from} → ${to} ${portText(port, protocol)}, ${plural(count, 'flow')}`;
  return admittedBy === undefined
    ? `${what}: nothing that a profile is for; a policy of its own in the namespace`
    : `${what}: admitted by ${policyText(admittedBy)}`;
}
