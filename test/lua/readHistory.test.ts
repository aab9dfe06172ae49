import { randomUUID } from 'node:crypto';
import { guidOfKey, keyOfGuid } from '../../src/core/identity';
import { ledgerIdParts } from '../../src/core/ledgerId';
import { deleteItems } from '../../src/redis/commands';
import { readHistory, STEPS_PER_CALL } from '../../src/redis/history';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { openShop, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let id: string;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 100 });
  id = guidOfKey(key);
});

const walk = (from: string | null = null, itemId = id) => ({ itemId, from });
const read = async (bounds = { stepsPerItem: STEPS_PER_CALL }, walks = [walk()]) =>
  readHistory(shop.redis, shop.tenantId, walks, bounds);
const idsOf = ({ steps }: { steps: { id: string }[] }) => steps.map((step) => step.id);

test('walks from the newest entry to the creation, and tells what each did', async () => {
  const other = await shop.addItem({ quantity: 1 });
  await shop.post([[key, -3]], { cause: { operation: 'DECREMENT', reason: 'ORDER_PLACED' } });
  await shop.post([[other, -1]]);
  await shop.change(key, { quantity: 5 });
  const { items, head } = await read();
  const entries = await shop.ledger();
  const own = [entries[4]!, entries[2]!, entries[0]!];
  expect(idsOf(items[0]!)).toEqual(own.map((entry) => entry.id));
  expect(items[0]).toMatchObject({ itemId: id, ended: 'first', nextEntryId: null });
  expect(items[0]!.level).toEqual(await shop.level(key));
  expect(head).toEqual({ timeMs: entries[4]!.timeMs, sequence: 5 });
  // An entry's documents are not read.
  const line = ({ lines: [first] }: (typeof own)[number]) => ({
    ...first!,
    document: undefined,
    documentBefore: undefined,
  });
  expect(items[0]!.steps.map((step) => step.line)).toEqual(own.map(line));
  expect(items[0]!.steps[1]).toMatchObject({
    operation: 'DECREMENT',
    reason: 'ORDER_PLACED',
    timeMs: own[1]!.timeMs,
    sequence: 3,
  });
  expect(items[0]!.steps[0]!.line.levelBefore).toMatchObject({ quantity: 97 });
});

test('finds an item among 300 lines, and not an ignored line of it', async () => {
  const many = await Promise.all(Array.from({ length: 298 }, () => shop.addItem({ quantity: 9 })));
  await shop.post([[key, -9, 'ignored'], ...many.map((one) => [one, -1] as const), [key, -2]]);
  const last = many[297]!;
  const { items } = await read({ stepsPerItem: 1 }, [walk(), walk(null, guidOfKey(last))]);
  expect(items.map(({ steps }) => steps[0]!.line)).toMatchObject([
    { itemId: id, delta: -2, ignored: false },
    { itemId: guidOfKey(last), delta: -1 },
  ]);
});

test('an id whose bytes stand across two values of a line is not taken for a line', async () => {
  // The first bytes of the id are those that a line of the other item ends with.
  const lines = Buffer.alloc(144);
  const wanted = keyOfGuid(randomUUID());
  wanted.copy(lines, 60);
  wanted.copy(lines, 72);
  lines.writeInt32LE(-7, 72 + 62);
  lines.writeUIntLE(1, 72 + 17, 5);
  await redis().xadd(keys.ledger(shop.tenantId), '*', 'movement', '{}', 'lines', lines);
  const [added] = await redis().xrevrange(keys.ledger(shop.tenantId), '+', '-', 'COUNT', 1);
  const [timeMs] = added![0].split('-').map(Number);
  await redis().xadd(
    keys.ledger(shop.tenantId),
    `${timeMs! + 1}-9`,
    'movement',
    '{"operation":"SET"}',
    'lines',
    lines,
  );
  const walks = [walk(`${timeMs! + 1}-9`, guidOfKey(wanted))];
  const { items } = await read({ stepsPerItem: 1 }, walks);
  expect(items[0]!.steps[0]).toMatchObject({ operation: 'SET', line: { delta: -7 } });
});

test('ends after its steps, and goes on from there', async () => {
  for (let i = 0; i < 6; i += 1) await shop.post([[key, -1]]);
  const all = idsOf((await read()).items[0]!);
  const first = (await read({ stepsPerItem: 3 })).items[0]!;
  expect([idsOf(first), first.ended, first.nextEntryId]).toEqual([all.slice(0, 3), 'more', all[3]]);
  const rest = (await read({ stepsPerItem: 10 }, [walk(first.nextEntryId)])).items[0]!;
  expect([idsOf(rest), rest.ended]).toEqual([all.slice(3), 'first']);
});

test('ends at a place: with the first entry that is not above it', async () => {
  for (let i = 0; i < 4; i += 1) await shop.post([[key, -1]]);
  const all = idsOf((await read()).items[0]!);
  const notAbove = ledgerIdParts(all[2]!);
  const at = await readHistory(shop.redis, shop.tenantId, [walk()], {
    stepsPerItem: 9,
    notAbove,
  });
  expect([idsOf(at.items[0]!), at.items[0]!.ended]).toEqual([all.slice(0, 3), 'reached']);
  const below = { ...notAbove, sequence: notAbove.sequence - 1 };
  const between = await readHistory(shop.redis, shop.tenantId, [walk()], {
    stepsPerItem: 9,
    notAbove: below,
  });
  expect(idsOf(between.items[0]!)).toEqual(all.slice(0, 4));
});

test('all walks of a call take 250 steps together', async () => {
  for (let i = 0; i < 150; i += 1) await shop.post([[key, -1, 'unrestricted']]);
  const other = await shop.addItem({ quantity: 1 });
  for (let i = 0; i < 150; i += 1) await shop.post([[other, -1, 'unrestricted']]);
  const walks = [walk(), walk(null, guidOfKey(other)), walk()];
  const { items } = await read({ stepsPerItem: 1000 }, walks);
  // Each takes a step by turns.
  expect(items.map(({ steps, ended }) => [steps.length, ended])).toEqual([
    [84, 'more'],
    [83, 'more'],
    [83, 'more'],
  ]);
  expect(idsOf(items[2]!)).toEqual(idsOf(items[0]!).slice(0, 83));
  // The next call knows where to begin, as of this moment.
  expect(items[2]!.nextEntryId).toBe(items[0]!.steps[83]!.id);
});

test('walks have bounds of their own, and may tell their last steps only', async () => {
  for (let i = 0; i < 6; i += 1) await shop.post([[key, -1]]);
  const all = idsOf((await read()).items[0]!);
  const notAbove = ledgerIdParts(all[4]!);
  const walks = [walk(), { ...walk(), steps: 2 }, { ...walk(all[1]), notAbove }];
  const bounds = { stepsPerItem: 9, keepLast: 2 };
  const { items } = await readHistory(shop.redis, shop.tenantId, walks, bounds);
  expect(items.map((item) => [item.taken, item.ended, idsOf(item)])).toEqual([
    [7, 'first', all.slice(5)],
    [2, 'more', all.slice(0, 2)],
    [4, 'reached', all.slice(3, 5)],
  ]);
});

test('an unknown and a deleted item have no walk, a new one of the same id a new one', async () => {
  const nothing = { level: null, ended: 'first', taken: 0, steps: [], nextEntryId: null };
  const strange = guidOfKey(strangeKey());
  expect((await read(undefined, [walk(null, strange)])).items).toEqual([
    { itemId: strange, ...nothing },
  ]);
  await deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key, revision: 0 }],
    cause: { operation: 'DELETE' },
  });
  expect((await read()).items).toEqual([{ itemId: id, ...nothing }]);
});

test('says when the next entry is no longer kept', async () => {
  await shop.post([[key, -1]]);
  await shop.post([[key, -1]]);
  const before = (await read()).items[0]!;
  await redis().xtrim(keys.ledger(shop.tenantId), 'MINID', before.steps[1]!.id);
  const [item] = (await read()).items;
  expect([idsOf(item!), item!.ended, item!.nextEntryId]).toEqual([
    idsOf(before).slice(0, 2),
    'gone',
    before.steps[2]!.id,
  ]);
});

test('another tenant has another past', async () => {
  const other = openShop(redis());
  const { items, head } = await readHistory(other.redis, other.tenantId, [walk()], {
    stepsPerItem: 9,
  });
  expect([items[0]!.level, items[0]!.steps, head]).toEqual([null, [], { timeMs: 0, sequence: 0 }]);
  const named = (await shop.ledger())[0]!.id;
  const asked = await readHistory(other.redis, other.tenantId, [walk(named)], { stepsPerItem: 9 });
  expect(asked.items[0]).toMatchObject({ steps: [], ended: 'gone' });
});

test('changes nothing', async () => {
  await shop.post([[key, -1]]);
  const before = await shop.dump();
  await read();
  expect(await shop.dump()).toEqual(before);
});
