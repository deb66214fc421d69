import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runToolHere } from './tool.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TestRun {
  readonly code: number;
  readonly counts: TestCounts;
}

/** Runs Vitest on this terminal and counts by its JSON report. */
export async function runVitest(root: string, args: readonly string[]): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'propolis-test-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await runToolHere(root, 'vitest', ['run', ...reporters, ...args]);
    return { code, counts: countTests(readReport(report), code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The part of Vitest's JSON report (Jest's format) that is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts tests. A file that failed without a failed test (it could not be loaded, a hook threw) is one failure, and
 * so is a run that failed for no reason the report shows: red is never counted as nothing.
 */
export function countTests(report: VitestReport | undefined, code: number): TestCounts {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const file of report?.testResults ?? []) {
    const failures = file.assertionResults.filter(({ status }) => status === 'failed').length;
    const passes = file.assertionResults.filter(({ status }) => status === 'passed').length;
    passed += passes;
    failed += failures === 0 && file.status === 'failed' ? 1 : failures;
    skipped += file.assertionResults.length - passes - failures;
  }
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  } catch {
    // No report: Vitest ended before it could write one. The exit code says so.
    return undefined;
  }
}

/** The last line of a run. */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `tests: ${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
