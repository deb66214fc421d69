import type { OwnRule, PlatformChange, PlatformPlan, RuleCheck } from '../change/index.ts';
import { effectJson, effectLines, fileJson, fileLines } from './change.ts';
import { refusalJson } from './change-refusal.ts';
import { catalogPortText, ruleFlag } from './change-words.ts';
import type { TextOptions } from './debug.ts';
import { decisionJson } from './debug-json.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { count, plural } from './units.ts';
import { policyText, sideText } from './words/policy.ts';

/** A new policy of a platform namespace for people: its rules, the evidence, and what it opens and closes. */
export function platformChangeText(
  change: PlatformChange,
  { width = 80, paint = PLAIN }: TextOptions = {},
): string {
  const { policy, files, isInMesh, rules, left, checks, flows, effects } = change;
  const layout = { indent: 2, column: 8, width };
  const line = (label: string, text: string): readonly string[] => labelled(label, text, layout);
  const lines: string[] = [paint.strong(policyText(policy))];
  for (const file of files) {
    if (file.before === undefined) lines.push(...line('new', printable(file.path)));
    else lines.push(...fileLines(file, paint));
  }
  lines.push(
    ...line('rules', `probes, scraping, DNS${isInMesh ? ', HBONE' : ' (not in the mesh: no HBONE)'}`),
  );
  for (const rule of rules) lines.push(...line('', ruleText(rule)));
  for (const check of checks) lines.push(...line(check.denied === 0 ? 'proof' : 'still', checkText(check)));
  if (flows !== undefined) {
    for (const [i, text] of flowProofTexts(flows).entries())
      lines.push(...line(i === 0 ? 'flows' : '', text));
  }
  for (const [i, rule] of left.entries()) {
    const flags = rule.ports.map((port) => ruleFlag(rule, port)).join(' ');
    const text = `${count(rule.evidence?.dropped ?? 0)}× dropped; if it is meant to pass: ${flags}`;
    lines.push(...line(i === 0 ? 'left' : '', text));
  }
  lines.push(...effectLines(effects, { width, paint }));
  if (!change.isInCatalog) {
    const text = `add ${printable(policy.namespace)} to platform.namespaces in propolis.yaml, so that nobody gives it a profile`;
    lines.push(...line('next', text));
  }
  return `${lines.join('\n')}\n`;
}

export function platformPlanJson(plan: PlatformPlan): object {
  const version = 1;
  if (plan.kind === 'refused') return { version, kind: 'refused', refusal: refusalJson(plan.refusal) };
  const { policy, files, isInMesh, rules, left, checks, flows, effects, isInCatalog } = plan.change;
  return {
    version,
    kind: 'change',
    policy,
    files: files.map(fileJson),
    mesh: isInMesh,
    rules: rules.map(ruleJson),
    left: left.map(ruleJson),
    checks: checks.map(({ rule, allowed, denied, example }) => ({
      rule: ruleJson(rule),
      allowed,
      denied,
      example: example === undefined ? null : decisionJson(example),
    })),
    flows: flows ?? null,
    effects: effects.map(effectJson),
    isInCatalog,
  };
}

function ruleJson(rule: OwnRule): unknown {
  const { direction, peer, ports, origin, evidence } = rule;
  return { direction, peer, origin, ports: ports.map(catalogPortText), evidence: evidence ?? null };
}

/** What became of the recorded flows. */
export function flowProofTexts({
  stillPass,
  deniedElsewhere,
  inexpressible,
}: NonNullable<PlatformChange['flows']>): readonly string[] {
  return [
    `all ${plural(stillPass, 'recorded flow')} that passed would still pass`,
    ...(deniedElsewhere > 0
      ? [
          `${plural(deniedElsewhere, 'flow')} passed that the files deny at the other end, with or without this`,
        ]
      : []),
    ...(inexpressible > 0
      ? [`${plural(inexpressible, 'dropped flow')} that no rule by labels or names can admit`]
      : []),
  ];
}

export function ruleText({ direction, peer, ports, origin, evidence }: OwnRule): string {
  const way = direction === 'ingress' ? 'from' : 'to';
  const text = `${way} ${printable(peer)} ${ports.map(catalogPortText).join(', ')}`;
  if (evidence === undefined) return origin === 'catalog' ? `${text}   by the catalog` : text;
  const { passed, dropped } = evidence;
  const counts = [
    ...(passed > 0 ? [`${count(passed)}× passed`] : []),
    ...(dropped > 0 ? [`${count(dropped)}× dropped`] : []),
  ];
  return `${text}   ${counts.join(', ')}`;
}

export function checkText({ rule, allowed, denied, example }: RuleCheck): string {
  const name = ruleText({ ...rule, evidence: undefined });
  if (denied === 0 && allowed > 0) return `${name}: allowed at both ends`;
  if (example === undefined) return `${name}: nobody to judge it by`;
  const side = example.egress.verdict === 'denied' ? example.egress : example.ingress;
  return `${name}: denied at the other end, ${sideText(side)}`;
}
