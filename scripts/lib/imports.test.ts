import { describe, expect, it } from 'vitest';
import { checkImports } from './imports.ts';

const DECLARED = {
  name: 'propolis',
  dependencies: ['yaml', 're2js', 'commander'],
  devDependencies: ['vitest'],
};

function messages(path: string, text: string): readonly string[] {
  return checkImports([{ path, text }], DECLARED).map(({ line, message }) => `${line}: ${message}`);
}

describe('planted violations', () => {
  it.each([
    {
      name: 'the model imports nothing',
      path: 'src/core/model/x.ts',
      text: "import { a } from '../engine/a.ts';",
      says: 'src/core/model may import nothing outside itself; this is src/core/engine/a.ts',
    },
    {
      name: 'a type is an import too',
      path: 'src/core/engine/x.ts',
      text: "import type { A } from '../manifest/a.ts';",
      says: 'src/core/engine may import only src/core/model; this is src/core/manifest/a.ts',
    },
    {
      name: 'a type inside a type is an import too',
      path: 'src/core/flow/x.ts',
      text: "export type A = import('../engine/a.ts').A;",
      says: 'src/core/flow may import only src/core/model; this is src/core/engine/a.ts',
    },
    {
      name: 'handing on is an import too',
      path: 'src/core/ports/x.ts',
      text: "export * from '../engine/a.ts';",
      says: 'src/core/ports may import only src/core/model, src/core/flow; this is src/core/engine/a.ts',
    },
    {
      name: 'handing on by name is an import too',
      path: 'src/core/ports/x.ts',
      text: "export { a } from '../engine/a.ts';",
      says: 'src/core/ports may import only src/core/model, src/core/flow; this is src/core/engine/a.ts',
    },
    {
      name: 'a late import is an import too',
      path: 'src/core/manifest/x.ts',
      text: "await import('../report/a.ts');",
      says: 'src/core/manifest may import only src/core/model; this is src/core/report/a.ts',
    },
    {
      name: 'reports are made of answers, not of sources',
      path: 'src/core/report/x.ts',
      text: "import '../ports/a.ts';",
      says: /^1: src\/core\/report may import only .*; this is src\/core\/ports\/a\.ts$/,
    },
    {
      name: 'an adapter does not see another',
      path: 'src/adapters/git/x.ts',
      text: "import { a } from '../files/a.ts';",
      says: /this is src\/adapters\/files\/a\.ts$/,
    },
    {
      name: 'an adapter does not see the engine',
      path: 'src/adapters/git/x.ts',
      text: "import { a } from '../../core/engine/a.ts';",
      says: /this is src\/core\/engine\/a\.ts$/,
    },
    {
      name: 'the core does not see Node',
      path: 'src/core/catalog/x.ts',
      text: "import { readFileSync } from 'node:fs';",
      says: 'src/core/catalog runs in a browser and may not import node:fs',
    },
    {
      name: 'Node is written with its prefix',
      path: 'src/cli/x.ts',
      text: "import { readFileSync } from 'fs';",
      says: 'write node:fs',
    },
    {
      name: 'a package that only another package brought',
      path: 'src/adapters/git/x.ts',
      text: "import chai from 'chai';",
      says: 'chai is not among the dependencies of package.json',
    },
    {
      name: 'a development dependency in published code',
      path: 'src/adapters/git/x.ts',
      text: "import { it } from 'vitest/config';",
      says: 'vitest is not among the dependencies of package.json',
    },
    {
      name: 'a declared package in a folder that it is not for',
      path: 'src/core/engine/x.ts',
      text: "import { parse } from 'yaml';",
      says: 'src/core/engine may import only re2js; this is yaml',
    },
    {
      name: 'a package by require',
      path: 'src/adapters/git/x.ts',
      text: "const a = require('chai');",
      says: 'chai is not among the dependencies of package.json',
    },
    {
      name: 'a computed name',
      path: 'src/cli/x.ts',
      text: 'export const load = (name: string) => import(name);',
      says: 'imports a computed name, which no gate can follow',
    },
    {
      name: 'an ending that Node cannot find',
      path: 'src/cli/x.ts',
      text: "import { a } from './a.js';",
      says: './a.js must end in .ts, as the file does',
    },
    {
      name: 'generated code by the name of its types',
      path: 'src/adapters/hubble/x.ts',
      text: "import { FlowSchema } from './gen/flow_pb.d.ts';",
      says: './gen/flow_pb.d.ts must end in .js, as the file does',
    },
    {
      name: 'generated code that needs what nobody declared',
      path: 'src/adapters/hubble/gen/x_pb.js',
      text: 'import { fileDesc } from "@bufbuild/protobuf/codegenv2";',
      says: '@bufbuild/protobuf is not among the dependencies of package.json',
    },
    {
      name: 'a test that something depends on',
      path: 'src/cli/x.ts',
      text: "import { a } from './a.test.ts';",
      says: 'imports a test: src/cli/a.test.ts',
    },
    {
      name: 'the exit code outside main',
      path: 'src/cli/run.ts',
      text: '\nprocess.exitCode = 1;',
      says: '2: only src/cli/main.ts may touch process.exitCode',
    },
    {
      name: 'the exit through globalThis',
      path: 'src/adapters/git/x.ts',
      text: "globalThis.process['exit'](1);",
      says: 'only src/cli/main.ts may touch process.exit',
    },
    {
      name: 'arguments taken apart',
      path: 'src/cli/run.ts',
      text: 'const { argv: words } = process;',
      says: 'only src/cli/main.ts may touch process.argv',
    },
    {
      name: 'the exit by name',
      path: 'src/cli/run.ts',
      text: "import { stdin, exit as end } from 'node:process';",
      says: 'only src/cli/main.ts may touch process.exit',
    },
    {
      name: 'process under another name',
      path: 'src/cli/run.ts',
      text: "import * as host from 'node:process';",
      says: 'only src/cli/main.ts may touch process.*',
    },
    {
      name: 'a folder that no rule knows',
      path: 'src/webhook/x.ts',
      text: 'export const a = 1;',
      says: 'no rule says what this file may import (scripts/lib/import-rules.ts)',
    },
    {
      name: 'a text that is no TypeScript',
      path: 'src/cli/x.ts',
      text: 'export const = ;',
      says: /cannot be parsed/,
    },
  ])('$name', ({ path, text, says }) => {
    const found = messages(path, text);
    expect(found).toHaveLength(1);
    if (typeof says === 'string') expect(found[0]?.replace(/^1: /, '')).toBe(says);
    else expect(found[0]).toMatch(says);
  });
});

describe('what is allowed', () => {
  it.each([
    [
      'src/core/manifest/x.ts',
      "import { parseDocument } from 'yaml'; import type { Path } from '../model/place.ts';",
    ],
    ['src/core/engine/deep/x.ts', "import { a } from '../a.ts'; import { b } from '../../model/b.ts';"],
    ['src/core/diagnose/x.ts', "import { a } from '../catalog/a.ts'; import { b } from '../engine/b.ts';"],
    ['src/core/index.ts', "export * from './model/a.ts'; export * from './report/b.ts';"],
    ['src/core/engine/x.test.ts', "import { it } from 'vitest'; import { a } from '../report/a.ts';"],
    ['src/cli/main.ts', "process.exitCode = await run(process.argv.slice(2)); import('./run.ts');"],
    ['src/cli/io.ts', 'export const out = process.stdout; export const { env } = process;'],
    ['src/adapters/files/x.ts', "import process, { stdin } from 'node:process';"],
    ['scripts/x.ts', "import { it } from 'vitest'; process.exitCode = 1;"],
    ['examples/x.ts', "import { a } from 'propolis/node';"],
  ])('%s', (path, text) => {
    expect(messages(path, text)).toEqual([]);
  });
});
