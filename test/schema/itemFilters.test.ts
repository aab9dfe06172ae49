import { randomUUID } from 'node:crypto';
import { impliedLocationId, NIL_GUID } from '../../src/core/identity';
import { graphqlHub } from '../support/graphqlHub';
import { walk } from './walk';

const hub = graphqlHub();

const LIST = `query ($filter: InventoryItemFilterInput) {
  inventoryItems(filter: $filter) { totalCount nodes { id } }
}`;

const [north, south] = [randomUUID(), randomUUID()];
const [blue, red] = [randomUUID(), randomUUID()];
/** By the name the tests use: eight items. */
const specs = {
  shirt: { productId: 'shirt', name: 'Linen Shirt', sku: 'SH-1', quantity: 12 },
  blueShirt: { productId: 'shirt', variantId: blue, variantName: 'Blue, XL', quantity: 3 },
  redShirt: { productId: 'shirt', variantId: red, locationId: north, quantity: 0 },
  mug: { name: 'Blue Mug', sku: 'MUG-7', quantity: 5, lowStockThreshold: 5 },
  bowl: {
    name: 'Bowl of Ärger',
    sku: 'B/7',
    quantity: 6,
    lowStockThreshold: 5,
    locationId: south,
  },
  owed: { name: 'Poster', quantity: -2, preorderEnabled: true, preorderLimit: 9 },
  ebook: { name: 'E-Book', tracked: false, inStock: true, locationId: north },
  gone: { name: 'Old e-book', tracked: false, inStock: false },
};
type Name = keyof typeof specs;
const names = Object.keys(specs) as Name[];
let ids: Record<Name, string>;

beforeAll(async () => {
  const all = await hub().addItems(Object.values(specs));
  ids = Object.fromEntries(names.map((name, i) => [name, all[i]!])) as Record<Name, string>;
});

const find = async (filter: object) => {
  const { inventoryItems: list } = await hub().run<{
    inventoryItems: { totalCount: number; nodes: { id: string }[] };
  }>(LIST, { filter });
  expect(list.totalCount).toBe(list.nodes.length);
  return names.filter((name) => list.nodes.some(({ id }) => id === ids[name]));
};

const implied = () => impliedLocationId(hub().tenantId);
const others = (...without: Name[]) => names.filter((name) => !without.includes(name));

test.each<[string, () => object, Name[]]>([
  ['nothing', () => ({}), names],
  ['only nulls', () => ({ ids: null, tracked: null, quantity: null, not: null }), names],
  ['ids', () => ({ ids: [ids.mug.toUpperCase(), ids.gone, randomUUID()] }), ['mug', 'gone']],
  ['no ids', () => ({ ids: [] }), []],
  ['no productIds', () => ({ productIds: [] }), []],
  ['no variantIds', () => ({ variantIds: [] }), []],
  ['no skus', () => ({ skus: [] }), []],
  ['no locationIds', () => ({ locationIds: [] }), []],
  ['no statuses', () => ({ statuses: [] }), []],
  ['productIds', () => ({ productIds: ['shirt'] }), ['shirt', 'blueShirt', 'redShirt']],
  ['variantIds', () => ({ variantIds: [blue.toUpperCase(), red] }), ['blueShirt', 'redShirt']],
  ['the nil variant', () => ({ variantIds: [NIL_GUID] }), others('blueShirt', 'redShirt')],
  ['skus', () => ({ skus: ['SH-1', 'B/7', 'mug-7'] }), ['shirt', 'bowl']],
  ['locationIds', () => ({ locationIds: [north.toUpperCase()] }), ['redShirt', 'ebook']],
  [
    'the default location',
    () => ({ locationIds: [implied()] }),
    others('redShirt', 'bowl', 'ebook'),
  ],
  ['IN_STOCK', () => ({ statuses: ['IN_STOCK'] }), others('redShirt', 'owed', 'gone')],
  [
    'two statuses',
    () => ({ statuses: ['PREORDER', 'OUT_OF_STOCK'] }),
    ['redShirt', 'owed', 'gone'],
  ],
  ['tracked', () => ({ tracked: true }), others('ebook', 'gone')],
  ['untracked', () => ({ tracked: false }), ['ebook', 'gone']],
  ['low stock', () => ({ lowStock: true }), ['mug']],
  ['not low', () => ({ lowStock: false }), others('mug')],
  ['quantity from', () => ({ quantity: { min: 5 } }), ['shirt', 'mug', 'bowl']],
  ['quantity to', () => ({ quantity: { max: 0 } }), ['redShirt', 'owed']],
  ['quantity', () => ({ quantity: { min: 3, max: 5 } }), ['blueShirt', 'mug']],
  ['an open quantity', () => ({ quantity: {} }), others('ebook', 'gone')],
  ['available', () => ({ available: { min: -2, max: 0 } }), ['redShirt', 'owed']],
  ['created long ago', () => ({ created: { to: '2001-01-01T00:00:00Z' } }), []],
  ['created since', () => ({ created: { from: '2001-01-01T00:00:00Z' } }), names],
  [
    'updated by',
    () => ({ updated: { from: '2001-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' } }),
    names,
  ],
  ['a word', () => ({ text: 'blue' }), ['blueShirt', 'mug']],
  ['the beginnings of words', () => ({ text: 'MU bl' }), ['mug']],
  ['a word of the sku', () => ({ text: 'sh' }), ['shirt']],
  ['words with signs between', () => ({ text: 'e-book' }), ['ebook', 'gone']],
  ['the middle of a word', () => ({ text: 'ook' }), []],
  ['letters of any language', () => ({ text: 'äRG' }), ['bowl']],
  ['a letter and its mark', () => ({ text: 'A\u0308rger' }), ['bowl']],
  ['no word', () => ({ text: ' - ' }), names],
  ['several conditions', () => ({ text: 'b', locationIds: [south], tracked: true }), ['bowl']],
  ['and', () => ({ and: [{ tracked: true }, { text: 'blue' }] }), ['blueShirt', 'mug']],
  [
    'or',
    () => ({ or: [{ skus: ['SH-1'] }, { lowStock: true }, { tracked: false }] }),
    ['shirt', 'mug', 'ebook', 'gone'],
  ],
  [
    'or of indexes',
    () => ({ or: [{ skus: ['SH-1'] }, { productIds: ['shirt'] }] }),
    ['shirt', 'blueShirt', 'redShirt'],
  ],
  ['or of nothing', () => ({ or: [] }), []],
  ['and of nothing', () => ({ and: [] }), names],
  ['not of nothing', () => ({ not: {} }), []],
  ['not', () => ({ not: { tracked: true } }), ['ebook', 'gone']],
  [
    'not beside others',
    () => ({ productIds: ['shirt'], not: { variantIds: [NIL_GUID] } }),
    ['blueShirt', 'redShirt'],
  ],
  [
    'not or',
    () => ({ not: { or: [{ tracked: false }, { productIds: ['shirt'] }] } }),
    ['mug', 'bowl', 'owed'],
  ],
  [
    'all of them',
    () => ({
      tracked: true,
      or: [{ text: 'blue' }, { and: [{ quantity: { min: 6 } }, { not: { skus: ['B/7'] } }] }],
    }),
    ['shirt', 'blueShirt', 'mug'],
  ],
])('%s', async (_name, filter, expected) => {
  expect(await find(filter())).toEqual(expected);
});

test('a time range has both bounds in it', async () => {
  const [item] = await walk(hub(), { filter: { ids: [ids.shirt] } });
  const { createdDate } = item!;
  const earlier = new Date(Date.parse(createdDate) - 1).toISOString();
  const later = new Date(Date.parse(createdDate) + 1).toISOString();
  const among = { ids: [ids.shirt] };
  expect(await find({ ...among, created: { from: createdDate, to: createdDate } })).toHaveLength(1);
  expect(await find({ ...among, created: { from: later } })).toEqual([]);
  expect(await find({ ...among, created: { to: earlier } })).toEqual([]);
  expect(await find({ ...among, updated: { from: createdDate, to: createdDate } })).toHaveLength(1);
});

const nested = (depth: number): object => (depth === 1 ? {} : { not: nested(depth - 1) });

describe('bounds', () => {
  test.each<[string, object, string]>([
    ['51 conditions', { and: Array.from({ length: 50 }, () => ({ tracked: true })) }, 'filter'],
    ['11 deep', nested(11), 'filter.not'],
    ['1,001 entries', { skus: Array.from({ length: 1001 }, String) }, '1,000'],
    ['a long text', { text: 'x'.repeat(101) }, 'filter.text'],
    ['an id that is none', { ids: ['shirt'] }, 'filter.ids[0]'],
    ['a variant that is none', { and: [{ variantIds: [NIL_GUID, 'x'] }] }, 'variantIds[1]'],
    ['a location that is none', { locationIds: [''] }, 'filter.locationIds[0]'],
    [
      '60,010 characters',
      { skus: Array.from({ length: 1000 }, (_, i) => String(i).padEnd(57, '-')) },
      'filter must be up to 60000 characters of JSON, got 60010',
    ],
  ])('%s', async (_name, filter, said) => {
    const { data, errors } = await hub().query(LIST, { filter });
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions).toEqual({ code: 'INVALID_INPUT' });
    expect(errors![0]!.message.replace('1000 ', '1,000 ')).toContain(said);
  });

  test.each<[string, object]>([
    ['50 conditions', { and: Array.from({ length: 49 }, () => ({ tracked: true })) }],
    ['10 deep', nested(10)],
    ['1,000 ids', { ids: Array.from({ length: 1000 }, () => randomUUID()) }],
    ['1,000 entries', { skus: Array.from({ length: 1000 }, (_, i) => String(i)) }],
    ['100 characters', { text: 'x'.repeat(100) }],
  ])('%s are fine', async (_name, filter) => {
    expect((await hub().query(LIST, { filter })).errors).toBeUndefined();
  });

  test('what is no number, time or status is refused before anything runs', async () => {
    for (const filter of [
      { quantity: { min: 1.5 } },
      { quantity: { min: 3_000_000_000 } },
      { created: { from: 'yesterday' } },
      { statuses: ['SOLD'] },
      { unknown: 1 },
    ]) {
      const { status, errors } = await hub().query(LIST, { filter });
      expect([status, errors![0]!.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });
});
