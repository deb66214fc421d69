import { describe, expect, it } from 'vitest';
import { closingLine, countTests } from './vitest.ts';

const PASSED = { status: 'passed' };
const FAILED = { status: 'failed' };
const SKIPPED = { status: 'pending' };

describe('the closing line', () => {
  it.each([
    {
      name: 'counts tests over files',
      files: [
        { status: 'passed', assertionResults: [PASSED, PASSED] },
        { status: 'failed', assertionResults: [PASSED, FAILED, SKIPPED] },
      ],
      code: 1,
      line: 'tests: 3 passed, 1 failed, 1 skipped',
    },
    {
      name: 'counts a file that could not be loaded as a failure',
      files: [{ status: 'failed', assertionResults: [] }],
      code: 1,
      line: 'tests: 0 passed, 1 failed',
    },
    {
      name: 'counts a red run without a failed test as a failure',
      files: [{ status: 'passed', assertionResults: [PASSED] }],
      code: 1,
      line: 'tests: 1 passed, 1 failed',
    },
    { name: 'says so when there was nothing', files: [], code: 0, line: 'tests: 0 passed, 0 failed' },
  ])('$name', ({ files, code, line }) => {
    expect(closingLine(countTests({ testResults: files }, code))).toBe(line);
  });

  it('counts a run without a report as a failure', () => {
    expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
