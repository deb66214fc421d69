import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface InvalidCatalogFields {
  readonly value: string;
  readonly expected: string;
  /** Whether the field is none that the catalog has. */
  readonly isUnknown: boolean;
}

export const invalidCatalog: Rule<'invalid-catalog', InvalidCatalogFields> = defineRule({
  id: 'invalid-catalog',
  name: 'Mistake in the catalog',
  severity: 'error',
  group: 'objects',
  examples: {
    wrong: {
      'propolis.yaml': `profiles:
  lan:
    description: Apps that speak to devices in the house.
    ingress: [inside]
`,
    },
    right: {
      'propolis.yaml': `profiles:
  lan:
    description: Apps that speak to devices in the house.
    ingress: [internal]
`,
    },
  },
  check({ problems = [] }, report) {
    for (const { code, place, field, value, expected } of problems) {
      // What of a cluster may not be read is no fault of the catalog.
      if (code === 'not-permitted') continue;
      if (code === 'yaml-syntax' || code === 'over-limit' || code === 'unreadable-file') continue;
      const isUnknown = code === 'unknown-field';
      report({ at: atPlace(place, field), fields: { value, expected, isUnknown }, key: value });
    }
  },
});
