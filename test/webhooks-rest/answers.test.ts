import { createPublicKey, randomUUID } from 'node:crypto';
import { AppStrategy, createClient } from '@wix/sdk';
import { inventoryItemsV3 } from '@wix/stores';
import { newKeyPair } from '../support/pluginHub';
import { bodies, webhookData, webhookHub, wixEntity } from './wixEvents';

const APP_ID = '3f1e4a6c-0000-4000-8000-00000000aaaa';
const hub = webhookHub();

const dataOf = (entity = wixEntity()) =>
  webhookData(hub().tenantId, 'created', bodies.created(entity), { wixItemId: entity.id });

describe('what the real SDK makes of the events of these tests', () => {
  type Told = {
    entity?: { _id?: string | null };
    metadata: { entityEventSequence?: string | null };
  };
  const told: Told[] = [];
  const hear = (event: unknown) => void told.push(event as Told);

  test.each(['created', 'updated', 'deleted'] as const)('it hears %s', async (slug) => {
    const publicKey = createPublicKey(hub().keys.first).export({ type: 'spki', format: 'pem' });
    const client = createClient({
      auth: AppStrategy({ appId: APP_ID, publicKey: publicKey.toString() }),
      modules: { inventoryItemsV3 },
    });
    const { onInventoryItemCreated, onInventoryItemUpdated, onInventoryItemDeleted } =
      client.inventoryItemsV3;
    onInventoryItemCreated(hear);
    onInventoryItemUpdated(hear);
    onInventoryItemDeleted(hear);
    const entity = wixEntity();
    const event = { wixItemId: entity.id, sequence: '12' };
    const data = webhookData(hub().tenantId, slug, bodies[slug](entity), event);
    await client.webhooks.process(await hub().sign(data));
    expect(told.at(-1)).toMatchObject({
      entity: { _id: entity.id },
      metadata: { entityEventSequence: '12' },
    });
  });
});

describe('the token', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const gone = { iss: undefined, aud: undefined, iat: undefined, exp: undefined };

  test.each([
    ['all claims', () => ({})],
    ['no claim but the data', () => gone],
    ['the app among the audience', () => ({ aud: ['other', APP_ID] })],
  ])('is taken with %s', async (_, claims) => {
    const { status, text } = await hub().post(dataOf(), claims());
    expect([status, text]).toEqual([200, '{}']);
  });

  test.each([
    ['another issuer', () => ({ iss: 'evil.com' }), 'issuer'],
    ['another audience', () => ({ aud: 'other' }), 'audience'],
    ['an expiry of now', () => ({ exp: now() }), 'expired'],
    ['an issue in the future', () => ({ iat: now() + 90 }), 'issued_at'],
    ['data that is no text', () => ({ data: { instanceId: 'x' } }), 'data'],
  ])('is rejected with %s', async (_, claims, reason) => {
    const unauthenticated = await hub().counted('unauthenticated');
    const answer = await hub().post(dataOf(), claims());
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('JWT');
    const description = `The token was rejected. Reason: ${reason}.`;
    const applicationError = { code: 'TOKEN_REJECTED', description };
    expect(answer.body).toEqual({ applicationError });
    expect(await hub().counted('unauthenticated')).toBe(unauthenticated + 1);
  });

  test('is rejected when another key signed it, and nothing is read', async () => {
    const entity = wixEntity();
    const token = await hub().sign(dataOf(entity), {}, newKeyPair().privateKey);
    expect((await hub().postToken('/webhooks/wix', token)).status).toBe(401);
    expect(await hub().itemOf(entity)).toBeNull();
  });

  test('may be signed with any of the keys, and be sent as JSON to any base path', async () => {
    const token = await hub().sign(dataOf(), {}, hub().keys.second);
    const headers = { 'Content-Type': 'application/json' };
    const { status } = await hub().postToken('/some/base/webhooks/wix?x=1', ` ${token}\n`, headers);
    expect(status).toBe(200);
  });

  test('is rejected when it names no app instance', async () => {
    const data = webhookData('', 'created', bodies.created(wixEntity()), {});
    const { status, body } = await hub().post(data);
    expect([status, body]).toEqual([
      401,
      { applicationError: expect.objectContaining({ code: 'TOKEN_REJECTED' }) as unknown },
    ]);
  });
});

test.each([
  ['no token', () => hub().postToken('/webhooks/wix', '{"id":1}'), 400, 'MALFORMED_TOKEN'],
  ['data that is no JSON', () => hub().post('no json'), 400, 'INVALID_INPUT'],
  ['too much', () => hub().postToken('/webhooks/wix', 'x'.repeat(300_000)), 413, 'BODY_TOO_LARGE'],
  [
    'compressed',
    () => hub().postToken('/webhooks/wix', 'x', { 'Content-Encoding': 'gzip' }),
    415,
    'UNSUPPORTED_ENCODING',
  ],
])('a body of %s is refused', async (_, send, status, code) => {
  const answer = await send();
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ applicationError: { code } });
});

test('another method is refused, another path is not ours', async () => {
  const answer = await fetch(`${hub().url}/webhooks/wix`);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  expect((await hub().postToken('/webhooks/wix/', 'x')).status).toBe(404);
});

describe('older forms of an event', () => {
  const forms: [string, (entity: object) => object][] = [
    [
      'createdEvent.entityAsJson as text',
      (e) => ({ createdEvent: { entityAsJson: JSON.stringify(e) } }),
    ],
    ['createdEvent.entityAsJson as object', (e) => ({ createdEvent: { entityAsJson: e } })],
    ['entityAsJson on top as object', (e) => ({ entityAsJson: e })],
    ['entityAsJson on top as text', (e) => ({ entityAsJson: JSON.stringify(e) })],
    [
      'updatedEvent.currentEntityAsJson',
      (e) => ({ updatedEvent: { currentEntityAsJson: JSON.stringify(e) } }),
    ],
    [
      'actionEvent.bodyAsJson',
      (e) => ({ actionEvent: { bodyAsJson: JSON.stringify({ currentEntity: e }) } }),
    ],
  ];

  test.each(forms)('%s', async (_, form) => {
    const entity = wixEntity({ availability: { status: 'PURCHASE' } });
    // The id of the entity will do.
    expect((await hub().send('created', form(entity), {})).status).toBe(200);
    expect(await hub().itemOf(entity)).toMatchObject({ quantity: 7 });
  });
});

describe('an event that is not taken is answered 200: it would not be better later', () => {
  const entity = wixEntity();
  const variant = wixEntity();

  test.each<[string, string, object, object]>([
    ['no readable event', 'rejected', {}, { wixItemId: 'x' }],
    ['an item that is no GUID', 'rejected', bodies.created({ ...entity, id: '7' }), {}],
    ['a sequence that is none', 'rejected', bodies.created(entity), { sequence: '1.5' }],
    [
      'a sequence that is too large',
      'rejected',
      bodies.created(entity),
      { sequence: '9223372036854775808' },
    ],
    ['a product that is none', 'rejected', bodies.created({ ...entity, productId: '' }), {}],
    ['a variant that is no GUID', 'rejected', bodies.created({ ...entity, variantId: 'x' }), {}],
    [
      'another type',
      'ignored',
      bodies.created(entity),
      { eventType: 'wix.stores.product_changed' },
    ],
    ['no entity', 'ignored', { createdEvent: {} }, { wixItemId: entity.id }],
  ])('%s', async (_, outcome, body, event) => {
    const before = await hub().counted(outcome);
    const { status, text } = await hub().send('created', body, event);
    expect([status, text]).toEqual([200, '{}']);
    expect(await hub().counted(outcome)).toBe(before + 1);
    expect(await hub().itemOf(entity)).toBeNull();
  });

  test('the variant of another product', async () => {
    await hub().tell('created', variant);
    const before = await hub().counted('rejected');
    await hub().tell('updated', { ...variant, productId: randomUUID() }, { sequence: '2' });
    expect(await hub().counted('rejected')).toBe(before + 1);
    expect(hub().logged.at(-1)).toContain('productId must be');
  });
});

test('values that do not fit are cut or left out, counted and logged', async () => {
  const product = {
    name: `${'n'.repeat(79)}😀 and more`,
    variantSku: 's'.repeat(41),
    directCategoryIds: ['no guid'],
    variantVisible: true,
  };
  const entity = wixEntity({ product, quantity: 2_000_000_000, preorderInfo: { limit: -1 } });
  await hub().tell('created', entity);
  const item = await hub().itemOf(entity);
  expect(item).toMatchObject({ name: 'n'.repeat(79), visible: true, tracked: true, quantity: 0 });
  for (const name of ['sku', 'categoryIds']) expect(item).not.toHaveProperty(name);
  const misfits = ['name', 'sku', 'categoryIds', 'quantity', 'preorderLimit'];
  expect(JSON.parse(hub().logged.at(-1)!)).toMatchObject({ outcome: 'applied', misfits });
  const metrics = await (await fetch(`${hub().url}/metrics`)).text();
  for (const field of misfits) {
    expect(metrics).toContain(`hub_wix_event_misfits_total{field="${field}"} 1`);
  }
});

test('what nobody can read becomes a space in a text for people; a code goes', async () => {
  const product = { name: 'Mug\u0000blue', variantSku: 'S\u0000', brand: { name: '\ud83d' } };
  const entity = wixEntity({ product, quantity: 1 });
  await hub().tell('created', entity);
  const item = await hub().itemOf(entity);
  expect(item).toMatchObject({ name: 'Mug blue', quantity: 1 });
  for (const name of ['sku', 'brandName']) expect(item).not.toHaveProperty(name);
  const misfits = ['name', 'brandName', 'sku'];
  expect(JSON.parse(hub().logged.at(-1)!)).toMatchObject({ outcome: 'applied', misfits });
});
