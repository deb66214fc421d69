import { formatPath, type Path } from '../../model/place.ts';
import type { Problem } from '../../model/repository.ts';
import { asFields, fieldAt, textMap } from '../yaml/fields.ts';
import type { ReadObject } from './objects.ts';

/** A `schema` problem about one field of an object. */
export function schemaProblem(object: ReadObject, path: Path, expected: string): Problem {
  return {
    code: 'schema',
    place: object.locate(path),
    field: formatPath(path),
    value: showScalar(fieldAt(object.value, path)),
    expected,
    object: { kind: object.kind, namespace: object.namespace, name: object.name },
  };
}

/**
 * Labels or annotations. Kubernetes takes texts only, so `true` and `1` without quotes are refused; the reader says
 * so and reads them as the text that was surely meant.
 */
export function readTextMap(
  object: ReadObject,
  path: Path,
  report: (problem: Problem) => void,
): Readonly<Record<string, string>> {
  const value = fieldAt(object.value, path);
  if (value === undefined || value === null) return {};
  const fields = asFields(value);
  if (fields === undefined) {
    report(schemaProblem(object, path, 'a map of texts'));
    return {};
  }
  for (const [key, entry] of Object.entries(fields)) {
    if (typeof entry !== 'string' && entry !== null)
      report(schemaProblem(object, [...path, key], 'a text, in quotes'));
  }
  return textMap(value);
}

function showScalar(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
