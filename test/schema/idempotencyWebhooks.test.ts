import { randomUUID } from 'node:crypto';
import { keys } from '../../src/redis/keys';
import { deliveryHub, saveProduct } from '../support/deliveryHub';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';

const delivery = deliveryHub();
let hub: GraphqlHub;
let stranger: GraphqlHub;

const start = async (tenantId?: string) => {
  const { socketPath, deps } = delivery();
  const started = await startGraphqlHub({ socketPath, ...(tenantId && { tenantId }) });
  started.inventory.webhooks = deps;
  return started;
};
beforeAll(async () => {
  hub = await start();
  stranger = await start();
});
afterAll(() => Promise.all([hub.close(), stranger.close()]));

interface Answered {
  replayed: boolean;
  subscription?: { id: string; revision: number; publicKey: string; enabled: boolean } | null;
  deletedId?: string | null;
  count?: number | null;
  accepted?: boolean | null;
  userErrors: { code: string }[];
}

const SHOWN = 'replayed userErrors { code }';
const SUBSCRIPTION = 'subscription { id revision publicKey enabled url eventTypes }';
const run = async (mutation: string, key?: string, at = hub): Promise<Answered> => {
  const headers = key === undefined ? {} : { headers: { 'Idempotency-Key': key } };
  const { answered } = await at.run<{ answered: Answered }>(
    `mutation { answered: ${mutation} }`,
    {},
    headers,
  );
  return answered;
};
const create = (key?: string, port = 9, at = hub) =>
  run(
    `webhookSubscriptionCreate(input: { url: "http://127.0.0.1:${port}/hook" }) {
      ${SUBSCRIPTION} ${SHOWN}
    }`,
    key,
    at,
  );
const update = (id: string, enabled: boolean, key?: string, revision = 1) =>
  run(
    `webhookSubscriptionUpdate(input: {
      id: "${id}", revision: ${revision}, enabled: ${enabled}
    }) { ${SUBSCRIPTION} ${SHOWN} }`,
    key,
  );
const remove = (id: string, key?: string, at = hub) =>
  run(`webhookSubscriptionDelete(id: "${id}") { deletedId ${SHOWN} }`, key, at);
const rotate = (id: string, key?: string) =>
  run(`webhookSubscriptionRotateKey(id: "${id}", revision: 1) { ${SUBSCRIPTION} ${SHOWN} }`, key);
const all = async () =>
  (await hub.run<{ all: { id: string }[] }>('{ all: webhookSubscriptions { id } }')).all;
const atOnce = (send: () => Promise<Answered>) =>
  Promise.all(Array.from({ length: 20 }, () => send()));
const expectOne = (answers: readonly Answered[]) => {
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  const shown = answers.map((answer) => JSON.stringify({ ...answer, replayed: true }));
  expect(new Set(shown).size).toBe(1);
};
const MISMATCH = [{ code: 'IDEMPOTENCY_KEY_MISMATCH' }];

afterEach(async () => {
  for (const { id } of await all()) await remove(id);
});

test('20 creates with one key at once make one subscription, which a repeat shows', async () => {
  const key = randomUUID();
  const answers = await atOnce(() => create(key));
  expectOne(answers);
  expect(await all()).toHaveLength(1);
  const { subscription } = answers[0]!;
  await update(subscription!.id, false);
  expect(await create(key)).toMatchObject({ replayed: true, subscription });
  expect((await create(key, 10)).userErrors).toEqual(MISMATCH);
  expect(await create(key, 10, stranger)).toMatchObject({ replayed: false, userErrors: [] });
  expect(await all()).toHaveLength(1);
});

test('a change and new keys are made once by key', async () => {
  const { id } = (await create()).subscription!;
  const key = randomUUID();
  const answers = await atOnce(() => rotate(id, key));
  expectOne(answers);
  expect(answers[0]!.subscription).toMatchObject({ id, revision: 2 });
  const other = randomUUID();
  expectOne(await atOnce(() => update(id, false, other, 2)));
  expect((await update(id, true, other, 2)).userErrors).toEqual(MISMATCH);
  expect((await rotate(id, key)).subscription).toEqual(answers[0]!.subscription);
});

test('a delete is made once by key, and its repeat is no unknown subscription', async () => {
  const { id } = (await create()).subscription!;
  const key = randomUUID();
  const answers = await atOnce(() => remove(id, key));
  expectOne(answers);
  expect(answers[0]!.deletedId).toBe(id);
  expect((await remove(id)).userErrors).toEqual([{ code: 'NO_SUCH_SUBSCRIPTION' }]);
  expect((await remove(randomUUID(), key)).userErrors).toEqual(MISMATCH);
  const strange = await remove(id, key, stranger);
  expect(strange.userErrors).toEqual([{ code: 'NO_SUCH_SUBSCRIPTION' }]);
});

test('a delete that was broken off is finished by its repeat', async () => {
  const { id } = (await create()).subscription!;
  const key = randomUUID();
  const other = await start(hub.tenantId);
  const { redis } = other.inventory;
  redis.deleteWebhookBuffer = () => Promise.reject(new Error('broken off'));
  const mutation = `mutation { webhookSubscriptionDelete(id: "${id}") { ${SHOWN} } }`;
  const { errors } = await other.query(mutation, {}, { headers: { 'Idempotency-Key': key } });
  expect(errors).toHaveLength(1);
  await other.close();
  expect(await all()).toEqual([{ id }]);
  expect(await remove(id, key)).toMatchObject({ replayed: true, deletedId: id, userErrors: [] });
  expect(await all()).toEqual([]);
});

test('dead letters: a repeat takes no others than the first call did', async () => {
  const { id } = (await create()).subscription!;
  const bury = async (eventId: string, time: number) => {
    const letter = JSON.stringify({ id: eventId });
    await hub.redis.hset(keys.deadLetters(hub.tenantId, id), eventId, letter);
    await hub.redis.zadd(keys.deadLetterTimes(hub.tenantId, id), time, eventId);
  };
  const left = () => hub.redis.hkeys(keys.deadLetters(hub.tenantId, id));
  await bury('a', 1);
  await bury('b', 2);
  const key = randomUUID();
  const removal = (ids: string) =>
    run(
      `webhookDeadLettersDelete(subscriptionId: "${id}", eventIds: ${ids}) { count ${SHOWN} }`,
      key,
    );
  const answers = await atOnce(() => removal('["a", "x"]'));
  expectOne(answers);
  expect(answers[0]!.count).toBe(1);
  await bury('a', 3);
  expect(await removal('["a", "x"]')).toMatchObject({ replayed: true, count: 1 });
  expect((await left()).sort()).toEqual(['a', 'b']);
  expect((await removal('["b"]')).userErrors).toEqual(MISMATCH);
  const again = randomUUID();
  const oldest = () =>
    run(`webhookDeadLettersReplay(subscriptionId: "${id}") { count ${SHOWN} }`, again);
  expect(await oldest()).toMatchObject({ replayed: false, count: 2 });
  await bury('c', 4);
  expect(await oldest()).toMatchObject({ replayed: true, count: 2 });
  expect(await left()).toContain('c');
});

test('operation tells which mutation it was, and of which receiver', async () => {
  const [make, change, turn, replay, bury, drop] = [0, 1, 2, 3, 4, 5].map(() => randomUUID());
  const { id } = (await create(make)).subscription!;
  await update(id, false, change);
  await run(
    `webhookSubscriptionRotateKey(id: "${id}", revision: 2) { ${SUBSCRIPTION} ${SHOWN} }`,
    turn,
  );
  await run(
    `webhookReplay(input: { subscriptionId: "${id}", from: { time: "2020-01-01T00:00:00Z" } }) {
      accepted ${SHOWN}
    }`,
    replay,
  );
  await run(
    `webhookDeadLettersDelete(subscriptionId: "${id}", eventIds: ["x"]) { count ${SHOWN} }`,
    bury,
  );
  await remove(id, drop);
  const asked = `query ($key: String!) {
    operation(key: $key) { mutation subscriptionId locationId movement { id } }
  }`;
  const nothing = { subscriptionId: id, locationId: null, movement: null };
  for (const [key, mutation] of [
    [make, 'webhookSubscriptionCreate'],
    [change, 'webhookSubscriptionUpdate'],
    [turn, 'webhookSubscriptionRotateKey'],
    [replay, 'webhookReplay'],
    [bury, 'webhookDeadLettersDelete'],
    [drop, 'webhookSubscriptionDelete'],
  ]) {
    expect(await hub.run(asked, { key })).toEqual({ operation: { mutation, ...nothing } });
  }
});

test('20 replays with one key at once send the past once more, once', async () => {
  const receiver = await delivery().receiver();
  const { tenantId, subscription } = await delivery().subscribe(receiver);
  const own = await start(tenantId);
  await saveProduct(delivery().redis, tenantId, 'cup', { tracked: true, quantity: 1 });
  await receiver.untilAccepted(1);
  const key = randomUUID();
  const replay = (time = '2020-01-01T00:00:00Z') =>
    run(
      `webhookReplay(input: {
        subscriptionId: "${subscription.id}", from: { time: "${time}" }
      }) { accepted ${SHOWN} }`,
      key,
      own,
    );
  expectOne(await atOnce(() => replay()));
  await receiver.untilAccepted(2);
  expect(await replay()).toMatchObject({ replayed: true, accepted: true });
  expect((await replay('2021-01-01T00:00:00Z')).userErrors).toEqual(MISMATCH);
  // What follows shows that nothing else was on its way.
  await saveProduct(delivery().redis, tenantId, 'pot', { tracked: true, quantity: 1 });
  await receiver.untilAccepted(3);
  expect(receiver.accepted).toHaveLength(3);
  await own.close();
});
