import { randomInt, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { graphqlHub, type TestItem } from '../support/graphqlHub';
import { anyFilter, anySort, inOrder, isFound, type PlainFilter } from './listModel';
import { walk, type ListedItem } from './walk';

/*
 * Lists against the plainest code that could make them. LISTS_SEED=<seed> repeats a run.
 */

const hub = graphqlHub();
const seed = Number(process.env['LISTS_SEED'] ?? randomInt(1_000_000_000));
const RUNS = 120;
const COUNT = 60;
/** These move, the others stay where they are. */
const MOVERS = 20;

const places = [randomUUID(), randomUUID()];
let items: ListedItem[];

const anyItem: fc.Arbitrary<TestItem> = fc.record(
  {
    productId: fc.constantFrom('shirt', 'mug', 'bowl'),
    locationId: fc.constantFrom(...places),
    name: fc.constantFrom('apple', 'Apple pie', 'Äpfel', 'pie', 'Red pie'),
    variantName: fc.constantFrom('Red', 'blue', 'XL blue'),
    sku: fc.constantFrom('A-1', 'a-1', 'B/2', 'B3'),
    quantity: fc.integer({ min: -5, max: 15 }),
    lowStockThreshold: fc.integer({ min: 0, max: 10 }),
    preorderEnabled: fc.boolean(),
    preorderLimit: fc.constantFrom(0, 5),
  },
  { requiredKeys: ['quantity'] },
);

beforeAll(async () => {
  console.log(`lists: LISTS_SEED=${seed}`);
  const random = fc.sample(anyItem, { seed, numRuns: COUNT });
  // In several calls, so that times differ.
  for (let i = 0; i < COUNT; i += 10) {
    await hub().addItems(
      random.slice(i, i + 10).map(({ quantity, ...item }, j) => ({
        ...item,
        ...(j % 3 === 0 ? { productId: randomUUID() } : { variantId: randomUUID() }),
        ...(j % 5 === 4 ? { tracked: false, inStock: j === 4 } : { quantity: quantity! }),
      })),
    );
  }
  items = await walk(hub(), {});
});

const idsOf = (some: readonly { id: string }[]) => some.map(({ id }) => id);

test('any filter in any order, in pages of any size from either end', async () => {
  const sizes = fc.constantFrom(1, 3, 10, 250);
  let found = 0;
  const property = fc.asyncProperty(
    anyFilter(items),
    anySort,
    sizes,
    fc.boolean(),
    async (filter, sort, size, backwards) => {
      const expected = inOrder(items, sort).filter((item) => isFound(filter, item));
      const pages = await walk(hub(), { filter, sort }, { size, backwards });
      expect(pages).toEqual(expected);
      found += expected.length;
    },
  );
  await fc.assert(property, { seed, numRuns: RUNS });
  // Filters that find nothing would prove nothing.
  expect(found).toBeGreaterThan(RUNS * 3);
}, 120_000);

const ADJUST = `mutation ($input: InventoryAdjustQuantitiesInput!) {
  inventoryAdjustQuantities(input: $input) { userErrors { code } }
}`;

async function move(moves: readonly (readonly [place: number, delta: number])[]): Promise<void> {
  const tracked = items.filter(({ tracked }) => tracked);
  const changes = moves.map(([place, delta]) => {
    return { itemId: tracked[place]!.id, delta, compareQuantity: null };
  });
  const input = { reason: 'CORRECTION', guard: 'UNRESTRICTED', changes };
  const done = await hub().run(ADJUST, { input });
  expect(done).toEqual({ inventoryAdjustQuantities: { userErrors: [] } });
}

test('while stock moves, what stays put in the order comes once, in its place', async () => {
  const aMove = fc.tuple(
    fc.integer({ min: 0, max: MOVERS - 1 }),
    fc.integer({ min: -12, max: 12 }).filter((delta) => delta !== 0),
  );
  const moves = fc.array(fc.array(aMove, { minLength: 1, maxLength: 8 }), {
    minLength: 4,
    maxLength: 16,
  });
  const filters = fc.constantFrom<PlainFilter>(
    {},
    { tracked: true },
    { quantity: { min: 0 } },
    { statuses: ['IN_STOCK', 'PREORDER'] },
    { lowStock: false },
  );
  const property = fc.asyncProperty(
    filters,
    anySort,
    fc.constantFrom(2, 7, 15),
    fc.boolean(),
    moves,
    async (filter, sort, size, backwards, steps) => {
      const before = await walk(hub(), {});
      // Not for ever: by time of change, movers would keep ahead of the walk.
      const left = [...steps];
      const between = async () => {
        const next = left.pop();
        if (next) await move(next);
      };
      const pages = await walk(hub(), { filter, sort }, { size, backwards, between });
      const movers = new Set(idsOf(items.filter(({ tracked }) => tracked)).slice(0, MOVERS));
      const moves = ['QUANTITY', 'AVAILABLE', 'UPDATED'].includes(sort.field);
      const staysPut = ({ id }: ListedItem) => !movers.has(id);
      const expected = inOrder(before, sort).filter((item) => isFound(filter, item));
      const stayed = expected.filter(staysPut);
      expect(idsOf(pages.filter(staysPut))).toEqual(idsOf(stayed));
      // An order that stock has no part in stands still, as far as the filter does.
      const still = !moves && (Object.keys(filter)[0] ?? 'tracked') === 'tracked';
      if (still) expect(idsOf(pages)).toEqual(idsOf(expected));
    },
  );
  await fc.assert(property, { seed, numRuns: RUNS / 2 });
}, 120_000);
