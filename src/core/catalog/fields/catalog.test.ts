import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../defaults.ts';
import { readCatalog } from '../read.ts';
import { catalogJsonSchema } from './catalog.ts';

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const schema = catalogJsonSchema() as Schema;

describe('the JSON Schema', () => {
  it('is the published file (node scripts/generate-schema.ts writes it)', () => {
    const file = new URL('../../../../schemas/propolis.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schema);
  });

  it('has every field of a catalog, each with a description', () => {
    expect(Object.keys(schema.properties ?? {}).sort()).toEqual(Object.keys(DEFAULT_CATALOG).sort());
    for (const [name, field] of fieldsOf(schema)) expect(field.description, name).toBeTypeOf('string');
  });

  it('points at definitions that are there', () => {
    const references = JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/(\w+)"/g);
    const names = new Set([...references].map(([, name]) => name));
    expect(names).toEqual(new Set(Object.keys(schema.definitions ?? {})));
  });

  it('names exactly the fields that the reader accepts', () => {
    let count = 0;
    for (const [path] of fieldsOf(schema)) {
      // A value of a wrong type: a field that is known is refused by its type, any other by its name.
      const text = path.split('.').reduceRight((inner, key) => `{${key}: ${inner}}`, '!!null null');
      const { problems } = readCatalog({ path: 'propolis.yaml', text });
      expect(
        problems.map(({ code }) => code),
        path,
      ).not.toContain('unknown-field');
      expect(problems.length, path).toBeGreaterThan(0);
      count += 1;
    }
    expect(count).toBeGreaterThan(60);
  });
});

/** Every field by its path; entries of a named list as `x`. */
function* fieldsOf(at: Schema, prefix = ''): Generator<readonly [path: string, field: Schema]> {
  const entry =
    typeof at.additionalProperties === 'object' ? at.additionalProperties.allOf?.[0]?.$ref : undefined;
  if (entry !== undefined) {
    yield* fieldsOf(schema.definitions?.[entry.slice('#/definitions/'.length)] ?? {}, `${prefix}x.`);
    return;
  }
  for (const [name, field] of Object.entries(at.properties ?? {})) {
    yield [prefix + name, field];
    yield* fieldsOf(field, `${prefix}${name}.`);
  }
}
