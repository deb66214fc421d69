import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Catalog } from '../../core/catalog/index.ts';
import type { RenderChange } from '../../core/catalog/render/index.ts';
import type { Inputs } from '../../core/diagnose/index.ts';
import type { FileChange } from '../../core/model/change.ts';
import type { RepositoryRead, SourceFile } from '../../core/model/repository.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { CATALOG_FILE, type LoadedInputs, loadInputs, textOptions } from '../inputs.ts';
import { COLOR_MODES, type ColorMode, type Io } from '../io.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface RenderOptions {
  readonly repo?: string;
  readonly check?: true;
  readonly diff?: true;
  readonly force?: true;
  readonly output: (typeof OUTPUTS)[number];
  readonly color: ColorMode;
}

/** `propolis render`: from the catalog to the policy tree. */
export function addRender(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('render')
    .summary('catalog to policy tree')
    .description(
      'Write the policies, kustomizations and README that follow from propolis.yaml. Files written by hand are left alone, and so is a rendered file that somebody edited.',
    )
    .option('--repo <dir>', 'the repository (default: here)')
    .option(
      '--check',
      'write nothing; exit 1 and show the difference where the repository is not as rendered',
    )
    .option('--diff', 'write nothing; print the difference, as git apply takes it')
    .option(
      '--force',
      'also replace files that were edited by hand, or that stand in the place of rendered ones',
    )
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'))
    .addOption(new Option('--color <when>', 'colours').choices(COLOR_MODES).default('auto'))
    .addHelpText(
      'after',
      `
Examples:
  propolis render --diff
  propolis render
  propolis render --check --repo ../cluster
  propolis render --check -o json`,
    )
    .action(async (options: RenderOptions) => done(await render(options, io)));
}

async function render(options: RenderOptions, io: Io): Promise<ExitCode> {
  const root = rootOf(options, io);
  const loaded = await loadInputs(options, io);
  await requireCatalog(loaded, io);
  const { inputs } = loaded;
  const changes = await plan(inputs, root, options.force === true);
  const isDone = options.check !== true && options.diff !== true;
  if (isDone) await write(root, changes);
  await print(changes, isDone, options, io);
  const { differs } = await import('../../core/catalog/render/index.ts');
  const left = isDone ? changes.filter(({ kind }) => kind === 'kept') : changes;
  return left.some(differs) ? EXIT.findings : EXIT.ok;
}

function rootOf({ repo }: RenderOptions, io: Io): string {
  const root = resolve(io.cwd, repo ?? '.');
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CliError(`${root} is no directory.`, 'Name the repository with --repo.');
  }
  return root;
}

/** A tree is not made from half a catalog. @throws CliError */
async function requireCatalog({ inputs, problems }: LoadedInputs, io: Io): Promise<void> {
  if (!inputs.files.some(({ path }) => path === CATALOG_FILE)) {
    throw new CliError(
      `There is no ${CATALOG_FILE} in the root of the repository.`,
      'Begin with `propolis init`; an empty file stands for the defaults.',
    );
  }
  if (problems.length === 0) return;
  const { placeText, printable } = await import('../../core/report/index.ts');
  for (const { code, place, field, value, expected } of problems) {
    const what = code === 'unknown-field' ? ' is no field' : value === '' ? '' : ` is "${printable(value)}"`;
    io.err(`propolis: ${placeText(place)}: ${printable(field)}${what}; it must be ${printable(expected)}\n`);
  }
  throw new CliError(`${CATALOG_FILE} has faults, so nothing was rendered.`, 'Mend them and run it again.');
}

async function plan(inputs: Inputs, root: string, force: boolean): Promise<readonly RenderChange[]> {
  const [{ planRender }, { readRepository }, { readInside }] = await Promise.all([
    import('../../core/catalog/render/index.ts'),
    import('../../core/manifest/read.ts'),
    import('../read-inside.ts'),
  ]);
  const { catalog, files } = inputs;
  const surroundings = surroundingsOf(readRepository(files, inputs.readOptions), catalog);
  const known = new Set(files.map(({ path }) => path));
  // What a walk over manifests leaves out: the README, folders that begin with a dot, files that it may not read.
  const others = planRender(catalog, { existing: files, surroundings }).flatMap(
    ({ path }): readonly SourceFile[] => {
      const text = known.has(path) ? undefined : readInside(root, path);
      return text === undefined ? [] : [{ path, text }];
    },
  );
  return planRender(catalog, { existing: [...files, ...others], surroundings, force });
}

/** Where nothing says which namespaces there are, all of the catalog's are taken to be there. */
function surroundingsOf(
  { namespaces, policies, refused }: RepositoryRead,
  { platform }: Catalog,
): { readonly namespaces?: readonly string[]; readonly governed: readonly string[] } {
  const names = namespaces.map(({ name }) => name);
  const governed = [...policies, ...refused].map(({ namespace }) => namespace);
  const isTold = platform.namespaces.some((name) => names.includes(name));
  return { governed, ...(isTold ? { namespaces: names } : {}) };
}

async function write(root: string, changes: readonly RenderChange[]): Promise<void> {
  const [{ writeFiles }, { removeFiles }] = await Promise.all([
    import('../write-files.ts'),
    import('../remove-files.ts'),
  ]);
  await writeFiles(
    root,
    changes.flatMap((change): readonly FileChange[] => {
      if (change.kind === 'create') return [{ path: change.path, before: undefined, text: change.after }];
      return change.kind === 'update'
        ? [{ path: change.path, before: change.before, text: change.after }]
        : [];
    }),
  );
  removeFiles(
    root,
    changes.filter((change) => change.kind === 'delete'),
  );
}

async function print(
  changes: readonly RenderChange[],
  isDone: boolean,
  { output, diff, color }: RenderOptions,
  io: Io,
): Promise<void> {
  const { renderDiff, renderJson, renderText } = await import('../../core/report/render.ts');
  switch (output) {
    case 'json':
      io.out(jsonText(renderJson(changes, isDone)));
      return;
    case 'yaml': {
      io.out(await yamlText(renderJson(changes, isDone)));
      return;
    }
    case 'table': {
      const words = renderText(changes, { isDone, ...(await textOptions(color, io)) });
      if (isDone) io.out(words);
      else {
        io.out(renderDiff(changes));
        if (diff !== true || changes.some(({ kind }) => kind === 'kept')) io.err(words);
      }
    }
  }
}
