import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, summaryLine } from './testResult.mjs';
import { prepare, root } from './prepare.mjs';
import { runProgram } from './runProgram.mjs';

// Also a run that could not begin ends with the line that machines read.
const lastWords = summaryLine({ passed: 0, failed: 1, skipped: 0 });
await prepare({ build: false, lastWords });

const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-result-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const resultFile = join(directory, 'jest.json');

const steps = [
  ['types', ['typescript/bin/tsc', '-p', 'tsconfig.json']],
  ['lint', ['eslint/bin/eslint.js', '--max-warnings', '0', '.']],
  ['format', ['prettier/bin/prettier.cjs', '--check', '.']],
  ['build', join(root, 'scripts', 'build.mjs')],
];

// A developer wants to see all that is wrong, so a failed step does not stop the next ones.
const failedSteps = [];
for (const [name, program] of steps) {
  if ((await runStep(name, program)) !== 0) {
    failedSteps.push(name);
  }
}
const jestCode = await runStep('jest', [
  'jest/bin/jest.js',
  '--json',
  `--outputFile=${resultFile}`,
  ...process.argv.slice(2),
]);

const counts = countTests(readResult(), jestCode);
for (const problem of counts.problems) {
  console.log(problem);
}
if (failedSteps.length > 0) {
  console.log(`Failed before the tests: ${failedSteps.join(', ')}`);
}
const failed = counts.failed + failedSteps.length;
console.log(summaryLine({ ...counts, failed }));
process.exitCode = failed === 0 ? 0 : 1;

async function runStep(name, program) {
  console.log(`\n== ${name}`);
  const startedAt = performance.now();
  const words = Array.isArray(program)
    ? [join(root, 'node_modules', program[0]), ...program.slice(1)]
    : [program];
  const { code } = await runProgram([process.execPath, ...words], { cwd: root, shown: true });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${name} ${code === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  return code;
}

function readResult() {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    return undefined;
  }
}
