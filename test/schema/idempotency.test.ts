import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { change, changeMutation, PAYLOAD, type Changed } from './changes';

const hub = graphqlHub();
const startHub = graphqlHubs();

const adjustInput = (itemId: string, delta: number, more: object = {}) => ({
  changes: [{ itemId, delta, compareQuantity: null }],
  ...more,
});
const quantityOf = async (id: string) => {
  const query = `query ($id: ID!) { inventoryItem(id: $id) { quantity } }`;
  const { inventoryItem } = await hub().run<{ inventoryItem: { quantity: number } }>(query, { id });
  return inventoryItem.quantity;
};
const newItem = (quantity = 100) => hub().addItem({ quantity });

/** The two ways to say a key. */
const ways = {
  directive: (key: string) => ({ key }),
  header: (key: string) => ({ headers: { 'Idempotency-Key': key } }),
};
type Way = keyof typeof ways;

describe.each(Object.keys(ways) as Way[])('a key in the %s', (way) => {
  const adjust = (key: string, input: object, at: GraphqlHub = hub()) =>
    change(at, 'adjust', input, ways[way](key));

  test('the same key and input have the recorded result, marked as a replay', async () => {
    const [id, key] = [await newItem(), randomUUID()];
    const first = await adjust(key, adjustInput(id, -3));
    expect([first.replayed, first.userErrors]).toEqual([false, []]);
    await adjust(randomUUID(), adjustInput(id, 50));
    const again = await adjust(key, adjustInput(id, -3));
    expect(again.replayed).toBe(true);
    const lines = first.movement!.lines.map((line) => ({ ...line, item: { quantity: 147 } }));
    expect(again.movement).toEqual({ ...first.movement, lines });
    expect(await quantityOf(id)).toBe(147);
  });

  test('another process knows it too', async () => {
    const [id, key] = [await newItem(), randomUUID()];
    const other = await startHub({ tenantId: hub().tenantId });
    const first = await adjust(key, adjustInput(id, 1));
    const again = await adjust(key, adjustInput(id, 1), other);
    expect([again.replayed, again.movement!.id]).toEqual([true, first.movement!.id]);
  });

  test.each<[string, (id: string) => object]>([
    ['other units', (id) => adjustInput(id, -4)],
    ['another guard', (id) => adjustInput(id, -3, { guard: 'UNRESTRICTED' })],
    ['another reason', (id) => adjustInput(id, -3, { reason: 'LOST' })],
    ['another reference', (id) => adjustInput(id, -3, { reference: 'urn:x' })],
    ['another comparison', (id) => ({ changes: [{ itemId: id, delta: -3, compareQuantity: 97 }] })],
  ])('the same key with %s is an error of its own', async (_name, inputOf) => {
    const [id, key] = [await newItem(), randomUUID()];
    await adjust(key, adjustInput(id, -3));
    const { movement, replayed, userErrors } = await adjust(key, inputOf(id));
    expect([movement, replayed]).toEqual([null, false]);
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_MISMATCH', field: null }]);
    expect(await quantityOf(id)).toBe(97);
  });

  test('the same key with another mutation is another input', async () => {
    const [id, key] = [await newItem(), randomUUID()];
    await adjust(key, adjustInput(id, 5));
    const set = { changes: [{ itemId: id, quantity: 5, compareQuantity: null }] };
    const { userErrors } = await change(hub(), 'set', set, ways[way](key));
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_MISMATCH' }]);
  });

  test('50 uses of one key at once, in two processes, move stock once', async () => {
    const [id, key] = [await newItem(), randomUUID()];
    const other = await startHub({ tenantId: hub().tenantId });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => adjust(key, adjustInput(id, -1), i % 2 ? other : hub())),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(answers.map(({ movement }) => movement!.id)).size).toBe(1);
    expect(await quantityOf(id)).toBe(99);
  });

  test('50 inputs with one key at once: one is applied, the others mismatch', async () => {
    const [id, key] = [await newItem(0), randomUUID()];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => adjust(key, adjustInput(id, i + 1))),
    );
    const applied = answers.filter(({ movement }) => movement !== null);
    expect(applied).toHaveLength(1);
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'IDEMPOTENCY_KEY_MISMATCH'));
    expect(await quantityOf(id)).toBe(applied[0]!.movement!.lines[0]!.delta);
  });

  test('a refusal is no outcome: the next try is checked afresh', async () => {
    const [id, key] = [await newItem(1), randomUUID()];
    const short = await adjust(key, adjustInput(id, -2));
    expect(short.userErrors).toMatchObject([{ code: 'INSUFFICIENT_AVAILABLE' }]);
    await adjust(randomUUID(), adjustInput(id, 5));
    const { replayed, movement } = await adjust(key, adjustInput(id, -2));
    expect([replayed, movement!.lines[0]!.quantityAfter]).toEqual([false, 4]);
  });

  test.each(['adjust', 'set', 'move'] as const)('%s can be retried', async (kind) => {
    const variantId = randomUUID();
    const [id, there] = await hub().addItems(
      [0, 1].map((i) => ({
        productId: variantId,
        variantId,
        ...(i === 1 && { locationId: randomUUID() }),
        quantity: 10,
      })),
    );
    const input = {
      adjust: adjustInput(id!, 2),
      set: { changes: [{ itemId: id, quantity: 4, compareQuantity: 10 }] },
      move: {
        changes: [{ fromItemId: id, toItemId: there, quantity: 3, compareQuantity: 10 }],
      },
    }[kind];
    const send = ways[way](randomUUID());
    const first = await change(hub(), kind, input, send);
    const again = await change(hub(), kind, input, send);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.movement!.id).toBe(first.movement!.id);
  });
});

describe('which key it is', () => {
  const two = `mutation ($input: InventoryAdjustQuantitiesInput!) {
    one: inventoryAdjustQuantities(input: $input) ${PAYLOAD}
    two: inventoryAdjustQuantities(input: $input) ${PAYLOAD}
  }`;
  const run = (operation: string, variables: object, key?: string) =>
    hub().run<Record<string, Changed>>(
      operation,
      variables,
      key === undefined ? {} : { headers: { 'Idempotency-Key': key } },
    );

  test('two mutations that share a header are two calls, each with its own retry', async () => {
    const [id, key] = [await newItem(0), randomUUID()];
    const input = { reason: 'COUNT', ...adjustInput(id, 1) };
    const first = await run(two, { input }, key);
    expect([first['one']!.replayed, first['two']!.replayed]).toEqual([false, false]);
    expect(await quantityOf(id)).toBe(2);
    // Each shows the item as it is after its own change.
    expect(first['one']!.movement!.lines).toMatchObject([{ item: { quantity: 1 } }]);
    expect(first['two']!.movement!.lines).toMatchObject([{ item: { quantity: 2 } }]);
    const again = await run(two, { input }, key);
    expect([again['one']!.replayed, again['two']!.replayed]).toEqual([true, true]);
    expect(again['one']!.movement!.id).toBe(first['one']!.movement!.id);
    expect(again['two']!.movement!.id).toBe(first['two']!.movement!.id);
    expect(await quantityOf(id)).toBe(2);
  });

  test('two mutations with one key in their directives are one call', async () => {
    const [id, key] = [await newItem(0), randomUUID()];
    const same = two.replaceAll('input: $input)', `input: $input) @idempotent(key: "${key}")`);
    const answer = await run(same, { input: { reason: 'COUNT', ...adjustInput(id, 1) } });
    expect([answer['one']!.replayed, answer['two']!.replayed]).toEqual([false, true]);
    expect(await quantityOf(id)).toBe(1);
  });

  test('the directive goes before the header', async () => {
    const [id, key] = [await newItem(0), randomUUID()];
    const variables = { key, input: { reason: 'COUNT', ...adjustInput(id, 1) } };
    const keyed = changeMutation('adjust', true);
    await run(keyed, variables, randomUUID());
    const { changed } = await run(keyed, variables, randomUUID());
    expect(changed!.replayed).toBe(true);
  });

  test('header and directive with one key are one call', async () => {
    const [id, key] = [await newItem(0), randomUUID()];
    await change(hub(), 'adjust', adjustInput(id, 1), ways.header(key));
    const { replayed } = await change(hub(), 'adjust', adjustInput(id, 1), ways.directive(key));
    expect(replayed).toBe(true);
  });

  test('1..255 characters; a longer or empty one is refused', async () => {
    const id = await newItem(0);
    for (const way of Object.values(ways)) {
      const long = await change(hub(), 'adjust', adjustInput(id, 1), way('k'.repeat(256)));
      expect(long.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: null }]);
      const fits = await change(hub(), 'adjust', adjustInput(id, 1), way(`k`.repeat(255)));
      expect(fits.userErrors).toEqual([]);
    }
    const empty = await change(hub(), 'adjust', adjustInput(id, 1), ways.directive(''));
    expect(empty.userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });

  test('halves of surrogate pairs are refused, whole pairs are not', async () => {
    const id = await newItem(0);
    for (const key of ['\ud800', '\ud801', 'a\udc00', '\udc00\ud800', '\ud83d']) {
      const { userErrors, replayed } = await change(hub(), 'adjust', adjustInput(id, 1), { key });
      expect([replayed, userErrors]).toMatchObject([false, [{ code: 'INVALID_INPUT' }]]);
      expect(userErrors[0]!.message).toContain('surrogate');
    }
    // What stands for characters that are none is a character.
    for (const key of ['\ufffd', '\u{1f600}', '\u{1f601}']) {
      const { userErrors, replayed } = await change(hub(), 'adjust', adjustInput(id, 1), { key });
      expect([replayed, userErrors]).toEqual([false, []]);
    }
    expect(await quantityOf(id)).toBe(3);
    const operation = 'query ($key: String!) { operation(key: $key) { key } }';
    expect(await hub().run(operation, { key: '\ufffd' })).toEqual({ operation: { key: '\ufffd' } });
    expect(await hub().run(operation, { key: '\ud800' })).toEqual({ operation: null });
  });

  test('selections of one name are one call: several keys are refused, one is taken', async () => {
    const id = await newItem(0);
    const keys = { one: randomUUID(), other: randomUUID() };
    const selected = (first: string, second: string) =>
      hub().run<{ m: { userErrors: { code: string; message: string }[] } }>(
        `mutation ($one: String!, $other: String!, $input: InventoryAdjustQuantitiesInput!) {
          m: inventoryAdjustQuantities(input: $input) ${first} { replayed }
          ... on Mutation { m: inventoryAdjustQuantities(input: $input) ${second} {
            userErrors { code message }
          } }
          ...Unused @skip(if: true)
        }
        fragment Unused on Mutation {
          one: settingsUpdate(input: {}) @idempotent(key: $one) { replayed }
          other: settingsUpdate(input: {}) @idempotent(key: $other) { replayed }
        }`,
        { ...keys, input: { reason: 'COUNT', ...adjustInput(id, 1) } },
      );
    const [one, other] = ['@idempotent(key: $one)', '@idempotent(key: $other)'];
    const refused = await selected(one, other);
    expect(refused.m.userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect(refused.m.userErrors[0]!.message).toContain('m is selected with several keys');
    expect(await quantityOf(id)).toBe(0);
    for (const [first, second] of [
      [one, one],
      [one, ''],
      ['', one],
    ] as const) {
      expect((await selected(first, second)).m.userErrors).toEqual([]);
      expect(await quantityOf(id)).toBe(1);
    }
    const operation = 'query ($key: String!) { operation(key: $key) { mutation } }';
    expect(await hub().run(operation, { key: keys.other })).toEqual({ operation: null });
  });

  test("a key is the tenant's own", async () => {
    const other = await startHub();
    const [mine, theirs, key] = [
      await newItem(1),
      await other.addItem({ quantity: 1 }),
      randomUUID(),
    ];
    await change(hub(), 'adjust', adjustInput(mine, 1), { key });
    const { replayed, userErrors } = await change(other, 'adjust', adjustInput(theirs, 5), { key });
    expect([replayed, userErrors]).toEqual([false, []]);
  });
});

describe('operation', () => {
  const OPERATION = `query ($key: String!) { operation(key: $key) {
    key movement { id operation lines { itemId delta } }
  } }`;
  const operationOf = async (key: string, at: Pick<GraphqlHub, 'run'> = hub()) =>
    (await at.run(OPERATION, { key }))['operation'];

  test('tells what became of a keyed call, and of nobody else', async () => {
    const [id, key] = [await newItem(), randomUUID()];
    expect(await operationOf(key)).toBeNull();
    const { movement } = await change(hub(), 'adjust', adjustInput(id, 2), { key });
    expect(await operationOf(key)).toEqual({
      key,
      movement: { id: movement!.id, operation: 'ADJUST', lines: [{ itemId: id, delta: 2 }] },
    });
    expect(await operationOf(key, await startHub())).toBeNull();
  });

  test('a refused call left nothing', async () => {
    const [id, key] = [await newItem(0), randomUUID()];
    await change(hub(), 'adjust', adjustInput(id, -2), { key });
    expect(await operationOf(key)).toBeNull();
  });
});
