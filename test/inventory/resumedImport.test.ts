import { InventoryError } from '../../src/core/errors';
import type { RawRow } from '../../src/inventory/importRow';
import { changeSettings } from '../../src/inventory/changeSettings';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { importRows, itemOf, keyOfProduct, valueRows } from './importRows';

const LOCATION = '3f1e4a6c-2222-4000-8000-00000000aaaa';
const redis = testRedis();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const rows = Array.from({ length: 1000 }, (_, i) => ({ productId: `p${i}`, quantity: 10 }));
const contentDigest = 'same-file';

/** Every item was created once and changed by nothing but the sales. */
const expectOnce = async (changedItems: number) => {
  const lines = (await shop.ledger()).flatMap((entry) =>
    entry.operation === 'IMPORT' ? entry.lines : [],
  );
  expect(new Set(lines.map(({ itemId }) => itemId)).size).toBe(changedItems);
  expect(lines).toHaveLength(changedItems);
  expect((await shop.verify()).driftCount).toBe(0);
};

test('an interrupted import goes on after its last batch and keeps a sale in between', async () => {
  async function* breaking(): AsyncGenerator<RawRow> {
    for await (const row of valueRows(rows)) {
      if (row.number === 350) throw new Error('power cut');
      yield row;
    }
  }
  const options = { contentDigest };
  await expect(importRows(shop, breaking(), options)).rejects.toThrow('power cut');
  const sold = await keyOfProduct(shop, 'p7');
  await shop.move([[sold, -3]]);
  const would = await importRows(shop, rows, { ...options, dryRun: true });
  const result = await importRows(shop, rows, options);
  expect(result).toMatchObject({ resumedAfter: 300, created: 1000, failed: 0, stopped: false });
  expect(would).toMatchObject({ resumedAfter: 300, created: 1000 });
  expect((await itemOf(shop, 'p7')).quantity).toBe(7);
  await expectOnce(1000);
  // Complete: the next run is a new import.
  expect(await importRows(shop, rows, options)).toMatchObject({ resumedAfter: 0, updated: 1 });
  expect((await itemOf(shop, 'p7')).quantity).toBe(10);
});

test('an interrupted import stops between batches when it is told to', async () => {
  const controller = new AbortController();
  const onProgress = (row: number) => {
    if (row === 200) controller.abort();
  };
  const options = { contentDigest, signal: controller.signal, onProgress };
  const stopped = await importRows(shop, rows, options);
  expect(stopped).toMatchObject({ stopped: true, lastRow: 200, created: 200 });
  const rest = await importRows(shop, rows, { contentDigest });
  expect(rest).toMatchObject({ stopped: false, resumedAfter: 200, lastRow: 1000, created: 1000 });
  await expectOnce(1000);
});

test('an interrupted import counts the failed rows of all its runs', async () => {
  const withBad = rows.map((row, i) => (i % 100 === 5 ? { ...row, quantity: 'x' } : row));
  const controller = new AbortController();
  const onProgress = (row: number) => {
    if (row === 500) controller.abort();
  };
  const options = { contentDigest, signal: controller.signal, onProgress };
  expect(await importRows(shop, withBad, options)).toMatchObject({ failed: 5, created: 495 });
  const rest = await importRows(shop, withBad, { contentDigest });
  expect(rest).toMatchObject({ failed: 10, created: 990 });
  expect(rest.problems).toHaveLength(5);
});

test('an interrupted import keeps the default location it began with', async () => {
  const controller = new AbortController();
  const onProgress = () => {
    controller.abort();
  };
  await importRows(shop, rows, { contentDigest, signal: controller.signal, onProgress });
  await changeSettings(shop.deps, shop.tenantId, { defaultLocationId: LOCATION });
  await importRows(shop, rows, { contentDigest });
  const lines = (await shop.ledger()).flatMap((entry) => entry.lines);
  expect(new Set(lines.map(({ document }) => document?.locationId)).size).toBe(1);
});

test('an import is refused when another run of it has gone on', async () => {
  let other: Promise<unknown> | undefined;
  async function* slow(): AsyncGenerator<RawRow> {
    for await (const row of valueRows(rows)) {
      if (row.number === 250) {
        other = importRows(shop, rows, { contentDigest });
        await other;
      }
      yield row;
    }
  }
  const refused = await importRows(shop, slow(), { contentDigest }).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(InventoryError);
  expect(refused).toMatchObject({ code: 'IMPORT_CHANGED' });
  expect(await other).toMatchObject({ created: 1000, resumedAfter: 200 });
  await expectOnce(1000);
});
