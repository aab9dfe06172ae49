import { guidOfKey } from '../../src/core/identity';
import type { InventoryEvent } from '../../src/core/inventoryEvent';
import { eventSteps } from '../../src/events/eventSteps';
import { prepareEvent } from '../../src/events/wixEnvelope';
import { changeSettings } from '../../src/inventory/changeSettings';
import { keys } from '../../src/redis/keys';
import { LEDGER_LINE_BYTES } from '../../src/redis/packing';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let settingsRevision: number;

beforeEach(() => {
  shop = openShop(redis());
  settingsRevision = 0;
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

async function useDefault(lowStockThreshold: number | null): Promise<void> {
  const settings = await changeSettings(shop.deps, shop.tenantId, { lowStockThreshold });
  settingsRevision = settings.revision;
}

const take = (key: Buffer, units: number) => shop.move([[key, -units]], { settingsRevision });

async function lowEvents(): Promise<InventoryEvent[]> {
  const events: InventoryEvent[] = [];
  for await (const steps of eventSteps(shop.redis, shop.tenantId, '0-0')) {
    events.push(...steps.flatMap(({ event }) => (event?.type === 'low_stock' ? [event] : [])));
  }
  return events;
}

const thresholds = async () => (await lowEvents()).map(({ threshold }) => threshold);

/** As an older hub wrote the ledger: without what fell to the default, and who is low. */
async function asOlder(): Promise<void> {
  const ledger = keys.ledger(shop.tenantId);
  const entries = await redis().xrangeBuffer(ledger, '-', '+');
  await redis().del(ledger);
  for (const [id, fields] of entries) {
    const lines = fields[fields.findIndex((field) => field.toString() === 'lines') + 1]!;
    for (let at = 0; at < lines.length; at += LEDGER_LINE_BYTES) {
      const notes = lines.readUInt16LE(at + 70);
      // The numbers of one without a threshold of its own say none.
      if ((notes & 512) !== 0) lines.fill(0, at + 43, at + 46);
      lines.writeUInt16LE(notes & 511, at + 70);
    }
    await redis().xadd(ledger, id, ...fields);
  }
}

test('the threshold told is the one that was in force, whatever the default is now', async () => {
  await useDefault(5);
  const key = await shop.addItem({ quantity: 8 });
  await take(key, 3);
  await useDefault(50);
  expect(await thresholds()).toEqual([5]);
  await useDefault(null);
  const [event] = await lowEvents();
  const { actionEvent } = JSON.parse(prepareEvent(event!, 'app').body) as {
    actionEvent: { body: object };
  };
  expect(actionEvent.body).toMatchObject({ available: 5, threshold: 5 });
  // What is kept of the item is as it was: the threshold in the entry is not its own.
  expect(await shop.level(key)).toMatchObject({ quantity: 5, lowStockThreshold: null });
});

test('it is the own one of an item that has one, and that of 0 is one', async () => {
  await useDefault(0);
  const own = await shop.addItem({ quantity: 8, lowStockThreshold: 6 });
  const other = await shop.addItem({ quantity: 1 });
  await take(own, 3);
  await take(other, 1);
  await useDefault(9);
  expect(await thresholds()).toEqual([6, 0]);
});

test('an edit and the creation of an item tell it too', async () => {
  await useDefault(5);
  const created = await shop.addItem({ quantity: 4 });
  const lowered = await shop.addItem({ quantity: 9, lowStockThreshold: 1 });
  // Nothing is sold, but now the default is in force for it: 9 are not low, 3 are.
  await shop.change(lowered, { lowStockThreshold: null });
  await shop.change(lowered, { quantity: 3 });
  await useDefault(2);
  const told = await lowEvents();
  expect(told.map(({ itemId, threshold }) => [itemId, threshold])).toEqual([
    [guidOfKey(created), 5],
    [guidOfKey(lowered), 5],
  ]);
});

test('an entry of an older hub tells the own one, or none', async () => {
  await useDefault(5);
  const own = await shop.addItem({ quantity: 8, lowStockThreshold: 6 });
  const other = await shop.addItem({ quantity: 8 });
  await take(own, 3);
  await take(other, 4);
  await asOlder();
  expect(await thresholds()).toEqual([6, undefined]);
});

test('every line says whether its item is low after it, by what was in force then', async () => {
  await useDefault(5);
  const key = await shop.addItem({ quantity: 8 });
  const shelf = await shop.addItem({ tracked: false, inStock: true });
  await take(key, 3);
  await useDefault(2);
  await take(key, 1);
  await take(key, 3);
  await shop.post([[key, -9, 'ignored']], { settingsRevision });
  await shop.post([[key, 0, 'unrestricted']], { settingsRevision });
  await take(shelf, 1);
  const ledger = await shop.ledger();
  expect(ledger.map(({ lines: [line] }) => [line!.level!.quantity, line!.lowStock])).toEqual([
    [8, false],
    [0, false],
    [5, true],
    [4, false],
    [1, true],
    [1, null],
    [1, true],
    [0, false],
  ]);
});
