import { emptyStore, forgetCalls, openBenchStore, type BenchStore } from './benchStore';
import { runLoad, type LoadResult } from './load';
import { median } from './medians';
import { printTable, shown } from './printTable';
import { measureScript, type ScriptCase, type Stock } from './scriptTime';
import { databases, startFloor, startHub, type MeasuredServer } from './servers';
import { makeBenchKeys, makeSignedCalls, type BenchKeys } from './signedCalls';
import {
  HOT_ITEMS,
  makeItems,
  stockItems,
  type KeyChoice,
  type StockedItem,
} from './stockedTenant';

/** What to measure of the plugin path. */
export interface PluginBench {
  /** Sizes of calls, in lines. */
  lines: readonly number[];
  /** Measured rounds per case; each has the hub and the floor once. */
  rounds: number;
  /** Longest time of one server in one round. */
  seconds: number;
  /** Items of the tenant. */
  items: number;
  choices: readonly KeyChoice[];
}

const CALLERS = 32;
const PLENTY = 900_000_000;

/** Share of the lines that cross a status in the crossing rows: none, one in ten, all. */
const CROSSINGS = [0, 0.1, 1];

/** Measures the plugin path beside the floor, and the script beside the minimal script. */
export async function benchPlugin(bench: PluginBench): Promise<void> {
  const store = await openBenchStore();
  try {
    console.log(`${store.description}, node ${process.version}, ${CALLERS} callers`);
    const stock = {
      many: makeItems(bench.items),
      single: makeItems(Math.min(3000, bench.items)),
    };
    await benchHttp(store, stock.many, bench);
    await benchScript(store, stock, bench);
  } finally {
    await store.close();
  }
}

async function benchHttp(store: BenchStore, items: readonly StockedItem[], bench: PluginBench) {
  const connections = [
    await store.connect(databases.hub),
    await store.connect(databases.floor),
  ] as const;
  const stock = async () => {
    await emptyStore(connections[0]);
    for (const redis of connections) await stockItems(redis, items, PLENTY);
  };
  await stock();
  const keys = makeBenchKeys();
  const servers: MeasuredServer[] = [];
  const rows: string[][] = [];
  try {
    servers.push(await startHub(store, keys), await startFloor(store, keys));
    for (const choice of bench.choices) {
      for (const lines of bench.lines) {
        const calls = await callsOf(keys, items, choice, lines, bench.seconds);
        const results = await measureServers(servers, calls, bench, async () => {
          for (const redis of connections) await forgetCalls(redis);
        });
        rows.push(...httpRows(lines, choice, results));
        await stock();
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  console.log('\nPlugin calls over HTTP: the hub beside the floor\n');
  const head = ['lines, keys', 'server', 'requests/s', 'lines/s', 'p50 ms', 'p99 ms', 'hub/floor'];
  printTable(head, rows);
}

/** Enough calls for the fastest server: they are signed beforehand and used in every round. */
function callsOf(
  keys: BenchKeys,
  items: readonly StockedItem[],
  choice: KeyChoice,
  lines: number,
  seconds: number,
) {
  const fastest = 1_000_000 / (150 + 6 * lines);
  const count = Math.max(2 * CALLERS, Math.ceil(fastest * seconds));
  return makeSignedCalls(keys, items, { lines, choice, count });
}

type Rounds = Record<MeasuredServer['name'], LoadResult[]>;

async function measureServers(
  servers: readonly MeasuredServer[],
  calls: readonly Buffer[],
  { rounds, seconds }: PluginBench,
  reset: () => Promise<void>,
): Promise<Rounds> {
  const results: Rounds = { hub: [], floor: [] };
  for (let round = -1; round < rounds; round += 1) {
    // Who goes first gets a colder machine, so both do in turn.
    for (const server of round % 2 === 0 ? servers : [...servers].reverse()) {
      const result = await runLoad(server.port, calls, { callers: CALLERS, seconds });
      // The first round only warms up.
      if (round >= 0) results[server.name].push(result);
    }
    await reset();
  }
  return results;
}

function httpRows(lines: number, choice: KeyChoice, results: Rounds): string[][] {
  const ratio = median(results.hub.map(({ rate }, i) => rate / results.floor[i]!.rate));
  return (['hub', 'floor'] as const).map((name) => {
    const middle = (field: keyof LoadResult) => median(results[name].map((each) => each[field]));
    return [
      `${lines} ${choice}`,
      name,
      shown(middle('rate')),
      shown(middle('rate') * lines),
      shown(middle('p50')),
      shown(middle('p99')),
      name === 'hub' ? ratio.toFixed(2) : '',
    ];
  });
}

async function benchScript(store: BenchStore, stock: Stock, bench: PluginBench): Promise<void> {
  const redis = await store.connect(0);
  await emptyStore(redis);
  await stockItems(redis, stock.many, PLENTY);
  await stockItems(redis, stock.single, 1);
  const cases: ScriptCase[] = [
    ...bench.choices.flatMap((choice) =>
      bench.lines
        // postMovement sums the lines of one item; the minimal script does not and can't compare.
        .filter((lines) => choice === 'spread' || lines <= HOT_ITEMS)
        .map((lines) => ({ lines, choice, crossing: 0 })),
    ),
    ...CROSSINGS.slice(1).flatMap((crossing) =>
      bench.lines
        .filter((lines) => lines * crossing >= 1)
        .map((lines) => ({ lines, choice: 'spread' as const, crossing })),
    ),
  ];
  const rows: string[][] = [];
  for (const each of cases) {
    const time = await measureScript(redis, stock, each, bench);
    const crossing = each.crossing === 0 ? '' : `, ${each.crossing * 100} % cross a status`;
    rows.push([
      `${each.lines} ${each.choice}${crossing}`,
      shown(time.script),
      shown(time.minimal),
      time.ratio.toFixed(2),
    ]);
    await forgetCalls(redis);
  }
  console.log('\nMicroseconds inside Redis per call: postMovement beside the minimal script\n');
  printTable(['lines, keys', 'script', 'minimal', 'script/minimal'], rows);
}
