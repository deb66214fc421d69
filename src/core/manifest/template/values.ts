import { asFields, asList } from '../yaml/fields.ts';

/** Why a template could not be rendered: Go would fail too, or it uses what is not read here. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
}

/** Go's truth: false, 0, nil, and what is empty are not true. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return false;
  const list = asList(value);
  if (list !== undefined) return list.length > 0;
  const fields = asFields(value);
  return fields === undefined || Object.keys(fields).length > 0;
}

/** A value as Go prints it in a template. Maps and lists print in a form that is no YAML, so they are faults. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<no value>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateFault('a map or list is printed');
}

/** Block YAML of a value, as `toYaml` prints it: keys sorted, and texts quoted, which changes no meaning. */
export function toYaml(value: unknown, indent = ''): string {
  const list = asList(value);
  if (list !== undefined && list.length > 0) {
    return list.map((item) => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('\n');
  }
  const fields = asFields(value);
  if (fields !== undefined && Object.keys(fields).length > 0) {
    return Object.keys(fields)
      .sort()
      .map((key) => `${indent}${JSON.stringify(key)}:${below(fields[key], indent)}`)
      .join('\n');
  }
  return indent + JSON.stringify(value ?? null);
}

function below(value: unknown, indent: string): string {
  const isBlock = typeof value === 'object' && value !== null && isTrue(value);
  return isBlock ? `\n${toYaml(value, `${indent}  `)}` : ` ${JSON.stringify(value ?? null)}`;
}
