import type { YamlDocument } from '../../manifest/yaml/document.ts';
import { asFields, asList, asText, textAt } from '../../manifest/yaml/fields.ts';
import { formatPath, type Path, type Place } from '../../model/place.ts';
import type { LintContext } from '../context.ts';
import type { ObjectRef } from '../rule.ts';

/** An expression of an alert or a recording rule, wherever in a file it stands. */
export interface AlertExpression {
  readonly name: string;
  readonly text: string;
  readonly place: Place;
  readonly field: string;
  readonly object: ObjectRef | undefined;
}

/** All expressions that name a metric: in PrometheusRules, and in whatever else has the same shape. */
export function alertExpressions({ documents }: LintContext, metric: string): readonly AlertExpression[] {
  return documents
    .containing(metric)
    .flatMap((file) => file.documents.map(({ parse }) => parse()))
    .filter(({ readable, text }) => readable && text.includes(metric))
    .flatMap((document) => [...expressionsIn(document, document.value, [])])
    .filter(({ text }) => text.includes(metric));
}

function* expressionsIn(document: YamlDocument, value: unknown, path: Path): Generator<AlertExpression> {
  for (const [i, item] of (asList(value) ?? []).entries()) yield* expressionsIn(document, item, [...path, i]);
  const fields = asFields(value);
  if (fields === undefined) return;
  const text = asText(fields['expr']);
  const name = asText(fields['alert']) ?? asText(fields['record']);
  if (text !== undefined && name !== undefined) {
    const kind = textAt(document.value, ['kind']);
    yield {
      name,
      text,
      place: document.locate([...path, 'expr']),
      field: formatPath([...path, 'expr']),
      object:
        kind === undefined
          ? undefined
          : {
              kind,
              namespace: textAt(document.value, ['metadata', 'namespace']) ?? '',
              name: textAt(document.value, ['metadata', 'name']) ?? '',
            },
    };
  }
  for (const [key, inner] of Object.entries(fields)) {
    if (typeof inner === 'object') yield* expressionsIn(document, inner, [...path, key]);
  }
}
