import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { change } from './changes';
import { expectClean, type FoundError } from './editing';
import { walk } from './walk';

const hub = graphqlHub();
const startHub = graphqlHubs();
afterEach(() => expectClean(hub()));

interface Closed {
  replayed: boolean;
  location: { active: boolean; revision: number } | null;
  transferredItems: number;
  userErrors: FoundError[];
}

const CLOSE = `mutation ($input: LocationDeactivateInput!, $key: String!) {
  locationDeactivate(input: $input) @idempotent(key: $key) {
    replayed location { active revision } transferredItems userErrors { code field message }
  }
}`;
const variablesOf = (from: string, to: string, key: string) => ({
  input: { id: from, revision: 1, transferToLocationId: to },
  key,
});
const close = async (from: string, to: string, key: string, at: GraphqlHub = hub()) =>
  (await at.run<{ locationDeactivate: Closed }>(CLOSE, variablesOf(from, to, key)))
    .locationDeactivate;
const newLocation = async () => {
  const id = randomUUID();
  const create = `mutation ($input: LocationCreateInput!) {
    locationCreate(input: $input) { userErrors { code } }
  }`;
  await hub().run(create, { input: { name: 'Place', id } });
  return id;
};
const told = async (key: string, at: GraphqlHub = hub()) => {
  const { operation } = await at.run<{ operation: object | null }>(
    `query ($key: String!) { operation(key: $key) {
      mutation finished transferredItems itemIds movement { id } locationId
    } }`,
    { key },
  );
  return operation;
};
const itemsAt = (locationId: string, count: number) =>
  hub().addItems(
    Array.from({ length: count }, () => ({ productId: randomUUID(), locationId, quantity: 2 })),
  );
const unitsAt = async (locationId: string) =>
  (await walk(hub(), { filter: { locationIds: [locationId] } })).reduce(
    (sum, { quantity }) => sum + (quantity ?? 0),
    0,
  );
const movesSince = async (length: number) =>
  (await hub().ledger()).slice(length).filter(({ operation }) => operation === 'MOVE');

/** A process that breaks after its second movement was posted, before it knows of it. */
const breakingHub = async () => {
  const other = await startHub({ tenantId: hub().tenantId });
  const { redis } = other.inventory;
  const post = redis.postMovementBuffer.bind(redis);
  let posted = 0;
  redis.postMovementBuffer = async (...args) => {
    const answer = await post(...args);
    posted += 1;
    if (posted === 2) throw new Error('broken off');
    return answer;
  };
  return other;
};

test('a transfer that was broken off is finished by its repeat, which counts all', async () => {
  const [from, to] = [await newLocation(), await newLocation()];
  const key = randomUUID();
  await itemsAt(from, 400);
  const before = (await hub().ledger()).length;
  const broken = await (await breakingHub()).query(CLOSE, variablesOf(from, to, key));
  expect(broken.errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
  expect(await unitsAt(from)).toBe(200);
  const what = { mutation: 'locationDeactivate', itemIds: [], movement: null, locationId: from };
  expect(await told(key)).toEqual({ ...what, finished: false, transferredItems: null });
  const location = { active: false, revision: 2 };
  const done = { replayed: true, location, transferredItems: 400, userErrors: [] };
  expect(await close(from, to, key)).toEqual(done);
  expect([await unitsAt(from), await unitsAt(to)]).toEqual([0, 800]);
  expect((await movesSince(before)).map(({ lines }) => lines.length)).toEqual([300, 300, 200]);
  expect(await close(from, to, key)).toEqual(done);
  expect(await told(key)).toEqual({ ...what, finished: true, transferredItems: 400 });
  expect(await told(key, await startHub())).toBeNull();
});

test('a location closed without a transfer is finished at once', async () => {
  const [id, to, key] = [await newLocation(), await newLocation(), randomUUID()];
  const input = { id, revision: 1 };
  expect(await hub().run(CLOSE, { input, key })).toMatchObject({
    locationDeactivate: { transferredItems: 0, userErrors: [] },
  });
  expect(await told(key)).toMatchObject({ finished: true, transferredItems: null, movement: null });
  // One that found nothing to move has moved none.
  const empty = [await newLocation(), randomUUID()] as const;
  await close(empty[0], to, empty[1]);
  expect(await told(empty[1])).toMatchObject({ finished: true, transferredItems: 0 });
});

test('once finished, a repeat moves nothing: what came in later stays', async () => {
  const [from, to] = [await newLocation(), await newLocation()];
  const key = randomUUID();
  const [id] = await itemsAt(from, 3);
  expect(await close(from, to, key)).toMatchObject({ replayed: false, transferredItems: 3 });
  const changes = [{ itemId: id, delta: 5, compareQuantity: null }];
  expect((await change(hub(), 'adjust', { changes })).userErrors).toEqual([]);
  expect(await close(from, to, key)).toMatchObject({ replayed: true, transferredItems: 3 });
  expect([await unitsAt(from), await unitsAt(to)]).toEqual([5, 6]);
});

test('20 uses of one key at once, in two processes, are one transfer', async () => {
  const [from, to] = [await newLocation(), await newLocation()];
  const key = randomUUID();
  await itemsAt(from, 310);
  const before = (await hub().ledger()).length;
  const other = await startHub({ tenantId: hub().tenantId });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => close(from, to, key, i % 2 ? other : hub())),
  );
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  const location = { active: false, revision: 2 };
  for (const answer of answers) {
    expect(answer).toMatchObject({ location, transferredItems: 310, userErrors: [] });
  }
  expect([await unitsAt(from), await unitsAt(to)]).toEqual([0, 620]);
  const moved = (await movesSince(before)).flatMap(({ lines }) => lines.map((each) => each.itemId));
  expect([moved.length, new Set(moved).size]).toEqual([620, 620]);
});

test('a broken transfer is not carried on to a place that was closed meanwhile', async () => {
  const [from, to, third] = [await newLocation(), await newLocation(), await newLocation()];
  const key = randomUUID();
  await itemsAt(from, 301);
  await (await breakingHub()).query(CLOSE, variablesOf(from, to, key));
  expect(await close(to, third, randomUUID())).toMatchObject({ userErrors: [] });
  const { location, replayed, userErrors } = await close(from, to, key);
  expect([location, replayed]).toEqual([null, false]);
  expect(userErrors).toMatchObject([{ code: 'LOCATION_CLOSED' }]);
  expect(await unitsAt(to)).toBe(0);
});
