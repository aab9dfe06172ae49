import { randomUUID } from 'node:crypto';
import { bodies, webhookHub, wixEntity } from './wixEvents';

const APP_ID = '3f1e4a6c-0000-4000-8000-00000000aaaa';
const ownIdentity = { identityType: 'APP', appId: APP_ID.toUpperCase() };
const hub = webhookHub();

beforeAll(() => hub().set({ incomingQuantities: 'WIX_WINS' }));

test('what the app itself did in Wix does not come back as an event', async () => {
  const entity = wixEntity();
  const own = await hub().counted('own');
  await hub().tell('created', entity, { identity: ownIdentity });
  expect(await hub().itemOf(entity)).toBeNull();
  expect(await hub().counted('own')).toBe(own + 1);
});

test('nor does an update whose reason names the app', async () => {
  const entity = wixEntity();
  await hub().tell('created', entity);
  const body = bodies.updated_with_reason({ ...entity, quantity: 99 }, APP_ID);
  const event = { wixItemId: entity.id, sequence: '2' };
  expect((await hub().send('updated_with_reason', body, event)).status).toBe(200);
  expect(await hub().itemOf(entity)).toMatchObject({ quantity: 7 });
});

test('another app is no reason to look away', async () => {
  const entity = wixEntity();
  await hub().tell('created', entity, {
    identity: { identityType: 'APP', appId: randomUUID() },
  });
  expect(await hub().itemOf(entity)).not.toBeNull();
});

test('it moves the order on: what Wix said before is out of date', async () => {
  const entity = wixEntity();
  await hub().tell('created', entity);
  await hub().tell(
    'updated',
    { ...entity, quantity: 50 },
    { sequence: '5', identity: ownIdentity },
  );
  await hub().tell('updated', { ...entity, quantity: 3 }, { sequence: '4' });
  expect(await hub().itemOf(entity)).toMatchObject({ quantity: 7 });
  await hub().tell('updated', { ...entity, quantity: 60 }, { sequence: '6' });
  expect(await hub().itemOf(entity)).toMatchObject({ quantity: 60 });
});

test('it says which item is meant, for a deletion that tells the id alone', async () => {
  const entity = wixEntity({ locationId: undefined, variantId: undefined });
  await hub().create(entity['productId'] as string, 4);
  await hub().tell('created', entity, { identity: ownIdentity });
  const event = { wixItemId: entity.id, sequence: '2' };
  await hub().send('deleted', bodies.deleted(), event);
  await expect(hub().level(entity['productId'] as string)).rejects.toThrow('no item');
});

test.each(['created', 'updated', 'deleted'] as const)(
  "the hub's own webhook %s, sent to itself, changes nothing",
  async (type) => {
    const entity = wixEntity();
    await hub().tell('created', entity);
    const before = await hub().itemOf(entity);
    // The hub's events call an item by the hub's own id.
    const own = { ...entity, id: hub().idOf(entity), quantity: 1 };
    await hub().tell(type, own, { sequence: '1000' });
    expect(await hub().itemOf(entity)).toEqual(before);
  },
);
