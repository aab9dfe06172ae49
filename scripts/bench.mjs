import { prepare, root } from './prepare.mjs';
import { runProgram } from './runProgram.mjs';

await prepare();
const { code } = await runProgram(
  [process.execPath, '--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)],
  { cwd: root, shown: true },
);
process.exitCode = code;
