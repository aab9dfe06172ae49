import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { createItem, deleteItems, expectClean, placesOf } from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

const newItem = async (values: object = {}) => {
  const { item } = await createItem(hub(), { productId: randomUUID(), quantity: 5, ...values });
  return item!;
};

test('REJECT_FAILED_ROWS deletes the good ones in one step and tells of the others', async () => {
  const items = [await newItem(), await newItem(), await newItem(), await newItem()];
  const [a, b, c, d] = items.map(({ id }) => id) as [string, string, string, string];
  const stranger = randomUUID();
  const rows = [
    { id: stranger },
    { id: a.toUpperCase() },
    { id: b, revision: '9' },
    { id: 'cup' },
    { id: c, revision: '1' },
    { id: a },
    { id: d, revision: 'x' },
  ];
  const send = { errorPolicy: 'REJECT_FAILED_ROWS', key: randomUUID() } as const;
  const ledger = (await hub().ledger()).length;
  const { deletedIds, replayed, userErrors } = await deleteItems(hub(), rows, send);
  expect([deletedIds, replayed]).toEqual([[a, c], false]);
  expect(placesOf(userErrors)).toEqual([
    ['UNKNOWN_ITEM', 'input.items.0.id'],
    ['REVISION_CONFLICT', 'input.items.2.revision'],
    ['INVALID_INPUT', 'input.items.3.id'],
    ['INVALID_INPUT', 'input.items.5.id'],
    ['INVALID_INPUT', 'input.items.6.revision'],
  ]);
  expect(userErrors[0]!.message).toContain(stranger);
  expect((await hub().ledger()).slice(ledger)).toMatchObject([
    { operation: 'DELETE', lines: [{ itemId: a }, { itemId: c }] },
  ]);
  // Created again they are others: the repeat deletes none of them.
  await newItem({ productId: items[0]!.productId });
  expect(await deleteItems(hub(), rows, send)).toEqual({
    deletedIds,
    replayed: true,
    userErrors,
  });
  const all = await deleteItems(hub(), rows, { key: send.key });
  expect(placesOf(all.userErrors)).toEqual([['IDEMPOTENCY_KEY_MISMATCH', null]]);
  const none = await deleteItems(hub(), [{ id: stranger }, { id: b, revision: '9' }], {
    errorPolicy: 'REJECT_FAILED_ROWS',
  });
  expect(none.deletedIds).toEqual([]);
  expect(placesOf(none.userErrors)).toEqual([
    ['UNKNOWN_ITEM', 'input.items.0.id'],
    ['REVISION_CONFLICT', 'input.items.1.revision'],
  ]);
});

test('REJECT_FAILED_ROWS, 20 times at once by one key, deletes each once', async () => {
  const { id } = await newItem();
  const rows = [{ id }, { id: randomUUID() }];
  const send = { errorPolicy: 'REJECT_FAILED_ROWS', key: randomUUID() } as const;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => deleteItems(hub(), rows, send)),
  );
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  for (const { deletedIds, userErrors } of answers) {
    expect(deletedIds).toEqual([id]);
    expect(placesOf(userErrors)).toEqual([['UNKNOWN_ITEM', 'input.items.1.id']]);
  }
});
