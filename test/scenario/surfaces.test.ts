import { randomUUID } from 'node:crypto';
import { verifyTenant } from '../../src/inventory/verify';
import { change } from '../schema/changes';
import { graphqlHubs } from '../support/graphqlHub';
import { line } from '../support/pluginHub';

/*
 * Stock is one, whoever moves it: a story told through the plugin and through GraphQL ends in the
 * same stock and the same ledger lines.
 */

const startHub = graphqlHubs();

type Lines = readonly (readonly [product: string, units: number])[];

/** What a surface said: done, or which lines are short, or which other word. */
type Said =
  'done' | { short: (readonly [line: number, requested: number, available: number])[] } | 'refused';

/** One call of the story. */
interface Step {
  what: string;
  take?: Lines;
  give?: Lines;
  /** Take although it is not there. */
  unrestricted?: boolean;
  /** Send it once more, as a caller does that got no answer. */
  twice?: boolean;
}

const stock = { shirt: 10, mug: 4, poster: 0, lamp: 1 };

const story: Step[] = [
  {
    what: 'sell',
    take: [
      ['shirt', 2],
      ['mug', 1],
    ],
  },
  {
    what: 'refuse, and name every short line',
    take: [
      ['shirt', 9],
      ['lamp', 1],
      ['poster', 1],
      ['mug', 4],
    ],
  },
  {
    what: 'refuse lines that are short together',
    take: [
      ['mug', 2],
      ['shirt', 1],
      ['mug', 2],
    ],
  },
  {
    what: 'cancel',
    give: [
      ['shirt', 2],
      ['mug', 1],
    ],
  },
  {
    what: 'sell out',
    take: [
      ['mug', 4],
      ['lamp', 1],
    ],
  },
  { what: 'sell once, though asked twice', take: [['shirt', 3]], twice: true },
  {
    what: 'sell a paid order although there is none',
    take: [
      ['lamp', 2],
      ['poster', 1],
    ],
    unrestricted: true,
  },
  {
    what: 'refuse an item that nobody created',
    take: [
      ['shirt', 1],
      ['ghost', 1],
    ],
  },
  {
    what: 'receive',
    give: [
      ['lamp', 5],
      ['poster', 1],
      ['poster', 1],
    ],
  },
  {
    what: 'sell what was received',
    take: [
      ['lamp', 3],
      ['poster', 1],
    ],
  },
  { what: 'refuse what is owed', take: [['lamp', 1]] },
];

/** A shop with the story's stock. */
async function openShop() {
  const hub = await startHub();
  const products = Object.entries(stock);
  const ids = await hub.addItems(
    products.map(([productId, quantity]) => ({ productId, quantity, lowStockThreshold: 1 })),
  );
  const idOf = new Map(products.map(([product], i) => [product, ids[i]!]));
  return { hub, idOf: (product: string) => idOf.get(product) ?? randomUUID(), idMap: idOf };
}
type Shop = Awaited<ReturnType<typeof openShop>>;

/** How a surface does what a step says. */
type Surface = (shop: Shop, step: Step) => Promise<Said>;

/** Wix: an order is placed; a later one gives stock back. */
const plugin: Surface = async ({ hub }, { take, give, unrestricted = false, twice = false }) => {
  const lines = (take ?? give ?? []).map(([product, units]) => line(product, units));
  const method = take ? 'decrement' : 'increment';
  const reason = take ? 'ORDER_PLACED' : 'ORDER_CANCELED';
  const more = { restrictInventoryValue: !unrestricted, reason, orderId: randomUUID() };
  const send = () => hub.call(method, lines, more);
  const answer = await send();
  if (twice) expect((await send()).status).toBe(answer.status);
  if (answer.status === 200) return 'done';
  expect(answer.status).toBe(428);
  const { data } = (
    answer.body as { applicationError: { data?: { shortLines: Record<string, number>[] } } }
  ).applicationError;
  if (!data) return 'refused';
  return {
    short: data.shortLines.map(({ index, requested, available }) => {
      return [index!, requested!, available!] as const;
    }),
  };
};

/** A merchant's tool: units less, units more. */
const graphql: Surface = async (shop, { take, give, unrestricted = false, twice = false }) => {
  const sign = take ? -1 : 1;
  const changes = (take ?? give ?? []).map(([product, units]) => ({
    itemId: shop.idOf(product),
    delta: sign * units,
    compareQuantity: null,
  }));
  const input = {
    reason: take ? 'LOST' : 'RECEIVED',
    guard: unrestricted ? 'UNRESTRICTED' : 'STRICT',
    changes,
  };
  const key = randomUUID();
  const { userErrors } = await change(shop.hub, 'adjust', input, { key });
  if (twice) expect((await change(shop.hub, 'adjust', input, { key })).replayed).toBe(true);
  if (userErrors.length === 0) return 'done';
  if (userErrors.some(({ code }) => code !== 'INSUFFICIENT_AVAILABLE')) return 'refused';
  return {
    short: userErrors.map(({ field, shortage }) => {
      return [Number(field![2]), shortage!.requested, shortage!.available] as const;
    }),
  };
};

/** Each surface in its turn. */
function alternating(first: Surface, second: Surface): Surface {
  let calls = 0;
  return (shop, step) => ((calls += 1) % 2 ? first : second)(shop, step);
}

/** All that a story left: what was said, the stock, and the lines of the ledger by product. */
async function tell(surface: Surface) {
  const shop = await openShop();
  const { hub, idMap } = shop;
  const said: [string, Said][] = [];
  for (const step of story) said.push([step.what, await surface(shop, step)]);
  const productOf = new Map([...idMap].map(([product, id]) => [id, product]));
  const items = await hub.run<{ inventoryItems: { nodes: { productId: string }[] } }>(
    `{ inventoryItems {
      nodes { productId quantity available availabilityStatus revision }
    } }`,
  );
  const nodes = items.inventoryItems.nodes.sort((a, b) => (a.productId < b.productId ? -1 : 1));
  const ledger = (await hub.ledger()).map(({ sequence, lines }) => ({
    sequence,
    lines: lines.map(({ itemId, units, delta, level, statusBefore, shortfall, fellLow }) => ({
      product: productOf.get(itemId),
      quantityAfter: level!.quantity,
      ...{ units, delta, statusBefore, shortfall, fellLow },
    })),
  }));
  expect(await verifyTenant(hub.inventory, hub.tenantId)).toMatchObject({ driftCount: 0 });
  return { said, items: nodes, ledger };
}

describe('one story', () => {
  let told: Awaited<ReturnType<typeof tell>>;
  beforeAll(async () => {
    told = await tell(plugin);
  });

  test('the plugin says what the story says', () => {
    expect(told.said).toEqual([
      ['sell', 'done'],
      [
        'refuse, and name every short line',
        {
          short: [
            [0, 9, 8],
            [2, 1, 0],
            [3, 4, 3],
          ],
        },
      ],
      [
        'refuse lines that are short together',
        {
          short: [
            [0, 4, 3],
            [2, 4, 3],
          ],
        },
      ],
      ['cancel', 'done'],
      ['sell out', 'done'],
      ['sell once, though asked twice', 'done'],
      ['sell a paid order although there is none', 'done'],
      ['refuse an item that nobody created', 'refused'],
      ['receive', 'done'],
      ['sell what was received', 'done'],
      ['refuse what is owed', { short: [[0, 1, 0]] }],
    ]);
    const left = { lamp: 0, mug: 0, poster: 0, shirt: 7 };
    expect(told.items).toMatchObject(
      Object.entries(left).map(([productId, quantity]) => ({ productId, quantity })),
    );
    // One for the items, and one for each call that was not refused.
    expect(told.ledger).toHaveLength(8);
  });

  test.each<[string, () => Surface]>([
    ['GraphQL', () => graphql],
    ['both in turn', () => alternating(plugin, graphql)],
    ['both in turn, the other first', () => alternating(graphql, plugin)],
  ])('%s: the same answers, the same stock, the same ledger', async (_name, surface) => {
    expect(await tell(surface())).toEqual(told);
  });
});
