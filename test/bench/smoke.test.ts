import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');
const run = promisify(execFile);

/** Runs a benchmark as `npm run bench -- …` does. */
async function bench(...words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['scripts/bench.mjs', ...words], { cwd: root });
  return stdout;
}

/** Cells of the rows whose first cell begins with a text. */
function rowsOf(output: string, start: string): string[][] {
  const rows = output.split('\n').filter((row) => row.startsWith(`| ${start}`));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const isNumber = (cell: string | undefined) => Number(cell?.replaceAll(',', '')) > 0;

test('the plugin benchmark prints rates, times and ratios of hub, floor and scripts', async () => {
  const tiny = ['--rounds', '1', '--seconds', '0.1', '--items', '300', '--keys', 'spread'];
  const output = await bench('plugin', '--lines', '1,3', ...tiny);
  for (const lines of ['1 spread', '3 spread']) {
    const [hub, floor, script] = rowsOf(output, `${lines} `);
    expect([hub?.[1], floor?.[1]]).toEqual(['hub', 'floor']);
    expect(hub?.slice(2).map(isNumber)).toEqual([true, true, true, true, true]);
    expect(floor?.slice(2, 6).map(isNumber)).toEqual([true, true, true, true]);
    expect(script?.slice(1).map(isNumber)).toEqual([true, true, true]);
  }
  expect(rowsOf(output, '1 spread, 100 % cross')).toHaveLength(1);
}, 180_000);

test("the items benchmark prints the times of every call of the items' REST", async () => {
  const output = await bench('items', '--seconds', '0.2', '300');
  const calls = ['first', 'page of 100', 'one sku', 'search', 'count', 'aggregate', 'update one'];
  for (const call of calls) {
    const [row] = rowsOf(output, call);
    expect(row?.[1]?.split(' / ').every(isNumber)).toBe(true);
  }
}, 180_000);

test('the memory benchmark prints bytes of every layout', async () => {
  const rows = rowsOf(await bench('memory', '--items', '100', '--quick'), '');
  expect(rows.slice(2).every(([, bytes]) => /^-?[\d,.]+$/.test(bytes!))).toBe(true);
  for (const layout of [
    'level: one hash',
    'document of',
    'status index',
    'ledger entry',
    'order',
  ]) {
    expect(rows.some(([name]) => name?.startsWith(layout))).toBe(true);
  }
}, 180_000);

test("the benchmark of Wix's webhooks prints how long their answers took", async () => {
  const output = await bench('webhooks-in', '--rate', '20', '--seconds', '0.5');
  for (const events of ['items created', 'known items', 'one item', 'all of them again']) {
    const [row] = rowsOf(output, events);
    expect(row?.[1]).toBe('10');
    expect(row?.slice(2, 5).map(isNumber)).toEqual([true, true, true]);
  }
}, 180_000);

test('an unknown benchmark says how to use it', async () => {
  await expect(bench('speed')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('usage: npm run bench') as string,
  });
}, 60_000);
