import { randomUUID } from 'node:crypto';
import { line, pluginHub } from '../support/pluginHub';

const hub = pluginHub();

async function newProduct(quantity: number): Promise<string> {
  const product = randomUUID();
  await hub().create(product, quantity);
  return product;
}

const quantityOf = async (product: string) => (await hub().level(product)).quantity;

test('50 concurrent callers on 1 unit sell exactly 1', async () => {
  const product = await newProduct(1);
  const calls = Array.from({ length: 50 }, () => hub().call('decrement', [line(product, 1)]));
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 428)).toHaveLength(49);
  expect(await quantityOf(product)).toBe(0);
});

test('200 concurrent repeats of one token change stock once', async () => {
  const product = await newProduct(500);
  const data = { request: hub().request([line(product, 2)]), metadata: hub().metadata() };
  const token = await hub().sign(data);
  const calls = Array.from({ length: 200 }, () => hub().postToken('/v1/decrement', token));
  for (const { status, text } of await Promise.all(calls))
    expect([status, text]).toEqual([200, '{}']);
  expect(await quantityOf(product)).toBe(498);
});

describe('what counts as a repeat', () => {
  test('the same token, also without a request id and for an edit', async () => {
    const product = await newProduct(10);
    const request = hub().request([line(product, 1)], { reason: 'ORDER_EDITED' });
    const token = await hub().sign({ request, metadata: hub().metadata({ requestId: undefined }) });
    await hub().postToken('/v1/decrement', token);
    await hub().postToken('/v1/decrement', token);
    expect(await quantityOf(product)).toBe(9);
  });

  test('the same request id with the same content, signed anew', async () => {
    const product = await newProduct(10);
    const fields = { orderId: randomUUID(), reason: 'ORDER_REFUNDED' };
    const call = (quantity: number, requestId: string) =>
      hub().call('increment', [line(product, quantity)], { ...fields, metadata: { requestId } });
    await call(1, 'r1');
    await call(1, 'r1');
    expect(await quantityOf(product)).toBe(11);
    await call(1, 'r2');
    await call(2, 'r2');
    expect(await quantityOf(product)).toBe(14);
  });

  test('one request id may cover both calls of an edit', async () => {
    const product = await newProduct(10);
    const fields = { orderId: randomUUID(), reason: 'ORDER_EDITED' };
    const more = { ...fields, metadata: { requestId: 'edit' } };
    await hub().call('decrement', [line(product, 3)], { ...more, restrictInventoryValue: false });
    await hub().call('increment', [line(product, 1)], more);
    await hub().call('increment', [line(product, 1)], more);
    expect(await quantityOf(product)).toBe(8);
  });

  test('the same content of an order, until the order turns', async () => {
    const product = await newProduct(10);
    const other = await newProduct(10);
    const orderId = randomUUID();
    const place = () => hub().call('decrement', [line(product, 1), line(other, 2)], { orderId });
    const reorder = [line(other, 1), line(product, 1), line(other, 1)];
    await place();
    await place();
    await hub().call('decrement', reorder, { orderId });
    expect([await quantityOf(product), await quantityOf(other)]).toEqual([9, 8]);
    const reject = () => hub().call('increment', reorder, { orderId, reason: 'ORDER_REJECTED' });
    await reject();
    await reject();
    expect([await quantityOf(product), await quantityOf(other)]).toEqual([10, 10]);
    await place();
    await place();
    expect([await quantityOf(product), await quantityOf(other)]).toEqual([9, 8]);
  });

  test('a refusal is no outcome: stock may have arrived', async () => {
    const product = await newProduct(0);
    const data = { request: hub().request([line(product, 2)]), metadata: hub().metadata() };
    const token = await hub().sign(data);
    expect((await hub().postToken('/v1/decrement', token)).status).toBe(428);
    await hub().call('increment', [line(product, 3)], { reason: 'ORDER_CANCELED' });
    expect((await hub().postToken('/v1/decrement', token)).status).toBe(200);
    expect(await quantityOf(product)).toBe(1);
  });
});
