import { randomUUID } from 'node:crypto';
import { signApiToken } from '../src/auth/signApiToken';
import { WIX_STORES_APP_ID } from '../src/core/catalog';
import { guidOfKey, impliedLocationId, itemKey } from '../src/core/identity';
import { saveItems, type HubRedis } from '../src/redis/commands';
import { hubTokenName } from '../src/settings';
import { openBenchStore } from './benchStore';
import { runLoad } from './load';
import { printTable, shown } from './printTable';
import { startHub } from './servers';
import { makeBenchKeys } from './signedCalls';
import { benchTenantId } from './stockedTenant';

const BATCH = 1000;
const PLACES = 5;
/** How many items are there to be updated, at the most. */
const UPDATES = 20_000;
/** Shorter than the smallest tenant lasts. */
const MAX_UPDATE_SECONDS = 0.8;
/** How long an order may take that is made beside other calls. */
const MOST_PATIENCE_MS = 20_000;
const SECRET = 'a secret of the benchmark, with more than 32 bytes';
const ITEMS = '/stores/v3/inventory-items';

/** What is measured, as the wire has it. */
const reads: Readonly<Record<string, readonly [path: string, payload: object]>> = {
  'page of 100, newest first': ['query', { query: { cursorPaging: { limit: 100 } } }],
  'page of 100, a range of quantities, by quantity': [
    'query',
    {
      query: {
        filter: { quantity: { $gte: 100, $lt: 600 } },
        sort: [{ fieldName: 'quantity', order: 'DESC' }],
        cursorPaging: { limit: 100 },
      },
    },
  ],
  'page of 100, three conditions, by two fields': [
    'query',
    {
      query: {
        filter: {
          trackQuantity: true,
          'product.name': { $startsWith: 'product 1' },
          $not: { quantity: { $lte: 5 } },
        },
        sort: [{ fieldName: 'product.name' }, { fieldName: 'quantity', order: 'DESC' }],
        cursorPaging: { limit: 100 },
      },
    },
  ],
  'page of 100, out of stock, by name': [
    'query',
    {
      query: {
        filter: { availabilityStatus: 'OUT_OF_STOCK' },
        sort: [{ fieldName: 'product.name' }],
        cursorPaging: { limit: 100 },
      },
    },
  ],
  'one sku': ['query', { query: { filter: { 'product.variantSku': 'SKU-7' } } }],
  'search for two words, all fields': [
    'search',
    { search: { search: { expression: 'product 77', mode: 'AND', fuzzy: true } } },
  ],
  'search for two words, by name': [
    'search',
    {
      search: {
        search: { expression: 'kind 77', mode: 'AND', fields: ['product.name'] },
      },
    },
  ],
  'count of a range of quantities': ['count', { filter: { quantity: { $gte: 100, $lt: 600 } } }],
  'aggregate values of status and location': [
    'search',
    {
      search: {
        cursorPaging: { limit: 0 },
        aggregations: [
          { name: 'status', type: 'VALUE', fieldPath: 'availabilityStatus' },
          { name: 'location', type: 'VALUE', fieldPath: 'locationId' },
        ],
      },
    },
  ],
};

/** Calls after which an order of the tenant's items is made, when they are the first. */
const FIRST_IN_ORDER = {
  'first by date': 'page of 100, newest first',
  'first by quantity': 'page of 100, a range of quantities, by quantity',
};

/**
 * Measures reads and updates through the items' REST in tenants of several sizes, one caller.
 *
 * @param seconds longest time of one call, over and over
 */
export async function benchItems(sizes: readonly number[], seconds: number): Promise<void> {
  const columns: Record<string, string>[] = [];
  for (const size of sizes) columns.push(await measureTenant(size, seconds));
  console.log('\nItems REST over HTTP, milliseconds of one call (p50 / p99), one caller\n');
  const names = Object.keys(columns[0]!);
  const head = ['call', ...sizes.map((size) => size.toLocaleString('en-US'))];
  printTable(
    head,
    names.map((name) => [name, ...columns.map((column) => column[name]!)]),
  );
}

async function measureTenant(size: number, seconds: number): Promise<Record<string, string>> {
  const store = await openBenchStore();
  const settings = { AUTH_SECRET: SECRET, RATE_LIMIT_PER_MINUTE: '1000000000' };
  const hub = await startHub(store, makeBenchKeys(), [], settings);
  try {
    const ids = await stock(await store.connect(0), size);
    const token = await signApiToken(SECRET, {
      tenantId: benchTenantId,
      subject: 'bench',
      scopes: ['inventory:write'],
      issuer: hubTokenName,
      audience: hubTokenName,
      expiresInSeconds: 86_400,
    });
    const found: Record<string, string> = {};
    const firstCalls = { 'first call: loads the items': 'one sku', ...FIRST_IN_ORDER };
    for (const [what, name] of Object.entries(firstCalls)) {
      const call = () => timeOf(hub.port, read(token, reads[name]!));
      const first = await call();
      found[what] = shown(first);
      // Until the order is there, which is made meanwhile.
      const patience = performance.now() + MOST_PATIENCE_MS;
      while ((await call()) > first / 3 && performance.now() < patience);
    }
    for (const [name, asked] of Object.entries(reads)) {
      const many = Array<Buffer>(20_000 * seconds).fill(read(token, asked));
      found[name] = times(await runLoad(hub.port, many, { callers: 1, seconds }));
    }
    // Each item once: an update names the revision it is of.
    const updates = ids.map((id) => update(token, id));
    found['update one item'] = times(
      await runLoad(hub.port, updates, {
        callers: 1,
        seconds: Math.min(seconds, MAX_UPDATE_SECONDS),
      }),
    );
    return found;
  } finally {
    await hub.stop();
    await store.close();
  }
}

/** Milliseconds of one call on a connection of its own. */
async function timeOf(port: number, call: Buffer): Promise<number> {
  const started = performance.now();
  await runLoad(port, [call], { callers: 1, seconds: 1 });
  return performance.now() - started;
}

function times({ p50, p99 }: { p50: number; p99: number }): string {
  return `${shown(p50)} / ${shown(p99)}`;
}

function read(token: string, [path, payload]: readonly [string, object]): Buffer {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return httpRequest(token, `GET ${ITEMS}/${path}?.r=${encoded}`, '');
}

function update(token: string, id: string): Buffer {
  const inventoryItem = { id, revision: '1', quantity: 77 };
  return httpRequest(token, `PATCH ${ITEMS}/${id}`, JSON.stringify({ inventoryItem }));
}

function httpRequest(token: string, line: string, body: string): Buffer {
  const head = [
    `${line} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: ${token}`,
    ...(body === ''
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Stocks the tenant: a tenth of the items is out of stock. The ids of some of them. */
async function stock(redis: HubRedis, size: number): Promise<string[]> {
  const places = [impliedLocationId(benchTenantId)];
  while (places.length < PLACES) places.push(randomUUID());
  const ids: string[] = [];
  for (let from = 0; from < size; from += BATCH) {
    const items = Array.from({ length: Math.min(BATCH, size - from) }, (_, i) => {
      const n = from + i;
      const identity = {
        appId: WIX_STORES_APP_ID,
        productId: randomUUID(),
        variantId: randomUUID(),
        locationId: places[n % PLACES]!,
      };
      const key = itemKey(benchTenantId, identity);
      if (ids.length < UPDATES) ids.push(guidOfKey(key));
      const words = { name: `Product ${n % 1000} of a kind`, sku: `SKU-${n}`, barcode: `40${n}` };
      return {
        key,
        level: { tracked: true, quantity: n % 10 === 0 ? 0 : (n * 7919) % 1000 },
        before: '',
        after: JSON.stringify({ ...identity, ...words }),
      };
    });
    await saveItems(redis, { tenantId: benchTenantId, items, cause: { operation: 'IMPORT' } });
  }
  return ids;
}
