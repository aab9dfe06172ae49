import { randomInt } from 'node:crypto';
import { itemKey } from '../../src/core/identity';
import type { InventoryItem, ItemDocument } from '../../src/core/item';
import type { LedgerEntry } from '../../src/core/movement';
import { itemsAsOf } from '../../src/inventory/itemsAsOf';
import { PastDocuments } from '../../src/inventory/pastDocuments';
import { deleteItems, saveItems } from '../../src/redis/commands';
import { findEntryIds } from '../../src/redis/entrySearch';
import { keys } from '../../src/redis/keys';
import { commandsOf } from '../support/commandStats';
import { randomNumbers } from '../support/historyRun';
import { testRedis } from '../support/redis';
import { APP_ID, openShop, type Shop } from '../support/shop';

const redis = testRedis();
const cause = { operation: 'UPDATE' } as const;
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});

const keyOf = (name: string) =>
  itemKey(shop.tenantId, {
    appId: APP_ID,
    productId: name,
    variantId: null,
    locationId: '00000000-0000-4000-8000-000000000001',
  });

/** Writes a name into some items' documents: one entry. Items that are not there are created. */
async function rename(names: readonly string[], to: string): Promise<void> {
  const fields = names.map(keyOf);
  const before = await redis().hmget(keys.documents(shop.tenantId), ...fields);
  const items = names.map((name, i) => ({
    key: fields[i]!,
    level: before[i] ? {} : { tracked: true, quantity: 1000 },
    before: before[i] ?? '',
    after: before[i] ? rewritten(before[i], to) : JSON.stringify({ productId: name, name: to }),
  }));
  await saveItems(shop.redis, { tenantId: shop.tenantId, items, cause });
}

function rewritten(document: string, name: string): string {
  return JSON.stringify({ ...(JSON.parse(document) as object), name });
}

async function remove(names: readonly string[]): Promise<void> {
  const items = names.map((name) => ({ key: keyOf(name), revision: 0 }));
  await deleteItems(shop.redis, { tenantId: shop.tenantId, items, cause });
}

const move = (...names: string[]) =>
  shop.post(names.map((name) => [keyOf(name), -1, 'unrestricted']));

/** What a fold from the beginning says: the simplest way there is. */
function folded(entries: readonly LedgerEntry[]): (InventoryItem | null)[][] {
  const documents = new Map<string, ItemDocument>();
  return entries.map(({ lines }) =>
    lines.map(({ itemId: id, deleted, document, level, levelBefore }) => {
      if (document) documents.set(id, document);
      const known = documents.get(id);
      const numbers = deleted ? levelBefore : level;
      if (deleted) documents.delete(id);
      return known && numbers ? { id, ...numbers, ...known } : null;
    }),
  );
}

/** Reads a ledger as a feed does: so many entries at once, with one memory. */
async function fed(entries: readonly LedgerEntry[], size: number) {
  const past = new PastDocuments(shop.redis, shop.tenantId);
  const items: (InventoryItem | null)[][] = [];
  for (let at = 0; at < entries.length; at += size) {
    const batch = entries.slice(at, at + size);
    items.push(...(await itemsAsOf(shop.redis, shop.tenantId, batch, past)));
  }
  return items;
}

/** Makes the ledger one that a hub wrote which did not say since when documents were there. */
async function forgetSince(): Promise<void> {
  const ledger = keys.ledger(shop.tenantId);
  const entries = await redis().xrangeBuffer(ledger, '-', '+');
  await redis().del(ledger);
  for (const [id, fields] of entries) {
    const at = fields.findIndex((field, i) => i % 2 === 0 && field.equals(SINCE));
    const left = at < 0 ? fields : fields.filter((_, i) => i !== at && i !== at + 1);
    await redis().xadd(ledger, id, ...left);
  }
}
const SINCE = Buffer.from('documentsSince');

const seed = Number(process.env['ITEMS_AS_OF_SEED'] ?? randomInt(1e9));

test.each([
  ['as this hub writes it', false],
  ['as older hubs wrote it', true],
])(`every item of every entry is as a fold says; the ledger %s; seed ${seed}`, async (_, old) => {
  const below = randomNumbers(seed);
  const chance = (percent: number) => below(100) < percent;
  const names = Array.from({ length: 12 }, (_unused, i) => `item ${i}`);
  const some = () => {
    const chosen = names.filter(() => chance(25));
    return chosen.length > 0 ? chosen : [names[below(names.length)]!];
  };
  const there = async () => {
    const chosen = some();
    const stored = await redis().hmget(keys.documents(shop.tenantId), ...chosen.map(keyOf));
    return chosen.filter((_unused, i) => stored[i] !== null);
  };
  for (let i = 0; i < 250; i += 1) {
    const present = await there();
    if (present.length === 0 || chance(25)) await rename(some(), `name ${i}`);
    else if (chance(10)) await remove(present);
    else await move(...present);
    if (old && i === 150) await forgetSince();
  }
  const entries = await shop.ledger();
  const expected = folded(entries);
  for (const size of [1, 7, 300]) expect(await fed(entries, size)).toEqual(expected);
  // Without a memory of what was read before.
  for (const i of [0, 40, 120, 200]) {
    expect(await itemsAsOf(shop.redis, shop.tenantId, [entries[i]!])).toEqual([expected[i]]);
  }
});

test('an item costs what its own document changed since, not what the ledger holds', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `item ${i}`);
  await rename(names, 'first');
  for (let i = 0; i < 600; i += 1) await move('item 0');
  await rename(names, 'second');
  await rename(names, 'third');
  const entries = await shop.ledger();
  const asked = jest.spyOn(shop.redis, 'xrangeBuffer');
  const { xrange } = await commandsOf(redis(), async () => {
    const [items] = await itemsAsOf(shop.redis, shop.tenantId, entries.slice(5, 6));
    expect(items![0]).toMatchObject({ name: 'first' });
  });
  // Two entries by their ids, and the steps to find each by its sequence: no batch of the ledger.
  const read = asked.mock.calls.map(([, from, to]) => [from, to]);
  asked.mockRestore();
  expect(read).toEqual([entries.at(-1)!, entries.at(-2)!].map(({ id }) => [id, id]));
  expect(xrange).toBeLessThan(100);
});

test('an item that was deleted and came back is as it was in each of its lives', async () => {
  await rename(['item'], 'first life');
  await move('item');
  await remove(['item']);
  await rename(['item'], 'second life');
  await move('item');
  await rename(['item'], 'renamed');
  const entries = await shop.ledger();
  const found = await Promise.all(
    entries.map((entry) => itemsAsOf(shop.redis, shop.tenantId, [entry])),
  );
  expect(found.map(([items]) => (items![0] as { name?: string }).name)).toEqual([
    'first life',
    'first life',
    'first life',
    'second life',
    'second life',
    'renamed',
  ]);
});

test('nothing of another tenant is read', async () => {
  await rename(['item'], 'own');
  await move('item');
  await rename(['item'], 'renamed');
  const [, entry] = await shop.ledger();
  const other = openShop(redis());
  expect(await itemsAsOf(other.redis, other.tenantId, [entry!])).toEqual([[null]]);
  const search = { sequence: 2, fromMs: 0, toMs: entry!.timeMs };
  expect(await findEntryIds(shop.redis, shop.tenantId, [search])).toEqual([entry!.id]);
  expect(await findEntryIds(other.redis, other.tenantId, [search])).toEqual([null]);
});

test('an entry is found by its sequence wherever it lies, and none that is not there', async () => {
  await shop.addItem({ quantity: 5 });
  // Many in one millisecond, and long times without any.
  const ledger = keys.ledger(shop.tenantId);
  const [entry] = await redis().xrangeBuffer(ledger, '-', '+');
  await redis().del(ledger);
  const ids: string[] = [];
  let timeMs = 1000;
  for (let sequence = 5; sequence < 205; sequence += 1) {
    if (sequence % 7 === 0) timeMs += sequence % 3 === 0 ? 1 : 10_000_000;
    ids.push(`${timeMs}-${sequence}`);
    await redis().xadd(ledger, ids.at(-1)!, ...entry![1]);
  }
  const searches = ids.map((_, i) => ({ sequence: i + 5, fromMs: 0, toMs: timeMs }));
  expect(await findEntryIds(shop.redis, shop.tenantId, searches)).toEqual(ids);
  const none = [4, 205].map((sequence) => ({ sequence, fromMs: 0, toMs: timeMs + 5 }));
  expect(await findEntryIds(shop.redis, shop.tenantId, none)).toEqual([null, null]);
  const narrow = [{ sequence: 104, fromMs: 0, toMs: 1000 }];
  expect(await findEntryIds(shop.redis, shop.tenantId, narrow)).toEqual([null]);
});
