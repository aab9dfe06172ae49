import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { openShop } from '../support/shop';
import { ERRORS, type ShownError } from './changes';

const hub = graphqlHub();

interface Preview {
  possible: boolean;
  lines: object[];
  userErrors: ShownError[];
}

const PREVIEW = `query ($lines: [PreviewLineInput!]!, $guard: MovementGuard) {
  inventoryPreview(lines: $lines, guard: $guard) {
    possible ${ERRORS}
    lines { itemId units delta preorderDelta quantityAfter shortfall item { quantity } }
  }
}`;

/** Tries a movement, and makes sure that nothing at all has changed. */
async function preview(lines: readonly (readonly [string, number])[], guard?: string) {
  const shop = openShop(hub().redis, hub().tenantId);
  const before = await shop.dump();
  const variables = { lines: lines.map(([itemId, units]) => ({ itemId, units })), guard };
  const answer = await hub().run<{ inventoryPreview: Preview }>(PREVIEW, variables);
  expect(await shop.dump()).toEqual(before);
  return answer.inventoryPreview;
}
const refused = async (...asked: Parameters<typeof preview>) => {
  const { possible, lines, userErrors } = await preview(...asked);
  expect([possible, lines]).toEqual([false, []]);
  return userErrors;
};

test('says what would be, as an order would have it, and changes nothing', async () => {
  const [id, open] = await hub().addItems([
    { quantity: 5 },
    { quantity: 1, preorderEnabled: true, preorderLimit: 5 },
  ]);
  const { possible, lines, userErrors } = await preview([
    [id!, -3],
    [open!, -4],
    [id!, 1],
  ]);
  expect([possible, userErrors]).toEqual([true, []]);
  expect(lines).toEqual([
    {
      itemId: id,
      units: -2,
      delta: -2,
      preorderDelta: 0,
      quantityAfter: 3,
      shortfall: false,
      item: { quantity: 5 },
    },
    {
      itemId: open,
      units: -4,
      delta: -1,
      preorderDelta: 3,
      quantityAfter: 0,
      shortfall: false,
      item: { quantity: 1 },
    },
  ]);
});

test('names every short line, unless it may go below zero', async () => {
  const [few, plenty, none] = await hub().addItems([
    { quantity: 1 },
    { quantity: 9 },
    { quantity: 0 },
  ]);
  const lines = [few, plenty, none].map((id) => [id!, -2] as const);
  expect(await refused(lines)).toMatchObject([
    {
      code: 'INSUFFICIENT_AVAILABLE',
      field: ['lines', '0', 'units'],
      shortage: { itemId: few, requested: 2, available: 1 },
    },
    {
      field: ['lines', '2', 'units'],
      shortage: { itemId: none, requested: 2, available: 0 },
    },
  ]);
  expect((await preview(lines, 'UNRESTRICTED')).lines).toMatchObject([
    { quantityAfter: -1, shortfall: true },
    { quantityAfter: 7, shortfall: false },
    { quantityAfter: -2, shortfall: true },
  ]);
});

test('what a movement would refuse, it refuses', async () => {
  const id = await hub().addItem({ quantity: 1_000_000_000 });
  const codes = (errors: ShownError[]) => errors.map(({ code, field }) => [code, field]);
  const unknown = await refused([
    [id, 1],
    [randomUUID(), 1],
  ]);
  expect(codes(unknown)).toEqual([['UNKNOWN_ITEM', ['lines', '1', 'itemId']]]);
  expect(codes(await refused([[id, 1]]))).toEqual([
    ['QUANTITY_OUT_OF_RANGE', ['lines', '0', 'units']],
  ]);
  expect(codes(await refused([['x', 1]]))).toEqual([['INVALID_INPUT', ['lines', '0', 'itemId']]]);
  expect(codes(await refused([[id, 1_000_000_001]]))).toEqual([
    ['INVALID_INPUT', ['lines', '0', 'units']],
  ]);
  expect(codes(await refused([]))).toEqual([['INVALID_INPUT', ['lines']]]);
  const many = Array.from({ length: 301 }, () => [id, -1] as const);
  expect(codes(await refused(many))).toEqual([['INVALID_INPUT', ['lines']]]);
  expect((await preview(many.slice(1))).lines).toHaveLength(1);
});

test('an untracked item can be taken while it is in stock', async () => {
  const [there, gone] = await hub().addItems([
    { tracked: false, inStock: true },
    { tracked: false, inStock: false },
  ]);
  expect((await preview([[there!, -1_000]])).possible).toBe(true);
  const shortage = { itemId: gone, requested: 1, available: 0 };
  expect(await refused([[gone!, -1]])).toMatchObject([{ shortage }]);
});
