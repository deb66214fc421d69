import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The programs of the house, started by the running Node so that no shell and no PATH is needed. */
const TOOLS = {
  biome: 'node_modules/@biomejs/biome/bin/biome',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  tsc: 'node_modules/typescript/bin/tsc',
  vitest: 'node_modules/vitest/vitest.mjs',
} as const;

export type Tool = keyof typeof TOOLS;

export interface ToolRun {
  /** The exit code; 1 where a signal ended the program. */
  readonly code: number;
  /** What it wrote to stdout and stderr, in the order of arrival. */
  readonly output: string;
}

/** Runs a tool in `root` and keeps what it writes. */
export function runTool(root: string, tool: Tool, args: readonly string[]): Promise<ToolRun> {
  return runNode(root, [join(root, TOOLS[tool]), ...args]);
}

/** Runs this Node with other arguments, as {@link runTool}. */
export function runNode(root: string, args: readonly string[]): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Runs a tool that writes to this terminal. Resolves with its exit code; 1 where a signal ended it. */
export function runToolHere(
  root: string,
  tool: Tool,
  args: readonly string[],
  env = process.env,
): Promise<number> {
  return runHere(root, process.execPath, [join(root, TOOLS[tool]), ...args], env);
}

/** Runs any program that writes to this terminal; as {@link runToolHere}. */
export function runHere(
  root: string,
  command: string,
  args: readonly string[],
  env = process.env,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
