import type { Path } from '../../model/place.ts';
import { type Origins, renameField, type Tracked } from '../tracked.ts';
import type { Fields } from '../yaml/convert.ts';
import { parseYaml } from '../yaml/document.ts';
import { resolvePlain } from '../yaml/scalar.ts';
import { textSource } from '../yaml/text.ts';
import { substitute, type Variables } from './substitute.ts';

/** A text that could not be replaced in full. */
export interface Unreplaced {
  readonly path: Path;
  readonly text: string;
  /** Names without a value. None: Flux would refuse the text. */
  readonly names: readonly string[];
}

/**
 * Replaces the variables in all texts of an object, in place, as Flux does: it prints the object as YAML, replaces,
 * and reads it again. So a text that is printed without quotes can become a number, a boolean or a whole list, and
 * quotes in the source do not help; a text of several lines, or one that needs quotes, stays text.
 */
export function substituteObject(
  object: Tracked,
  variables: Variables,
  unknown: 'empty' | 'keep',
): readonly Unreplaced[] {
  const state: State = { origins: object.origins, variables, unknown, unreplaced: [] };
  replaceFields(object.value, [], state);
  return state.unreplaced;
}

/** The texts of an object that hold variables, where nothing is to be replaced. */
export function variablesOfObject(value: unknown): readonly Unreplaced[] {
  const found: Unreplaced[] = [];
  const visit = (current: unknown, path: Path): void => {
    if (typeof current === 'string') {
      const { unresolved } = substitute(current, new Map());
      if (unresolved.length > 0) found.push({ path, text: current, names: unresolved });
    } else if (Array.isArray(current)) {
      for (const [i, item] of current.entries()) visit(item, [...path, i]);
    } else if (typeof current === 'object' && current !== null) {
      for (const [key, entry] of Object.entries(current)) {
        visit(key, [...path, key]);
        visit(entry, [...path, key]);
      }
    }
  };
  visit(value, []);
  return found;
}

interface State {
  readonly origins: Origins;
  readonly variables: Variables;
  readonly unknown: 'empty' | 'keep';
  readonly unreplaced: Unreplaced[];
}

function replaceFields(fields: Fields, path: Path, state: State): void {
  for (const [key, entry] of Object.entries(fields)) {
    const name = key.includes('$') ? replaceText(key, [...path, key], state) : key;
    if (name !== key) renameField(state.origins, fields, key, name);
    const changed = replaceValue(entry, [...path, name], state);
    if (changed !== entry) fields[name] = changed;
  }
}

function replaceValue(value: unknown, path: Path, state: State): unknown {
  if (typeof value === 'string') {
    if (!value.includes('$')) return value;
    const text = replaceText(value, path, state);
    return text === value ? value : reread(value, text);
  }
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) value[i] = replaceValue(item, [...path, i], state);
  } else if (typeof value === 'object' && value !== null) {
    replaceFields(value as Fields, path, state);
  }
  return value;
}

function replaceText(text: string, path: Path, state: State): string {
  const replaced = substitute(text, state.variables, state.unknown);
  if (replaced.refused || replaced.unresolved.length > 0) {
    state.unreplaced.push({ path, text, names: replaced.unresolved });
  }
  return replaced.text;
}

/** What a YAML reader makes of the new text, if the old one would have been printed without quotes. */
function reread(before: string, after: string): unknown {
  if (!isPrintedPlain(before)) return after;
  if (/^[A-Za-z0-9_.~+/-]*$/.test(after)) return resolvePlain(after);
  const document = parseYaml(textSource('', after), { index: 0, start: 0, end: after.length });
  if (!document.readable || document.value === null) return after;
  // What a variable brought has no origin of its own: it stands where the variable does.
  return document.value;
}

/** Whether go-yaml prints a text without quotes: `emitterc.go`, `yaml_emitter_analyze_scalar`. */
function isPrintedPlain(text: string): boolean {
  if (text === '' || text.includes('\n') || resolvePlain(text) !== text) return false;
  if (/^[#,[\]{}&*!|>'"%@`\s]/.test(text) || /^[-?:](?:\s|$)/.test(text) || /^(?:---|\.\.\.)/.test(text)) {
    return false;
  }
  return !/\s$|:(?:\s|$)|\s#/.test(text);
}
