import { runTool, type ToolRun } from './tool.ts';

/** Compiles the published projects, the core and then what is around it, into dist/lib. Quick when little changed. */
export async function compileProjects(root: string): Promise<ToolRun> {
  const { code, output } = await runTool(root, 'tsc', ['-b', 'src/core', 'src']);
  return { code, output: withoutEchoes(output) };
}

/** A project that depends on a broken one adds a line for each file that it misses: TS6305. */
function withoutEchoes(output: string): string {
  const rest = output.replaceAll(/^.*: error TS6305: .*\r?\n/gm, '');
  return rest === '' ? output : rest;
}
