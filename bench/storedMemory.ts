import { randomBytes, randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../src/core/catalog';
import { guidOfKey, itemKey } from '../src/core/identity';
import { trimTenant } from '../src/inventory/trim';
import { postMovement, saveItems, type HubRedis } from '../src/redis/commands';
import { keys } from '../src/redis/keys';
import { readDocuments } from '../src/redis/reads';
import { keepRefusal } from '../src/redis/refusals';
import { emptyStore, openBenchStore } from './benchStore';
import { printTable, shown } from './printTable';
import { benchTenantId as tenantId } from './stockedTenant';

/** Items of one import batch, as the hub imports them. */
const BATCH = 100;
const LINES = [1, 3, 10, 100, 300];
const RETENTION_MS = 86_400_000;

/**
 * Measures what the hub itself stores: items through its import script, movements through its
 * posting script, as MEMORY USAGE tells it. The table of docs/reference/keys.md.
 */
export async function benchStoredMemory(count: number): Promise<void> {
  const store = await openBenchStore();
  try {
    const redis = await store.connect(0);
    await emptyStore(redis);
    const size = async (name: string) => (await redis.memory('USAGE', name, 'SAMPLES', 0)) ?? 0;
    const rows: (readonly [string, number])[] = [];
    const items = await storeItems(redis, count);
    const documentLength = (await redis.hstrlen(keys.documents(tenantId), items[0]!)) || 0;
    const ledger = await size(keys.ledger(tenantId));
    rows.push(
      ['level', (await size(keys.levels(tenantId))) / count],
      [`document of ${documentLength} characters`, (await size(keys.documents(tenantId))) / count],
      ['status index', (await size(keys.statusIndex(tenantId))) / count],
      ['creation in the ledger', ledger / count],
    );
    for (const lines of LINES) {
      const movements = Math.ceil(count / 10 / lines);
      const before = await size(keys.ledger(tenantId));
      const orderId = await postOrders(redis, items, lines, movements);
      const grown = (await size(keys.ledger(tenantId))) - before;
      rows.push([`ledger entry of ${lines} lines`, grown / movements]);
      rows.push([`its order's record`, await size(keys.order(tenantId, orderId))]);
    }
    const edits = Math.ceil(count / 100);
    for (const [name, named] of [
      ['edit of a quantity', false],
      ['edit of a name', true],
    ] as const) {
      const before = await size(keys.ledger(tenantId));
      await editItems(redis, items.slice(0, edits), named);
      rows.push([name, ((await size(keys.ledger(tenantId))) - before) / edits]);
    }
    for (const lines of [1, 300]) {
      const before = await size(keys.refusals(tenantId));
      const refusals = Math.ceil(1000 / lines);
      const digest = await refuse(redis, items, lines, refusals);
      const grown = (await size(keys.refusals(tenantId))) - before;
      rows.push([`refusal of ${lines} lines`, grown / refusals]);
      rows.push(['its key, for a minute', await size(keys.refused(tenantId, digest))]);
    }
    const deps = { redis, retentionMs: -RETENTION_MS, ledgerRetentionMs: -RETENTION_MS };
    const { entries } = await trimTenant(deps, tenantId, { limits: [] });
    rows.push(['checkpoint, per item', (await size(keys.checkpoint(tenantId))) / count]);
    console.log(`${store.description}, ${count} items, ${entries} entries trimmed\n`);
    printTable(
      ['what', 'bytes'],
      rows.map(([name, bytes]) => [name, shown(bytes)]),
    );
  } finally {
    await store.close();
  }
}

async function storeItems(redis: HubRedis, count: number): Promise<Buffer[]> {
  const stored: Buffer[] = [];
  const locationId = randomUUID();
  while (stored.length < count) {
    const items = Array.from({ length: Math.min(BATCH, count - stored.length) }, (_, i) => {
      const document = {
        appId: WIX_STORES_APP_ID,
        productId: randomUUID(),
        variantId: randomUUID(),
        locationId,
        name: `Cotton shirt ${stored.length + i}`,
        sku: `SHIRT-${stored.length + i}`,
      };
      const key = itemKey(tenantId, document);
      return { key, level: { quantity: 1_000_000 }, before: '', after: JSON.stringify(document) };
    });
    await saveItems(redis, { tenantId, items, cause: { operation: 'IMPORT', actor: 'cli' } });
    stored.push(...items.map(({ key }) => key));
  }
  return stored;
}

/** Posts movements of an order each; the last order. */
async function postOrders(
  redis: HubRedis,
  items: readonly Buffer[],
  lines: number,
  movements: number,
): Promise<string> {
  let orderId = '';
  for (let i = 0; i < movements; i += 1) {
    orderId = randomUUID();
    await postMovement(redis, {
      tenantId,
      settingsRevision: 0,
      retentionMs: RETENTION_MS,
      cause: {
        operation: 'DECREMENT',
        reason: 'ORDER_PLACED',
        orderId,
        actor: `member:${randomUUID()}`,
        requestId: '1736422399.42314521531',
      },
      order: { direction: '-', digests: { call: randomBytes(12), content: randomBytes(12) } },
      lines: Array.from({ length: lines }, (_, n) => ({
        key: items[(i * lines + n) % items.length]!,
        units: -1,
        guard: 'strict',
      })),
    });
  }
  return orderId;
}

/** Changes items one by one: their quantity, or their name. */
async function editItems(redis: HubRedis, itemKeys: readonly Buffer[], named: boolean) {
  const documents = await readDocuments(redis, tenantId, itemKeys);
  for (const [i, key] of itemKeys.entries()) {
    const before = documents[i]!;
    const after = named ? before.replace('Cotton', 'Linen') : before;
    const level = named ? {} : { quantity: 5 };
    const cause = { operation: 'UPDATE', actor: `user:${randomUUID()}` } as const;
    const items = [{ key, level, before, after }];
    await saveItems(redis, { tenantId, items, cause });
  }
}

/** Keeps calls that were refused for want of stock; the digest of the last. */
async function refuse(
  redis: HubRedis,
  items: readonly Buffer[],
  lines: number,
  refusals: number,
): Promise<string> {
  let digest = '';
  for (let i = 0; i < refusals; i += 1) {
    digest = randomBytes(16).toString('base64url');
    await keepRefusal(redis, tenantId, digest, {
      code: 'INSUFFICIENT_AVAILABLE',
      operation: 'DECREMENT',
      reason: 'ORDER_PLACED',
      orderId: randomUUID(),
      actor: `member:${randomUUID()}`,
      requestId: '1736422399.42314521531',
      lines: Array.from({ length: lines }, (_, n) => ({
        itemId: guidOfKey(items[(i * lines + n) % items.length]!),
        code: 'INSUFFICIENT_AVAILABLE',
        requested: 3,
        available: 1,
      })),
    });
  }
  return digest;
}
