import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import {
  createItem,
  createItems,
  deleteItem,
  deleteItems,
  expectClean,
  placesOf,
  updateItem,
  updateItems,
} from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

const newRow = (quantity = 1) => ({ productId: randomUUID(), quantity });
const entries = async () => (await hub().ledger()).length;
const nameOf = async (id: string) => {
  const query = `query ($id: ID!) { inventoryItem(id: $id) { name } }`;
  const data = await hub().run<{ inventoryItem: { name: string | null } | null }>(query, { id });
  return data.inventoryItem?.name ?? null;
};

describe('many rows', () => {
  test('1,000 are created, changed and deleted in one ledger entry each', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => newRow(i));
    const before = await entries();
    const created = await createItems(hub(), rows);
    expect(created.userErrors).toEqual([]);
    expect(created.items.map((item) => item!.productId)).toEqual(rows.map((r) => r.productId));
    const changes = created.items.map((item, i) => ({
      id: item!.id,
      revision: '1',
      name: `Name ${i}`,
      lowStockThreshold: 1000 - i,
    }));
    const updated = await updateItems(hub(), changes);
    expect(updated.userErrors).toEqual([]);
    expect(updated.items.map((item) => [item!.name, item!['lowStockThreshold']])).toEqual(
      changes.map(({ name, lowStockThreshold }) => [name, lowStockThreshold]),
    );
    const removals = changes.map(({ id }) => ({ id, revision: '2' }));
    const deleted = await deleteItems(hub(), removals);
    expect(deleted).toEqual({
      deletedIds: removals.map(({ id }) => id),
      replayed: false,
      userErrors: [],
    });
    const ledger = await hub().ledger();
    expect(ledger.slice(before).map(({ operation, lines }) => [operation, lines.length])).toEqual([
      ['CREATE', 1000],
      ['UPDATE', 1000],
      ['DELETE', 1000],
    ]);
  });

  test.each([0, 1001])('%d are refused as a whole', async (count) => {
    const ids = Array.from({ length: count }, () => ({ id: randomUUID(), revision: '1' }));
    const errorPolicy = 'REJECT_FAILED_ROWS';
    const before = await entries();
    const answers = [
      await createItems(
        hub(),
        ids.map(() => newRow()),
        { errorPolicy },
      ),
      await updateItems(hub(), ids, { errorPolicy }),
      await deleteItems(hub(), ids),
    ];
    for (const { userErrors } of answers) {
      expect(placesOf(userErrors)).toEqual([['INVALID_INPUT', 'input.items']]);
    }
    const none = ids.map(() => null);
    expect(answers.slice(0, 2)).toMatchObject([{ items: none }, { items: none }]);
    expect(await entries()).toBe(before);
  });
});

describe('bad rows among good ones', () => {
  const mixed = async () => {
    const known = newRow(3);
    expect((await createItem(hub(), known)).userErrors).toEqual([]);
    const good = [newRow(1), newRow(2)] as const;
    const rows = [
      good[0],
      { ...newRow(), quantity: 2e9 },
      known,
      good[1],
      { ...good[0], quantity: 77 },
      { productId: randomUUID() },
    ];
    const places = [
      ['INVALID_INPUT', 'input.items.1.quantity'],
      ['ALREADY_EXISTS', 'input.items.2'],
      ['INVALID_INPUT', 'input.items.4'],
      ['INVALID_INPUT', 'input.items.5.quantity'],
    ];
    return { rows, places };
  };

  test('REJECT_ALL, the default, creates none and tells of every bad one', async () => {
    const { rows, places } = await mixed();
    const before = await entries();
    for (const errorPolicy of [undefined, 'REJECT_ALL'] as const) {
      const { items, userErrors } = await createItems(hub(), rows, errorPolicy && { errorPolicy });
      expect(items).toEqual(rows.map(() => null));
      expect(placesOf(userErrors)).toEqual(places);
    }
    expect(await entries()).toBe(before);
  });

  test('REJECT_FAILED_ROWS creates the good ones in one step', async () => {
    const { rows, places } = await mixed();
    const before = await entries();
    const send = { errorPolicy: 'REJECT_FAILED_ROWS' } as const;
    const { items, userErrors } = await createItems(hub(), rows, send);
    expect(items.map((item) => item?.quantity ?? null)).toEqual([1, null, null, 2, null, null]);
    expect(placesOf(userErrors)).toEqual(places);
    expect(await entries()).toBe(before + 1);
    const none = await createItems(hub(), rows, send);
    expect(none.items).toEqual(rows.map(() => null));
    expect(none.userErrors.map(({ code }) => code)).toContain('ALREADY_EXISTS');
    expect(await entries()).toBe(before + 1);
  });

  test('changes: stale, unknown and doubled rows, by both policies', async () => {
    const { items } = await createItems(hub(), [newRow(1), newRow(2), newRow(3)]);
    const [a, b, c] = items.map((item) => item!.id) as [string, string, string];
    expect((await updateItem(hub(), { id: b, revision: '1', name: 'B' })).userErrors).toEqual([]);
    const rows = [
      { id: a, revision: '1', name: 'A' },
      { id: b, revision: '1', name: 'C' },
      { id: randomUUID(), revision: '1', name: 'C' },
      { id: a.toUpperCase(), revision: '1', name: 'C' },
      { id: c, revision: '1', quantity: 30, inStock: true },
      { id: 'c', revision: '1', name: 'C' },
    ];
    const places = [
      ['REVISION_CONFLICT', 'input.items.1.revision'],
      ['UNKNOWN_ITEM', 'input.items.2.id'],
      ['INVALID_INPUT', 'input.items.3.id'],
      ['INVALID_INPUT', 'input.items.4.inStock'],
      ['UNKNOWN_ITEM', 'input.items.5.id'],
    ];
    // With REJECT_ALL the bad rows found first spare the store a look at revisions.
    const all = await updateItems(hub(), rows);
    expect(placesOf(all.userErrors)).toEqual(places.slice(1));
    const stale = await updateItems(hub(), rows.slice(0, 2));
    expect(placesOf(stale.userErrors)).toEqual(places.slice(0, 1));
    expect([await nameOf(a), await nameOf(b)]).toEqual([null, 'B']);
    const some = await updateItems(hub(), rows, { errorPolicy: 'REJECT_FAILED_ROWS' });
    expect(placesOf(some.userErrors)).toEqual(places);
    expect(some.items).toMatchObject([
      { id: a, name: 'A', revision: '2' },
      null,
      null,
      null,
      null,
      null,
    ]);
    expect([await nameOf(b), await nameOf(c)]).toEqual(['B', null]);
  });

  test('two writers of the same items: every item has all of one of them', async () => {
    const { items } = await createItems(
      hub(),
      Array.from({ length: 50 }, () => newRow()),
    );
    const rows = (name: string, sku: string) =>
      items.map((item) => ({ id: item!.id, revision: '1', name, sku }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        updateItems(hub(), i % 2 ? rows('B', 'b').reverse() : rows('A', 'a')),
      ),
    );
    const won = answers.filter(({ userErrors }) => userErrors.length === 0);
    expect(won).toHaveLength(1);
    const { name, sku } = won[0]!.items[0]!;
    expect([name, sku]).toEqual(name === 'A' ? ['A', 'a'] : ['B', 'b']);
    for (const { id } of items as { id: string }[]) expect(await nameOf(id)).toBe(name);
  });
});

describe('a key', () => {
  test('has the first result again, by directive or header, and after a change', async () => {
    const row = newRow(5);
    const key = randomUUID();
    const first = await createItem(hub(), row, { key });
    const { id } = first.item!;
    expect(first).toMatchObject({ replayed: false, item: { quantity: 5 } });
    expect((await hub().call('decrement', [line(row.productId, 2)])).status).toBe(200);
    const before = await entries();
    const header = { headers: { 'Idempotency-Key': key } };
    for (const send of [{ key }, header]) {
      const again = await createItem(hub(), row, send);
      expect(again).toEqual({ ...first, replayed: true });
    }
    const change = { id, revision: '2', name: 'Cup' };
    const updated = await updateItem(hub(), change, { headers: { 'Idempotency-Key': 'u' + key } });
    expect(updated).toMatchObject({ replayed: false, item: { name: 'Cup', revision: '3' } });
    const again = await updateItem(hub(), change, { key: 'u' + key });
    expect(again).toEqual({ ...updated, replayed: true });
    expect(await entries()).toBe(before + 1);
  });

  test('with other input is an error of its own, whatever the mutation', async () => {
    const key = randomUUID();
    const row = newRow(5);
    const { item } = await createItem(hub(), row, { key });
    const before = await entries();
    const { id } = item!;
    const answers = [
      await createItem(hub(), { ...row, quantity: 6 }, { key }),
      await createItems(hub(), [newRow()], { key }),
      await createItems(hub(), [row], { key, errorPolicy: 'REJECT_FAILED_ROWS' }),
      await updateItem(hub(), { id, revision: '1', name: 'Six' }, { key }),
      await deleteItem(hub(), { id }, { key }),
    ];
    for (const { userErrors } of answers) {
      expect(placesOf(userErrors)).toEqual([['IDEMPOTENCY_KEY_MISMATCH', null]]);
    }
    expect(await entries()).toBe(before);
    expect((await deleteItem(hub(), { id }, { key: `d${key}` })).deletedIds).toEqual([id]);
    const again = await deleteItem(hub(), { id }, { key: `d${key}` });
    expect(again).toEqual({ deletedIds: [id], replayed: true, userErrors: [] });
  });

  test.each(['', 'k'.repeat(256)])('of %# characters is refused', async (key) => {
    const { userErrors } = await createItem(hub(), newRow(), { key });
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });

  test('a refused call is not kept: mended, it may use its key', async () => {
    const key = randomUUID();
    const row = newRow();
    const refused = await createItem(hub(), { ...row, quantity: null }, { key });
    expect(refused.userErrors).toHaveLength(1);
    expect(await createItem(hub(), row, { key })).toMatchObject({
      replayed: false,
      userErrors: [],
    });
  });

  test('keeps the refused rows with the result', async () => {
    const send = { errorPolicy: 'REJECT_FAILED_ROWS', key: randomUUID() } as const;
    const rows = [newRow(), { ...newRow(), name: '' }, newRow()];
    const first = await createItems(hub(), rows, send);
    const removed = await deleteItem(hub(), { id: first.items[2]!.id });
    expect(removed.userErrors).toEqual([]);
    const again = await createItems(hub(), rows, send);
    expect(again).toEqual({ ...first, replayed: true });
  });

  test('of another tenant is another key', async () => {
    const key = randomUUID();
    await createItem(hub(), newRow(), { key });
    const token = await hub().signToken(['inventory:write'], { tenantId: randomUUID() });
    const theirs = await createItem(hub(), newRow(), { key, token });
    expect(theirs).toMatchObject({ replayed: false, userErrors: [] });
  });

  test('used 20 times at once does it once, and all of them hear of it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const row = newRow(5);
      const before = await entries();
      const atOnce = async <T extends { replayed: boolean; userErrors: object[] }>(
        call: (key: string) => Promise<T>,
      ) => {
        const key = randomUUID();
        const answers = await Promise.all(Array.from({ length: 20 }, () => call(key)));
        expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
        expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
        return answers;
      };
      const created = await atOnce((key) => createItem(hub(), row, { key }));
      const { id } = created[0]!.item!;
      const change = { id, revision: '1', name: 'Seven' };
      const updated = await atOnce((key) => updateItem(hub(), change, { key }));
      expect(updated.map(({ item }) => item!.revision)).toEqual(Array(20).fill('2'));
      const deleted = await atOnce((key) => deleteItem(hub(), { id, revision: '2' }, { key }));
      expect(deleted.map(({ deletedIds }) => deletedIds)).toEqual(Array(20).fill([id]));
      expect(await entries()).toBe(before + 3);
    }
  });
});
