import { randomUUID } from 'node:crypto';
import { checkAnswer, checkedAnswers, checkedFetch, checkSchema } from '../support/openapi';
import { line, pluginHub, type Answer } from '../support/pluginHub';

const hub = pluginHub();

/** Checks what the plugin answered, and gives its status. */
function checked(method: string, answer: Answer): number {
  checkAnswer('POST', `${hub().url}/v1/${method}`, answer);
  return answer.status;
}

test('the plugin answers as the document says', async () => {
  await hub().create('cup', 5);
  expect(checked('decrement', await hub().call('decrement', [line('cup', 2)]))).toBe(200);
  expect(checked('increment', await hub().call('increment', [line('cup', 1)]))).toBe(200);
  const short = await hub().call('decrement', [line('cup', 3), line('cup', 2)]);
  expect(checked('decrement', short)).toBe(428);
  expect(short.text).toContain('shortLines');
  const unknown = await hub().call('increment', [line(randomUUID(), 1)]);
  expect(checked('increment', unknown)).toBe(428);
  const foreign = { metadata: { appExtensionType: 'OTHER' } };
  const wrongComponent = await hub().call('decrement', [line('cup', 1)], foreign);
  expect(checked('decrement', wrongComponent)).toBe(403);
  expect(checked('decrement', await hub().postToken('/v1/decrement', 'no token'))).toBe(400);
  const expired = await hub().sign({}, { exp: 1 });
  expect(checked('increment', await hub().postToken('/v1/increment', expired))).toBe(401);
  const large = 'x'.repeat(300_000);
  expect(checked('decrement', await hub().postToken('/v1/decrement', large))).toBe(413);
  const packed = await hub().postToken('/v1/increment', 'x', { 'Content-Encoding': 'gzip' });
  expect(checked('increment', packed)).toBe(415);
  for (const path of ['/v1/decrement', '/webhooks/wix']) {
    expect((await checkedFetch(`${hub().url}${path}`, { method: 'DELETE' })).status).toBe(405);
  }
});

test.each(['/healthz', '/readyz', '/metrics', '/openapi.yaml'])(
  '%s is only asked',
  async (path) => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await checkedFetch(`${hub().url}${path}`, { method })).status).toBe(405);
    }
  },
);

describe('the claims of a call are as the document says', () => {
  const claims = (items: unknown, more: object = {}, metadata: object = {}) => {
    const request = hub().request(items, more);
    const data = { request, metadata: hub().metadata(metadata) };
    return { iss: 'wix.com', aud: ['an app'], iat: 1, exp: 2, data };
  };
  const whole = { locationId: null, options: { size: 'L' }, variantId: randomUUID() };

  test.each<[string, unknown, object, number]>([
    ['a line', [line('cup', 2)], {}, 200],
    ['all there may be', [line('cup', 2, whole)], { restrictInventoryValue: null }, 200],
    ['no line', [], {}, 428],
    ['nothing of a product', [line('cup', 0)], {}, 428],
    ['too much', [line('cup', 100_001)], {}, 428],
    ['a long id', [line('c'.repeat(37), 1)], {}, 428],
    ['an unknown reason', [line('cup', 1)], { reason: 'GIFT' }, 428],
    ['an order that is none', [line('cup', 1)], { orderId: 'mine' }, 428],
  ])('%s', async (_, items, more, status) => {
    const { body } = await hub().call('decrement', items, {
      restrictInventoryValue: false,
      ...more,
    });
    const refused = JSON.stringify(body).includes('NOT_POSSIBLE');
    // An unknown product is no broken limit.
    if (status === 428) expect(refused).toBe(true);
    for (const name of ['DecrementClaims', 'IncrementClaims']) {
      const check = () => {
        checkSchema(name, JSON.parse(JSON.stringify(claims(items, more))));
      };
      if (status === 200) check();
      else expect(check).toThrow(name);
    }
  });

  test('and name the extension and the tenant', () => {
    const cut = claims([line('cup', 1)], {}, { instanceId: undefined });
    expect(() => {
      checkSchema('DecrementClaims', JSON.parse(JSON.stringify(cut)));
    }).toThrow('instanceId');
  });
});

test('the webhooks answer as the document says', async () => {
  const event = { data: '{}', instanceId: hub().tenantId, eventType: 'of.somebody.else' };
  const taken = await hub().postToken('/webhooks/wix', await hub().sign(JSON.stringify(event)));
  const refused = await hub().postToken('/webhooks/wix', 'no token');
  expect([taken.status, refused.status]).toEqual([200, 400]);
  for (const answer of [taken, refused]) {
    checkAnswer('POST', `${hub().url}/webhooks/wix`, answer);
  }
});

test('operations answer as the document says', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.yaml', '/no-such-path']) {
    await checkedFetch(`${hub().url}${path}`);
  }
  hub().app.drain();
  expect((await checkedFetch(`${hub().url}/readyz`)).status).toBe(503);
  const seen = [...checkedAnswers];
  for (const answer of ['healthz 200', 'readyz 200', 'readyz 503', 'metrics 200']) {
    expect(seen).toContain(answer);
  }
  expect(seen).toContain('NothingHere 404');
});

test('an answer that is not as the document says is found', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  const url = `${hub().url}/healthz`;
  const answer = { status: 200, headers, text: '{"status":"well"}' };
  expect(() => {
    checkAnswer('GET', url, answer);
  }).toThrow('healthz 200');
  expect(() => {
    checkAnswer('GET', url, { ...answer, status: 204 });
  }).toThrow('no answer');
  expect(() => {
    checkAnswer('PUT', url, answer);
  }).toThrow('has no PUT');
  const nowhere = `${hub().url}/stores/v3/nowhere`;
  expect(() => {
    checkAnswer('GET', nowhere, { ...answer, status: 405 });
  }).toThrow('has no GET /stores/v3/nowhere 405');
  expect(() => {
    checkAnswer('GET', nowhere, { ...answer, status: 404 });
  }).toThrow('lacks the header X-Wix-Request-Id');
});

describe('an envelope that says nothing is none', () => {
  const applicationError = { code: 'A', description: 'b', data: {} };
  const id = randomUUID();
  const failed = { originalIndex: 0, success: false };
  const error = { code: 'NOT_FOUND', description: 'b', data: {} };
  test.each<[string, object]>([
    ['Refusal', {}],
    ['Refusal', { message: '', details: {} }],
    ['Refusal', { message: 'x', details: {} }],
    ['Violations', { message: 'x', details: { validationError: { fieldViolations: [] } } }],
    ['Violations', { message: 'x', details: { applicationError } }],
    ['FieldViolation', { field: 'a', description: 'b', violatedRule: 'CUSTOM' }],
    ['FieldViolation', { field: 'a', description: 'b', violatedRule: 'MOST' }],
    ['BulkResult', { itemMetadata: failed }],
    ['BulkResult', { itemMetadata: { originalIndex: 0, success: true } }],
    ['BulkResult', { itemMetadata: { id, originalIndex: 0, success: true, error } }],
    ['BulkResult', { itemMetadata: { ...failed, error: { ...error, code: 'MADE_UP' } } }],
  ])('%s %j', (name, value) => {
    expect(() => {
      checkSchema(name, value);
    }).toThrow(name);
  });

  test('and one that says something is', () => {
    checkSchema('Refusal', { message: 'x', details: { applicationError } });
    checkSchema('BulkResult', { itemMetadata: { ...failed, error } });
  });
});
