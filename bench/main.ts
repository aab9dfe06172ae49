import { parseArgs } from 'node:util';
import { benchGraphql } from './graphql';
import { measureImports } from './import';
import { benchLists } from './lists';
import { benchMemory } from './memory';
import { benchPlugin } from './plugin';

const USAGE = `usage: npm run bench -- plugin [--lines 1,3,10,100,300] [--rounds 7] [--seconds 2]
                              [--items 20000] [--keys spread,hot]
       npm run bench -- graphql [--rounds 7] [--seconds 2] [--items 20000]
       npm run bench -- lists [items ...]
       npm run bench -- memory [--items 100000] [--quick]
       npm run bench -- import [rows ...]`;

/** Items of the tenants whose lists are measured. */
const LIST_SIZES = [1000, 100_000, 1_000_000];

/** How long Redis is left alone before its memory is read; `--quick` does not wait. */
const SETTLE_MS = 1500;

/** A number option in bounds. @throws Error that names the option */
function whole(name: string, text: string, least = 1): number {
  const value = Number(text);
  if (!(value >= least)) throw new Error(`--${name} must be a number of at least ${least}`);
  return value;
}

async function plugin(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      lines: { type: 'string', default: '1,3,10,100,300' },
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '2' },
      items: { type: 'string', default: '20000' },
      keys: { type: 'string', default: 'spread,hot' },
    },
  });
  await benchPlugin({
    lines: values.lines.split(',').map((text) => whole('lines', text)),
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds, 0.01),
    items: whole('items', values.items, 300),
    choices: values.keys.split(',').map((key) => (key === 'hot' ? 'hot' : 'spread')),
  });
}

async function graphql(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '2' },
      items: { type: 'string', default: '20000' },
    },
  });
  await benchGraphql({
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds, 0.01),
    items: whole('items', values.items, 50),
  });
}

async function memory(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      items: { type: 'string', default: '100000' },
      quick: { type: 'boolean', default: false },
    },
  });
  await benchMemory(whole('items', values.items), values.quick ? 0 : SETTLE_MS);
}

const benchmarks: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  plugin,
  graphql,
  lists: (sizes) => benchLists(sizes.length > 0 ? sizes.map(Number) : LIST_SIZES),
  memory,
  import: (counts) => measureImports(counts.length > 0 ? counts.map(Number) : undefined),
};

async function main([name, ...args]: string[]): Promise<void> {
  const benchmark = benchmarks[name ?? ''];
  if (!benchmark) throw new Error(USAGE);
  await benchmark(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
