import type { AppliedResult, LeftOut } from '../cluster/index.ts';
import { permissionName, rbacRule } from '../cluster/index.ts';
import { formatPolicyRef } from '../model/policy.ts';
import type { TextOptions } from './debug.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { plural } from './units.ts';
import { placeText } from './words/policy.ts';

export type DryRun = 'none' | 'client' | 'server';

export interface ApplyReport {
  readonly results: readonly AppliedResult[];
  readonly leftOut: readonly LeftOut[];
  readonly dryRun: DryRun;
}

/** Whether everything that the files say is in the cluster now, or would be. */
export function isWholeApply({ results, leftOut }: ApplyReport): boolean {
  return (
    leftOut.length === 0 && results.every(({ outcome }) => !('managers' in outcome) && !isRefusal(outcome))
  );
}

function isRefusal({ kind }: AppliedResult['outcome']): boolean {
  return kind === 'refused' || kind === 'forbidden';
}

/** A line for each object, and below it why it was not applied. */
export function clusterApplyText(
  report: ApplyReport,
  { width = 80, paint = PLAIN }: TextOptions = {},
): string {
  const { results, leftOut, dryRun } = report;
  const lines: string[] = [];
  for (const result of results) {
    const { word, why, isGood } = resultWords(result, dryRun);
    const mark = result.outcome.kind === 'unchanged' ? '=' : isGood ? '+' : '✗';
    const line = `${mark} ${refText(result)}  ${word}`;
    lines.push(isGood ? line : paint.bad(line));
    for (const text of why) lines.push(...labelled('', text, { indent: 4, column: 0, width }));
  }
  for (const one of leftOut) {
    lines.push(paint.bad(`! ${nameText(one)}  left out`));
    lines.push(
      ...labelled('', `${leftOutText(one)} (${placeText(one.place)})`, { indent: 4, column: 0, width }),
    );
  }
  if (lines.length > 0) lines.push('');
  lines.push(summary(report), '');
  return lines.join('\n');
}

export function clusterApplyJson({ results, leftOut, dryRun }: ApplyReport): object {
  return {
    version: 1,
    dryRun,
    objects: results.map(({ object, place, outcome }) => ({
      kind: object.kind,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      file: place.file,
      line: place.line,
      outcome: outcome.kind,
      ...('managers' in outcome ? { conflicts: outcome.managers } : {}),
      ...('message' in outcome ? { message: outcome.message } : {}),
      ...('permission' in outcome ? { permission: outcome.permission } : {}),
    })),
    leftOut: leftOut.map(({ place, ...one }) => ({ ...one, file: place.file, line: place.line })),
  };
}

function resultWords(
  { outcome }: AppliedResult,
  dryRun: DryRun,
): { readonly word: string; readonly why: readonly string[]; readonly isGood: boolean } {
  const would = dryRun === 'none' ? '' : 'would be ';
  switch (outcome.kind) {
    case 'created':
    case 'changed':
      return { word: `${would}${outcome.kind}`, why: [], isGood: true };
    case 'unchanged':
      return { word: 'as it should be', why: [], isGood: true };
    case 'not-asked':
      return { word: 'would be applied', why: [], isGood: true };
    case 'conflict':
      return {
        word: 'conflict',
        isGood: false,
        why: outcome.managers.map(
          ({ manager, field }) =>
            `${printable(field)} belongs to ${printable(manager)}; --force-conflicts takes it over`,
        ),
      };
    case 'forbidden':
      return {
        word: 'not allowed',
        isGood: false,
        why: [
          `you may not ${printable(permissionName(outcome.permission))}; the rule to grant it is ${printable(rbacRule(outcome.permission))} (docs/rbac.md has the roles)`,
        ],
      };
    case 'refused':
      return { word: 'refused', isGood: false, why: [`the API server says: ${printable(outcome.message)}`] };
  }
}

function leftOutText({ why }: LeftOut): string {
  switch (why) {
    case 'refused':
      return 'the agent would refuse it; propolis lint says why';
    case 'variable':
      return 'a variable has no value in the files; --var NAME=VALUE gives one';
    case 'namespace-missing':
      return 'the cluster has no such namespace';
  }
}

function refText({ object }: AppliedResult): string {
  const { kind, metadata } = object;
  return nameText({ kind, namespace: metadata.namespace ?? '', name: metadata.name });
}

function nameText({ kind, namespace, name }: Pick<LeftOut, 'kind' | 'namespace' | 'name'>): string {
  switch (kind) {
    case 'CiliumNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
    case 'NetworkPolicy':
      return printable(formatPolicyRef({ kind, namespace, name }));
    default:
      return printable(`${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`);
  }
}

function summary({ results, leftOut, dryRun }: ApplyReport): string {
  const count = (kind: string): number => results.filter(({ outcome }) => outcome.kind === kind).length;
  const failed = count('conflict') + count('forbidden') + count('refused');
  const words: readonly (readonly [number, string])[] = [
    [count('created'), dryRun === 'none' ? 'created' : 'to create'],
    [count('changed'), dryRun === 'none' ? 'changed' : 'to change'],
    [count('unchanged'), 'as they should be'],
    [count('not-asked'), 'to apply'],
    [failed, 'not applied'],
    [leftOut.length, 'left out'],
  ];
  const parts = words.flatMap(([times, word]) => (times === 0 ? [] : [`${times} ${word}`]));
  return `${plural(results.length + leftOut.length, 'object')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}; nothing is ever deleted`;
}
