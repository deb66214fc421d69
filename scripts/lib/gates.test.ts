import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './files.ts';
import { GATES } from './gates.ts';

// A gate that sees nothing is green. So each is pointed at a small repository, once clean and once with a fault.

const CONFIGURATION = [
  '.gitignore',
  '.oxlintrc.json',
  'biome.json',
  'package.json',
  'src/core/tsconfig.json',
  'src/tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.json',
];

const CLEAN: Readonly<Record<string, string>> = {
  'src/core/model/port.ts': 'export const DNS: number = 53;\n',
  'src/core/index.ts': "export { DNS } from './model/port.ts';\n",
  'src/node.ts': "export * from './core/index.ts';\n",
  'src/cli/main.ts': "import { DNS } from '../core/index.ts';\n\nprocess.exitCode = DNS === 53 ? 0 : 1;\n",
};

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'propolis-gates-'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  for (const path of CONFIGURATION) cpSync(join(ROOT, path), join(root, path));
  for (const [path, text] of Object.entries(CLEAN)) plant(path, text);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function runGate(name: string) {
  const gate = GATES.find((candidate) => candidate.name === name);
  if (gate === undefined) throw new Error(`There is no gate ${name}`);
  return gate.run(root);
}

async function withPlanted(
  files: Readonly<Record<string, string>>,
  look: () => Promise<void>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) plant(path, text);
  try {
    await look();
  } finally {
    for (const path of Object.keys(files)) {
      const clean = CLEAN[path];
      if (clean === undefined) rmSync(join(root, path));
      else plant(path, clean);
    }
  }
}

it.each(GATES.map(({ name }) => name))('%s is green on a clean repository', async (name) => {
  const { ok, looked, output } = await runGate(name);
  expect(ok, output).toBe(true);
  expect(looked).toMatch(/[1-9]/);
});

interface PlantedFault {
  readonly gate: string;
  readonly fault: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: string;
}

const FAULTS: readonly PlantedFault[] = [
  {
    gate: 'format',
    fault: 'bad spacing',
    files: { 'src/core/model/x.ts': 'export const a: number=1;\n' },
    says: 'Formatter would have printed',
  },
  {
    gate: 'format',
    fault: 'imports out of order',
    files: {
      'src/cli/x.ts':
        "import { b } from './b.ts';\nimport { a } from './a.ts';\n\nexport const c: number = a + b;\n",
    },
    says: 'organizeImports',
  },
  {
    gate: 'types',
    fault: 'Node in the core',
    files: {
      'src/core/model/x.ts':
        "import { readFileSync } from 'node:fs';\nexport const read: unknown = readFileSync;\n",
    },
    says: "src/core/model/x.ts(1,30): error TS2591: Cannot find name 'node:fs'",
  },
  {
    gate: 'types',
    fault: 'a global of the browser in the core',
    files: { 'src/core/model/x.ts': "export const u: string = new URL('a:b').href;\n" },
    says: "error TS2304: Cannot find name 'URL'",
  },
  {
    gate: 'types',
    fault: 'an import out of the core',
    files: { 'src/core/model/x.ts': "export * from '../../cli/main.ts';\n" },
    says: 'error TS6059',
  },
  {
    gate: 'types',
    fault: 'an optional field set to undefined, in a test',
    files: { 'test/x.test.ts': 'export const a: { readonly b?: number } = { b: undefined };\n' },
    says: 'test/x.test.ts(1,14): error TS2375',
  },
  {
    gate: 'types',
    fault: 'a folder of the source that no project includes',
    files: { 'src/webhook/x.ts': 'export const a: number = 1;\n' },
    says: 'src/webhook/x.ts: neither src/core/tsconfig.json nor src/tsconfig.json includes it',
  },
  {
    gate: 'types',
    fault: 'types of generated code that is not there',
    files: { 'src/adapters/hubble/gen/x_pb.d.ts': 'export declare const a: number;\n' },
    says: 'src/adapters/hubble/gen/x_pb.d.ts: there is no src/adapters/hubble/gen/x_pb.js that it describes',
  },
  {
    gate: 'types',
    fault: 'declarations by hand',
    files: { 'src/cli/x.d.ts': 'export declare const a: number;\n' },
    says: 'src/cli/x.d.ts: neither src/core/tsconfig.json nor src/tsconfig.json includes it',
  },
  {
    gate: 'imports',
    fault: 'generated code against the direction',
    files: { 'src/adapters/hubble/gen/x_pb.js': "import '../../git/a.ts';\n" },
    says: 'src/adapters/hubble/gen/x_pb.js:1: src/adapters/hubble may import only',
  },
  {
    gate: 'imports',
    fault: 'an import against the direction',
    files: { 'src/core/model/x.ts': "import '../engine/a.ts';\n" },
    says: 'src/core/model/x.ts:1: src/core/model may import nothing outside itself',
  },
  {
    gate: 'browser',
    fault: 'Node behind a package or an assertion',
    files: {
      'src/core/index.ts': "// @ts-expect-error planted\nexport { readFileSync } from 'node:fs';\n",
    },
    says: "Could not resolve 'node:fs'",
  },
  {
    gate: 'browser',
    fault: 'a host object that is used while loading',
    files: { 'src/core/index.ts': "export const a: unknown = globalThis['process'].env;\n" },
    says: 'does not load without a host: TypeError',
  },
  {
    gate: 'browser',
    fault: 'no core at all',
    files: { 'src/core/index.ts': 'export {};\n' },
    says: 'exports nothing',
  },
];

describe('a gate is red on a planted fault', () => {
  it.each(FAULTS)('$gate: $fault', async ({ gate, files, says }) => {
    await withPlanted(files, async () => {
      const { ok, output } = await runGate(gate);
      expect(output).toContain(says);
      expect(ok).toBe(false);
    });
  });

  // One run for all, since each costs a third of a second: a file for each fault, named after its rule.
  const LINT = {
    'no-explicit-any': 'export const a: any = 1;',
    'no-unsafe-assignment': "export const a: string = JSON.parse('1');",
    'switch-exhaustiveness-check':
      "export function f(a: 'b' | 'c'): void {\n  switch (a) {\n    case 'b':\n  }\n}",
    'no-floating-promises': 'export function f(): void {\n  Promise.resolve();\n}',
    'strict-boolean-expressions': 'export const f = (a: string): number => (a ? 1 : 0);',
    'no-restricted-globals': 'export const a: number = Date.now();',
    'no-restricted-properties': "export const a: number = 'a'.localeCompare('b') + Math.random();",
    'no-console': "console.log('a');",
    'no-default-export': 'export default 1;',
    'max-params':
      'export function f(a: 1, b: 1, c: 1, d: 1, e: 1, g: 1): number[] {\n  return [a, b, c, d, e, g];\n}',
    'no-unused-vars': 'const a = 1;',
    'no-warning-comments': '// TODO later\nexport const a = 1;',
    'func-style': 'export const f = function (): void {};',
    'no-cycle': "import { b } from './no-cycle-2.ts';\nexport const a: number = b;",
    'no-cycle-2': "import { a } from './no-cycle.ts';\nexport const b: number = a;",
  };
  const LINT_TESTS = {
    'no-disabled-tests': "import { expect, it } from 'vitest';\nit.skip('a', () => expect(1).toBe(1));",
    'no-focused-tests': "import { expect, it } from 'vitest';\nit.only('a', () => expect(1).toBe(1));",
    'expect-expect': "import { it } from 'vitest';\nit('a', () => {});",
  };

  it('lint: each rule of the house', async () => {
    const files = Object.fromEntries([
      ...Object.entries(LINT).map(([rule, text]) => [`src/core/model/${rule}.ts`, `${text}\n`]),
      ...Object.entries(LINT_TESTS).map(([rule, text]) => [`src/core/model/${rule}.test.ts`, `${text}\n`]),
    ]) as Readonly<Record<string, string>>;
    await withPlanted(files, async () => {
      const { ok, output } = await runGate('lint');
      expect(ok).toBe(false);
      const silent = [...Object.keys(LINT), ...Object.keys(LINT_TESTS)]
        .filter((rule) => rule !== 'no-cycle-2')
        .filter((rule) => !new RegExp(`\\(${rule}\\)[^]*?${rule}`).test(output));
      expect(silent).toEqual([]);
    });
  });
});
