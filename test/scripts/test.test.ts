import { makeFixtureRepository, type FixtureRepository } from '../support/fixtureRepository';

const GREEN = {
  numPassedTests: 5,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 1,
  numTodoTests: 2,
  success: true,
};

describe('npm test', () => {
  let repository: FixtureRepository;

  beforeAll(async () => {
    repository = await makeFixtureRepository();
  });

  afterAll(() => {
    repository.remove();
  });

  async function runTests(environment: NodeJS.ProcessEnv, words: string[] = []) {
    const { code, stdout } = await repository.run('test', words, environment);
    return { code, lines: stdout.trimEnd().split('\n') };
  }

  it('runs every step in order and ends with the counts of Jest', async () => {
    const run = await runTests({ RESULT: JSON.stringify(GREEN) }, ['test/lua', '-t', 'x']);
    expect(run.lines.at(-1)).toBe('5 passed, 0 failed, 3 skipped');
    expect(run.code).toBe(0);
    expect(repository.takeCalls()).toEqual([
      'tsc -p tsconfig.json',
      'eslint --max-warnings 0 .',
      'prettier --check .',
      'tsc -p tsconfig.build.json',
      'jest test/lua -t x',
    ]);
    expect(run.lines.filter((line) => /^== \w+ passed in \d+\.\d s$/.test(line))).toHaveLength(5);
  });

  it('goes on after a failed step, names it and counts it', async () => {
    const run = await runTests({ RESULT: JSON.stringify(GREEN), FAIL: 'eslint' });
    expect(run.lines.slice(-2)).toEqual([
      'Failed before the tests: lint',
      '5 passed, 1 failed, 3 skipped',
    ]);
    expect(run.code).toBe(1);
    expect(repository.takeCalls()).toHaveLength(4);
  });

  it.each([
    [
      'tests that failed',
      { ...GREEN, numFailedTests: 2, success: false },
      '5 passed, 2 failed, 3 skipped',
    ],
    [
      'a file that could not run',
      { ...GREEN, numRuntimeErrorTestSuites: 1, success: false },
      '5 passed, 1 failed, 3 skipped',
    ],
    ['no test', { ...GREEN, numPassedTests: 0 }, '0 passed, 1 failed, 3 skipped'],
    ['a bad exit code alone', GREEN, '5 passed, 1 failed, 3 skipped'],
    ['no result', undefined, '0 passed, 1 failed, 0 skipped'],
  ])('fails on %s', async (_name, result, line) => {
    const run = await runTests({
      RESULT: result === undefined ? '' : JSON.stringify(result),
      JEST_CODE: '1',
    });
    expect(run.lines.at(-1)).toBe(line);
    expect(run.code).toBe(1);
  });

  it('fails when no test ran although Jest is content', async () => {
    const run = await runTests({ RESULT: JSON.stringify({ ...GREEN, numPassedTests: 0 }) });
    expect(run.lines.slice(-2)).toEqual(['No test ran', '0 passed, 1 failed, 3 skipped']);
    expect(run.code).toBe(1);
  });
});
