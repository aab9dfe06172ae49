/**
 * Counts the tests of a Jest run. Whatever makes the run worthless is a failure too, with its
 * reason among the problems: a suite that could not run, no result, no test, a bad exit code.
 * @param {object | undefined} result what Jest wrote with --outputFile
 * @param {number} exitCode Jest's exit code
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[] }}
 */
export function countTests(result, exitCode) {
  if (result === undefined) {
    const problems = [`Jest ended without a result (exit code ${exitCode})`];
    return { passed: 0, failed: 1, skipped: 0, problems };
  }
  const problems = [];
  const passed = result.numPassedTests;
  const skipped = result.numPendingTests + result.numTodoTests;
  let failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (result.numRuntimeErrorTestSuites > 0) {
    problems.push(`${result.numRuntimeErrorTestSuites} test files could not run`);
  }
  if (passed + failed === 0) {
    problems.push('No test ran');
    failed += 1;
  } else if (failed === 0 && (exitCode !== 0 || !result.success)) {
    problems.push(`Jest failed (exit code ${exitCode}) although no test did`);
    failed += 1;
  }
  return { passed, failed, skipped, problems };
}

/** The line a run ends with, for people and machines. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
