import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { line, newKeyPair, pluginHub } from '../support/pluginHub';

const hub = pluginHub();

const refused = (code: string) => ({ applicationError: { code } });

describe('a call that is served', () => {
  test.each(['decrement', 'increment'] as const)('%s answers 200 {}', async (method) => {
    const product = randomUUID();
    await hub().create(product, 5);
    const answer = await hub().call(method, [line(product, 2)]);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{}');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect((await hub().level(product)).quantity).toBe(method === 'decrement' ? 3 : 7);
  });

  test('any base path, content type, key order and line end', async () => {
    const product = randomUUID();
    await hub().create(product, 9);
    const data = () => ({
      request: hub().request([line(product, 1)]),
      metadata: hub().metadata({ appExtensionType: 'ecom_inventory', appExtensionId: 'x' }),
    });
    const post = hub().postToken;
    const sign = hub().sign;
    const answers = [
      await post('/some/base/v1/decrement', await sign(data())),
      await post('/v1/decrement', await sign(data()), { 'Content-Type': 'application/json' }),
      await post('/v1/decrement', await sign(data(), {}, hub().keys.second)),
      await post('/v1/decrement', `${await sign(data())}\r\n`),
      await post('/v1/decrement?x=1', await sign(data(), { aud: ['other', 'more'] })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 401]);
    expect((await hub().level(product)).quantity).toBe(5);
  });

  test('null restricts, false does not', async () => {
    const product = randomUUID();
    await hub().create(product, 1);
    const items = [line(product, 2)];
    const restricted = await hub().call('decrement', items, { restrictInventoryValue: null });
    expect(restricted.status).toBe(428);
    const free = await hub().call('decrement', items, { restrictInventoryValue: false });
    expect(free.status).toBe(200);
    expect((await hub().level(product)).quantity).toBe(-1);
  });

  test('300 lines, two lines of one item, other fields ignored', async () => {
    const products = Array.from({ length: 300 }, () => randomUUID());
    for (const product of products) await hub().create(product, 3);
    const items = products.map((product) => line(product, 1, { extra: { id: 1 } }));
    expect((await hub().call('decrement', items, { more: true })).status).toBe(200);
    const twice = [line(products[0]!, 1), line(products[1]!, 1), line(products[0]!, 2)];
    const short = await hub().call('decrement', twice);
    expect(short.body).toEqual({
      applicationError: {
        code: 'DECREMENT_NOT_POSSIBLE',
        data: {
          shortLines: [0, 2].map((index) => ({
            index,
            catalogItemId: products[0],
            variantId: null,
            locationId: null,
            requested: 3,
            available: 2,
          })),
        },
      },
    });
    for (const product of products) expect((await hub().level(product)).quantity).toBe(2);
  });
});

describe('a refused call: 428 with the method code, nothing half done', () => {
  test('every short line is named', async () => {
    const [plenty, few, none] = [randomUUID(), randomUUID(), randomUUID()];
    await hub().create(plenty, 100);
    await hub().create(few, 2);
    await hub().create(none, 0);
    const items = [line(few, 3), line(plenty, 1), line(none, 1)];
    const { status, body } = await hub().call('decrement', items);
    expect(status).toBe(428);
    expect(body).toMatchObject({
      applicationError: {
        code: 'DECREMENT_NOT_POSSIBLE',
        data: {
          shortLines: [
            { index: 0, catalogItemId: few, requested: 3, available: 2 },
            { index: 2, catalogItemId: none, requested: 1, available: 0 },
          ],
        },
      },
    });
    expect((await hub().level(plenty)).quantity).toBe(100);
  });

  test.each([
    ['decrement', 'DECREMENT_NOT_POSSIBLE'],
    ['increment', 'INCREMENT_NOT_POSSIBLE'],
  ] as const)('%s of an unknown item', async (method, code) => {
    const known = randomUUID();
    await hub().create(known, 5);
    const answer = await hub().call(method, [line(known, 1), line('unknown', 1)]);
    expect([answer.status, answer.body]).toEqual([428, refused(code)]);
    expect((await hub().level(known)).quantity).toBe(5);
  });

  const good = line('p', 1);
  const limits: [string, unknown, object?][] = [
    ['no items', []],
    ['301 items', Array.from({ length: 301 }, () => good)],
    ['items not a list', { 0: good }],
    ['an item that is null', [null]],
    ['quantity 0', [line('p', 0)]],
    ['quantity 100001', [line('p', 100_001)]],
    ['quantity 1.5', [line('p', 1.5)]],
    ['quantity as text', [line('p', 1, { quantity: '1' })]],
    ['negative quantity', [line('p', -1)]],
    ['a long catalog item id', [line('x'.repeat(37), 1)]],
    ['an empty catalog item id', [line('', 1)]],
    ['a line feed in the catalog item id', [line('p\nq', 1)]],
    ['no catalog reference', [{ quantity: 1 }]],
    ['no app id', [{ quantity: 1, catalogReference: { catalogItemId: 'p' } }]],
    [
      'options as a list',
      [{ ...good, catalogReference: { ...good.catalogReference, options: [] } }],
    ],
    ['a variant id that is an object', [line('p', 1, { options: { variantId: {} } })]],
    ['a location that is no GUID', [line('p', 1, { locationId: 'here' })]],
    ['subscriptionItem as text', [line('p', 1, { subscriptionItem: 'no' })]],
    ['an order id that is no GUID', [good], { orderId: '17' }],
    ['no order id', [good], { orderId: undefined }],
    ['an unknown reason', [good], { reason: 'BECAUSE' }],
    ['restrictInventoryValue as text', [good], { restrictInventoryValue: 'yes' }],
  ];
  test.each(limits)('%s', async (_name, items, more = {}) => {
    const before = (await hub().ledger()).length;
    const decrement = await hub().call('decrement', items, more);
    expect([decrement.status, decrement.body]).toEqual([428, refused('DECREMENT_NOT_POSSIBLE')]);
    expect((await hub().ledger()).length).toBe(before);
  });

  test('the log says which field, value and bound', async () => {
    await hub().call('increment', [line('p', 0)]);
    const last = JSON.parse(hub().logged.at(-1)!) as Record<string, unknown>;
    expect(last).toMatchObject({
      code: 'INVALID_INPUT',
      detail: 'items[0].quantity must be a whole number from 1 to 100000, got 0',
      tenantId: hub().tenantId,
    });
  });
});

describe('a call that is not let in', () => {
  const data = () => ({ request: hub().request([line('p', 1)]), metadata: hub().metadata() });
  const now = () => Math.floor(Date.now() / 1000);
  const rejected: [string, () => Promise<string>][] = [
    ['expired', () => hub().sign(data(), { exp: now() - 1 })],
    ['expiring now', () => hub().sign(data(), { exp: now() })],
    ['without exp', () => hub().sign(data(), { exp: undefined })],
    ['issued in the future', () => hub().sign(data(), { iat: now() + 120, exp: now() + 600 })],
    ['of another issuer', () => hub().sign(data(), { iss: 'evil.com' })],
    ['for another app', () => hub().sign(data(), { aud: randomUUID() })],
    ['without audience', () => hub().sign(data(), { aud: undefined })],
    ['by a foreign key', () => hub().sign(data(), {}, newKeyPair().privateKey)],
    ['with data as text', () => hub().sign(JSON.stringify(data()))],
    ['without data', () => hub().sign(undefined)],
    [
      'without a tenant',
      () => hub().sign({ ...data(), metadata: hub().metadata({ instanceId: undefined }) }),
    ],
    [
      'with a tenant that breaks out of its hash tag',
      () => hub().sign({ ...data(), metadata: hub().metadata({ instanceId: 'a}:levels{b' }) }),
    ],
    [
      'with a changed payload',
      async () => {
        const [head, , signature] = (await hub().sign(data())).split('.');
        const other = (await hub().sign({ ...data(), more: 1 })).split('.')[1];
        return [head, other, signature].join('.');
      },
    ],
  ];
  test.each(rejected)('401: a token %s', async (_name, token) => {
    const answer = await hub().postToken('/v1/decrement', await token());
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ applicationError: { code: 'TOKEN_REJECTED' } });
  });

  test.each(['OTHER', undefined, 7])('403: component %s', async (appExtensionType) => {
    const token = await hub().sign({ ...data(), metadata: hub().metadata({ appExtensionType }) });
    const answer = await hub().postToken('/v1/decrement', token);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ applicationError: { code: 'WRONG_COMPONENT' } });
  });

  test.each(['', '{"data":{}}', 'hello', 'a.b', '"a.b.c"'])('400: no token: %j', async (body) => {
    const answer = await hub().postToken('/v1/decrement', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ applicationError: { code: 'MALFORMED_TOKEN' } });
  });

  test('413 over the body limit, 415 compressed', async () => {
    const large = await hub().postToken('/v1/decrement', 'x'.repeat(256 * 1024 + 1));
    expect(large.status).toBe(413);
    const response = await fetch(`${hub().url}/v1/decrement`, {
      method: 'POST',
      headers: { 'Content-Encoding': 'gzip' },
      body: gzipSync(await hub().sign(data())),
    });
    expect(response.status).toBe(415);
  });

  test('405 for another method, 404 for another path', async () => {
    const get = await fetch(`${hub().url}/v1/decrement`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    for (const path of ['/v1/decrement/', '/v1/decrements', '/v2/decrement', '/']) {
      expect((await hub().postToken(path, await hub().sign(data()))).status).toBe(404);
    }
  });

  test('no token, key or signature reaches the log', async () => {
    const token = await hub().sign(data(), { exp: now() - 1 });
    await hub().postToken('/v1/decrement', token);
    const all = hub().logged.join('\n');
    expect(all).toContain('TOKEN_REJECTED');
    expect(all).not.toContain('eyJ');
    expect(all).not.toContain(token.split('.')[2]);
  });
});
