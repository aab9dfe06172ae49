import { randomUUID } from 'node:crypto';
import { keys } from '../../src/redis/keys';
import { LEDGER_LINE_BYTES } from '../../src/redis/packing';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { Subscriber, type LiveMessage } from '../support/liveClient';
import { line } from '../support/pluginHub';
import { change } from './changes';

const startHub = graphqlHubs();
const subscribers: Subscriber[] = [];

afterEach(async () => {
  await Promise.all(subscribers.splice(0).map((each) => each.stop()));
});

function subscribe({ url, allScopes: token }: GraphqlHub, filter: object, after?: string) {
  const subscriber = new Subscriber({ url, token }, { filter, after });
  subscribers.push(subscriber);
  return subscriber;
}

async function useDefault(hub: GraphqlHub, lowStockThreshold: number | null): Promise<void> {
  const { settingsUpdate } = await hub.run<{ settingsUpdate: { userErrors: object[] } }>(
    `mutation ($units: Int) {
      settingsUpdate(input: { lowStockThreshold: $units }) { userErrors { message } }
    }`,
    { units: lowStockThreshold },
  );
  expect(settingsUpdate.userErrors).toEqual([]);
}

async function adjust(hub: GraphqlHub, itemId: string, delta: number): Promise<void> {
  const changes = [{ itemId, delta, compareQuantity: null }];
  expect((await change(hub, 'adjust', { changes })).userErrors).toEqual([]);
}

const quantities = (told: readonly LiveMessage[]) =>
  told.map(({ changes }) => changes.map(({ item }) => item.quantity));

test('lowStock lets pass what is low after the change, or what is not', async () => {
  const hub = await startHub();
  const shelf = randomUUID();
  const own = await hub.addItem({ quantity: 9, lowStockThreshold: 6 });
  await hub.addItem({ productId: shelf, tracked: false, inStock: true });
  const low = await subscribe(hub, { lowStock: true }).begun();
  const high = await subscribe(hub, { lowStock: false }).begun();
  const any = await subscribe(hub, { lowStock: null }).begun();
  const few = await subscribe(hub, { lowStock: true, availableAtMost: 4 }).begun();
  for (const delta of [-2, -1, -2, 5]) await adjust(hub, own, delta);
  expect((await hub.call('decrement', [line(shelf, 1)])).status).toBe(200);
  await adjust(hub, own, -9);
  await hub.run(
    'mutation ($id: ID!) { inventoryItemDelete(input: { id: $id }) { userErrors { code } } }',
    { id: own },
  );
  expect(quantities(await any.told(7))).toEqual([[7], [6], [4], [9], [null], [0], [0]]);
  expect(quantities(await low.told(4))).toEqual([[6], [4], [0], [0]]);
  expect(low.movements.map(({ changes: [only] }) => only!.fellLow)).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(quantities(await high.told(3))).toEqual([[7], [9], [null]]);
  expect(quantities(await few.told(3))).toEqual([[4], [0], [0]]);
});

test("the tenant's default counts as it was at each movement, live and read again", async () => {
  const hub = await startHub();
  const stranger = await startHub();
  await useDefault(stranger, 1000);
  const id = await hub.addItem({ quantity: 10 });
  const start = (await hub.ledger()).at(-1)!.id;
  const low = await subscribe(hub, { lowStock: true }).begun();
  await adjust(hub, id, -2);
  await useDefault(hub, 8);
  await adjust(hub, id, -1);
  await useDefault(hub, 5);
  await adjust(hub, id, -1);
  await useDefault(hub, 0);
  await adjust(hub, id, -1);
  await useDefault(hub, 20);
  await adjust(hub, id, 5);
  await useDefault(hub, null);
  await adjust(hub, id, -10);
  const expected = [[7], [10]];
  expect(quantities(await low.told(2))).toEqual(expected);
  const again = subscribe(hub, { lowStock: true }, start);
  expect(quantities(await again.told(2))).toEqual(expected);
  const others = subscribe(hub, { lowStock: false }, start);
  expect(quantities(await others.told(4))).toEqual([[8], [6], [5], [0]]);
  expect([low, again].map(({ movements }) => movements.length)).toEqual([2, 2]);
});

test('of an older entry only the own threshold is known', async () => {
  const hub = await startHub();
  await useDefault(hub, 5);
  await hub.addItem({ quantity: 2, lowStockThreshold: 3 });
  await hub.addItem({ quantity: 2 });
  const ledger = keys.ledger(hub.tenantId);
  const entries = await hub.redis.xrangeBuffer(ledger, '-', '+');
  await hub.redis.del(ledger);
  for (const [id, fields] of entries) {
    const lines = fields[fields.findIndex((field) => field.toString() === 'lines') + 1]!;
    for (let at = 0; at < lines.length; at += LEDGER_LINE_BYTES) {
      lines.writeUInt16LE(lines.readUInt16LE(at + 70) & 511, at + 70);
    }
    await hub.redis.xadd(ledger, id, ...fields);
  }
  const told = subscribe(hub, { lowStock: true }, '0-0');
  const others = subscribe(hub, { lowStock: false }, '0-0');
  expect((await told.told(1))[0]!.cursor).toBe(entries[0]![0].toString());
  expect((await others.told(1))[0]!.cursor).toBe(entries[1]![0].toString());
});
