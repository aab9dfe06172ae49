import { randomUUID } from 'node:crypto';
import type { WebhookReceiver } from '../support/webhookReceiver';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';
import { saveProduct, startDeliveryHub, type DeliveryHub } from '../support/deliveryHub';

/* A tenant of its own for each test, with a receiver. */

let delivery: DeliveryHub;
const hubs: GraphqlHub[] = [];

async function start(tenantId: string): Promise<GraphqlHub> {
  const hub = await startGraphqlHub({ socketPath: delivery.socketPath, tenantId });
  hub.inventory.webhooks = delivery.deps;
  hubs.push(hub);
  return hub;
}

async function startReceiving(retryScheduleSeconds?: number[]) {
  delivery = await startDeliveryHub(retryScheduleSeconds && { retryScheduleSeconds });
  const to = await delivery.receiver();
  const { tenantId, subscription } = await delivery.subscribe(to);
  const [hub, stranger] = [await start(tenantId), await start(randomUUID())];
  return { to, tenantId, id: subscription.id, hub, stranger };
}

afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.close()));
  await delivery.stop();
});

const create = (tenantId: string, product: string) =>
  saveProduct(delivery.redis, tenantId, product, { tracked: true, quantity: 5 });

interface Letter {
  eventId: string;
  payload: { id: string };
}
interface Letters {
  nodes: Letter[];
  edges: { cursor: string; node: Letter }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount: number;
}

const LETTERS = `query ($id: ID!, $first: Int, $after: String) {
  webhookDeadLetters(subscriptionId: $id, first: $first, after: $after) {
    nodes { eventId type eventType itemId time attempts failedDate failure payload }
    edges { cursor node { eventId payload } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}`;

test('dead letters come with their payload, as webhooks carried it, page by page', async () => {
  const { to, tenantId, id, hub, stranger } = await startReceiving();
  to.behaviour = () => 503;
  await create(tenantId, 'mug');
  await create(tenantId, 'cup');
  const read = async (variables: object, from = hub) =>
    (await from.run<{ webhookDeadLetters: Letters }>(LETTERS, { id, ...variables }))
      .webhookDeadLetters;
  while ((await read({})).totalCount < 2);
  const all = await read({});
  for (const { payload, eventId } of all.nodes) {
    const sent = to.calls.find(({ event }) => event.id === eventId)!;
    expect(payload).toEqual(sent.event);
  }
  expect(all.nodes[0]).toMatchObject({
    type: 'CREATED',
    eventType: 'wix.stores.catalog.v3.inventory_item_created',
    attempts: 4,
    failure: 'status 503',
  });
  const one = await read({ first: 1 });
  const startCursor = one.edges[0]!.cursor;
  expect(one).toMatchObject({
    nodes: [{ eventId: all.nodes[0]!.eventId }],
    edges: [{ node: { eventId: all.nodes[0]!.eventId, payload: all.nodes[0]!.payload } }],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor, endCursor: startCursor },
    totalCount: 2,
  });
  const rest = await read({ first: 100, after: one.pageInfo.endCursor });
  expect(rest.nodes.map(({ eventId }) => eventId)).toEqual([all.nodes[1]!.eventId]);
  expect(rest).toMatchObject({
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
    totalCount: 2,
  });
  for (const first of [0, 101]) {
    const { errors } = await hub.query(LETTERS, { id, first });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  }
  for (const [from, asked] of [
    [stranger, id],
    [hub, 'hub'],
  ] as const) {
    const { errors } = await from.query(LETTERS, { id: asked });
    expect(errors).toMatchObject([{ extensions: { code: 'NO_SUCH_SUBSCRIPTION' } }]);
  }
});

interface Retried {
  webhookRetryNow: { count: number | null; replayed: boolean; userErrors: object[] };
}

async function untilWaiting(hub: GraphqlHub, id: string, count: number): Promise<void> {
  const asked = `query ($id: ID!) { webhookSubscription(id: $id) { health { waitingRetries } } }`;
  type Answer = { webhookSubscription: { health: { waitingRetries: number } } };
  for (let waiting = -1; waiting !== count;) {
    waiting = (await hub.run<Answer>(asked, { id })).webhookSubscription.health.waitingRetries;
  }
}

const failing = (to: WebhookReceiver) => {
  to.behaviour = () => 500;
};

test('what waits for another attempt is tried now, by who may, once by key', async () => {
  // Nothing would come of its own accord.
  const { to, tenantId, id, hub, stranger } = await startReceiving([3600, 3600]);
  failing(to);
  await create(tenantId, 'mug');
  await untilWaiting(hub, id, 1);
  const retry = async (asked: string, from = hub, key = '') => {
    const directive = key && `@idempotent(key: "${key}")`;
    const mutation = `mutation ($id: ID!) {
      webhookRetryNow(id: $id) ${directive} { count replayed userErrors { code field } }
    }`;
    return (await from.run<Retried>(mutation, { id: asked })).webhookRetryNow;
  };
  const none = { code: 'NO_SUCH_SUBSCRIPTION', field: ['id'] };
  const refused = { count: null, replayed: false, userErrors: [none] };
  expect(await retry(id, stranger)).toEqual(refused);
  expect(await retry('hub')).toEqual(refused);
  expect(to.calls).toHaveLength(1);
  const token = await hub.signToken(['inventory:write']);
  const mutation = `mutation { webhookRetryNow(id: "${id}") { count } }`;
  const { errors } = await hub.query(mutation, {}, { token });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);

  to.behaviour = () => 200;
  const key = randomUUID();
  expect(await retry(id, hub, key)).toEqual({ count: 1, replayed: false, userErrors: [] });
  await to.untilAccepted(1);
  await untilWaiting(hub, id, 0);
  expect(await retry(id, hub, key)).toEqual({ count: 1, replayed: true, userErrors: [] });
  expect(await retry(id)).toEqual({ count: 0, replayed: false, userErrors: [] });
  expect(to.calls).toHaveLength(2);
});
