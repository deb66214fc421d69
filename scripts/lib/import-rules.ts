/**
 * Who may import whom: the data behind the gate `imports`, and the same that docs/architecture.md says in words.
 * The compiler holds the core's border to the outside (src/core/tsconfig.json); this holds the rest.
 */
export interface ImportRule {
  /** A folder, or a single file. The longest rule that covers a file counts. */
  readonly from: string;
  /** Folders and files it may import, besides itself. */
  readonly to: readonly string[];
  /** npm packages it may import; `any` is any that package.json declares for such code. */
  readonly packages: readonly string[] | 'any';
  /** Whether it may import `node:` modules. */
  readonly node: boolean;
  /** Code that is not published may use development dependencies. */
  readonly published: boolean;
  /** Whether it reaches people only inside the bundled command, so that development dependencies will do. */
  readonly bundled?: true;
}

const CORE = { node: false, published: true } as const;
const OUTSIDE = { node: true, published: true } as const;
const BUNDLED = { ...OUTSIDE, bundled: true } as const;
const WORKSHOP = { node: true, published: false, packages: 'any' } as const;

const MODEL = 'src/core/model';
const MANIFEST = 'src/core/manifest';
const ENGINE = 'src/core/engine';
const FLOW = 'src/core/flow';
const CATALOG = 'src/core/catalog';
const LINT = 'src/core/lint';
const ASK = 'src/core/ask';
const DIAGNOSE = 'src/core/diagnose';
const CHANGE = 'src/core/change';
const REPORT = 'src/core/report';
const PORTS = 'src/core/ports';
const CLUSTER = 'src/core/cluster';

const ADAPTERS = ['files', 'forge', 'git', 'hubble', 'kubernetes'] as const;

export const IMPORT_RULES: readonly ImportRule[] = [
  { from: MODEL, to: [], packages: [], ...CORE },
  { from: MANIFEST, to: [MODEL], packages: ['yaml', 're2js'], ...CORE },
  { from: ENGINE, to: [MODEL], packages: ['re2js'], ...CORE },
  { from: FLOW, to: [MODEL], packages: ['re2js'], ...CORE },
  { from: PORTS, to: [MODEL, FLOW], packages: [], ...CORE },
  // propolis.yaml is read by its own shapes, so that an error names the field and what it must be.
  { from: CATALOG, to: [MODEL, MANIFEST, ENGINE, FLOW, PORTS], packages: ['yaml'], ...CORE },
  { from: LINT, to: [MODEL, MANIFEST, ENGINE, FLOW, PORTS, CATALOG], packages: [], ...CORE },
  { from: ASK, to: [MODEL, MANIFEST, ENGINE, CATALOG], packages: [], ...CORE },
  { from: DIAGNOSE, to: [MODEL, MANIFEST, ENGINE, FLOW, PORTS, CATALOG], packages: [], ...CORE },
  { from: CHANGE, to: [MODEL, MANIFEST, ENGINE, FLOW, PORTS, CATALOG, ASK, DIAGNOSE], packages: [], ...CORE },
  {
    from: CLUSTER,
    to: [MODEL, MANIFEST, ENGINE, FLOW, PORTS, CATALOG, DIAGNOSE],
    packages: ['yaml'],
    ...CORE,
  },
  {
    from: REPORT,
    to: [MODEL, MANIFEST, ENGINE, FLOW, CATALOG, LINT, ASK, DIAGNOSE, CHANGE, CLUSTER],
    packages: [],
    ...CORE,
  },
  { from: 'src/core/index.ts', to: ['src/core'], packages: [], ...CORE },
  ...ADAPTERS.map((name) => ({
    from: `src/adapters/${name}`,
    to: [MODEL, MANIFEST, FLOW, PORTS],
    packages: 'any' as const,
    // Kubernetes' client is 65 MB as a package and a few hundred kB within the command.
    ...(name === 'kubernetes' ? BUNDLED : OUTSIDE),
  })),
  { from: 'src/demo', to: ['src/core', 'src/adapters'], packages: 'any', ...BUNDLED },
  { from: 'src/cli', to: ['src/core', 'src/adapters', 'src/demo'], packages: 'any', ...BUNDLED },
  { from: 'src/node.ts', to: ['src/core', 'src/adapters'], packages: [], ...OUTSIDE },
  { from: 'test', to: ['src', 'scripts', 'bench', 'examples'], ...WORKSHOP },
  { from: 'scripts', to: ['src', 'test', 'bench'], ...WORKSHOP },
  { from: 'bench', to: ['src', 'test', 'scripts'], ...WORKSHOP },
  { from: 'examples', to: [], ...WORKSHOP },
];

/** Tests stand beside the code and may import anything. */
export const TEST_RULE: ImportRule = {
  from: '**/*.test.ts',
  to: ['src', 'test', 'scripts', 'bench', 'examples'],
  ...WORKSHOP,
};

/** The one file of `src` that may touch `process.exit`, `process.exitCode` and `process.argv`. */
export const PROCESS_FILE = 'src/cli/main.ts';

/** The parts of `process` that belong to a whole program, not to a piece of it. `*`: all, under another name. */
export const PROCESS_PARTS: readonly string[] = ['exit', 'exitCode', 'argv', 'abort', '*'];
