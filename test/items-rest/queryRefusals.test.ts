import { encoded, queryHub } from './queryHub';

const { violation, call, wix } = queryHub(() => [{ quantity: 1 }]);

const filtered = (filter: unknown) => ({ query: { filter } });
const deep = (depth: number): object => (depth === 0 ? { quantity: 1 } : { $not: deep(depth - 1) });

describe('a filter is refused', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['that is a list', [], '', /must be an object/],
    ['that is a text', 'quantity = 1', '', /must be an object/],
    ['of an unknown field', { price: 1 }, '.price', /one of id, variantId, .*got "price"/],
    ['of half a field', { product: { name: 'x' } }, '.product', /one of id,/],
    ['of a word of JavaScript', { constructor: 1 }, '.constructor', /one of id,/],
    ['of a word of prototypes', JSON.parse('{"__proto__": 1}'), '.__proto__', /one of/],
    ['of a name like one of the SDK', { _quantity: 1 }, '._quantity', /one of id,/],
    ['with an unknown operator', { quantity: { $near: 1 } }, '.quantity.$near', /one of \$eq, /],
    ['with no operator', { quantity: {} }, '.quantity', /at least one operator/],
    ['with a list as a value', { quantity: [1] }, '.quantity.', /a number/],
    ['for the beginning of a number', { quantity: { $startsWith: '1' } }, '.quantity', /one of/],
    ['for the beginning of a date', { createdDate: { $startsWith: '2' } }, '.createdDate', /one/],
    ['for more than a flag', { inStock: { $gt: false } }, '.inStock', /one of/],
    ['for more than a status', { availabilityStatus: { $lt: 'A' } }, '.availabilityStatus', /one/],
    ['for all of a text', { 'product.name': { $hasAll: ['a'] } }, '.product.name', /one of/],
    ['for more than a list', { 'product.directCategoryIds': { $gt: 'a' } }, '.pro', /one of/],
    ['for a text as a number', { quantity: '1' }, '.quantity', /a number, got "1"/],
    ['for a number as a text', { 'product.name': 1 }, '.product.name', /a text/],
    ['for a number as an id', { id: { $in: ['a', 1] } }, '.id.$in[1]', /a text/],
    ['for a word as a flag', { trackQuantity: 'true' }, '.trackQuantity', /true or false/],
    ['for an unknown status', { availabilityStatus: 'GONE' }, '.avail', /one of IN_STOCK/],
    ['for no date', { createdDate: { $gt: 'monday' } }, '.createdDate.$gt', /ISO 8601/],
    ['for a day that is not', { createdDate: '2024-02-30' }, '.createdDate', /ISO 8601/],
    ['for a date as a number', { updatedDate: { $lt: 17 } }, '.updatedDate.$lt', /ISO 8601/],
    ['for one of no list', { id: { $in: 'a' } }, '.id.$in', /a list/],
    ['for one of too many', { id: { $in: Array(1001).fill('a') } }, '.id.$in', /up to 1000/],
    ['for more than nothing', { quantity: { $gt: null } }, '.quantity.$gt', /to compare with/],
    ['for a beginning that is none', { id: { $startsWith: 1 } }, '.id.$startsWith', /a text/],
    ['for a text too long', { 'product.name': 'a'.repeat(1001) }, '.product', /up to 1000/],
    ['for being there perhaps', { id: { $exists: 'yes' } }, '.id.$exists', /true or false/],
    ['for being empty perhaps', { id: { $isEmpty: 1 } }, '.id.$isEmpty', /true or false/],
    ['with an $and of no list', { $and: { quantity: 1 } }, '.$and', /a list/],
    ['with an $or of nothing', { $or: [null] }, '.$or[0]', /an object/],
    ['with an $or of a text', { $or: ['a'] }, '.$or[0]', /an object/],
    ['with a $not of a list', { $not: [{ quantity: 1 }] }, '.$not', /an object/],
    ['with a $not of nothing', { $not: null }, '.$not', /an object/],
    ['with a $not of a value', { quantity: { $not: 1 } }, '.quantity.$not', /an object/],
    ['that is too deep', deep(10), '.$not.$not', /at most 10 deep/],
    ['with too many conditions', { $or: Array(200).fill({ quantity: 1 }) }, '.$or[', /200/],
  ])('%s', async (_case, filter, place, sentence) => {
    const { status, field, description } = await violation('query', filtered(filter));
    expect(status).toBe(400);
    expect(
      `query.filter${place}`.startsWith(field) || field.startsWith(`query.filter${place}`),
    ).toBe(true);
    expect(description).toMatch(sentence);
    expect(description.startsWith(`${field} must be`)).toBe(true);
  });

  test('in search and count alike', async () => {
    const filter = { quantity: { $near: 1 } };
    const searched = await violation('search', { search: { filter } });
    expect(searched).toMatchObject({ status: 400, field: 'search.filter.quantity.$near' });
    expect(await violation('count', { filter })).toMatchObject({
      status: 400,
      field: 'filter.quantity.$near',
    });
  });

  test('by the SDK as by others, with a violation that names the field', async () => {
    const refused = wix().queryInventoryItems().eq('quantity', 'many').find();
    await expect(refused).rejects.toMatchObject({
      details: {
        validationError: {
          fieldViolations: [{ violatedRule: 'FORMAT' }],
        },
      },
    });
  });
});

const sorted = (...sort: unknown[]) => ({ query: { sort } });
const paged = (cursorPaging: unknown) => ({ query: { cursorPaging } });

describe('a query is refused', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['that is a list', { query: [] }, 'query', /an object/],
    ['with a misspelt filter', { query: { filters: {} } }, 'query.filters', /filter, sort/],
    ['with a sort that is no list', { query: { sort: {} } }, 'query.sort', /a list/],
    ['with 11 steps', sorted(...Array<object>(11).fill({})), 'query.sort', /up to 10/],
    ['sorted by nothing', sorted({}), 'query.sort[0].fieldName', /one of createdDate/],
    ['sorted by an id', sorted({ fieldName: 'id' }), 'query.sort[0].fieldName', /one of/],
    ['sorted by no field', sorted({ fieldName: 'price' }), 'query.sort[0].fieldName', /one of/],
    ['sorted by a number', sorted({ fieldName: 7 }), 'query.sort[0].fieldName', /a text/],
    [
      'sorted by a name too long',
      sorted({ fieldName: 'a'.repeat(513) }),
      'query.sort[0].fieldName',
      /up to 512/,
    ],
    [
      'sorted sideways',
      sorted({ fieldName: 'quantity', order: 'UP' }),
      'query.sort[0].order',
      /ASC, DESC/,
    ],
    ['with a sort of other words', sorted({ field: 'quantity' }), 'query.sort[0].field', /absent/],
    ['for 1,001 items', paged({ limit: 1001 }), 'query.cursorPaging.limit', /0\.\.1000/],
    ['for -1 items', paged({ limit: -1 }), 'query.cursorPaging.limit', /0\.\.1000/],
    ['for half an item', paged({ limit: 1.5 }), 'query.cursorPaging.limit', /whole number/],
    ['for "10" items', paged({ limit: '10' }), 'query.cursorPaging.limit', /whole number/],
    ['with a number as a cursor', paged({ cursor: 1 }), 'query.cursorPaging.cursor', /a text/],
    [
      'with a cursor too long',
      paged({ cursor: 'a'.repeat(16_001) }),
      'query.cursorPaging.cursor',
      /up to 16000/,
    ],
    [
      'paged in two ways',
      { query: { paging: { limit: 1 }, cursorPaging: { limit: 1 } } },
      'query.paging',
      /absent: cursorPaging/,
    ],
    [
      'by cursor and by number',
      { query: { paging: { cursor: 'a', offset: 1 } } },
      'query.paging.offset',
      /absent: cursor/,
    ],
    ['from far away', { query: { paging: { offset: 10_001 } } }, 'query.paging.offset', /10000/],
    ['from before', { query: { paging: { offset: -1 } } }, 'query.paging.offset', /0\.\./],
  ])('%s', async (_case, payload, field, sentence) => {
    const refused = await violation('query', payload);
    expect(refused).toMatchObject({ status: 400, field });
    expect(refused.description).toMatch(sentence);
  });
});

const searching = (search: unknown) => ({ search: { search } });

describe('a search is refused', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['for a number', searching({ expression: 1 }), 'search.search.expression', /a text/],
    [
      'for 101 characters',
      searching({ expression: 'a'.repeat(101) }),
      'search.search.expression',
      /up to 100/,
    ],
    ['in another mode', searching({ mode: 'XOR' }), 'search.search.mode', /AND, OR/],
    ['fuzzy perhaps', searching({ fuzzy: 1 }), 'search.search.fuzzy', /true or false/],
    ['in an id', searching({ fields: ['id'] }), 'search.search.fields[0]', /product\.name/],
    [
      'in 21 fields',
      searching({ fields: Array(21).fill('product.name') }),
      'search.search.fields',
      /up to 20/,
    ],
    ['with other words', searching({ text: 'a' }), 'search.search.text', /absent/],
    ['as a text', { search: 'a' }, 'search', /an object/],
    ['in no zone', { search: { timeZone: 'Mars/Base' } }, 'search.timeZone', /time zone/],
    ['in a zone too long', { search: { timeZone: 'E'.repeat(51) } }, 'search.timeZone', /up to 50/],
  ])('%s', async (_case, payload, field, sentence) => {
    const refused = await violation('search', payload);
    expect(refused).toMatchObject({ status: 400, field });
    expect(refused.description).toMatch(sentence);
  });

  test('and so is a count of what a search would refuse', async () => {
    const refused = await violation('count', { search: { mode: 'XOR' } });
    expect(refused).toMatchObject({ status: 400, field: 'search.mode' });
    const other = await violation('count', { filters: {} });
    expect(other).toMatchObject({ status: 400, field: 'filters' });
  });
});

describe('a payload that asks for nothing known is refused', () => {
  const filter = { quantity: { $gt: 5 } };
  test.each<['query' | 'search' | 'count', object, string]>([
    ['query', { filter }, 'filter'],
    ['query', { qeury: { filter } }, 'qeury'],
    ['query', { query: { filter }, search: {} }, 'search'],
    ['search', { filter, search: { expression: 'cup' } }, 'filter'],
    ['search', { sort: [] }, 'sort'],
    ['count', { query: { filter } }, 'query'],
  ])('%s %j', async (path, payload, field) => {
    expect(await violation(path, payload)).toMatchObject({ status: 400, field });
    const { status, body } = await call<unknown>(`${path}?.r=${encoded(payload)}`);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`"field":"${field}"`);
  });

  test('in the address, too', async () => {
    expect((await call('query?filter=quantity')).status).toBe(400);
  });
});

test('a number beyond all numbers is refused, and told as what it is', async () => {
  const body = '{"query":{"filter":{"quantity":{"$gt":1e400}}}}';
  const refused = await call<unknown>('query', { method: 'POST', body });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain('must be a number, got Infinity');
});

test.each(['5', 1.5, true])('a limit of the wrong type, %j, breaks no bound', async (limit) => {
  for (const path of ['query', 'search'] as const) {
    const { body } = await call<unknown>(path, {
      method: 'POST',
      body: JSON.stringify({ [path]: { cursorPaging: { limit } } }),
    });
    expect(JSON.stringify(body)).toContain('"violatedRule":"FORMAT"');
  }
});

test('a body that is no JSON is refused', async () => {
  const { status } = await call('query', { method: 'POST', body: '{"query":' });
  expect(status).toBe(400);
  expect((await call('query', { method: 'POST', body: '[]' })).status).toBe(400);
});
