import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../src/events/delivery';
import { keys } from '../../src/redis/keys';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';
import { startDeliveryHub, type DeliveryHub } from '../support/deliveryHub';

let delivery: DeliveryHub;
let hub: GraphqlHub;
let stranger: GraphqlHub;

const withDelivery = async (deps: Delivery['deps']) => {
  const started = await startGraphqlHub({ socketPath: delivery.socketPath });
  started.inventory.webhooks = deps;
  // Else only the sweep would find what this hub writes.
  started.redis.onLedgerEntry = (tenantId, id) => delivery.redis.onLedgerEntry?.(tenantId, id);
  return started;
};

beforeAll(async () => {
  delivery = await startDeliveryHub();
  hub = await withDelivery(delivery.deps);
  stranger = await withDelivery(delivery.deps);
});

afterAll(async () => {
  await Promise.all([hub.close(), stranger.close()]);
  await delivery.stop();
});

const FIELDS = 'id url eventTypes enabled revision publicKey health { lag deadLetters }';
const CREATE = `mutation ($input: WebhookSubscriptionCreateInput!) {
  webhookSubscriptionCreate(input: $input) {
    subscription { ${FIELDS} } userErrors { code field message }
  }
}`;

interface Subscription {
  id: string;
  url: string;
  eventTypes: string[] | null;
  enabled: boolean;
  revision: number;
  publicKey: string;
}
interface Payload {
  subscription: Subscription | null;
  userErrors: { code: string; field: string[] | null }[];
}

async function change(field: string, variables: object, from = hub): Promise<Payload> {
  const kind = field.includes('Create') ? 'Create' : 'Update';
  const operation = `mutation ($input: WebhookSubscription${kind}Input!) {
    ${field}(input: $input) { subscription { ${FIELDS} } userErrors { code field } }
  }`;
  const { data, errors } = await from.query<Record<string, Payload>>(operation, variables);
  expect(errors).toBeUndefined();
  return data![field]!;
}

const create = async (input: object, from = hub) =>
  (await change('webhookSubscriptionCreate', { input }, from)).subscription!;

test('a subscription is created, read, changed, given new keys and deleted', async () => {
  const url = 'http://127.0.0.1:9/hook';
  const created = await create({ url, eventTypes: ['CREATED', 'LOW_STOCK'] });
  expect(created).toMatchObject({
    url,
    eventTypes: ['LOW_STOCK', 'CREATED'],
    enabled: true,
    revision: 1,
    health: { lag: 0, deadLetters: 0 },
  });
  const { id } = created;
  const update = { id, revision: 1, enabled: false, eventTypes: null };
  const { subscription } = await change('webhookSubscriptionUpdate', { input: update });
  expect(subscription).toMatchObject({ enabled: false, revision: 2, eventTypes: null, url });
  const { userErrors } = await change('webhookSubscriptionUpdate', { input: update });
  expect(userErrors).toEqual([{ code: 'REVISION_CONFLICT', field: ['input', 'revision'] }]);
  const rotate = `mutation ($id: ID!) {
    webhookSubscriptionRotateKey(id: $id, revision: 2) { subscription { ${FIELDS} } }
  }`;
  const { data } = await hub.query<{ webhookSubscriptionRotateKey: Payload }>(rotate, { id });
  const rotated = data!.webhookSubscriptionRotateKey.subscription!;
  expect(rotated.publicKey).toContain('BEGIN PUBLIC KEY');
  expect(rotated.publicKey).not.toBe(created.publicKey);
  const remove = `mutation ($id: ID!) {
    webhookSubscriptionDelete(id: $id) { deletedId userErrors { code } }
  }`;
  const removed = { deletedId: id, userErrors: [] };
  const first = await hub.query(remove, { id });
  expect(first.data).toEqual({ webhookSubscriptionDelete: removed });
  const again = await hub.query(remove, { id });
  expect(again.data).toEqual({
    webhookSubscriptionDelete: { deletedId: null, userErrors: [{ code: 'NO_SUCH_SUBSCRIPTION' }] },
  });
  const read = await hub.query('query ($id: ID!) { webhookSubscription(id: $id) { id } }', { id });
  expect(read.data).toEqual({ webhookSubscription: null });
});

test.each([
  [{ url: 'hook' }, ['input', 'url']],
  [{ url: 'ftp://shop.example/' }, ['input', 'url']],
  [{ url: 'https://shop.example/', eventTypes: [] }, ['input', 'eventTypes']],
  [{ url: 'https://shop.example/', from: 'yesterday' }, ['input', 'from']],
])('%j is refused', async (input, field) => {
  const { userErrors, subscription } = await change('webhookSubscriptionCreate', { input });
  expect(userErrors).toEqual([{ code: 'INVALID_INPUT', field }]);
  expect(subscription).toBeNull();
});

test('a tenant has up to 20 subscriptions, and sees its own only', async () => {
  const url = 'http://127.0.0.1:9/hook';
  // Keys take long to make: nineteen are copies of one.
  const { id: first } = await create({ url, enabled: false }, stranger);
  const stored = keys.webhooks(stranger.tenantId);
  const text = await stranger.redis.hget(stored, first);
  for (let i = 0; i < 19; i += 1) await stranger.redis.hset(stored, randomUUID(), text!);
  const { data } = await stranger.query<{ webhookSubscriptionCreate: Payload }>(CREATE, {
    input: { url },
  });
  expect(data!.webhookSubscriptionCreate.userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
  const own = await hub.query('{ webhookSubscriptions { id } }');
  expect(own.data).toEqual({ webhookSubscriptions: [] });
  const all = await stranger.query<{ webhookSubscriptions: Subscription[] }>(
    '{ webhookSubscriptions { id } }',
  );
  const [{ id }] = all.data!.webhookSubscriptions as [Subscription];
  const input = { id, revision: 1, url };
  const changed = await change('webhookSubscriptionUpdate', { input });
  expect(changed.userErrors).toEqual([{ code: 'NO_SUCH_SUBSCRIPTION', field: ['input', 'id'] }]);
});

test('subscriptions need inventory:admin, events inventory:read', async () => {
  const token = await hub.signToken(['inventory:write']);
  const refused = await hub.query('{ webhookSubscriptions { id } }', {}, { token });
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const none = await hub.query('{ events { pageInfo { endCursor } } }', {}, { token: null });
  expect(none.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('pulled events are those of webhooks, page by page, of this tenant', async () => {
  const to = await delivery.receiver();
  await create({ url: to.url });
  await hub.create('mug', 5);
  for (let i = 0; i < 6; i += 1) await hub.call('decrement', [{ ...orderLine('mug') }]);
  await to.untilAccepted(1 + 2 * 6 - 1);
  type Page = {
    nodes: { id: string; payload: { id: string; entityEventSequence: string } }[];
    pageInfo: { endCursor: string; hasNextPage: boolean };
  };
  const pulled: Page['nodes'] = [];
  let after: string | null = null;
  for (let more = true; more;) {
    const answer = await hub.query<{ events: Page }>(
      `query ($after: String) {
        events(first: 4, after: $after) {
          nodes { id payload } pageInfo { endCursor hasNextPage }
        }
      }`,
      { after },
    );
    const page: Page = answer.data!.events;
    pulled.push(...page.nodes);
    expect(page.nodes.length).toBeLessThanOrEqual(4);
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  await to.untilAccepted(pulled.length);
  expect(pulled.map(({ id }) => id)).toEqual(to.accepted.map(({ event }) => event.id));
  expect(pulled.map(({ payload }) => payload)).toEqual(to.accepted.map(({ event }) => event));
  const theirs = await stranger.query('{ events { nodes { id } pageInfo { hasNextPage } } }');
  expect(theirs.data).toEqual({ events: { nodes: [], pageInfo: { hasNextPage: false } } });
});

function orderLine(product: string) {
  return {
    catalogReference: { appId: '215238eb-22a5-4c36-9e7b-e7c08025e04e', catalogItemId: product },
    quantity: 1,
  };
}
