import { parseArgs } from 'node:util';
import { tryFaults, type FaultsPlan } from './faults';
import { benchGraphql } from './graphql';
import { benchHistory, MIN_HISTORY } from './history';
import { measureImports } from './import';
import { benchItems } from './items';
import { benchLists } from './lists';
import { benchLive } from './live';
import { benchMemory } from './memory';
import { benchPlugin } from './plugin';
import { benchStoredMemory } from './storedMemory';
import { tryWebhookFaults } from './webhookFaults';
import { benchWebhooksIn } from './webhooksIn';

const USAGE = `usage: npm run bench -- plugin [--lines 1,3,10,100,300] [--rounds 7] [--seconds 2]
                              [--items 20000] [--keys spread,hot]
       npm run bench -- graphql [--rounds 7] [--seconds 2] [--items 20000]
       npm run bench -- lists [items ...]
       npm run bench -- history [movements]
       npm run bench -- live [--subscribers 1000] [--changes 100] [--rounds 5] [--seconds 2]
                             [--items 20000]
       npm run bench -- items [--seconds 2] [items ...]
       npm run bench -- memory [--items 100000] [--quick | --stored]
       npm run bench -- import [rows ...]
       npm run bench -- webhooks-in [--rate 200] [--seconds 20]
       npm run bench -- faults [--faults 30] [--calls 1000]
       npm run bench -- webhook-faults [--faults 20] [--calls 200]`;

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

async function items(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '2' } },
    allowPositionals: true,
  });
  const sizes = positionals.map((text) => whole('items', text, 100));
  const seconds = whole('seconds', values.seconds, 0.01);
  await benchItems(sizes.length > 0 ? sizes : LIST_SIZES, seconds);
}

async function memory(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      items: { type: 'string', default: '100000' },
      quick: { type: 'boolean', default: false },
      stored: { type: 'boolean', default: false },
    },
  });
  const items = whole('items', values.items);
  if (values.stored) await benchStoredMemory(items);
  else await benchMemory(items, values.quick ? 0 : SETTLE_MS);
}

async function webhooksIn(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '20' },
    },
  });
  await benchWebhooksIn({
    rate: whole('rate', values.rate),
    seconds: whole('seconds', values.seconds, 0.01),
  });
}

async function live(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: 'string', default: '1000' },
      changes: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      items: { type: 'string', default: '20000' },
    },
  });
  await benchLive({
    subscribers: whole('subscribers', values.subscribers),
    changes: whole('changes', values.changes),
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds, 0.01),
    items: whole('items', values.items, 50),
  });
}

/** What is killed how often, and the calls that are answered in between. */
function faultsPlan(args: string[], faults: string, calls: string): FaultsPlan {
  const { values } = parseArgs({
    args,
    options: {
      faults: { type: 'string', default: faults },
      calls: { type: 'string', default: calls },
    },
  });
  return {
    faults: whole('faults', values.faults),
    callsBetween: whole('calls', values.calls),
  };
}

const benchmarks: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  plugin,
  graphql,
  live,
  lists: (sizes) => benchLists(sizes.length > 0 ? sizes.map(Number) : LIST_SIZES),
  history: ([movements]) =>
    benchHistory(whole('movements', movements ?? String(MIN_HISTORY), MIN_HISTORY)),
  items,
  memory,
  'webhooks-in': webhooksIn,
  faults: (args) => tryFaults(faultsPlan(args, '30', '1000')),
  'webhook-faults': (args) => tryWebhookFaults(faultsPlan(args, '20', '200')),
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
