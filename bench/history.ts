import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../src/core/identity';
import { createInventoryDeps } from '../src/inventory/deps';
import { explainStock } from '../src/inventory/explainStock';
import { listMovements } from '../src/inventory/movements';
import { stockAt } from '../src/inventory/stockAt';
import { postMovement, saveItems, type HubRedis } from '../src/redis/commands';
import { readHistory, STEPS_PER_CALL } from '../src/redis/history';
import { openBenchStore } from './benchStore';
import { median } from './medians';
import { printTable, shown } from './printTable';

/** Movements at the least: what an item's walk and a page's search go through at the most. */
export const MIN_HISTORY = 20_000;
const REPEATS = 7;
const ITEMS = 1000;
/** Movements of other items for each one of the item that is asked about. */
const OTHERS = 1;
const LINES_EACH = 3;

/** Measures what questions about the past cost in a tenant of so many movements of an item. */
export async function benchHistory(movements: number): Promise<void> {
  const store = await openBenchStore();
  try {
    console.log(`${store.description}, node ${process.version}`);
    const rows = await measure(await store.connect(0), movements);
    console.log('\nQuestions about the past in the process, one caller: milliseconds, medians\n');
    printTable(['question', 'ms'], rows);
  } finally {
    await store.close();
  }
}

async function measure(redis: HubRedis, movements: number): Promise<string[][]> {
  const tenantId = randomUUID();
  const deps = createInventoryDeps(redis, { retentionMs: 60_000, catalogIdentityOptions: {} });
  const { ids, middle } = await makePast(redis, tenantId, movements);
  const [busy] = ids as [string];
  const bounds = { stepsPerItem: STEPS_PER_CALL };
  const list = (filter: object, first = 50) =>
    listMovements(deps, tenantId, { filter, first, oldestFirst: false });
  const questions: Record<string, () => Promise<unknown>> = {
    '250 steps of a walk: one script call, 3 lines an entry': () =>
      readHistory(redis, tenantId, [{ itemId: busy, from: null }], bounds),
    'a page of 50 movements': () => list({}),
    'a page of 50 movements of one item': () => list({ itemIds: [busy] }),
    'a search of 20,000 entries by actor that finds nothing': () => list({ actor: 'nobody' }),
    'a search of 20,000 entries by product that finds nothing': () =>
      list({ productIds: ['nothing'] }),
    'an explanation over 20,000 movements': () => explainStock(deps, tenantId, busy),
    'stock of 250 items now': () => stockAt(deps, tenantId, ids.slice(0, 250), {}),
    'stock of 250 items half of the ledger ago': () =>
      stockAt(deps, tenantId, ids.slice(0, 250), { movementId: middle }),
  };
  const rows: string[][] = [];
  for (const [name, ask] of Object.entries(questions)) {
    await ask();
    rows.push([name, shown(await medianTime(ask))]);
  }
  return rows;
}

/** The first item is in every other movement, the others take turns. */
async function makePast(redis: HubRedis, tenantId: string, movements: number) {
  const keys = Array.from({ length: ITEMS }, () =>
    Buffer.from(randomUUID().replaceAll('-', ''), 'hex'),
  );
  const items = keys.map((key, i) => ({
    key,
    level: { tracked: true, quantity: 1_000_000 },
    before: '',
    after: JSON.stringify({ appId: 'a', productId: `p${i}`, variantId: null, locationId: 'l' }),
  }));
  await saveItems(redis, { tenantId, items, cause: { operation: 'IMPORT' } });
  let middle = '';
  const total = movements * (1 + OTHERS);
  for (let i = 0; i < total; i += 1) {
    const others = Array.from(
      { length: LINES_EACH },
      (_, j) => keys[1 + ((i * 7 + j) % (ITEMS - 1))]!,
    );
    const moved = i % (1 + OTHERS) === 0 ? [keys[0]!, ...others.slice(1)] : others;
    const { ledgerId } = await postMovement(redis, {
      tenantId,
      lines: moved.map((key) => ({ key, units: -1, guard: 'unrestricted' as const })),
      cause: { operation: 'DECREMENT', reason: 'ORDER_PLACED', actor: 'member:m' },
      settingsRevision: 0,
      retentionMs: 60_000,
    });
    if (i === Math.floor(total / 2)) middle = ledgerId;
  }
  return { ids: keys.map(guidOfKey), middle };
}

async function medianTime(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
  }
  return median(times);
}
