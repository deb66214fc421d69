import type { Path } from '../../model/place.ts';
import type { RawObject } from '../raw-object.ts';
import { renderTemplate } from '../template/evaluate.ts';
import { parseTemplate } from '../template/parse.ts';
import { toYaml } from '../template/values.ts';
import type { Fields } from '../yaml/convert.ts';
import { asFields, asList, asText, fieldAt, textAt, textMap } from '../yaml/fields.ts';

/** What one set of inputs makes of a ResourceSet's templates. */
export interface Rendered {
  /** Which of `spec.inputs`; -1 where there are none, so that the templates are rendered once. */
  readonly input: number;
  /** The field to which what is rendered is due: the input, or the template where there is no input. */
  readonly path: Path;
  /** A stream of YAML. */
  readonly text: string;
}

export interface ResourceSet {
  readonly name: string;
  readonly rendered: readonly Rendered[];
  /** Why nothing, or not all, could be rendered; empty where all was. */
  readonly fault: string;
  /** The templates themselves, to see what they would have made. */
  readonly templates: readonly string[];
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly commonAnnotations: Readonly<Record<string, string>>;
}

const MAX_INPUTS = 2_000;
/** Of all that is rendered together. */
const MAX_OUTPUT = 16_000_000;

/**
 * Renders a Flux ResourceSet (flux-operator `internal/builder/resourceset.go`, mid 2026): every template for every
 * input. Inputs from providers live in the cluster, and permuted inputs need them, so both are faults.
 */
export function renderResourceSet(object: RawObject): ResourceSet {
  const spec = asFields(fieldAt(object.value, ['spec'])) ?? {};
  const common = asFields(spec['commonMetadata']) ?? {};
  const templates = templatesOf(spec);
  const inputs = asList(spec['inputs']) ?? [];
  const result = {
    name: textAt(object.value, ['metadata', 'name']) ?? '',
    templates: templates.map(({ text }) => text),
    commonLabels: textMap(common['labels']),
    commonAnnotations: textMap(common['annotations']),
  };
  const hasProviders = (asList(spec['inputsFrom']) ?? []).length > 0;
  const strategy = textAt(spec, ['inputStrategy', 'name']) ?? 'Flatten';
  if (strategy !== 'Flatten') return { ...result, rendered: [], fault: `inputStrategy ${strategy}` };
  if (inputs.length > MAX_INPUTS) return { ...result, rendered: [], fault: 'too many inputs' };
  const sets = inputs.map((input, i) => ({
    input: i,
    path: ['spec', 'inputs', i],
    values: withProvider(input, object.value),
  }));
  // Without any input the templates are rendered once, with none.
  const once = { input: -1, path: templates[0]?.path ?? ['spec'], values: null };
  const outcome = renderAll(templates, sets.length === 0 && !hasProviders ? [once] : sets);
  const fault = outcome.fault === '' && hasProviders ? 'inputsFrom' : outcome.fault;
  return { ...result, ...outcome, fault };
}

interface Template {
  readonly text: string;
  readonly path: Path;
}

function templatesOf(spec: Readonly<Fields>): readonly Template[] {
  const at = (holder: unknown, path: Path): Template[] => {
    const resources = (asList(fieldAt(holder, ['resources'])) ?? []).map((resource, i) => ({
      // Objects are templates too: they are printed as YAML, and that is rendered.
      text: `---\n${toYaml(resource)}\n`,
      path: [...path, 'resources', i],
    }));
    const text = asText(fieldAt(holder, ['resourcesTemplate']));
    return text === undefined ? resources : [...resources, { text, path: [...path, 'resourcesTemplate'] }];
  };
  const steps = (asList(spec['steps']) ?? []).flatMap((step, i) => at(step, ['spec', 'steps', i]));
  return [...at(spec, ['spec']), ...steps];
}

/** Each input also has the object that provides it. */
function withProvider(input: unknown, set: unknown): Fields {
  const provider = {
    apiVersion: textAt(set, ['apiVersion']) ?? '',
    kind: textAt(set, ['kind']) ?? '',
    name: textAt(set, ['metadata', 'name']) ?? '',
    namespace: textAt(set, ['metadata', 'namespace']) ?? '',
  };
  return Object.assign(Object.create(null) as Fields, asFields(input), { provider });
}

function renderAll(
  templates: readonly Template[],
  sets: readonly { readonly input: number; readonly path: Path; readonly values: Fields | null }[],
): { readonly rendered: readonly Rendered[]; readonly fault: string } {
  const rendered: Rendered[] = [];
  let fault = '';
  let length = 0;
  for (const template of templates) {
    const nodes = parseTemplate(template.text);
    if (nodes === undefined) {
      fault ||= 'template';
      continue;
    }
    for (const { input, path, values } of sets) {
      const outcome = renderTemplate(nodes, values);
      if ('fault' in outcome) {
        fault ||= outcome.fault;
        continue;
      }
      length += outcome.text.length;
      if (length > MAX_OUTPUT) return { rendered, fault: 'too much output' };
      rendered.push({ input, path: input === -1 ? template.path : path, text: outcome.text });
    }
  }
  return { rendered, fault };
}
