import type { HatchDrop, HatchPlan, Relief } from '../../diagnose/hatch/index.ts';
import type { Opened } from '../../diagnose/index.ts';
import type { TextOptions } from '../debug.ts';
import { openedText } from '../debug.ts';
import { debugJson } from '../debug-json.ts';
import { labelled, wrapParts } from '../layout.ts';
import { type Paint, PLAIN } from '../paint.ts';
import { printable } from '../printable.ts';
import { clockTime, count, duration, plural, portText, portTexts } from '../units.ts';
import { assumptionText } from '../words/assumption.ts';
import { fixText } from '../words/fix.ts';
import { reliefText, reliefWord } from '../words/hatch.ts';
import { placeText } from '../words/policy.ts';

const SHAPE_VERSION = 1;
const PAIRS_MAX = 8;
const PEERS_MAX = 12;

/** What opening a namespace would do, for people. */
export function hatchPlanText(plan: HatchPlan, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const layout = { indent: 2, column: 7, width };
  const lines = [
    ...wrapParts(headParts(plan), width).map((line, i) => (i === 0 ? paint.strong(line) : line)),
    ...plan.drops.flatMap((drop) => ['', ...dropLines(drop, { width, paint })]),
    '',
    ...opensLines(plan, width),
    ...adviceOf(plan).flatMap((text) => labelled('mind', text, { ...layout, indent: 0, column: 9 })),
  ];
  const { assumptions } = plan.diagnosis;
  if (assumptions.length > 0) {
    lines.push('');
    for (const [i, assumption] of assumptions.entries()) {
      const text = assumptionText(assumption);
      lines.push(
        ...labelled(i === 0 ? 'assumed' : '', text, { indent: 0, column: 9, width }).map(paint.faint),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The same as data. */
export function hatchPlanJson(plan: HatchPlan): unknown {
  return {
    version: SHAPE_VERSION,
    namespace: plan.namespace,
    isOpen: plan.isOpen,
    isPlatform: plan.isPlatform,
    drops: plan.drops.map(({ finding, relief }, i) => ({
      from: finding.from.name,
      to: finding.to.name,
      port: finding.port,
      protocol: finding.protocol,
      count: finding.count,
      relief: reliefJson(relief),
      finding: i,
    })),
    opens: plan.opens.map(({ from, to, ports }) => ({ from, to, ports: portTexts(ports) })),
    closes: plan.closes.map(({ from, to, ports }) => ({ from, to, ports: portTexts(ports) })),
    advice: adviceOf(plan),
    diagnosis: debugJson(plan.diagnosis),
  };
}

function reliefJson(relief: Relief): unknown {
  const text = reliefText(relief);
  switch (relief.kind) {
    case 'relieved':
      return { kind: relief.kind, because: null, text };
    case 'not-relieved':
      return { kind: relief.kind, because: relief.because, text };
    case 'undecidable':
      return { kind: relief.kind, because: null, text };
  }
}

/** Whether the hatch would do all that it is opened for. */
export function relievesAll({ drops }: HatchPlan): boolean {
  return drops.every(({ relief }) => relief.kind === 'relieved');
}

function headParts({ namespace, diagnosis, drops, isOpen }: HatchPlan): readonly string[] {
  const { window, isSeen } = diagnosis;
  const parts = [printable(namespace), isOpen ? 'open already' : 'if it were opened'];
  if (window.fromMs !== undefined && window.toMs !== undefined) {
    parts.push(`${duration(window.toMs - window.fromMs)} to ${clockTime(window.toMs)}`);
  }
  if (!isSeen) return [...parts, `no flow of this namespace in ${plural(window.flows, 'flow')}`];
  if (drops.length === 0) return [...parts, 'nothing is dropped that a hatch could relieve'];
  for (const kind of ['relieved', 'not-relieved', 'undecidable'] as const) {
    const some = drops.filter(({ relief }) => relief.kind === kind);
    const [first] = some;
    if (first !== undefined) parts.push(`${count(some.length)} ${reliefWord(first.relief)}`);
  }
  return parts;
}

function dropLines(
  { finding, relief }: HatchDrop,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const layout = { indent: 2, column: 7, width };
  const mark =
    relief.kind === 'relieved' ? paint.good('✓') : relief.kind === 'undecidable' ? '?' : paint.bad('✗');
  const title = [
    `${finding.from.name} → ${finding.to.name}`,
    portText(finding.port, finding.protocol),
    `${count(finding.count)}×`,
    reliefWord(relief),
  ].map(printable);
  const lines = wrapParts(title, width - 2).map((line, i) => `${i === 0 ? mark : ' '} ${paint.strong(line)}`);
  const why = reliefText(relief);
  if (why !== '') lines.push(...labelled('why', why, layout));
  const { fix } = finding;
  if (fix === undefined) return lines;
  lines.push(...labelled('fix', `instead: ${fixText(fix)}`, layout));
  for (const { file, line } of fix.edits) lines.push(`         ${placeText({ file, line, column: 1 })}`);
  return lines;
}

/** Who may talk to whom: pairs with the same ports are told together by the side that they share. */
function opensLines({ opens, closes, namespace }: HatchPlan, width: number): readonly string[] {
  const under = { indent: 0, column: 9, width };
  const texts = [...groupedTexts(opens, namespace), ...(opens.length === 0 ? ['nothing'] : [])];
  return [
    ...texts.flatMap((text, i) => labelled(i === 0 ? 'opens' : '', text, under)),
    ...closes
      .slice(0, PAIRS_MAX)
      .flatMap((pair, i) => labelled(i === 0 ? 'closes' : '', openedText(pair), under)),
  ];
}

function groupedTexts(pairs: readonly Opened[], namespace: string): readonly string[] {
  const groups = new Map<string, OpenedGroup>();
  const isOwn = (name: string): boolean => name.startsWith(`${namespace}/`);
  for (const { from, to, ports } of pairs) {
    const isInto = isOwn(to);
    const peer = isOwn(isInto ? from : to) ? 'its own pods' : printable(isInto ? from : to);
    const key = JSON.stringify([isInto, portsText(ports)]);
    const group = groups.get(key) ?? { isInto, ports: portsText(ports), peers: new Set() };
    group.peers.add(peer);
    groups.set(key, group);
  }
  const own = `${printable(namespace)}/*`;
  return [...groups.values()].map(({ isInto, ports, peers }) => {
    const others = listOf([...peers]);
    return isInto ? `${others} → ${own}   ${ports}` : `${own} → ${others}   ${ports}`;
  });
}

interface OpenedGroup {
  readonly isInto: boolean;
  readonly ports: string;
  readonly peers: Set<string>;
}

/** What is left when some ports were open already is a long list that nobody reads. */
function portsText(ports: Opened['ports']): string {
  const text = portTexts(ports).join(', ');
  return text.length > PORTS_LENGTH ? 'every port that is not open yet' : text;
}

const PORTS_LENGTH = 40;

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, PEERS_MAX).join(', ');
  return names.length > PEERS_MAX ? `${shown} and ${count(names.length - PEERS_MAX)} more` : shown;
}

/** What somebody should know before opening. */
function adviceOf({ drops, isOpen, isPlatform, namespace }: HatchPlan): readonly string[] {
  const relieved = drops.filter(({ relief }) => relief.kind === 'relieved');
  const fixed = drops.filter(({ finding }) => finding.fix !== undefined);
  const name = printable(namespace);
  const advice: string[] = [];
  if (isPlatform) {
    advice.push(
      `${name} is a platform namespace: what the whole cluster rests on would be open to everybody`,
    );
  }
  if (isOpen) advice.push(`${name} is open already: opening it again changes nothing`);
  if (!isOpen && drops.length > 0 && relieved.length === 0) {
    advice.push('opening it would relieve nothing of this: do not');
  }
  if (drops.length > 0 && fixed.length === drops.length) {
    advice.push(
      `every drop has a proven fix that opens less: propolis debug ${name} --apply makes it on a branch`,
    );
  }
  return advice;
}
