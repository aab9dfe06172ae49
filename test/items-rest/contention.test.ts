import { randomUUID } from 'node:crypto';
import { InventoryError } from '../../src/core/errors';
import { beforeScript } from './beforeScript';
import { wireHub, type WireBody, type WireResults } from './wireHub';

const { hub, run, refusal, create, get } = wireHub();

const BULK = '/bulk/inventory-items';

let restore: (() => void) | undefined;
afterEach(() => restore?.());

const sell = (inventoryItemId: string) =>
  run('POST', `${BULK}/decrement`, { decrementData: [{ inventoryItemId, decrementBy: 1 }] });
/** Changes what is described, not counted. */
const describeAnew = async (id: string) => {
  const { revision } = await get(id);
  const preorderInfo = { message: randomUUID() };
  return run('PATCH', `/inventory-items/${id}`, { inventoryItem: { revision, preorderInfo } });
};

const entry = ({ productId, variantId }: WireBody, quantity: number) => {
  return { inventoryItem: { productId, variantId, quantity } };
};
async function upsert(...inventoryItems: object[]) {
  const body = { inventoryItems };
  const { results } = await run<WireResults>('POST', `${BULK}/upsert`, body);
  return results.map(({ itemMetadata }) => itemMetadata);
}

test.each([
  ['sold', sell],
  ['described', describeAnew],
])(
  'an upsert of an item that is %s all the time tells so of that item alone',
  async (_, change) => {
    const [hot, cold] = [await create({ quantity: 1000 }), await create()];
    restore = beforeScript(hub(), 'saveItems', () => change(hot.id), { everyTime: true });
    const [first, second] = await upsert(entry(hot, 5), entry(cold, 6));
    restore();
    expect(first).toMatchObject({ id: hot.id, error: { code: 'REVISION_CONFLICT' } });
    expect(second).toMatchObject({ id: cold.id, success: true });
    expect(await get(hot.id)).not.toMatchObject({ quantity: 5 });
  },
);

test('an upsert that others were faster with once is done on what they left', async () => {
  const item = await create({ quantity: 10 });
  restore = beforeScript(hub(), 'saveItems', () => sell(item.id));
  expect(await upsert(entry(item, 5))).toMatchObject([{ success: true }]);
  expect(await get(item.id)).toMatchObject({ quantity: 5, revision: '3' });
});

test('one update that others were faster with is a 409', async () => {
  const { id, revision } = await create();
  restore = beforeScript(hub(), 'saveItems', () => sell(id));
  const body = { inventoryItem: { id, revision, quantity: 5 } };
  expect(await refusal('PATCH', `/inventory-items/${id}`, body)).toMatchObject({
    status: 409,
    code: 'REVISION_CONFLICT',
  });
  expect(await get(id)).toMatchObject({ quantity: 9 });
});

test('what was written before the store went away is told', async () => {
  const [hot, cold] = [await create(), await create()];
  const actions = [
    () => sell(hot.id),
    () => Promise.resolve(),
    () => Promise.reject(new InventoryError('REDIS_UNAVAILABLE')),
  ];
  const next = () => actions.shift()!();
  restore = beforeScript(hub(), 'saveItems', next, { everyTime: true });
  expect(await upsert(entry(hot, 5), entry(cold, 6))).toMatchObject([
    { success: false, error: { code: 'REDIS_UNAVAILABLE' } },
    { success: true },
  ]);
  restore();
  expect(await get(cold.id)).toMatchObject({ quantity: 6 });
});
