import { queryHub } from './queryHub';

const texts = [
  { name: 'Red Apple', variantName: 'Large', sku: 'RA-1', barcode: '4001' },
  { name: 'Green apple', variantName: 'Small', sku: 'GA-2', barcode: '4002' },
  { name: 'Apples, mixed', variantName: 'Box of 10', sku: 'AM-3' },
  { name: 'Pear', variantName: 'Red', sku: 'P-4', barcode: 'APPLE-9' },
  { name: 'Äpfel (süß)', variantName: 'large', sku: 'AE-5' },
  { sku: 'RED-6' },
  {},
  { name: 'Cafe\u0301 noir', sku: 'Gru\u0308n', barcode: 'E\u0301-7' },
];
const { ids, page, post, wix } = queryHub(() =>
  texts.map((text, i) => ({ ...text, quantity: i * 10 })),
);

/** Which of the texts a search finds. */
async function found(search: object, more: object = {}): Promise<number[]> {
  const { inventoryItems } = await page('search', { search, ...more });
  return inventoryItems.map(({ id }) => ids().indexOf(id)).sort();
}

test.each<[string, object, number[]]>([
  ['one word, in any field and case', { expression: 'RED' }, [0, 3, 5]],
  ['a whole word only', { expression: 'appl' }, []],
  ['the beginning of a word, when fuzzy', { expression: 'appl', fuzzy: true }, [0, 1, 2, 3]],
  ['one of the words', { expression: 'pear large' }, [0, 3, 4]],
  ['one of the words, said so', { expression: 'pear large', mode: 'OR' }, [0, 3, 4]],
  ['each word, in different fields', { expression: 'red apple', mode: 'AND' }, [0, 3]],
  ['each word, fuzzy', { expression: 'gr sm', mode: 'AND', fuzzy: true }, [1]],
  ['words that punctuation parts', { expression: 'box,10', mode: 'AND' }, [2]],
  ['words beyond ASCII', { expression: 'ÄPFEL SÜSS süß', mode: 'OR' }, [4]],
  ['letters and their marks apart', { expression: 'Cafe\u0301 noir', mode: 'AND' }, [7]],
  [
    'letters that are one with their marks',
    { expression: 'caf\u00e9 gr\u00fcn', mode: 'AND' },
    [7],
  ],
  ['the same in barcodes', { expression: '\u00e9', fields: ['product.variantBarcode'] }, [7]],
  ['a word in one field', { expression: 'red', fields: ['product.name'] }, [0]],
  [
    'a word in two fields',
    { expression: 'red', fields: ['product.variantName', 'product.variantSku'] },
    [3, 5],
  ],
  ['a barcode', { expression: '4002' }, [1]],
  ['a word in barcodes alone', { expression: 'apple', fields: ['product.variantBarcode'] }, [3]],
  ['all without words', { expression: ' -- ' }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['all without an expression', { expression: null, mode: 'AND' }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['nothing nobody has', { expression: 'plum' }, []],
])('finds %s', async (_case, search, right) => {
  expect(await found(search)).toEqual(right);
  const counted = await post<{ count: number }>('count', { search });
  expect(counted.body).toEqual({ count: right.length });
});

test('finds only what the filter finds too', async () => {
  const apple = { expression: 'apple' };
  expect(await found(apple, { filter: { quantity: { $gt: 5 } } })).toEqual([1, 3]);
});

test('gives the order asked for, and pages with it', async () => {
  const asked = {
    search: { expression: 'apple apples', fuzzy: true },
    sort: [{ fieldName: 'quantity', order: 'DESC' }],
    cursorPaging: { limit: 3 },
  };
  const first = await page('search', asked);
  expect(first.inventoryItems.map(({ quantity }) => quantity)).toEqual([30, 20, 10]);
  expect(first.pagingMetadata).toMatchObject({ count: 3, hasNext: true });
  const cursor = first.pagingMetadata.cursors!.next;
  const second = await page('search', { cursorPaging: { cursor } });
  expect(second.inventoryItems.map(({ quantity }) => quantity)).toEqual([0]);
  expect(second.pagingMetadata.hasNext).toBe(false);
  const beside = await page('search', { ...asked, cursorPaging: { cursor } });
  expect(beside.inventoryItems).toEqual(second.inventoryItems);
});

test('the SDK searches, with its own names for fields', async () => {
  const { inventoryItems, pagingMetadata } = await wix().searchInventoryItems({
    search: { expression: 'apple', mode: 'AND', fields: ['product.name'] },
    filter: { _id: { $in: [...ids()] } },
    sort: [{ fieldName: '_createdDate', order: 'ASC' }],
  });
  expect(inventoryItems!.map(({ product }) => product!.name).sort()).toEqual([
    'Green apple',
    'Red Apple',
  ]);
  expect(pagingMetadata).toMatchObject({ count: 2, hasNext: false });
});

test('reads dates of the filter in the time zone of the search', async () => {
  const { inventoryItems } = await page('search', {});
  const created = Date.parse(inventoryItems[0]!.createdDate);
  const local = new Date(created + 2 * 3_600_000).toISOString().slice(0, -1);
  const filter = { createdDate: { $gte: local } };
  expect(await found({}, { filter, timeZone: '+02:00' })).toHaveLength(texts.length);
  expect(await found({}, { filter, timeZone: 'Etc/GMT-2' })).toHaveLength(texts.length);
  expect(await found({}, { filter })).toEqual([]);
  const zoned = { createdDate: { $gte: `${local}Z` } };
  expect(await found({}, { filter: zoned, timeZone: '+02:00' })).toEqual([]);
});
