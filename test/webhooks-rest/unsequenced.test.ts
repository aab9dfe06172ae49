import { randomInt } from 'node:crypto';
import { keyOfGuid } from '../../src/core/identity';
import { keys } from '../../src/redis/keys';
import { randomNumbers } from '../support/historyRun';
import { webhookHub, wixEntity, type EventOptions } from './wixEvents';

const hub = webhookHub();
/** A second process on the same Redis. */
const other = webhookHub();
const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

type Entity = ReturnType<typeof wixEntity>;

/** A state of an item of Wix: what it is named says which. */
const stateOf = (entity: Entity, revision: number | null, updatedDate?: string | null): Entity => ({
  ...entity,
  revision: revision === null ? undefined : String(revision),
  updatedDate: updatedDate === null ? undefined : (updatedDate ?? dateOf(revision ?? 0)),
  product: { name: `state ${revision ?? updatedDate}` },
});
const dateOf = (minute: number) => new Date(Date.UTC(2024, 5, 26, 9, minute)).toISOString();
const nameOf = async (entity: Entity) => (await hub().itemOf(entity))?.name;
const bare = { sequence: null };
const update = (entity: Entity, event: EventOptions) => hub().tell('updated', entity, event);

test('events without a sequence follow one another by the revision', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, 2), bare);
  await update(stateOf(entity, 10), bare);
  const stale = await hub().counted('stale');
  await update(stateOf(entity, 9), bare);
  await update(stateOf(entity, 10), bare);
  expect(await hub().counted('stale')).toBe(stale + 2);
  expect(await nameOf(entity)).toBe('state 10');
  // The revision says it, whatever the clocks do.
  await update(stateOf(entity, 11, dateOf(1)), bare);
  expect(await nameOf(entity)).toBe('state 11');
});

test('without a revision, or with the same one, by the time of the change', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, null, '2024-06-26T09:00:00.5Z'), bare);
  await update(stateOf(entity, null, '2024-06-26T09:00:00.499999999Z'), bare);
  expect(await nameOf(entity)).toBe('state 2024-06-26T09:00:00.5Z');
  await update(stateOf(entity, null, '2024-06-26T09:00:01Z'), bare);
  expect(await nameOf(entity)).toBe('state 2024-06-26T09:00:01Z');
  await update(stateOf(entity, 7, '2024-06-26T09:00:02Z'), bare);
  await update({ ...stateOf(entity, 7, '2024-06-26T09:00:03Z'), product: { name: 'new' } }, bare);
  expect(await nameOf(entity)).toBe('new');
});

test('an older state does not overwrite a newer one, with a sequence or without', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, 3), { sequence: '30' });
  await update(stateOf(entity, 2), bare);
  expect(await nameOf(entity)).toBe('state 3');
  await update(stateOf(entity, 5), bare);
  expect(await nameOf(entity)).toBe('state 5');
  // Later than the last sequence there was, but not than the last state.
  await update(stateOf(entity, 4), { sequence: '40' });
  expect(await nameOf(entity)).toBe('state 5');
  await update(stateOf(entity, 6), { sequence: '60' });
  expect(await nameOf(entity)).toBe('state 6');
  // Among sequences the revision has no say.
  await update(stateOf(entity, 1), { sequence: '61' });
  expect(await nameOf(entity)).toBe('state 1');
});

test('a deleted item is not brought back by an older state', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, 3), { sequence: '3' });
  await hub().tell('deleted', stateOf(entity, 5), bare);
  await update(stateOf(entity, 4), { sequence: '8' });
  await update(stateOf(entity, 5), { sequence: '9' });
  await update(stateOf(entity, 4), bare);
  expect(await hub().itemOf(entity)).toBeNull();
});

test('a deletion is taken though the state is the one that was told', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, 3), bare);
  await hub().tell('deleted', stateOf(entity, 3), { sequence: '4' });
  expect(await hub().itemOf(entity)).toBeNull();
});

test('what nothing compares is a first event', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, null, null), bare);
  await update({ ...stateOf(entity, null, null), product: { name: 'later' } }, bare);
  expect(await nameOf(entity)).toBe('state null');
  await update(stateOf(entity, 2), { sequence: '1' });
  expect(await nameOf(entity)).toBe('state 2');
});

test('where an older hub kept no state, only a sequence says what is newer', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, 3), { sequence: '5' });
  const field = Buffer.concat([Buffer.from('s'), keyOfGuid(entity.id)]);
  expect(await hub().redis.hdel(keys.wixItems(hub().tenantId), field)).toBe(1);
  await update(stateOf(entity, 9), bare);
  expect(await nameOf(entity)).toBe('state 3');
  await update(stateOf(entity, 4), { sequence: '6' });
  await update(stateOf(entity, 5), bare);
  expect(await nameOf(entity)).toBe('state 5');
});

test('another tenant has its own order', async () => {
  const entity = wixEntity();
  await update(stateOf(entity, 9), bare);
  await update(stateOf(entity, 2), { ...bare, tenantId: other().tenantId });
  expect((await hub().itemOf(entity, other().tenantId))?.name).toBe('state 2');
  expect(await nameOf(entity)).toBe('state 9');
});

test(`in any order, some without a sequence, the newest state stands (seed ${seed})`, async () => {
  const below = randomNumbers(seed);
  for (let story = 0; story < 12; story += 1) {
    const entity = wixEntity();
    const { tenantId } = hub();
    const events = Array.from({ length: 25 }, (_, i) => ({
      state: i + 1,
      event: { sequence: below(2) === 0 ? String(10 * (i + 1)) : null, tenantId },
    }));
    const deletes = below(3) === 0;
    // Any order, and some twice.
    const order = [...events, ...events.slice(0, 5)]
      .map((each) => ({ each, at: below(1000) }))
      .sort((one, two) => one.at - two.at)
      .map(({ each }) => each);
    let newest = 0;
    for (const { state, event } of order) {
      const at = below(2) === 0 ? hub() : other();
      const type = deletes && state === 25 ? 'deleted' : 'updated';
      await at.tell(type, stateOf(entity, state), event);
      newest = Math.max(newest, state);
      const expected = deletes && newest === 25 ? undefined : `state ${newest}`;
      expect({ seed, story, name: await nameOf(entity) }).toEqual({ seed, story, name: expected });
    }
  }
});
