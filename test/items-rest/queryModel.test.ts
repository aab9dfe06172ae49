import fc from 'fast-check';
import { queryHub, type WireEntity } from './queryHub';
import { anyFilter, anySort, inOrder, isMatch, variedItems } from './queryModel';

const COUNT = 70;
const { hub, page, post } = queryHub(() => variedItems(COUNT));

const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id);
let all: WireEntity[] = [];

beforeAll(async () => {
  // Others at other times: dates to compare.
  for (let i = 0; i < 3; i += 1) await hub().addItems(variedItems(10));
  all = (await page('query', { cursorPaging: { limit: 1000 } })).inventoryItems;
});

test('random filters and orders find what a plain reading of them finds', async () => {
  expect(all).toHaveLength(COUNT + 30);
  const asked = fc.record({ filter: anyFilter(all), sort: anySort });
  // A failure prints the seed and the path to it.
  await fc.assert(
    fc.asyncProperty(asked, async ({ filter, sort }) => {
      const expected = idsOf(inOrder(all, sort).filter((item) => isMatch(filter, item)));
      const limit = { cursorPaging: { limit: 1000 } };
      expect(idsOf((await page('query', { filter, sort, ...limit })).inventoryItems)).toEqual(
        expected,
      );
      const counted = await post<{ count: number }>('count', { filter });
      expect(counted.body).toEqual({ count: expected.length });
    }),
    { numRuns: 250 },
  );
}, 120_000);

test('random pages come to the same as one, forwards and back', async () => {
  const asked = fc.record({
    filter: anyFilter(all, 2),
    sort: anySort,
    limit: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ filter, sort, limit }) => {
      const expected = idsOf(inOrder(all, sort).filter((item) => isMatch(filter, item)));
      const pages = [await page('query', { filter, sort, cursorPaging: { limit } })];
      for (let cursor = pages[0]!.pagingMetadata.cursors!.next; cursor !== undefined;) {
        const next = await page('query', { cursorPaging: { cursor, limit } });
        pages.push(next);
        cursor = next.pagingMetadata.cursors!.next;
      }
      const forwards = pages.map(({ inventoryItems }) => idsOf(inventoryItems));
      expect(forwards.flat()).toEqual(expected);
      expect(pages).toHaveLength(Math.max(1, Math.ceil(expected.length / limit)));

      const back: string[][] = [forwards.at(-1)!];
      for (let cursor = pages.at(-1)!.pagingMetadata.cursors!.prev; cursor !== undefined;) {
        const previous = await page('query', { cursorPaging: { cursor, limit } });
        back.unshift(idsOf(previous.inventoryItems));
        cursor = previous.pagingMetadata.cursors!.prev;
      }
      expect(back).toEqual(forwards);
    }),
    { numRuns: 60 },
  );
}, 120_000);
