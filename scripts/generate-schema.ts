// Writes schemas/propolis.schema.json from the shapes that read the catalog.
import { writeFileSync } from 'node:fs';
import { catalogJsonSchema } from '../src/core/catalog/index.ts';

const target = new URL('../schemas/propolis.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(catalogJsonSchema(), undefined, 2)}\n`);
