import { formatPath, type Path } from '../../model/place.ts';
import type { Problem, ProblemCode } from '../../model/repository.ts';
import type { RawObject } from '../raw-object.ts';
import type { AdmissionFinding } from './admit.ts';
import { field, showValue, textField } from './json.ts';
import type { Refusal } from './refusal.ts';

/** More than this helps nobody; the last one then says how many there are. */
const MOST_PROBLEMS = 50;

/** Whether an object with such a problem is not in force. A field that is merely dropped leaves the rest in force. */
export function isBlocking({ code }: { readonly code: ProblemCode }): boolean {
  return code !== 'unknown-field';
}

/**
 * What both gates say about one object, each thing once: what the API server refuses never reaches the agent,
 * so its word is kept where both speak about one field. In order of gate; what blocks is never cut off.
 */
export function toProblems(
  raw: RawObject,
  findings: readonly AdmissionFinding[],
  refusals: readonly Refusal[],
): readonly Problem[] {
  const drafts = [
    ...findings.filter(({ code }) => code === 'schema').map(fromFinding),
    ...withoutKnown(refusals, findings).map(fromRefusal),
    ...findings.filter(({ code }) => code !== 'schema').map(fromFinding),
  ];
  const shown = drafts.length > MOST_PROBLEMS ? drafts.slice(0, MOST_PROBLEMS - 1) : drafts;
  const object = objectRef(raw.value);
  const problems = shown.map(({ code, path, value, expected }) => ({
    code,
    place: raw.locate(path),
    field: formatPath(path),
    value: value(),
    expected: expected(),
    object,
  }));
  const cut = drafts[shown.length];
  if (cut !== undefined) {
    const value = `${drafts.length - shown.length} more`;
    problems.push({ code: cut.code, place: raw.locate([]), field: '', value, expected: '', object });
  }
  return problems;
}

interface Draft {
  readonly code: ProblemCode;
  readonly path: Path;
  readonly value: () => string;
  readonly expected: () => string;
}

function fromFinding({ code, path, value, expected }: AdmissionFinding): Draft {
  const isVariable = code === 'schema' && typeof value === 'string' && hasVariable(value);
  return { code: isVariable ? 'unresolved-variable' : code, path, value: () => showValue(value), expected };
}

function fromRefusal({ path, rule, value, expected }: Refusal): Draft {
  return { code: codeOf(rule, value), path, value: () => value, expected: () => expected };
}

function codeOf(rule: Refusal['rule'], value: string): ProblemCode {
  if (hasVariable(value)) return 'unresolved-variable';
  return rule === 'http-regexp-too-long' ? 'over-limit' : 'refused-by-agent';
}

function hasVariable(value: string): boolean {
  return value.includes('${');
}

/** Wrong types are found by both gates, maybe at a list by one and at its items by the other. */
function withoutKnown(
  refusals: readonly Refusal[],
  findings: readonly AdmissionFinding[],
): readonly Refusal[] {
  const known = new Set(findings.filter(({ code }) => code === 'schema').map(({ path }) => formatPath(path)));
  const isKnown = ({ path, rule }: Refusal): boolean =>
    rule === 'decode'
      ? path.some((_, depth) => known.has(formatPath(path.slice(0, depth + 1)))) || known.has('')
      : known.has(formatPath(path));
  return refusals.filter((refusal) => !isKnown(refusal));
}

function objectRef(value: unknown): NonNullable<Problem['object']> {
  const metadata = field(value, 'metadata');
  return {
    kind: textField(value, 'kind'),
    namespace: textField(metadata, 'namespace'),
    name: textField(metadata, 'name'),
  };
}
