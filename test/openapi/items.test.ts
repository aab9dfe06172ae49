import { randomUUID } from 'node:crypto';
import { openItemJobs } from '../../src/inventory/itemJobQueue';
import { itemJobKinds } from '../../src/items-rest/itemJobKinds';
import { graphqlHub } from '../support/graphqlHub';
import { checkedAnswers, checkedFetch, operationIds } from '../support/openapi';
import { testRedisSocket } from '../support/redis';

const hub = graphqlHub();

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

async function send(verb: string, path: string, body?: object, token = hub().allScopes) {
  const response = await checkedFetch(`${hub().hubUrl}/stores/v3${path}`, {
    method: verb,
    headers: { Authorization: token, 'Content-Type': 'application/json' },
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

  const others = [
    'decrementAvailability',
    'incrementAvailability',
    'nothingHere',
    'receiveWixEvent',
  ];
  const operations = ['healthz', 'readyz', 'metrics', 'openapi'];
  const served = operationIds.filter((name) => ![...others, ...operations].includes(name));
  const answered = [...checkedAnswers].flatMap((answer) => /^(\w+) 200$/.exec(answer)?.[1] ?? []);
  expect(answered.sort()).toEqual(served.sort());
});

test.each([
  ['POST', '/inventory-items', { inventoryItem: { quantity: 'many' } }, 400],
  ['GET', `/inventory-items/${randomUUID()}`, undefined, 404],
  ['GET', '/inventory-items/query?.r=no', undefined, 400],
  ['POST', '/bulk/inventory-items/delete', { inventoryItemIds: [] }, 400],
  ['GET', `/locations/${randomUUID()}`, undefined, 404],
])('%s %s: refusals are as the document says', async (verb, path, body, status) => {
  expect(await send(verb, path, body)).toMatchObject({ status });
  expect(await send(verb, path, body, 'no token')).toMatchObject({ status: 401 });
});
