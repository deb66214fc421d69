import { list, map, type ObjectShape, object, TEXT, text } from './shape.ts';
import { LABEL_VALUE, oneOf } from './text-rule.ts';

/** A label selector in Cilium's CRDs. Keys are checked by the agent alone. */
export const selectorShape: ObjectShape = object(
  {
    matchExpressions: list(
      object(
        { key: TEXT, operator: text(oneOf('In', 'NotIn', 'Exists', 'DoesNotExist')), values: list(TEXT) },
        { required: ['key', 'operator'] },
      ),
    ),
    matchLabels: map(text(LABEL_VALUE)),
  },
  { nullIsEmpty: true },
);
