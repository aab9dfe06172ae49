import type { AggregatedGroup } from '../../src/core/itemAggregation';
import { hintOf } from '../../src/core/itemQueryHint';
import { rangeOf } from '../../src/core/itemQueryRange';
import { timeZone, UTC } from '../../src/core/timeZone';
import { wireAggregated } from '../../src/items-rest/wireAggregated';
import { parseAggregations } from '../../src/items-rest/wireAggregations';
import { parseDate } from '../../src/items-rest/wireDate';
import { parseFilter } from '../../src/items-rest/wireFilter';
import { readPayload } from '../../src/items-rest/wirePayload';
import { encoded } from './queryHub';

describe('a date', () => {
  test.each([
    ['2024-04-24T10:22:53', '2024-04-24T10:22:53.000Z'],
    ['2024-04-24T10:22:53.1Z', '2024-04-24T10:22:53.100Z'],
    ['2024-04-24T10:22:53.123456789Z', '2024-04-24T10:22:53.123Z'],
    ['2024-04-24T10:22+02:00', '2024-04-24T08:22:00.000Z'],
    ['2024-04-24T10:22-0330', '2024-04-24T13:52:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000Z'],
  ])('%s is read', (text, right) => {
    expect(new Date(parseDate(text, UTC)).toISOString()).toBe(right);
  });

  test.each([
    ['2023-02-29'],
    ['2024-13-01'],
    ['2024-04-24T25:00'],
    ['2024-04-24 10:22'],
    ['24.4.2024'],
    ['1713954173000'],
    [''],
    ['2024-04-24T10:22:53.1234567890Z'],
  ])('%j is none', (text) => {
    expect(parseDate(text, UTC)).toBeNaN();
  });

  test('without a zone is local', () => {
    const text = '2024-07-01T12:00';
    const berlin = timeZone('Europe/Berlin')!;
    expect(parseDate(text, berlin)).toBe(Date.parse('2024-07-01T10:00:00Z'));
    expect(parseDate(`${text}Z`, berlin)).toBe(Date.parse('2024-07-01T12:00:00Z'));
  });
});

test('a payload is read from .r, or from the body when there is one', () => {
  const payload = { query: { filter: { 'product.name': 'Größe ☕' } } };
  const read = (call: Parameters<typeof readPayload>[0]) => readPayload(call, ['query']);
  expect(read({ body: undefined, query: { '.r': encoded(payload) } })).toEqual(payload);
  expect(read({ body: payload, query: {} })).toEqual(payload);
  expect(read({ body: undefined, query: {} })).toEqual({});
  // In an address it would be no filter, and all items would be found.
  expect(() => read({ body: undefined, query: { filter: 'x' } })).toThrow(/filter must be absent/);
});

describe('a filter', () => {
  test('that asks for nothing is none', () => {
    for (const filter of [undefined, null, {}, { $and: [] }]) {
      expect(parseFilter(filter, 'filter')).toBeUndefined();
    }
    expect(parseFilter({ $or: [] }, 'filter')).toEqual({ or: [] });
  });

  const parsed = (filter: object) => parseFilter(filter, 'filter')!;

  test('is served by the indexes of what must hold', () => {
    const sku = { 'product.variantSku': 'A' };
    expect(hintOf(parsed({ ...sku, quantity: 5 }))).toEqual({ and: [{ skus: ['A'] }] });
    expect(hintOf(parsed({ $or: [sku, { id: 'x' }] }))).toEqual({
      or: [{ skus: ['A'] }, { ids: ['x'] }],
    });
    expect(hintOf(parsed({ $or: [sku, { quantity: 5 }] }))).toBeUndefined();
    expect(hintOf(parsed({ $not: sku }))).toBeUndefined();
    expect(hintOf(parsed({ 'product.variantSku': { $in: ['A', null] } }))).toBeUndefined();
    const nil = '00000000-0000-0000-0000-000000000000';
    expect(hintOf(parsed({ variantId: nil }))).toEqual({ variantIds: [null] });
  });

  test('bounds a field by what must hold', () => {
    const bounds = (filter: object) => rangeOf(parsed(filter), 'quantity');
    expect(bounds({ quantity: { $gt: 1, $lte: 9 } })).toEqual({ min: 1, max: 9 });
    const narrow = [{ quantity: { $gte: 2 } }, { quantity: { $gte: 5 } }, { quantity: { $lt: 7 } }];
    expect(bounds({ $and: narrow })).toEqual({ min: 5, max: 7 });
    expect(bounds({ quantity: 4 })).toEqual({ min: 4, max: 4 });
    for (const open of [
      { $or: narrow },
      { $not: { quantity: 4 } },
      { quantity: null },
      { quantity: { $in: [1, 2] } },
      { inStock: true },
    ]) {
      expect(bounds(open)).toEqual({});
    }
  });
});

describe('an answer to an aggregation is bounded', () => {
  const groups = (length: number): AggregatedGroup[] =>
    Array.from({ length }, (_, i) => ({ key: i * 1000, count: 1 }));
  const asked = (aggregation: object) => parseAggregations([aggregation], 'a', UTC)[0]!;

  test('to the newest 200 intervals, the oldest of them first', () => {
    const histogram = asked({
      type: 'DATE_HISTOGRAM',
      fieldPath: 'createdDate',
      dateHistogram: { interval: 'SECOND' },
    });
    const { results } = wireAggregated(histogram, { groups: groups(300) })['dateHistogram'] as {
      results: { value: string }[];
    };
    expect(results).toHaveLength(200);
    expect(results[0]!.value).toBe('1970-01-01T00:01:40.000Z');
    expect(results.at(-1)!.value).toBe('1970-01-01T00:04:59.000Z');
  });

  test('to the first 1,000 rows', () => {
    const level = { type: 'VALUE', fieldPath: 'quantity' };
    const nested = asked({
      type: 'NESTED',
      nested: {
        nestedAggregations: [
          { ...level, name: 'a' },
          { ...level, name: 'b' },
        ],
      },
    });
    const within = { groups: groups(30) };
    const found = { groups: groups(40).map((group) => ({ ...group, within })) };
    const { results } = wireAggregated(nested, found)['nested'] as {
      results: object[];
    };
    expect(results).toHaveLength(1000);
    expect(results[31]).toEqual({
      results: {
        a: { value: { value: '1000', count: 1 } },
        b: { value: { value: '1000', count: 1 } },
      },
    });
  });
});
