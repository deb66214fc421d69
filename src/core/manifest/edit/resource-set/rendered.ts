import { renderResourceSet } from '../../flux/resource-set.ts';
import type { RawObject } from '../../raw-object.ts';
import { parseYaml } from '../../yaml/document.ts';
import { asFields, asList, fieldAt, textAt, textMap } from '../../yaml/fields.ts';
import { splitDocuments } from '../../yaml/split.ts';
import { textSource } from '../../yaml/text.ts';

/** What a ResourceSet makes of one of its inputs. */
export interface Rendered {
  /** Labels of the Namespace in question. */
  readonly labels: Readonly<Record<string, string>>;
  /** Everything else as text, to be compared: other objects, and the Namespace without labels and annotations. */
  readonly rest: string;
}

/** Reads the ResourceSet at a document of a text; undefined where none is there. */
export function readResourceSet(text: string, document: number): RawObject | undefined {
  const range = splitDocuments(text)[document];
  if (range === undefined) return undefined;
  const { value, readable, locate } = parseYaml(textSource('', text), range);
  const isSet = readable && textAt(value, ['kind']) === 'ResourceSet';
  return isSet ? { value, file: '', locate } : undefined;
}

/** Renders one input; undefined where that fails or gives no such Namespace. */
export function renderInput(set: RawObject, input: number, namespace: string): Rendered | undefined {
  const only = withOnlyInput(set, input);
  const { rendered, fault, commonLabels } = renderResourceSet(only);
  if (fault !== '') return undefined;
  let labels: Readonly<Record<string, string>> | undefined;
  const rest: unknown[] = [];
  for (const { text } of rendered) {
    for (const range of splitDocuments(text)) {
      const { value, faults } = parseYaml(textSource('', text), range);
      if (faults.length > 0) return undefined;
      const isIt =
        textAt(value, ['kind']) === 'Namespace' && textAt(value, ['metadata', 'name']) === namespace;
      if (!isIt) {
        rest.push(value);
        continue;
      }
      labels = { ...textMap(fieldAt(value, ['metadata', 'labels'])), ...commonLabels };
      const metadata = Object.entries(asFields(fieldAt(value, ['metadata'])) ?? {});
      const others = metadata.filter(([key]) => key !== 'labels' && key !== 'annotations');
      rest.push({ ...asFields(value), metadata: others });
    }
  }
  return labels === undefined ? undefined : { labels, rest: JSON.stringify(rest) };
}

/** The set with one input, so that a change costs one rendering. */
function withOnlyInput(set: RawObject, input: number): RawObject {
  const spec = asFields(fieldAt(set.value, ['spec']));
  const inputs = asList(spec?.['inputs'])?.slice(input, input + 1) ?? [];
  return { ...set, value: { ...asFields(set.value), spec: { ...spec, inputs } } };
}
