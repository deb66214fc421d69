// Writes examples/homelab/flows.jsonl: run it after a change of the example.
import { writeFileSync } from 'node:fs';
import { generateFlows } from '../src/demo/traffic/generate.ts';
import { EXAMPLE, exampleFiles, readExample } from './example.ts';

const { read, world, options } = readExample(exampleFiles());
writeFileSync(new URL('flows.jsonl', EXAMPLE), `${generateFlows(read, world, options).join('\n')}\n`);
