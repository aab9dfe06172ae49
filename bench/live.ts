import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { signApiToken } from '../src/auth/signApiToken';
import { guidOfKey } from '../src/core/identity';
import { hubTokenName } from '../src/settings';
import { openBenchStore } from './benchStore';
import { exchange, runLoad } from './load';
import { median } from './medians';
import { printTable, shown } from './printTable';
import { startHub, type MeasuredServer } from './servers';
import { makeBenchKeys, makeSignedCalls, type BenchKeys } from './signedCalls';
import { benchTenantId, makeItems, stockItems, type StockedItem } from './stockedTenant';

/** What to measure of live subscriptions. */
export interface LiveBench {
  subscribers: number;
  /** Changes whose way to all subscribers is timed. */
  changes: number;
  /** Longest time of one load of plugin calls. */
  seconds: number;
  rounds: number;
  /** Items of the tenant. */
  items: number;
}

const CALLERS = 32;
const PLENTY = 900_000_000;
const SECRET = 'a secret of the benchmark, with more than 32 bytes';
const HEAD = [
  'subscribed to',
  'p50 ms',
  'p99 ms',
  'last ms',
  'KiB each',
  'plugin calls/s',
  'ratio',
  'messages/s',
];
/** More than a hub answers: a round must not run out of calls. */
const MOST_CALLS_PER_SECOND = 6000;
/** How long the hub is left alone before its memory is read, ms. */
const SETTLE_MS = 1500;

/** What the subscribers ask for. */
const audiences = {
  none: () => [],
  'an item each': (count: number, items: readonly StockedItem[]) =>
    Array.from({ length: count }, (_, i) => [guidOfKey(items[i % items.length]!.key)]),
  everything: (count: number) => Array.from({ length: count }, () => null),
} satisfies Record<string, (count: number, items: readonly StockedItem[]) => Filters>;

type Audience = keyof typeof audiences;
type Filters = (string[] | null)[];

/** Measures a change's way to many subscribers, what they cost, and what plugin calls lose. */
export async function benchLive(bench: LiveBench): Promise<void> {
  const store = await openBenchStore();
  try {
    console.log(`${store.description}, node ${process.version}, ${bench.subscribers} subscribers`);
    const items = makeItems(bench.items);
    await stockItems(await store.connect(0), items, PLENTY);
    const keys = makeBenchKeys();
    const rows: string[][] = [];
    for (const audience of Object.keys(audiences) as Audience[]) {
      // Each its own: memory that one has left is not the next one's.
      const hub = await startHub(store, keys, [], {
        AUTH_SECRET: SECRET,
        RATE_LIMIT_PER_MINUTE: '1000000000',
        SUBSCRIPTION_CONNECTIONS_PER_TENANT: String(bench.subscribers + 10),
      });
      try {
        rows.push(await measure(hub, keys, items, audience, bench));
      } finally {
        await hub.stop();
      }
    }
    console.log(`\n${bench.subscribers} subscribers of one tenant, on one process\n`);
    printTable(HEAD, withRatios(rows));
  } finally {
    await store.close();
  }
}

async function measure(
  hub: MeasuredServer,
  keys: BenchKeys,
  items: readonly StockedItem[],
  audience: Audience,
  bench: LiveBench,
): Promise<string[]> {
  const filters: Filters = audiences[audience](bench.subscribers, items);
  const before = await residentBytes(hub.port);
  const subscribers = await startSubscribers(hub.port, filters);
  try {
    const bytes = (await residentBytes(hub.port)) - before;
    // A call for the first items: an item each has the subscriber that follows it.
    const followed = items.slice(0, bench.subscribers);
    const reach = filters.length === 0 ? 0 : audience === 'everything' ? filters.length : 1;
    const ways = reach > 0 ? await timeChanges(hub, keys, followed, subscribers, reach, bench) : [];
    await subscribers.ask('follow 0');
    const { rate, messages } = await load(hub, keys, items, subscribers, bench);
    const cell = (place: 'p50' | 'p99' | 'last') =>
      ways.length > 0 ? shown(median(ways.map((way) => way[place]))) : '';
    return [
      audience,
      cell('p50'),
      cell('p99'),
      cell('last'),
      filters.length > 0 ? shown(bytes / 1024 / filters.length) : '',
      shown(rate),
      String(rate),
      shown(messages),
    ];
  } finally {
    await subscribers.stop();
  }
}

function withRatios(rows: string[][]): string[][] {
  const alone = Number(rows[0]![6]);
  return rows.map((row) => row.with(6, (Number(row[6]) / alone).toFixed(2)));
}

/** Ms from sending a change to its arrival at the subscribers it concerns. */
interface Way {
  p50: number;
  p99: number;
  last: number;
}

async function timeChanges(
  hub: MeasuredServer,
  keys: BenchKeys,
  items: readonly StockedItem[],
  subscribers: Subscribers,
  reach: number,
  { changes }: LiveBench,
): Promise<Way[]> {
  const calls = await makeSignedCalls(keys, items, { lines: 1, choice: 'spread', count: changes });
  const socket = connect({ port: hub.port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  await subscribers.ask(`follow ${reach}`);
  const ways: Way[] = [];
  for (const call of calls) {
    const sent = performance.timeOrigin + performance.now();
    const arrived = subscribers.answer<Way>();
    await exchange(socket, call);
    const { p50, p99, last } = await arrived;
    ways.push({ p50: p50 - sent, p99: p99 - sent, last: last - sent });
  }
  socket.destroy();
  return ways;
}

async function load(
  hub: MeasuredServer,
  keys: BenchKeys,
  items: readonly StockedItem[],
  subscribers: Subscribers,
  { rounds, seconds }: LiveBench,
) {
  const count = Math.ceil(MOST_CALLS_PER_SECOND * seconds * (rounds + 1));
  const calls = await makeSignedCalls(keys, items, { lines: 1, choice: 'spread', count });
  const rates: number[] = [];
  const messages: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    await subscribers.count();
    const started = performance.now();
    // Calls of other orders each time would have to be signed anew: a round takes its share.
    const share = Math.floor(calls.length / (rounds + 1));
    const own = calls.slice((round + 1) * share, (round + 2) * share);
    const { rate } = await runLoad(hub.port, own, { callers: CALLERS, seconds });
    if (rate === 0) throw new Error(`${own.length} calls are too few for ${seconds} s`);
    const elapsed = (performance.now() - started) / 1000;
    if (round < 0) continue;
    rates.push(rate);
    messages.push((await subscribers.count()) / elapsed);
  }
  return { rate: median(rates), messages: median(messages) };
}

type Subscribers = Awaited<ReturnType<typeof startSubscribers>>;

async function startSubscribers(port: number, filters: Filters) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, 'liveSubscribers.ts')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const line = await lines.next();
    if (line.done) throw new Error('the subscribers ended');
    return JSON.parse(line.value) as T;
  };
  const ask = (text: string) =>
    new Promise<void>((resolve) =>
      child.stdin.write(`${text}\n`, () => {
        resolve();
      }),
    );
  const token = await signApiToken(SECRET, {
    tenantId: benchTenantId,
    subject: 'bench',
    scopes: ['inventory:read'],
    issuer: hubTokenName,
    audience: hubTokenName,
    expiresInSeconds: 86_400,
  });
  await ask(JSON.stringify({ url: `ws://127.0.0.1:${port}/graphql`, token, filters }));
  await answer();
  return {
    ask,
    answer,
    /** Messages since it was asked last. */
    count: async () => {
      await ask('count');
      return (await answer<{ messages: number }>()).messages;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

async function residentBytes(port: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)![1]);
}
