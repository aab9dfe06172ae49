import { queryHub, type WireEntity } from './queryHub';
import {
  dateFields,
  flagFields,
  guidFields,
  isMatch,
  shown,
  textFields,
  variedItems,
  type Filter,
} from './queryModel';

const COUNT = 60;
const { hub, page, wix } = queryHub(() => variedItems(COUNT));
let all: WireEntity[] = [];

beforeAll(async () => {
  await hub().addItems(variedItems(12));
  all = (await page('query', { cursorPaging: { limit: 1000 } })).inventoryItems;
});

/** A field's values in order, without those that have none. */
function valuesOf(path: string): (string | number | boolean)[] {
  const values = all.map((item) => shown(item, path)).filter((value) => value !== null);
  return [...new Set(values as (string | number | boolean)[])].sort();
}

/** Names of the wire, in the SDK's words. */
const sdkNames: Record<string, string> = {
  id: '_id',
  createdDate: '_createdDate',
  updatedDate: '_updatedDate',
  'product.brand.id': 'product.brand._id',
};
const sdkName = (path: string) => sdkNames[path] ?? path;
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id).sort();
const expected = (filter: Filter) => idsOf(all.filter((item) => isMatch(filter, item)));

/** The SDK's builder takes one operator at a time; its type names fields we name by variable. */
type Builder = Record<string, (path: string, ...values: unknown[]) => Builder> & {
  and: (other: Builder) => Builder;
  or: (other: Builder) => Builder;
  not: (other: Builder) => Builder;
  limit: (limit: number) => Builder;
  find: () => Promise<{ items: { _id: string }[] }>;
};

async function found(ask: (builder: Builder) => Builder): Promise<string[]> {
  const builder = wix().queryInventoryItems() as unknown as Builder;
  const { items } = await ask(builder.limit(1000)).find();
  return items.map(({ _id }) => _id).sort();
}

const ordered = [...guidFields, ...textFields, ...dateFields, 'quantity'];
const scalar = [...ordered, ...flagFields, 'availabilityStatus'];

describe.each(scalar)('the SDK asks of %s', (path) => {
  const name = sdkName(path);
  const forSdk = (value: unknown) => (path.endsWith('Date') ? new Date(String(value)) : value);

  test('eq, ne, in, hasSome, exists and isEmpty', async () => {
    const values = valuesOf(path);
    const [first, ...others] = values;
    const some = [first, ...others.slice(-2)];
    expect(await found((q) => q['eq']!(name, forSdk(first)))).toEqual(expected({ [path]: first }));
    const unequal = expected({ [path]: { $ne: first } });
    expect(await found((q) => q['ne']!(name, forSdk(first)))).toEqual(unequal);
    const either = expected({ [path]: { $in: some } });
    expect(await found((q) => q['in']!(name, some.map(forSdk)))).toEqual(either);
    expect(await found((q) => q['hasSome']!(name, ...some.map(forSdk)))).toEqual(either);
    const nothing = expected({ [path]: null });
    expect(await found((q) => q['isEmpty']!(name))).toEqual(nothing);
    const something = expected({ [path]: { $ne: null } });
    expect(await found((q) => q['isNotEmpty']!(name))).toEqual(something);
    for (const there of [true, false]) {
      const having = expected({ [path]: { $exists: there } });
      expect(await found((q) => q['exists']!(name, there))).toEqual(having);
    }
    expect(either.length).toBeGreaterThan(0);
    expect(await found((q) => q['eq']!(name, undefined))).toEqual(expected({ [path]: null }));
  });

  if (!ordered.includes(path)) return;
  test('gt, ge, lt, le, and a range of two', async () => {
    const values = valuesOf(path).sort((a, b) => (a < b ? -1 : 1));
    const [low, high] = [values[Math.floor(values.length / 4)]!, values.at(-1)!];
    const words = { gt: '$gt', ge: '$gte', lt: '$lt', le: '$lte' };
    for (const [method, operator] of Object.entries(words)) {
      const right = expected({ [path]: { [operator]: low } });
      expect(await found((q) => q[method]!(name, forSdk(low)))).toEqual(right);
    }
    const between = expected({ [path]: { $gte: low, $lt: high } });
    const both = await found((q) => q['ge']!(name, forSdk(low))['lt']!(name, forSdk(high)));
    expect(both).toEqual(between);
    const asked = await found((q) => q['between']!(name, forSdk(low), forSdk(high)));
    expect(asked).toEqual(between);
  });
});

describe.each([...guidFields, ...textFields])('the SDK asks of %s', (path) => {
  test('startsWith, whatever the case', async () => {
    const beginning = String(valuesOf(path).at(-1)).slice(0, 3);
    const right = expected({ [path]: { $startsWith: beginning } });
    expect(right.length).toBeGreaterThan(0);
    for (const text of [beginning.toUpperCase(), beginning.toLowerCase()]) {
      expect(await found((q) => q['startsWith']!(sdkName(path), text))).toEqual(right);
    }
  });
});

describe.each([...guidFields, ...textFields])('the SDK asks of %s', (path) => {
  test('endsWith and contains, whatever the case', async () => {
    const text = String(valuesOf(path).at(-1));
    const part = text.slice(1, -1);
    const asked = { endsWith: text.slice(-3), contains: part } as const;
    for (const [method, value] of Object.entries(asked)) {
      const right = expected({ [path]: { [`$${method}`]: value } });
      expect(right.length).toBeGreaterThan(0);
      const swapped = value.toUpperCase();
      expect(await found((q) => q[method]!(sdkName(path), swapped))).toEqual(right);
    }
  });
});

test('the SDK puts conditions together: and, or, not', async () => {
  const fresh = () => wix().queryInventoryItems() as unknown as Builder;
  const few = () => fresh()['lt']!('quantity', 3);
  const red = () => fresh()['startsWith']!('product.name', 'red');
  const filters = [{ quantity: { $lt: 3 } }, { 'product.name': { $startsWith: 'red' } }] as const;
  const [first, second] = filters;
  expect(await found(() => few().and(red()).limit(1000))).toEqual(expected({ $and: [...filters] }));
  expect(await found(() => few().or(red()).limit(1000))).toEqual(expected({ $or: [...filters] }));
  const neither = { $not: { $or: [first, second] } };
  expect(await found(() => fresh().not(few().or(red())).limit(1000))).toEqual(expected(neither));
});

test('the SDK asks of categories: hasSome, hasAll, exists', async () => {
  const path = 'product.directCategoryIds';
  const lists = all.map(({ product }) => product.directCategoryIds);
  const [a, b] = lists.find((list) => list.length === 2)!;
  for (const operator of ['hasSome', 'hasAll'] as const) {
    const right = expected({ [path]: { [`$${operator}`]: [a, b] } });
    expect(right.length).toBeGreaterThan(0);
    expect(await found((q) => q[operator]!(path, [a, b]))).toEqual(right);
  }
  expect(await found((q) => q['exists']!(path, false))).toEqual(
    expected({ [path]: { $exists: false } }),
  );
});

describe('the wire asks for', () => {
  const sku = 'product.variantSku';
  test.each<[string, Filter]>([
    ['nothing of a list', { [sku]: { $nin: ['SKU-1', 'SKU-2'] } }],
    ['an end', { [sku]: { $endsWith: '7' } }],
    ['a part', { 'product.name': { $contains: 'APP' } }],
    ['a word that is not there', { [sku]: { $isEmpty: true } }],
    ['two operators of one field', { quantity: { $gt: 0, $lte: 4 } }],
    ['two fields', { trackQuantity: true, 'product.name': 'Red apple' }],
    ['either', { $or: [{ quantity: 2 }, { inStock: true }] }],
    ['neither', { $not: { $or: [{ quantity: 2 }, { inStock: true }] } }],
    ['not, of one field', { quantity: { $not: { $gte: 2 } } }],
    ['all of many', { $and: [{ quantity: { $gt: 0 } }, { [sku]: { $startsWith: 'sku-1' } }] }],
    ['one of no cases', { $or: [] }],
    ['all of no cases', { $and: [] }],
    ['none of an empty list', { [sku]: { $in: [] } }],
  ])('%s', async (_case, filter) => {
    const { inventoryItems } = await page('query', { filter, cursorPaging: { limit: 1000 } });
    expect(idsOf(inventoryItems)).toEqual(expected(filter));
  });

  test('other words for operators', async () => {
    const pairs: [Filter, Filter][] = [
      [{ quantity: { $le: 2, $ge: 0 } }, { quantity: { $lte: 2, $gte: 0 } }],
      [{ [sku]: { $begins: 'SKU-1' } }, { [sku]: { $startsWith: 'SKU-1' } }],
      [{ [sku]: { $any: ['SKU-1'] } }, { [sku]: { $hasSome: ['SKU-1'] } }],
    ];
    for (const [other, usual] of pairs) {
      const { inventoryItems } = await page('query', { filter: other });
      expect(inventoryItems.length).toBeGreaterThan(0);
      expect(idsOf(inventoryItems)).toEqual(expected(usual));
    }
  });

  test("fields by the SDK's names, as by its own", async () => {
    const [{ id, createdDate }] = all as [WireEntity];
    const filter = { _id: id, _createdDate: createdDate };
    expect(idsOf((await page('query', { filter })).inventoryItems)).toEqual([id]);
  });

  test('GUIDs in any case, and the nil GUID for no variant', async () => {
    const [{ id }] = all as [WireEntity];
    const upper = await page('query', { filter: { id: id.toUpperCase() } });
    expect(idsOf(upper.inventoryItems)).toEqual([id]);
    const nil = { variantId: '00000000-0000-0000-0000-000000000000' };
    const { inventoryItems } = await page('query', { filter: nil });
    expect(inventoryItems.length).toBeGreaterThan(0);
    expect(idsOf(inventoryItems)).toEqual(expected(nil));
  });

  test('dates in every form of ISO 8601; without a zone it is UTC', async () => {
    const [{ createdDate }] = all as [WireEntity];
    const forms = [
      createdDate,
      createdDate.slice(0, -1),
      createdDate.replace('Z', '+00:00'),
      createdDate.replace('Z', '999Z'),
      `${new Date(Date.parse(createdDate) + 5.5 * 3_600_000).toISOString().slice(0, -1)}+0530`,
    ];
    for (const form of forms) {
      const { inventoryItems } = await page('query', {
        filter: { createdDate: form },
        cursorPaging: { limit: 1000 },
      });
      expect(idsOf(inventoryItems)).toEqual(expected({ createdDate }));
    }
    const since = await page('query', { filter: { createdDate: { $gt: '2020-02-29' } } });
    expect(since.inventoryItems).toHaveLength(50);
  });
});
