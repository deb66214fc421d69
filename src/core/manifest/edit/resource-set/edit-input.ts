import type { NamespaceDeclaration, SourceFile } from '../../../model/repository.ts';
import type { RawObject } from '../../raw-object.ts';
import type { TemplateNode } from '../../template/parse.ts';
import { parseTemplate } from '../../template/parse.ts';
import { toYaml } from '../../template/values.ts';
import { asFields, asList, asText, fieldAt } from '../../yaml/fields.ts';
import { finish } from '../finish.ts';
import { within } from '../prove.ts';
import { Refused } from '../refuse.ts';
import { nodeAt, openTarget, readTree } from '../target.ts';
import type { EditResult } from '../types.ts';
import { candidatesToRemove, candidatesToSet } from './candidates.ts';
import { namedPaths } from './input-paths.ts';
import type { InputHabits, InputValues } from './input-values.ts';
import { labelWriters } from './label-writers.ts';
import { type Rendered, readResourceSet, renderInput } from './rendered.ts';
import { syncMap } from './sync-map.ts';

type Form = Extract<NamespaceDeclaration['form'], { readonly kind: 'resource-set-input' }>;

/**
 * Changes labels of a Namespace that a Flux ResourceSet makes, by changing the input from which its template makes
 * them. The template is never touched. Among the changes that the template's own conditions suggest, the first is
 * taken under which exactly the labels asked for change, and nothing else but annotations.
 */
export function editInput(
  file: SourceFile,
  { form, name }: { readonly form: Form; readonly name: string },
  changes: Readonly<Record<string, string | undefined>>,
): EditResult {
  const { document, input } = form;
  const tree = readTree(file.text);
  const target = openTarget(tree, document, 'templates');
  const path = ['spec', 'inputs', input];
  const { start } = nodeAt(target, path);
  const set = readResourceSet(file.text, document);
  if (set === undefined) throw new Refused('not-found', start, 'ResourceSet');
  const search: Search = { set, input, name, templates: templatesOf(set), habits: habitsOf(set, input) };
  const before = inputOf(set, input);
  const edit = (values: InputValues): EditResult => {
    const { steps, intent } = syncMap(before, values, { document, path });
    return finish({ path: file.path, tree }, steps, { document, intent: () => within(path, intent) });
  };
  let after = before;
  let result: EditResult = { kind: 'unchanged' };
  for (const [key, value] of Object.entries(changes)) {
    const found = firstThatCanBeWritten(candidatesFor(search, after, key, value), edit);
    if (found === undefined) throw new Refused('resource-set-template', start, key);
    after = found.values;
    result = found.result;
  }
  return result;
}

/** Where none can be, the refusal of the first is the one to give. */
function firstThatCanBeWritten(
  candidates: Iterable<InputValues>,
  edit: (values: InputValues) => EditResult,
): { readonly values: InputValues; readonly result: EditResult } | undefined {
  let refused: Refused | undefined;
  for (const values of candidates) {
    try {
      return { values, result: edit(values) };
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason;
      refused ??= reason;
    }
  }
  if (refused !== undefined) throw refused;
  return undefined;
}

interface Search {
  readonly set: RawObject;
  readonly input: number;
  readonly name: string;
  readonly templates: readonly (readonly TemplateNode[])[];
  readonly habits: InputHabits;
}

/** Inputs under which a label has the value, or is absent, and all else is as it was. */
function* candidatesFor(
  search: Search,
  values: InputValues,
  key: string,
  value: string | undefined,
): Generator<InputValues> {
  const now = rendered(search, values);
  if (now === undefined) return;
  const wanted: Record<string, string> = { ...now.labels };
  if (value === undefined) delete wanted[key];
  else wanted[key] = value;
  if (isSameLabels(now.labels, wanted)) yield values;
  const writers = search.templates.flatMap((nodes) => labelWriters(nodes, key));
  const context = { values, habits: search.habits };
  const candidates =
    value === undefined ? candidatesToRemove(writers, context) : candidatesToSet(writers, value, context);
  for (const candidate of candidates) {
    const outcome = rendered(search, candidate);
    if (outcome !== undefined && outcome.rest === now.rest && isSameLabels(outcome.labels, wanted)) {
      yield candidate;
    }
  }
}

function rendered({ set, input, name }: Search, values: InputValues): Rendered | undefined {
  const inputs = (asList(fieldAt(set.value, ['spec', 'inputs'])) ?? []).with(input, values);
  const spec = { ...asFields(fieldAt(set.value, ['spec'])), inputs };
  return renderInput({ ...set, value: { ...asFields(set.value), spec } }, input, name);
}

function isSameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

function inputOf(set: RawObject, input: number): InputValues {
  return (asFields(fieldAt(set.value, ['spec', 'inputs', input])) ?? {}) as InputValues;
}

function habitsOf(set: RawObject, input: number): InputHabits {
  const inputs = (asList(fieldAt(set.value, ['spec', 'inputs'])) ?? []) as readonly InputValues[];
  return {
    others: inputs.filter((_, index) => index !== input),
    named: templatesOf(set).flatMap(namedPaths),
  };
}

/** Templates as text, and objects, which are templates as well. One that cannot be read makes rendering fail. */
function templatesOf(set: RawObject): readonly (readonly TemplateNode[])[] {
  const spec = fieldAt(set.value, ['spec']);
  const holders = [spec, ...(asList(fieldAt(spec, ['steps'])) ?? [])];
  return holders.flatMap((holder) => {
    const text = asText(fieldAt(holder, ['resourcesTemplate'])) ?? '';
    const objects = (asList(fieldAt(holder, ['resources'])) ?? []).map((object) => toYaml(object));
    return [text, ...objects].map((template) => parseTemplate(template) ?? []);
  });
}
