import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesUnder, findLines, root } from './projectFiles';

const run = promisify(execFile);
const source = filesUnder('src/', '.ts');

test('the floors hold, without cycles (.dependency-cruiser.cjs)', async () => {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const words = [cruiser, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'];
  const { stdout } = await run(process.execPath, words, { cwd: root }).catch(
    (failed: unknown) => failed as { stdout: string },
  );
  expect(stdout).toMatch(/no dependency violations found \(\d{2,} modules/);
}, 60_000);

test('only src/config.ts reads the environment', () => {
  const others = source.filter(({ path }) => path !== 'src/config.ts');
  expect(findLines(others, /process\s*\.\s*env\b|process\[/)).toEqual([]);
});

test('Redis time is the rule: core, inventory and redis never ask the clock', () => {
  const timeless = source.filter(({ path }) => /^src\/(?:core|inventory|redis)\//.test(path));
  expect(findLines(timeless, /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/)).toEqual([]);
});

test('an error becomes an HTTP status in src/error-reply.ts only', () => {
  const others = source.filter(({ path }) => path !== 'src/error-reply.ts');
  const status = /\b(?:status|statusCode|writeHead)\b\s*[(=:]\s*(?:[\w.]+,\s*)?[45]\d\d\b/;
  expect(findLines(others, status)).toEqual([]);
});
