import { randomUUID } from 'node:crypto';
import { graphqlHub, type TestItem } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { createItem, deleteItem, expectClean, updateItem } from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

interface PreviewLine {
  itemId: string;
  units: number;
  delta: number;
  preorderDelta: number;
  quantityAfter: number | null;
  revision: string | null;
  shortfall: boolean;
}

const preview = async (lines: readonly object[], guard: string) => {
  const query = `query ($lines: [PreviewLineInput!]!, $guard: MovementGuard) {
    inventoryPreview(lines: $lines, guard: $guard) {
      possible userErrors { code shortage { itemId requested available } }
      lines { itemId units delta preorderDelta quantityAfter revision shortfall }
    }
  }`;
  const data = await hub().run<{
    inventoryPreview: {
      possible: boolean;
      lines: PreviewLine[];
      userErrors: { code: string; shortage: { requested: number; available: number } | null }[];
    };
  }>(query, { lines, guard });
  return data.inventoryPreview;
};

/** Items of every kind, as an order meets them. */
const kinds: TestItem[] = [
  { quantity: 5 },
  { quantity: 0 },
  { quantity: -3 },
  { quantity: 2, preorderEnabled: true, preorderLimit: 4 },
  { quantity: 2, preorderEnabled: true, preorderLimit: 1 },
  { quantity: -2, preorderEnabled: true, preorderLimit: 9 },
  { tracked: false, inStock: true },
  { tracked: false, inStock: false },
  { tracked: false, inStock: false, preorderEnabled: true },
];

describe.each([
  ['decrement', 1],
  ['decrement', 4],
  ['increment', 3],
] as const)('%s of %i', (operation, units) => {
  test.each(['STRICT', 'UNRESTRICTED'])('%s: the plugin then does what was said', async (guard) => {
    const products = kinds.map(() => randomUUID());
    const ids = await hub().addItems(
      kinds.map((kind, i) => ({ ...kind, productId: products[i]! })),
    );
    const restrictInventoryValue = guard === 'STRICT';
    const sign = operation === 'decrement' ? -1 : 1;
    for (const [i, itemId] of ids.entries()) {
      const said = await preview([{ itemId, units: sign * units }], guard);
      const done = await hub().call(operation, [line(products[i]!, units)], {
        restrictInventoryValue,
      });
      expect([i, said.possible]).toEqual([i, done.status === 200]);
      if (!said.possible) {
        expect(said.userErrors).toMatchObject([{ code: 'INSUFFICIENT_AVAILABLE' }]);
        const [{ requested, available }] = (
          done.body as {
            applicationError: { data: { shortLines: [{ requested: number; available: number }] } };
          }
        ).applicationError.data.shortLines;
        expect(said.userErrors[0]!.shortage).toMatchObject({ requested, available });
        continue;
      }
      const [made] = (await hub().ledger()).at(-1)!.lines;
      const { delta, preorderDelta, shortfall, level } = made!;
      expect(said.lines).toEqual([
        {
          itemId,
          units: made!.units,
          delta,
          preorderDelta,
          quantityAfter: level!.quantity,
          revision: String(level!.revision),
          shortfall,
        },
      ]);
    }
  });
});

test('several lines together: one of them short refuses them all, in both', async () => {
  const products = [randomUUID(), randomUUID()];
  const ids = await hub().addItems(products.map((productId) => ({ productId, quantity: 3 })));
  const lines = [
    { itemId: ids[0], units: -2 },
    { itemId: ids[1], units: -4 },
    { itemId: ids[0], units: -2 },
  ];
  const said = await preview(lines, 'STRICT');
  expect(said).toMatchObject({ possible: false, lines: [] });
  expect(said.userErrors.map(({ shortage }) => shortage)).toMatchObject([
    { requested: 4, available: 3 },
    { requested: 4, available: 3 },
    { requested: 4, available: 3 },
  ]);
  const [a, b] = products as [string, string];
  const done = await hub().call('decrement', [line(a, 2), line(b, 4), line(a, 2)]);
  expect(done.status).toBe(428);
});

test('a read-only token may preview', async () => {
  const token = await hub().signToken(['inventory:read']);
  const itemId = await hub().addItem({ quantity: 1 });
  const query = `query ($lines: [PreviewLineInput!]!) {
    inventoryPreview(lines: $lines) { possible }
  }`;
  const lines = [{ itemId, units: -1 }];
  const { data } = await hub().query(query, { lines }, { token });
  expect(data).toEqual({ inventoryPreview: { possible: true } });
});

describe('operation(key)', () => {
  const operationOf = async (key: string) => {
    const query = `query ($key: String!) { operation(key: $key) {
      key movement { operation lines { itemId units quantityAfter } }
    } }`;
    return (await hub().run(query, { key }))['operation'];
  };

  test('tells of edits and deletions, also once their items are gone', async () => {
    const [create, update, nothing, remove] = Array.from({ length: 4 }, () => randomUUID()) as [
      string,
      string,
      string,
      string,
    ];
    const row = { productId: randomUUID(), quantity: 5 };
    const { id } = (await createItem(hub(), row, { key: create })).item!;
    await updateItem(hub(), { id, revision: '1', name: 'Cup' }, { key: update });
    await updateItem(hub(), { id, revision: '2', name: 'Cup' }, { key: nothing });
    await deleteItem(hub(), { id }, { key: remove });
    const lines = (units: number, quantityAfter: number) => [{ itemId: id, units, quantityAfter }];
    const told = await Promise.all(
      [create, update, nothing, remove, randomUUID()].map(operationOf),
    );
    expect(told).toEqual([
      { key: create, movement: { operation: 'CREATE', lines: lines(5, 5) } },
      { key: update, movement: { operation: 'UPDATE', lines: lines(0, 5) } },
      { key: nothing, movement: null },
      { key: remove, movement: { operation: 'DELETE', lines: lines(-5, 0) } },
      null,
    ]);
  });

  test('of any text is null while nothing is recorded', async () => {
    for (const key of ['', ' ', '*', 'x'.repeat(5000), '{}', '\0']) {
      expect(await operationOf(key)).toBeNull();
    }
  });
});
