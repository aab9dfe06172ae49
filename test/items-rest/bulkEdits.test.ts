import { randomUUID } from 'node:crypto';
import { wireHub, type WireBody, type WireResults } from './wireHub';

const { hub, run, refusal, create, get } = wireHub();

const BULK = '/bulk/inventory-items';

function newItem(change: object = {}) {
  return { productId: randomUUID(), variantId: randomUUID(), quantity: 10, ...change };
}

/** What became of each entry: the code of its error, or OK. */
function outcomes({ results }: WireResults): string[] {
  return results.map(({ itemMetadata }) => itemMetadata.error?.code ?? 'OK');
}

const bulk = (name: string, body: object) => run<WireResults>('POST', `${BULK}/${name}`, body);

/** Ledger entries of one operation. */
async function entriesOf(operation: string) {
  return (await hub().ledger()).filter((entry) => entry.operation === operation);
}

describe('bulk create', () => {
  test('creates the good ones in one step and says what became of each', async () => {
    const before = (await entriesOf('CREATE')).length;
    const [first, existing] = [newItem(), newItem()];
    await create(existing);
    const inventoryItems = [first, existing, newItem({ inStock: true, quantity: null }), first];
    const answer = await bulk('create', { inventoryItems, returnEntity: true });
    expect(outcomes(answer)).toEqual(['OK', 'ITEM_ALREADY_EXISTS', 'OK', 'ITEM_ALREADY_EXISTS']);
    expect(answer.bulkActionMetadata).toEqual({
      totalSuccesses: 2,
      totalFailures: 2,
      undetailedFailures: 0,
    });
    const [created, failed, untracked] = answer.results;
    expect(answer.results.map(({ itemMetadata }) => itemMetadata.originalIndex)).toEqual([
      0, 1, 2, 3,
    ]);
    expect(created!.item).toMatchObject({ ...first, revision: '1' });
    expect(created!.itemMetadata.id).toBe(created!.item!.id);
    expect(failed).not.toHaveProperty('item');
    expect(untracked!.item).toMatchObject({ inStock: true });
    expect(await entriesOf('CREATE')).toHaveLength(before + 2);
  });

  test('gives no entities unless asked', async () => {
    const { results } = await bulk('create', { inventoryItems: [newItem()] });
    expect(results).toEqual([
      { itemMetadata: { id: expect.any(String) as string, originalIndex: 0, success: true } },
    ]);
  });

  test('with a malformed item is refused whole', async () => {
    const inventoryItems = [newItem(), newItem({ quantity: -1 })];
    expect(await refusal('POST', `${BULK}/create`, { inventoryItems })).toMatchObject({
      status: 400,
      field: 'inventoryItems[1].quantity',
      rule: 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE',
    });
    const good = { inventoryItems: inventoryItems.slice(0, 1) };
    expect(outcomes(await bulk('create', good))).toEqual(['OK']);
  });

  test('takes 1,000 and no more', async () => {
    const inventoryItems = Array.from({ length: 1000 }, () => newItem());
    const { bulkActionMetadata } = await bulk('create', { inventoryItems });
    expect(bulkActionMetadata).toMatchObject({ totalSuccesses: 1000, totalFailures: 0 });
  });
});

test.each<[string, string, number, () => unknown]>([
  ['create', 'inventoryItems', 1000, () => newItem()],
  [
    'update',
    'inventoryItems',
    1000,
    () => ({ inventoryItem: { id: randomUUID(), revision: '1' } }),
  ],
  ['upsert', 'inventoryItems', 1000, () => ({ inventoryItem: newItem() })],
  ['delete', 'inventoryItemIds', 1000, randomUUID],
  ['increment', 'incrementData', 300, () => ({ inventoryItemId: randomUUID(), incrementBy: 1 })],
  ['decrement', 'decrementData', 300, () => ({ inventoryItemId: randomUUID(), decrementBy: 1 })],
])('bulk %s refuses too few entries and too many', async (name, list, most, entry) => {
  const path = `${BULK}/${name}`;
  const many = Array.from({ length: most + 1 }, entry);
  const cases = [
    [{}, 'MIN_SIZE'],
    [{ [list]: [] }, 'MIN_SIZE'],
    [{ [list]: 'all' }, 'FORMAT'],
    [{ [list]: many }, 'MAX_SIZE'],
  ] as const;
  for (const [body, rule] of cases) {
    expect(await refusal('POST', path, body)).toMatchObject({ status: 400, field: list, rule });
  }
});

test('a page of large items can be sent back', async () => {
  const directCategoryIds = Array.from({ length: 45 }, () => randomUUID());
  const inventoryItems = Array.from({ length: 1000 }, () =>
    newItem({ product: { name: 'x'.repeat(80), directCategoryIds } }),
  );
  const made = await bulk('create', { inventoryItems, returnEntity: true });
  const items = made.results.map(({ item }) => ({ inventoryItem: { ...item, quantity: 2 } }));
  expect(JSON.stringify(items).length).toBeGreaterThan(2 * 1024 * 1024);
  const { bulkActionMetadata } = await bulk('update', { inventoryItems: items });
  expect(bulkActionMetadata).toMatchObject({ totalSuccesses: 1000 });
});

describe('bulk update', () => {
  const entry = ({ id, revision }: WireBody, change: object, beside: object = {}) => {
    return { inventoryItem: { id, revision, ...change }, ...beside };
  };

  test('changes the good ones in one step, each by its own mask', async () => {
    const items = await Promise.all([1, 2, 3, 4, 5].map(() => create()));
    const [plain, masked, stale, lowered, untracked] = items as [
      WireBody,
      WireBody,
      WireBody,
      WireBody,
      WireBody,
    ];
    const before = (await entriesOf('UPDATE')).length;
    const unknown = { ...plain, id: randomUUID() };
    const answer = await bulk('update', {
      inventoryItems: [
        entry(plain, { quantity: 1 }),
        entry(masked, { quantity: 2, preorderInfo: { enabled: true } }, { fieldMask: 'quantity' }),
        entry({ ...stale, revision: '9' }, { quantity: 3 }),
        entry(lowered, { quantity: -1 }),
        entry(untracked, { inStock: true, preorderInfo: { limit: 3 } }),
        entry(unknown, { quantity: 1 }),
        entry(plain, { quantity: 7 }),
      ],
      returnEntity: true,
      reason: 'MANUAL',
    });
    expect(outcomes(answer)).toEqual([
      'OK',
      'OK',
      'REVISION_CONFLICT',
      'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING',
      'PRE_ORDER_VALIDATION',
      'NOT_FOUND',
      'REVISION_CONFLICT',
    ]);
    expect(answer.results.map(({ itemMetadata }) => itemMetadata.id)).toEqual(
      [plain, masked, stale, lowered, untracked, unknown, plain].map(({ id }) => id),
    );
    expect(answer.results[0]!.item).toMatchObject({ quantity: 1, revision: '2' });
    expect(answer.results[1]!.item).toMatchObject({
      quantity: 2,
      preorderInfo: { enabled: false },
    });
    expect(await get(stale.id)).toEqual(stale);
    const entries = await entriesOf('UPDATE');
    expect(entries).toHaveLength(before + 1);
    expect(entries.at(-1)).toMatchObject({ reason: 'MANUAL', lines: [{}, {}] });
  });

  test('needs id and revision of each', async () => {
    const inventoryItems = [{ inventoryItem: { quantity: 1 } }, {}];
    const refused = await refusal('POST', `${BULK}/update`, { inventoryItems });
    expect(refused).toMatchObject({ field: 'inventoryItems[0].inventoryItem.id' });
  });
});

describe('bulk upsert', () => {
  const entry = (inventoryItem: object, fieldMask?: unknown) => ({ inventoryItem, fieldMask });

  test('creates what is new and changes what is there', async () => {
    const [known, fresh] = [newItem({ preorderInfo: { enabled: true, limit: 9 } }), newItem()];
    const item = await create(known);
    const answer = await bulk('upsert', {
      inventoryItems: [
        entry({ ...known, quantity: 3, preorderInfo: { enabled: false } }, ['quantity']),
        entry({ ...fresh, product: { name: 'New' } }, 'preorderInfo'),
      ],
      returnEntity: true,
    });
    expect(outcomes(answer)).toEqual(['OK', 'OK']);
    const [updated, created] = answer.results;
    expect(updated!.item).toMatchObject({
      id: item.id,
      revision: '2',
      quantity: 3,
      preorderInfo: { enabled: true, limit: 9 },
    });
    expect(created!.item).toMatchObject({ ...fresh, revision: '1', product: { name: 'New' } });
  });

  test('says of each why it is refused', async () => {
    const known = newItem({ quantity: 2 });
    const item = await create(known);
    const without = newItem({ quantity: null });
    const answer = await bulk('upsert', {
      inventoryItems: [
        entry({ ...known, quantity: -1 }),
        entry(newItem({ quantity: -1 })),
        entry(without),
        entry({ ...newItem({ quantity: null }), inStock: true, preorderInfo: { limit: 3 } }),
        entry(newItem({ quantity: 100_000 })),
      ],
    });
    expect(outcomes(answer)).toEqual([
      'INVALID_TARGET_QUANTITY',
      'INVALID_TARGET_QUANTITY',
      'INVALID_INPUT',
      'PRE_ORDER_VALIDATION',
      'INVALID_INPUT',
    ]);
    const ids = answer.results.map(({ itemMetadata }) => itemMetadata.id);
    expect(ids).toEqual([item.id, undefined, undefined, undefined, undefined]);
    const data = [2, 4].map((i) => answer.results[i]!.itemMetadata.error!.data);
    expect(data).toEqual([
      { field: 'inventoryItems[2].inventoryItem.quantity', violatedRule: 'REQUIRED_FIELD' },
      {
        field: 'inventoryItems[4].inventoryItem.quantity',
        violatedRule: 'MAX',
        threshold: 99_999,
      },
    ]);
    expect(await get(item.id)).toEqual(item);
  });

  test('takes a revision as the one an item must have', async () => {
    const known = newItem();
    await create(known);
    const stale = await bulk('upsert', { inventoryItems: [entry({ ...known, revision: '5' })] });
    expect(outcomes(stale)).toEqual(['REVISION_CONFLICT']);
  });

  test('names the same item once', async () => {
    const item = newItem();
    const body = { inventoryItems: [entry(item), entry({ ...item, quantity: 1 })] };
    expect(await refusal('POST', `${BULK}/upsert`, body)).toMatchObject({
      status: 400,
      field: 'inventoryItems[1].inventoryItem.variantId',
      rule: 'DUPLICATE_BULK_UPSERT_KEY',
    });
  });

  test('many at once: each is applied, to what the others made of the item', async () => {
    const item = newItem({ quantity: 0, extendedFields: { namespaces: {} } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const extendedFields = { namespaces: { [`app-${i}`]: { i } } };
        return bulk('upsert', { inventoryItems: [entry({ ...item, extendedFields })] });
      }),
    );
    expect(answers.flatMap(outcomes)).toEqual(Array.from({ length: 30 }, () => 'OK'));
    const { id } = answers[0]!.results[0]!.itemMetadata;
    const after = await get(id!);
    const { namespaces } = after['extendedFields'] as { namespaces: object };
    const apps = Array.from({ length: 30 }, (_, i) => `app-${i}`);
    expect(Object.keys(namespaces).sort()).toEqual(apps.sort());
  });
});

describe('bulk delete', () => {
  test('deletes what is there', async () => {
    const [one, two] = [await create(), await create()];
    const ids = [one.id, randomUUID(), two.id.toUpperCase(), one.id];
    const answer = await bulk('delete', { inventoryItemIds: ids });
    expect(outcomes(answer)).toEqual(['OK', 'NOT_FOUND', 'OK', 'NOT_FOUND']);
    expect(answer.results[0]).toEqual({
      itemMetadata: { id: one.id, originalIndex: 0, success: true },
    });
    expect(await refusal('GET', `/inventory-items/${two.id}`)).toMatchObject({ status: 404 });
    const gone = await bulk('delete', { inventoryItemIds: [one.id] });
    expect(outcomes(gone)).toEqual(['NOT_FOUND']);
  });

  test('refuses an id that is none', async () => {
    const body = { inventoryItemIds: [randomUUID(), 'shirt'] };
    expect(await refusal('POST', `${BULK}/delete`, body)).toMatchObject({
      status: 400,
      field: 'inventoryItemIds[1]',
      rule: 'FORMAT',
    });
  });
});
