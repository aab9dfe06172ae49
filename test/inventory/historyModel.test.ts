import { randomInt } from 'node:crypto';
import { explainStock } from '../../src/inventory/explainStock';
import { itemHistories } from '../../src/inventory/history';
import { listMovements } from '../../src/inventory/movements';
import type { MovementFilter } from '../../src/inventory/movementFilter';
import { stockAt } from '../../src/inventory/stockAt';
import { trimTenant } from '../../src/inventory/trim';
import { randomNumbers, runHistory, type HistoryRun } from '../support/historyRun';
import { testRedis } from '../support/redis';

/*
 * History against a record of what was true after each movement: random movements, edits, deletes
 * and re-creations, then the same once more when the oldest part has been trimmed.
 */

const redis = testRedis();
const seed = Number(process.env['SEED'] ?? randomInt(1e9));
const random = randomNumbers(seed);
let run: HistoryRun;
/** Entries that were trimmed. */
let trimmed = 0;

beforeAll(async () => {
  run = await runHistory(redis(), seed, 250);
});

/** Runs a check, and says the seed when it fails. */
async function seeded(check: () => Promise<void>) {
  try {
    await check();
  } catch (error) {
    throw new Error(`with SEED=${seed}`, { cause: error });
  }
}

const deps = () => run.shop.deps;
const tenantId = () => run.shop.tenantId;
const ids = () => run.items.map(({ id }) => id);

async function checkStockAt() {
  for (let round = 0; round < 60; round += 1) {
    const at = trimmed + random(run.entries.length - trimmed);
    const entry = run.entries[at]!;
    const byId = await stockAt(deps(), tenantId(), ids(), { movementId: entry.id });
    const expected = ids().map((itemId) => ({
      itemId,
      level: run.levels[at]!.get(itemId),
      exact: true,
    }));
    expect(byId.items).toEqual(expected);
    // All of one millisecond happened up to it.
    const last = run.entries.findLastIndex(({ timeMs }) => timeMs <= entry.timeMs);
    const time = new Date(entry.timeMs);
    const byTime = await stockAt(deps(), tenantId(), ids(), { time });
    expect(byTime.items.map(({ level }) => level)).toEqual(
      ids().map((id) => run.levels[last]!.get(id)),
    );
  }
}

/** What the ledger says of an item, oldest first. */
function allLinesOf(itemId: string) {
  return run.entries
    .slice(trimmed)
    .flatMap(({ lines: all, ...entry }) =>
      all
        .filter((line) => line.itemId === itemId && !line.ignored)
        .map((line) => ({ id: entry.id, line })),
    );
}

/** What the ledger says of an item since its last creation, oldest first. */
function linesOf(itemId: string) {
  const lines = allLinesOf(itemId);
  const created = lines.findLastIndex(({ line }) => line.created);
  return lines.slice(Math.max(created, 0));
}

const present = () => run.items.filter(({ id }) => run.levels.at(-1)!.get(id));

async function checkHistories() {
  for (const oldestFirst of [false, true]) {
    for (const { id } of present()) {
      const expected = linesOf(id);
      if (!oldestFirst) expected.reverse();
      const first = 1 + random(7);
      const seen: string[] = [];
      let after: string | undefined;
      for (let more = true; more;) {
        const request = { itemId: id, first, after, oldestFirst };
        const [page] = await itemHistories(deps(), tenantId(), [request]);
        for (const { id: at, line } of page!.steps) {
          const { delta, level } = expected[seen.length]!.line;
          expect({ delta: line.delta, level: line.level }).toEqual({ delta, level });
          seen.push(at);
        }
        after = page!.endCursor ?? undefined;
        more = page!.hasMore;
      }
      expect(seen).toEqual(expected.map((line) => line.id));
    }
  }
}

async function checkExplanations() {
  for (const { id } of present()) {
    const explained = (await explainStock(deps(), tenantId(), id))!;
    const level = run.levels.at(-1)!.get(id)!;
    const { opening, changes } = explained;
    const sum = (part: 'quantity' | 'preordered') =>
      changes.reduce((total, change) => total + change[part], opening[part]);
    expect([sum('quantity'), sum('preordered')]).toEqual([level.quantity, level.preorderCounter]);
    expect(explained.available).toBe(level.quantity - level.reserved);
    const lines = linesOf(id);
    const created = lines[0]?.line.created ?? false;
    expect(opening.kind).toBe(created ? 'CREATED' : 'KEPT');
    const counted = changes.reduce((total, { movements }) => total + movements, 0);
    expect([counted, explained.movements]).toEqual(
      Array.from({ length: 2 }, () => lines.length - (created ? 1 : 0)),
    );
  }
}

function fits(filter: MovementFilter, entry: HistoryRun['entries'][number]): boolean {
  const { itemIds, productIds, locationIds, orderId, reasons, operations, actor, time } = filter;
  const line = entry.lines.some(({ itemId, level }) => {
    const asksForSubject = productIds !== undefined || locationIds !== undefined;
    if (asksForSubject && !level) return false;
    const item = run.items.find(({ id }) => id === itemId)!;
    return (
      (itemIds?.includes(itemId) ?? true) &&
      (productIds?.includes(item.productId) ?? true) &&
      (locationIds?.includes(item.locationId) ?? true)
    );
  });
  return (
    line &&
    (orderId === undefined || entry.orderId === orderId) &&
    (reasons?.includes(entry.reason ?? '') ?? true) &&
    (operations?.includes(entry.operation) ?? true) &&
    (actor === undefined || entry.actor === actor) &&
    entry.timeMs >= (time?.min ?? 0) &&
    entry.timeMs <= (time?.max ?? Infinity)
  );
}

function randomTime() {
  const from = run.entries[random(run.entries.length)]!.timeMs;
  const to = run.entries[random(run.entries.length)]!.timeMs;
  return { min: Math.min(from, to), max: Math.max(from, to) };
}

function randomFilter(): MovementFilter {
  const item = run.items[random(run.items.length)]!;
  const other = run.items[random(run.items.length)]!;
  return {
    ...(random(4) === 0 && { itemIds: [item.id, other.id] }),
    ...(random(4) === 0 && { productIds: [item.productId] }),
    ...(random(4) === 0 && { locationIds: [item.locationId] }),
    ...(random(4) === 0 && { orderId: run.orders[random(run.orders.length)]! }),
    ...(random(4) === 0 && { reasons: ['ORDER_PLACED', 'COUNT'] }),
    ...(random(4) === 0 && { operations: ['ADJUST', 'CREATE', 'IMPORT'] }),
    ...(random(4) === 0 && { actor: 'user:a' }),
    ...(random(3) === 0 && { time: randomTime() }),
  };
}

async function allMovements(filter: MovementFilter, oldestFirst: boolean): Promise<string[]> {
  const first = 1 + random(40);
  const seen: string[] = [];
  let after: string | undefined;
  for (let more = true; more;) {
    const page = await listMovements(deps(), tenantId(), { filter, first, after, oldestFirst });
    expect(page.movements.length).toBeLessThanOrEqual(first);
    seen.push(...page.movements.map(({ id }) => id));
    after = page.endCursor ?? undefined;
    more = page.hasMore;
  }
  return seen;
}

async function checkMovements() {
  const kept = run.entries.slice(trimmed);
  for (let round = 0; round < 80; round += 1) {
    const [filter, oldestFirst] = [randomFilter(), random(2) === 0];
    const expected = kept.filter((entry) => fits(filter, entry)).map(({ id }) => id);
    if (!oldestFirst) expected.reverse();
    const seen = await allMovements(filter, oldestFirst);
    expect({ filter, oldestFirst, seen }).toEqual({ filter, oldestFirst, seen: expected });
  }
  // Also what was before an item was deleted and created again.
  for (const { id } of run.items) {
    const filter = {
      itemIds: [id],
      ...(random(2) === 0 && { reasons: ['COUNT'] }),
      ...(random(3) === 0 && { time: randomTime() }),
    };
    const lines = new Set(allLinesOf(id).map((line) => line.id));
    const expected = kept.filter((entry) => lines.has(entry.id) && fits(filter, entry));
    const seen = await allMovements(filter, true);
    expect(seen).toEqual(expected.map((entry) => entry.id));
    expect((await allMovements(filter, false)).reverse()).toEqual(seen);
  }
}

describe('the whole ledger', () => {
  test('stock at every moment is what it was', () => seeded(checkStockAt));
  test("an item's history, in both directions", () => seeded(checkHistories));
  test('explanations add up', () => seeded(checkExplanations));
  test('movements by any filter, in both directions', () => seeded(checkMovements));
});

describe('when the oldest part has been trimmed', () => {
  beforeAll(async () => {
    const cut = run.entries[100 + random(50)]!;
    const retention = { redis: run.shop.redis, retentionMs: 0, ledgerRetentionMs: 1 };
    const limits = [() => Promise.resolve(cut.id)];
    // The clock must have left the entry's millisecond.
    await trimTenant(retention, tenantId(), { ageMs: 1, limits });
    trimmed = run.entries.length - (await run.shop.ledger()).length;
    expect(trimmed).toBeGreaterThan(50);
  });

  test('stock at every moment that is kept is what it was', () => seeded(checkStockAt));
  test('a moment before is refused', async () => {
    const gone = run.entries[trimmed - 5]!;
    await expect(stockAt(deps(), tenantId(), ids(), { movementId: gone.id })).rejects.toMatchObject(
      { code: 'CURSOR_GONE', details: { field: 'movementId' } },
    );
  });
  test('a cursor before is refused, in both directions', async () => {
    const after = run.entries[trimmed - 5]!.id;
    const refused = { code: 'CURSOR_GONE', details: { field: 'after' } };
    for (const oldestFirst of [false, true]) {
      const page = { first: 5, after, oldestFirst };
      const [itemId] = present().map(({ id }) => id);
      const history = itemHistories(deps(), tenantId(), [{ itemId: itemId!, ...page }]);
      await expect(history).rejects.toMatchObject(refused);
      for (const filter of [{}, { itemIds: [itemId!] }, { orderId: run.orders[0]! }]) {
        const list = listMovements(deps(), tenantId(), { filter, ...page });
        await expect(list).rejects.toMatchObject(refused);
      }
    }
    // Nothing is missing next to the last entry that went.
    const last = { first: 5, after: run.entries[trimmed - 1]!.id, oldestFirst: true };
    const { movements } = await listMovements(deps(), tenantId(), { filter: {}, ...last });
    expect(movements[0]!.id).toBe(run.entries[trimmed]!.id);
  });
  test("an item's history ends at what is kept", () => seeded(checkHistories));
  test('movements by any filter end at what is kept', () => seeded(checkMovements));
  test('explanations add up, from what there was before', () => seeded(checkExplanations));
});
