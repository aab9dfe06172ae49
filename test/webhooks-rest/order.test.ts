import { randomUUID } from 'node:crypto';
import { itemsById } from '../../src/inventory/items';
import { removeItems } from '../../src/inventory/removeItems';
import { line } from '../support/pluginHub';
import { bodies, webhookHub, wixEntity, type EventOptions } from './wixEvents';

const hub = webhookHub();
/** A second process on the same Redis. */
const other = webhookHub();

const named = (entity: ReturnType<typeof wixEntity>, name: string) => ({
  ...entity,
  product: { name },
});
const nameOf = async (entity: ReturnType<typeof wixEntity>) => (await hub().itemOf(entity))?.name;

describe('duplicates', () => {
  test('an event sent 50 times at once, to two processes, is taken once', async () => {
    const entity = wixEntity();
    const [applied, repeated] = [await counts('applied'), await counts('repeated')];
    const event = { id: randomUUID(), tenantId: hub().tenantId };
    const sent = Array.from({ length: 50 }, (_, i) =>
      (i % 2 ? hub() : other()).tell('created', entity, event),
    );
    await Promise.all(sent);
    expect(await hub().history(entity)).toHaveLength(1);
    expect(await counts('applied')).toBe(applied + 1);
    expect(await counts('repeated')).toBe(repeated + 49);
  });

  test('the id says what is a repeat, whatever else comes with it', async () => {
    const entity = wixEntity();
    const id = randomUUID();
    await hub().tell('created', entity, { id });
    await hub().tell('updated', named(entity, 'Other'), { id, sequence: '2' });
    expect(await nameOf(entity)).toBe('Shirt');
  });

  test('an event without an id is known by its text', async () => {
    const entity = wixEntity();
    const repeated = await hub().counted('repeated');
    await hub().tell('created', entity, { id: '' });
    await hub().tell('created', entity, { id: '' });
    expect(await hub().counted('repeated')).toBe(repeated + 1);
  });

  test("a caller's idempotency key is not an event's", async () => {
    const entity = wixEntity();
    const id = randomUUID();
    await hub().tell('created', entity, { id });
    const item = (await hub().itemOf(entity))!;
    await removeItems(hub().inventory, hub().tenantId, {
      items: [{ id: item.id }],
      errorPolicy: 'REJECT_ALL',
      cause: { operation: 'DELETE' },
      idempotencyKey: id,
    });
    expect(await hub().itemOf(entity)).toBeNull();
  });
});

describe('the order of events about an item', () => {
  test('an older event changes nothing, also with more digits', async () => {
    const entity = wixEntity();
    await hub().tell('created', named(entity, 'ten'), { sequence: '10' });
    const stale = await hub().counted('stale');
    await hub().tell('updated', named(entity, 'nine'), { sequence: '9' });
    await hub().tell('updated', named(entity, 'ten again'), { sequence: '10' });
    expect(await hub().counted('stale')).toBe(stale + 2);
    expect(await nameOf(entity)).toBe('ten');
    // Beyond what a double can tell apart.
    await hub().tell('updated', named(entity, 'big'), { sequence: '9007199254740993' });
    await hub().tell('updated', named(entity, 'less'), { sequence: '9007199254740992' });
    expect(await nameOf(entity)).toBe('big');
    await hub().tell('updated', named(entity, 'bigger'), { sequence: '9223372036854775807' });
    expect(await nameOf(entity)).toBe('bigger');
  });

  test('100 events at once, in any order, to two processes: the last one stands', async () => {
    const entity = wixEntity();
    const tenantId = hub().tenantId;
    const events = Array.from({ length: 100 }, (_, i) => i + 1).sort(() => Math.random() - 0.5);
    const tell = (i: number) =>
      (i % 2 ? hub() : other()).tell('updated', named(entity, `name ${i}`), {
        sequence: String(i),
        tenantId,
      });
    await Promise.all(events.map(tell));
    expect(await nameOf(entity)).toBe('name 100');
    // What is in the ledger went on in the order of the sequences.
    const names = (await hub().history(entity)).map(({ lines }) => lines[0]!.document!.name!);
    const numbers = names.map((name) => Number(name.slice(5)));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  test.each([
    ['created', '1'],
    ['updated', '2'],
  ] as const)('a deleted item is not brought back by an older %s', async (type, sequence) => {
    const entity = wixEntity();
    await hub().tell('deleted', entity, { sequence: '3' });
    await hub().tell(type, entity, { sequence });
    expect(await hub().itemOf(entity)).toBeNull();
    await hub().tell('updated', entity, { sequence: '4' });
    expect(await hub().itemOf(entity)).not.toBeNull();
  });

  test('a deletion without a sequence is the last event so far', async () => {
    const entity = wixEntity();
    await hub().tell('created', entity, { sequence: '5' });
    await hub().tell('deleted', entity, { sequence: null });
    expect(await hub().itemOf(entity)).toBeNull();
    await hub().tell('updated', entity, { sequence: '4' });
    await hub().tell('updated', entity, { sequence: null });
    expect(await hub().itemOf(entity)).toBeNull();
  });

  test('without a sequence only the first event is taken', async () => {
    const entity = wixEntity();
    await hub().tell('created', entity, { sequence: null });
    await hub().tell('updated', named(entity, 'later'), { sequence: null });
    expect(await nameOf(entity)).toBe('Shirt');
  });
});

describe('a Wix item in the place of another one', () => {
  const successor = (entity: ReturnType<typeof wixEntity>) =>
    ({ ...entity, id: randomUUID(), createdDate: '2025-01-01T00:00:00Z' }) as typeof entity;

  test('survives the late deletion of the one before', async () => {
    const first = wixEntity();
    const second = named(successor(first), 'Second');
    await hub().tell('created', first, { sequence: '1' });
    await hub().tell('created', second, { sequence: '1' });
    await hub().tell('deleted', first, { sequence: '2' });
    await hub().tell('updated', named(first, 'First'), { sequence: '3' });
    expect(await nameOf(first)).toBe('Second');
    await hub().tell('deleted', second, { sequence: '2' });
    expect(await hub().itemOf(first)).toBeNull();
  });

  test('is not overwritten by the one before that comes late', async () => {
    const first = wixEntity();
    const second = named(successor(first), 'Second');
    await hub().tell('created', second, { sequence: '1' });
    await hub().tell('created', first, { sequence: '1' });
    expect(await nameOf(first)).toBe('Second');
  });
});

test('sales go on while events come in, and lose no unit', async () => {
  const product = randomUUID();
  const entity = wixEntity({ productId: product, quantity: 1000 });
  await hub().tell('created', entity);
  const more = { variantId: entity['variantId'], locationId: entity['locationId'] };
  const sales = Array.from({ length: 50 }, () => hub().call('decrement', [line(product, 2, more)]));
  const events = Array.from({ length: 50 }, (_, i) =>
    hub().tell('updated', named(entity, `name ${i}`), { sequence: String(i + 2) }),
  );
  const [answers] = await Promise.all([Promise.all(sales), Promise.all(events)]);
  expect(answers.map(({ status }) => status)).toEqual(sales.map(() => 200));
  expect(await hub().itemOf(entity)).toMatchObject({ quantity: 900, name: 'name 49' });
});

test('a tenant has only its own events', async () => {
  const entity = wixEntity();
  const stranger = randomUUID();
  const event: EventOptions = { id: randomUUID(), sequence: '5' };
  await hub().tell('created', entity, event);
  expect(await hub().itemOf(entity, stranger)).toBeNull();
  // The same ids and an older sequence mean nothing elsewhere.
  await hub().tell('updated', named(entity, 'theirs'), {
    ...event,
    sequence: '1',
    tenantId: stranger,
  });
  expect(await hub().itemOf(entity, stranger)).toMatchObject({ name: 'theirs' });
  const id = { wixItemId: entity.id, sequence: '9', tenantId: stranger };
  await hub().send('deleted', bodies.deleted(), id);
  expect(await itemsById(hub().inventory, stranger, [hub().idOf(entity, stranger)])).toEqual([
    null,
  ]);
  expect(await hub().itemOf(entity)).toMatchObject({ name: 'Shirt' });
});

async function counts(outcome: string): Promise<number> {
  return (await hub().counted(outcome)) + (await other().counted(outcome));
}
