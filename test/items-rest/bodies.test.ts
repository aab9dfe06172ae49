import { randomUUID } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { checkedFetch } from '../support/openapi';
import { wireHub, type WireError } from './wireHub';

const { hub, run, refusal, create } = wireHub();

/** Sends bytes as they are, with a type and an encoding. */
async function post(path: string, body: Buffer | string, headers: Record<string, string> = {}) {
  const response = await checkedFetch(`${hub().hubUrl}/stores/v3${path}`, {
    method: 'POST',
    headers: { Authorization: hub().allScopes, 'Content-Type': 'application/json', ...headers },
    body,
  });
  const answer = (await response.json()) as Partial<WireError>;
  const { applicationError, validationError } = answer.details ?? {};
  const [violation] = validationError?.fieldViolations ?? [];
  return {
    status: response.status,
    message: answer.message,
    code: applicationError?.code ?? violation?.violatedRule,
    field: violation?.field,
  };
}

const item = (more: object = {}) => {
  const inventoryItem = { productId: 'p', variantId: randomUUID(), quantity: 1, ...more };
  return JSON.stringify({ inventoryItem });
};
const query = JSON.stringify({ query: { cursorPaging: { limit: 1 } } });

test('a body may be packed', async () => {
  const packers = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, pack] of Object.entries(packers)) {
    const headers = { 'Content-Encoding': encoding };
    expect(await post('/inventory-items', pack(item()), headers)).toMatchObject({ status: 200 });
  }
});

test.each([
  ['what is not packed as it says', 'gzip', item(), 400, 'INVALID_INPUT'],
  ['what is cut off', 'gzip', gzipSync(item()).subarray(0, 30), 400, 'INVALID_INPUT'],
  ['a way of packing nobody knows', 'compress', item(), 415, 'UNSUPPORTED_ENCODING'],
  ['what is long once unpacked', 'gzip', gzipSync(' '.repeat(2 ** 21 + 1)), 413, 'BODY_TOO_LARGE'],
])('%s is refused', async (_, encoding, body, status, code) => {
  const refused = await post('/inventory-items', body, { 'Content-Encoding': encoding });
  expect(refused).toMatchObject({ status, code });
  expect(refused.message).toMatch(/^The body/);
});

test.each(['{"inventoryItem":', 'null', '"text"', '5', 'true'])(
  'a body that is no object, %s, is refused with that word',
  async (body) => {
    const asked = ['/inventory-items', '/inventory-items/query', '/locations/query'];
    for (const path of asked) {
      const message = 'The body must be a JSON object.';
      expect(await post(path, body)).toMatchObject({ status: 400, code: 'INVALID_INPUT', message });
    }
  },
);

test.each(['/inventory-items', '/inventory-items/query', '/bulk/inventory-items/delete-by-filter'])(
  'a list sent to %s is refused as the body',
  async (path) => {
    expect(await post(path, '[]')).toMatchObject({ status: 400, field: 'body', code: 'FORMAT' });
  },
);

test('a body is UTF-8, whatever other charset is named', async () => {
  for (const charset of ['utf-8', 'UTF-8', '"utf8"']) {
    const headers = { 'Content-Type': `application/json; charset=${charset}` };
    expect(await post('/inventory-items/query', query, headers)).toMatchObject({ status: 200 });
  }
  for (const charset of ['latin1', 'utf-16le', 'none']) {
    const headers = { 'Content-Type': `application/json; charset=${charset}` };
    expect(await post('/inventory-items/query', query, headers)).toMatchObject({
      status: 415,
      code: 'UNSUPPORTED_ENCODING',
      message: 'The body must be in UTF-8.',
    });
  }
});

test('bytes that are no UTF-8 are refused: two products would become one', async () => {
  for (const byte of [0xff, 0xfe]) {
    const [before, after] = item({ productId: 'p-@' }).split('@');
    const body = Buffer.concat([Buffer.from(before!), Buffer.from([byte]), Buffer.from(after!)]);
    expect(await post('/inventory-items', body)).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
      message: 'The body must be in UTF-8.',
    });
  }
});

test.each([
  ['productId', { productId: 'p\ud800' }],
  ['product.name', { product: { name: '\udc00 cup' } }],
  ['preorderInfo.message', { preorderInfo: { message: 'soon \ud83d' } }],
])('half a character in %s is refused', async (field, more) => {
  expect(await post('/inventory-items', item(more))).toMatchObject({
    status: 400,
    field: `inventoryItem.${field}`,
    code: 'FORMAT',
  });
  const whole = { product: { name: '\ud83d\udce6 box' } };
  expect(await post('/inventory-items', item(whole))).toMatchObject({ status: 200 });
});

test('a number beyond all numbers is refused wherever it stands', async () => {
  const fields = {
    quantity: '1e400',
    'preorderInfo.limit': '1e400',
    'extendedFields.namespaces': '{"app":{"a":[{"b":-1e400}]}}',
  };
  for (const [field, text] of Object.entries(fields)) {
    const [outer, inner] = field.split('.');
    const value = inner ? `{"${inner}":${text}}` : text;
    const body = item({ quantity: undefined, inStock: true }).replace(
      '}}',
      `,"${outer}":${value}}}`,
    );
    expect(await post('/inventory-items', body)).toMatchObject({
      status: 400,
      field: `inventoryItem.${field}`,
      code: 'FORMAT',
    });
  }
  const { description } = (await refusal(
    'POST',
    '/inventory-items',
    item().replace(':1}', ':1e400}'),
  )) as {
    description: string;
  };
  expect(description).toMatch(/got Infinity$/);
});

test('id and revision of a new item are left alone, whatever they hold', async () => {
  for (const [id, revision] of [
    ['x', 'y'],
    [5, {}],
    [null, -1],
    [randomUUID(), '7'],
  ]) {
    expect(await create({ id, revision })).toMatchObject({ revision: '1' });
  }
  const inventoryItems = [
    { productId: 'p', variantId: randomUUID(), quantity: 1, id: [], revision: 'z' },
  ];
  expect(await run('POST', '/bulk/inventory-items/create', { inventoryItems })).toMatchObject({
    bulkActionMetadata: { totalSuccesses: 1 },
  });
});

test('HEAD is GET without the body, OPTIONS asks what pages may do', async () => {
  const url = `${hub().hubUrl}/stores/v3/inventory-items/query`;
  const headers = { Authorization: hub().allScopes };
  const head = await fetch(url, { method: 'HEAD', headers });
  expect([head.status, await head.text()]).toEqual([200, '']);
  const refused = await fetch(`${hub().hubUrl}/stores/v3/locations/query`, {
    method: 'HEAD',
    headers,
  });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
});
