import { renderTemplate } from '../../template/evaluate.ts';
import type { Expression } from '../../template/expression.ts';
import { asFields } from '../../yaml/fields.ts';
import type { PlainValue } from '../types.ts';
import { type InputPath, inputPathOf } from './input-paths.ts';
import {
  emptyLike,
  type InputHabits,
  type InputValues,
  isEmpty,
  valueAt,
  withValue,
} from './input-values.ts';
import type { Condition, LabelWriter } from './label-writers.ts';

const MOST = 64;

/**
 * Inputs under which a template may give the label the value, the least change first. None of them is sure:
 * each is to be rendered.
 */
export function candidatesToSet(
  writers: readonly LabelWriter[],
  value: string,
  { values, habits }: { readonly values: InputValues; readonly habits: InputHabits },
): readonly InputValues[] {
  return writers
    .flatMap(({ conditions, value: written }) => {
      if (written.kind === 'literal')
        return written.text === value ? satisfied(values, conditions, habits) : [];
      const typed = typedLikeOthers(value, written.path, habits);
      return satisfied(withValue(values, written.path, typed, habits), conditions, habits);
    })
    .slice(0, MOST);
}

/** Inputs under which a template may not write the label. */
export function candidatesToRemove(
  writers: readonly LabelWriter[],
  { values, habits }: { readonly values: InputValues; readonly habits: InputHabits },
): readonly InputValues[] {
  return writers
    .flatMap(({ conditions }) =>
      conditions.toReversed().flatMap((condition) => made(values, condition, { holds: false, habits })),
    )
    .slice(0, MOST);
}

/** Inputs under which all conditions hold. Conditions on the outside come first, as they guard the others. */
function satisfied(
  start: InputValues,
  conditions: readonly Condition[],
  habits: InputHabits,
): readonly InputValues[] {
  let states: readonly InputValues[] = [start];
  for (const condition of conditions) {
    states = states
      .flatMap((values) =>
        holds(values, condition) ? [values] : made(values, condition, { holds: true, habits }),
      )
      .slice(0, MOST);
  }
  return states;
}

function holds(values: InputValues, { expression, holds: wanted }: Condition): boolean {
  const body = [{ kind: 'text', text: 'yes' }] as const;
  const probe = { kind: 'if', name: undefined, condition: expression, body, otherwise: [] } as const;
  const outcome = renderTemplate([probe], values);
  return 'text' in outcome && (outcome.text === 'yes') === wanted;
}

interface Wish {
  /** Whether the condition's side is to be taken or to be avoided. */
  readonly holds: boolean;
  readonly habits: InputHabits;
}

function made(values: InputValues, condition: Condition, wish: Wish): readonly InputValues[] {
  return madeTrue(values, condition.expression, {
    ...wish,
    condition,
    holds: condition.holds === wish.holds,
  });
}

function madeTrue(
  values: InputValues,
  expression: Expression,
  wish: Wish & { readonly condition: Condition },
): readonly InputValues[] {
  const { habits, condition } = wish;
  const path = inputPathOf(expression, condition.variables);
  if (path !== undefined && path.length > 0) {
    return wish.holds ? [withValue(values, path, true, habits)] : emptied(values, path, habits);
  }
  if (expression.kind !== 'call') return [];
  const [first, second] = expression.args;
  if (first === undefined) return [];
  switch (expression.name) {
    case 'not':
    case 'empty':
      return madeTrue(values, first, { ...wish, holds: !wish.holds });
    case 'eq':
    case 'ne': {
      const field = inputPathOf(first, condition.variables);
      if (field === undefined || second?.kind !== 'literal' || (expression.name === 'eq') !== wish.holds)
        return [];
      return [withValue(values, field, second.value, habits)];
    }
    case 'and':
    case 'or': {
      if ((expression.name === 'and') !== wish.holds) {
        return expression.args.flatMap((arg) => madeTrue(values, arg, wish));
      }
      let states: readonly InputValues[] = [values];
      for (const arg of expression.args) {
        states = states.flatMap((state) =>
          holds(state, { ...condition, expression: arg, holds: wish.holds })
            ? [state]
            : madeTrue(state, arg, wish),
        );
      }
      return states.slice(0, MOST);
    }
    case 'hasKey': {
      const map = inputPathOf(first, condition.variables);
      if (map === undefined || second?.kind !== 'literal' || typeof second.value !== 'string') return [];
      return [withValue(values, [...map, second.value], wish.holds ? true : undefined, habits)];
    }
    default:
      return [];
  }
}

/** A field gone, its map made what other inputs have instead of one, or the field empty. */
function emptied(values: InputValues, path: InputPath, habits: InputHabits): readonly InputValues[] {
  const current = valueAt(values, path);
  if (current === undefined) return [];
  const without = withValue(values, path, undefined, habits);
  const parent = path.slice(0, -1);
  const instead = emptyInOthers(parent, habits);
  const isInstead = parent.length > 0 && instead !== undefined && isEmpty(valueAt(without, parent));
  return [
    // Where every other input has the field, one without it would stand out.
    ...(isWrittenByAll(path, habits)
      ? [withValue(values, path, emptyInOthers(path, habits) ?? emptyLike(current), habits)]
      : []),
    ...(isInstead ? [withValue(values, parent, instead, habits)] : []),
    without,
    withValue(values, path, emptyLike(current), habits),
  ];
}

/** What other inputs have in the place of a map, or of something that is true. */
function emptyInOthers(path: InputPath, { others }: InputHabits): PlainValue | undefined {
  return others
    .map((other) => valueAt(other, path))
    .find(
      (other) => other !== undefined && other !== null && asFields(other) === undefined && isEmpty(other),
    );
}

function isWrittenByAll(path: InputPath, { others }: InputHabits): boolean {
  return others.length > 0 && others.every((other) => valueAt(other, path) !== undefined);
}

/** `true` as a boolean where other inputs have booleans there. */
function typedLikeOthers(value: string, path: InputPath, { others }: InputHabits): PlainValue {
  const isBoolean = others.some((other) => typeof valueAt(other, path) === 'boolean');
  return isBoolean && (value === 'true' || value === 'false') ? value === 'true' : value;
}
