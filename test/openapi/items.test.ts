import { randomUUID } from 'node:crypto';
import { openItemJobs } from '../../src/inventory/itemJobQueue';
import { itemJobKinds } from '../../src/items-rest/itemJobKinds';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { checkedAnswers, checkedFetch, operationIds } from '../support/openapi';
import { testRedisSocket } from '../support/redis';

const hub = graphqlHub();
const start = graphqlHubs();

let jobs: ReturnType<typeof openItemJobs>;
const log = { error: () => undefined };
beforeAll(() => {
  jobs = openItemJobs(hub().inventory, { socketPath: testRedisSocket() }, itemJobKinds, log);
});
afterAll(() => jobs.close());

interface Reply {
  inventoryItem: { id: string; revision: string; variantId: string };
  storesLocation: { id: string };
  jobId: string;
}

async function send(
  verb: string,
  path: string,
  body?: object,
  token = hub().allScopes,
  more: Record<string, string> = {},
) {
  const response = await checkedFetch(`${hub().hubUrl}/stores/v3${path}`, {
    method: verb,
    headers: { Authorization: token, 'Content-Type': 'application/json', ...more },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Reply };
}

/** A call that must succeed. */
async function run(verb: string, path: string, body?: object): Promise<Reply> {
  const reply = await send(verb, path, body);
  expect([verb, path, reply]).toEqual([verb, path, expect.objectContaining({ status: 200 })]);
  return reply.body;
}

const newItem = () => ({ productId: randomUUID(), variantId: randomUUID(), quantity: 5 });

test('every method of the document is served, and answers as it says', async () => {
  const made = await run('POST', '/inventory-items', { inventoryItem: newItem() });
  const { id, revision, variantId } = made.inventoryItem;
  const path = `/inventory-items/${id}`;
  await run('GET', path);
  await run('PATCH', path, { inventoryItem: { id, revision, quantity: 6 }, reason: 'MANUAL' });
  for (const verb of ['GET', 'POST']) {
    const body = verb === 'POST' ? {} : undefined;
    for (const name of ['query', 'search', 'count']) {
      await run(verb, `/inventory-items/${name}`, body);
    }
  }
  const bulk = '/bulk/inventory-items';
  const returnEntity = true;
  await run('POST', `${bulk}/create`, { inventoryItems: [newItem()], returnEntity });
  await run('POST', `${bulk}/update`, {
    inventoryItems: [{ inventoryItem: { id, revision: '1', quantity: 7 } }],
  });
  await run('POST', `${bulk}/upsert`, { inventoryItems: [{ inventoryItem: newItem() }] });
  await run('POST', `${bulk}/increment`, {
    incrementData: [{ inventoryItemId: id, incrementBy: 1 }],
    returnEntity,
  });
  await run('POST', `${bulk}/decrement`, {
    decrementData: [{ inventoryItemId: id, decrementBy: 1000 }],
  });
  await run('POST', `${bulk}/increment-by-variant-and-location`, {
    incrementData: [{ variantId, incrementBy: 1 }],
  });
  await run('POST', `${bulk}/decrement-by-variant-and-location`, {
    decrementData: [{ variantId: randomUUID(), decrementBy: 1 }],
  });
  const filter = { productId: randomUUID() };
  const inventoryCreationData = { quantity: 1 };
  const started = [
    ['update-by-filter', { inventoryItem: { quantity: 1 } }],
    ['delete-by-filter', {}],
    ['adjust-by-filter', { adjustment: { incrementBy: 1 } }],
    ['set-or-adjust-by-filter', { adjustedInventoryAction: { incrementBy: 1 } }],
    ['create-by-variant-filter', { locationId: randomUUID(), inventoryCreationData }],
  ] as const;
  for (const [name, more] of started) {
    const { jobId } = await run('POST', `${bulk}/${name}`, { filter, ...more });
    await run('GET', `${bulk}/jobs/${jobId}`);
  }
  const { storesLocation } = await run('GET', '/locations/default');
  await run('GET', `/locations/${storesLocation.id}`);
  await run('POST', '/locations/query', {});
  await run('DELETE', path);
  await run('POST', `${bulk}/delete`, { inventoryItemIds: [id] });

  const others = ['decrementAvailability', 'incrementAvailability', 'receiveWixEvent'];
  const operations = ['healthz', 'readyz', 'metrics', 'openapi'];
  const served = operationIds.filter((name) => ![...others, ...operations].includes(name));
  const answered = [...checkedAnswers].flatMap((answer) => /^(\w+) 200$/.exec(answer)?.[1] ?? []);
  expect(answered.sort()).toEqual(served.sort());
});

const there = async (change: object) => {
  const { inventoryItem } = await run('POST', '/inventory-items', { inventoryItem: newItem() });
  const { id, revision } = inventoryItem;
  return [`/inventory-items/${id}`, { inventoryItem: { id, revision, ...change } }] as const;
};

test.each<[string, number, () => Promise<{ status: number }>]>([
  ['a violation', 400, () => send('POST', '/inventory-items', { inventoryItem: {} })],
  ['a payload that is none', 400, () => send('GET', '/inventory-items/query?.r=no')],
  ['no token', 401, () => send('GET', '/locations/default', undefined, 'no token')],
  [
    'a scope that lacks',
    403,
    async () => {
      const token = await hub().signToken(['inventory:read']);
      return send('DELETE', `/inventory-items/${randomUUID()}`, undefined, token);
    },
  ],
  ['an unknown item', 404, () => send('GET', `/inventory-items/${randomUUID()}`)],
  ['an unknown location', 404, () => send('GET', `/locations/${randomUUID()}`)],
  ['an unknown job', 404, () => send('GET', `/bulk/inventory-items/jobs/${randomUUID()}`)],
  ['an address that is not served', 404, () => send('GET', '/nowhere')],
  ['another verb', 405, () => send('DELETE', '/inventory-items/query')],
  [
    'an item that is there',
    409,
    async () => {
      const inventoryItem = newItem();
      await run('POST', '/inventory-items', { inventoryItem });
      return send('POST', '/inventory-items', { inventoryItem });
    },
  ],
  ['a stale revision', 409, async () => send('PATCH', ...(await there({ revision: '9' })))],
  ['a long body', 413, () => send('POST', '/inventory-items', { x: 'x'.repeat(2 ** 21) })],
  [
    'another charset',
    415,
    () =>
      send('POST', '/inventory-items', {}, hub().allScopes, {
        'Content-Type': 'application/json; charset=latin1',
      }),
  ],
  ['less than nothing', 428, async () => send('PATCH', ...(await there({ quantity: -1 })))],
])('%s: refused with %i as the document says', async (_, status, call) => {
  expect(await call()).toMatchObject({ status });
});

test('a used up rate is refused as the document says', async () => {
  const limited = await start({ pointsPerMinute: 1 });
  const url = `${limited.hubUrl}/stores/v3/locations/default`;
  const headers = { Authorization: limited.allScopes };
  const statuses = [];
  for (let i = 0; i < 2; i += 1) statuses.push((await checkedFetch(url, { headers })).status);
  expect(statuses).toEqual([200, 429]);
});
