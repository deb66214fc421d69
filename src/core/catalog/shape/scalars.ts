import { isScalar } from 'yaml';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import { refuse, report, type Shape } from './shape.ts';

export interface TextForm {
  readonly description: string;
  /** What the text must be, as in "must be …". */
  readonly expected: string;
  /** Linear, and anchored at both ends. The same source serves the JSON Schema. */
  readonly pattern?: RegExp;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A last check that no pattern can make. */
  readonly accepts?: (text: string) => boolean;
}

/** Text. `true` and `1.20` without quotes are no text, and the report says so. */
export function text(form: TextForm): Shape<string> {
  const { description, expected, pattern, minLength = 0, maxLength = 4096, accepts } = form;
  return {
    schema: {
      type: 'string',
      description,
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
      ...(minLength === 0 ? {} : { minLength }),
      maxLength,
    },
    read(spot, base) {
      const value: unknown = isScalar(spot.node) ? spot.node.value : undefined;
      if (typeof value === 'number' || typeof value === 'boolean') {
        refuse(spot, `${expected}, in quotes`);
        return base;
      }
      if (
        typeof value !== 'string' ||
        value.length < minLength ||
        value.length > maxLength ||
        pattern?.test(value) === false ||
        accepts?.(value) === false
      ) {
        refuse(spot, expected);
        return base;
      }
      return value;
    },
  };
}

/** One of a list of words. */
export function word<const W extends string>(words: readonly W[], description: string): Shape<W> {
  const expected = words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`;
  return {
    schema: { type: 'string', description, enum: words },
    read(spot, base) {
      const value: unknown = isScalar(spot.node) ? spot.node.value : undefined;
      const found = words.find((one) => one === value);
      if (found !== undefined) return found;
      const near = typeof value === 'string' ? nearestName(value, words) : undefined;
      const written = isScalar(spot.node) ? (spot.node.source ?? '') : '';
      // `1.20` without quotes is the number 1.2: the word is right, and only its quotes are missing.
      if ((words as readonly string[]).includes(written)) refuse(spot, `"${written}", in quotes`);
      else refuse(spot, near ?? expected);
      return base;
    },
  };
}

export function flag(description: string): Shape<boolean> {
  return {
    schema: { type: 'boolean', description },
    read(spot, base) {
      const value: unknown = isScalar(spot.node) ? spot.node.value : undefined;
      if (typeof value === 'boolean') return value;
      refuse(spot, 'true or false');
      return base;
    },
  };
}

export function integer(
  limits: { readonly min: number; readonly max: number },
  description: string,
): Shape<number> {
  const { min, max } = limits;
  return {
    schema: { type: 'integer', description, minimum: min, maximum: max },
    read(spot, base) {
      const value: unknown = isScalar(spot.node) ? spot.node.value : undefined;
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
      refuse(spot, `a whole number from ${min} to ${max}`);
      return base;
    },
  };
}

const UNIT_SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);
const DURATION = /^[1-9][0-9]{0,5}[smhd]$/;

/** A time such as `30s`, `5m`, `2h`, `1d`, in seconds. */
export function duration(description: string): Shape<number> {
  return {
    schema: { type: 'string', description, pattern: DURATION.source },
    read(spot, base) {
      const value: unknown = isScalar(spot.node) ? spot.node.value : undefined;
      if (typeof value === 'string' && DURATION.test(value)) {
        return Number(value.slice(0, -1)) * (UNIT_SECONDS.get(value.slice(-1)) ?? 1);
      }
      refuse(spot, 'a time such as 30s, 5m, 2h or 1d');
      return base;
    },
  };
}

/** The same text, turned into something else; undefined from `convert` means that it is not what it must be. */
export function converted<T>(form: TextForm, convert: (text: string) => T | undefined): Shape<T> {
  const inner = text(form);
  return {
    schema: inner.schema,
    read(spot, base) {
      const before = spot.reading.problems.length;
      const value = inner.read(spot, undefined);
      if (value === undefined) return base;
      const result = convert(value);
      if (result === undefined && spot.reading.problems.length === before) {
        report(spot, 'schema', { value, expected: form.expected });
      }
      return result ?? base;
    },
  };
}
