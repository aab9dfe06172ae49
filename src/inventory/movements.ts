import { ledgerIdParts } from '../core/ledgerId';
import { compareLedgerIds, idOfPlace, placeAtTime } from '../core/ledgerPlace';
import type { LedgerEntry } from '../core/movement';
import { readClosedEntries, STEPS_PER_CALL } from '../redis/history';
import type { HistoryStep } from '../redis/history';
import { readLevels, readOrder } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { checkPage, historiesFrom } from './history';
import { creationTimes } from './historyScan';
import { MAX_HISTORY_PAGE, MAX_STEPS_BACK } from './history';
import { walkItems } from './historyWalk';
import { expectKept } from './keptCursor';
import { EntryTest, isOfOneItem, searchLedger } from './ledgerSearch';
import { checkMovementFilter, fitsCause, fitsTime } from './movementFilter';
import type { MovementFilter } from './movementFilter';
import { MOVEMENTS_KEPT } from './orderCheck';

/** A page of movements to read. */
export interface ListMovements {
  filter: MovementFilter;
  /** 1..250. */
  first: number;
  /** Ledger id that the page starts after, in its order. */
  after?: string | undefined;
  oldestFirst: boolean;
}

/** A page of movements. */
export interface MovementPage {
  movements: LedgerEntry[];
  /** True also when the page is short because enough of the ledger was looked at. */
  hasMore: boolean;
  /** Where the next page starts: the last that was looked at; null: nothing was. */
  endCursor: string | null;
}

/** Steps of an item's trail that a page may look at. */
const MAX_TRAIL_STEPS = 5000;

/**
 * Movements page by page. Those of an order come from its record, where that names all of them;
 * those of one item that is there from its trail, and before its creation from the ledger; all
 * others from the ledger, of which one page looks at up to 20,000 entries.
 *
 * @throws InventoryError INVALID_INPUT, CURSOR_GONE, LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function listMovements(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
): Promise<MovementPage> {
  checkPage(list.first, list.after);
  const asked = { ...list, filter: checkMovementFilter(list.filter) };
  const page = await pageOf(deps, tenantId, asked);
  await expectKept(deps, tenantId, [list.after]);
  return page;
}

async function pageOf(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
): Promise<MovementPage> {
  const { orderId, itemIds } = list.filter;
  if (orderId !== undefined) {
    const record = await readOrder(deps.redis, tenantId, orderId);
    // A record that has expired, or has let go of its oldest movements, does not name all.
    const isWhole = record !== null && record.movementIds.length < MOVEMENTS_KEPT;
    if (isWhole) return ofOrder(deps, tenantId, list, record.movementIds);
  } else if (isOfOneItem(list.filter)) {
    const [itemId] = itemIds as [string];
    const [level] = await readLevels(deps.redis, tenantId, [itemId]);
    const ofItem = list.oldestFirst ? itemForth : itemBack;
    const page = level && (await ofItem(deps, tenantId, list, itemId));
    if (page) return page;
  }
  return searchLedger(deps, tenantId, list);
}

async function ofOrder(
  deps: InventoryDeps,
  tenantId: string,
  { filter, first, after, oldestFirst }: ListMovements,
  movementIds: readonly string[],
): Promise<MovementPage> {
  const ids = [...movementIds];
  if (!oldestFirst) ids.reverse();
  const way = oldestFirst ? 1 : -1;
  const ahead = ids.filter((id) => after === undefined || way * compareLedgerIds(id, after) > 0);
  const inTime = ahead.filter((id) => fitsTime(filter, ledgerIdParts(id).timeMs));
  const test = new EntryTest(deps, tenantId, filter);
  const found: LedgerEntry[] = [];
  for (let at = 0; at < inTime.length && found.length <= first; at += STEPS_PER_CALL) {
    const page = inTime.slice(at, at + STEPS_PER_CALL);
    const entries = await readClosedEntries(deps.redis, tenantId, page);
    found.push(...(await test.passing(entries)).map((entry) => entry.open()));
  }
  const movements = found.slice(0, first);
  const endCursor = movements.at(-1)?.id ?? after ?? null;
  return { movements, hasMore: found.length > first, endCursor };
}

/** Newest first. Null: its trail does not have it, or the way back to the time is too long. */
async function itemBack(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
  itemId: string,
): Promise<MovementPage | null> {
  const { filter, first } = list;
  const found: HistoryStep[] = [];
  let { after } = list;
  if (after !== undefined) {
    const [createdMs] = await creationTimes(deps, tenantId, [{ itemId }]);
    if (ledgerIdParts(after).timeMs < createdMs!) return null;
  }
  let last: HistoryStep | undefined;
  for (let taken = 0, more = true; more && found.length <= first;) {
    const request = { itemId, first: stepsPerPage(list), oldestFirst: false, after };
    const [history] = await historiesFrom(deps, tenantId, [request]);
    const { steps, hasMore, endCursor } = history!;
    last = steps.at(-1);
    found.push(...steps.filter((step) => fits(filter, step)));
    after = endCursor ?? undefined;
    taken += steps.length;
    if (last && last.timeMs < (filter.time?.min ?? -Infinity)) {
      return readPage(deps, tenantId, list, { found, isOver: true, after });
    }
    more = hasMore;
    if (more && taken >= MAX_TRAIL_STEPS && found.length <= first) {
      if (last && last.timeMs > (filter.time?.max ?? Infinity)) return null;
      return readPage(deps, tenantId, list, { found, isOver: false, after });
    }
  }
  // What is older than its oldest movement is kept no more, unless that one created it.
  const hasEarlier = found.length <= first && (last ? last.line.created : after !== undefined);
  const page = await readPage(deps, tenantId, list, { found, isOver: !hasEarlier, after });
  if (!hasEarlier || page.movements.length === first) return page;
  const left = first - page.movements.length;
  const earlier = await searchLedger(deps, tenantId, { ...list, first: left, after });
  return { ...earlier, movements: [...page.movements, ...earlier.movements] };
}

/** Oldest first. Null: the way back to where the page begins is too long. */
async function itemForth(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
  itemId: string,
): Promise<MovementPage | null> {
  const { filter, first } = list;
  const after = laterStart(list);
  const notAbove = after === undefined ? undefined : ledgerIdParts(after);
  const bounds = { stepsPerItem: MAX_STEPS_BACK, notAbove, keepLast: 1 };
  const { items } = await walkItems(deps, tenantId, [{ itemId, from: null }], bounds);
  const { ended, steps: oldest } = items[0]!;
  if (ended === 'more') return null;
  let earlier: MovementPage | undefined;
  if (ended === 'first' && oldest.length > 0) {
    const until = oldest.at(-1)!.id;
    earlier = await searchLedger(deps, tenantId, { ...list, until });
    if (earlier.hasMore || earlier.movements.length === first) {
      return { ...earlier, hasMore: true };
    }
  }
  // Each page takes the whole way back.
  const request = { itemId, first: stepsPerPage(list), oldestFirst: true, after };
  const [history] = await historiesFrom(deps, tenantId, [request]);
  const { steps, hasMore, endCursor } = history!;
  const found = steps.filter((step) => fits(filter, step));
  const left = first - (earlier?.movements.length ?? 0);
  const isPast = (steps.at(-1)?.timeMs ?? 0) > (filter.time?.max ?? Infinity);
  const rest = { found, isOver: !hasMore || isPast, after: endCursor ?? undefined };
  const page = await readPage(deps, tenantId, { ...list, first: left }, rest);
  return { ...page, movements: [...(earlier?.movements ?? []), ...page.movements] };
}

/** How many steps of an item's trail are read at once: more where some won't fit. */
function stepsPerPage({ filter, first }: ListMovements): number {
  const { reasons, operations, actor, time } = filter;
  const every = !reasons && !operations && actor === undefined && !time;
  return every ? Math.min(first + 1, MAX_HISTORY_PAGE) : MAX_HISTORY_PAGE;
}

function fits(filter: MovementFilter, step: HistoryStep): boolean {
  return fitsTime(filter, step.timeMs) && fitsCause(filter, step);
}

/** Where a page oldest first begins: after its cursor and not before its time. */
function laterStart({ filter, after }: ListMovements): string | undefined {
  const min = filter.time?.min ?? 0;
  const start = min > 0 ? idOfPlace(placeAtTime(min - 1)) : undefined;
  if (after === undefined || start === undefined) return after ?? start;
  return compareLedgerIds(after, start) > 0 ? after : start;
}

/** What was found in an item's trail. */
interface Found {
  found: readonly HistoryStep[];
  /** There is nothing more to find. */
  isOver: boolean;
  /** Where the trail goes on. */
  after: string | undefined;
}

async function readPage(
  { redis }: InventoryDeps,
  tenantId: string,
  { first }: Pick<ListMovements, 'first'>,
  { found, isOver, after }: Found,
): Promise<MovementPage> {
  const ids = found.slice(0, first).map(({ id }) => id);
  const entries = await readClosedEntries(redis, tenantId, ids);
  const isFull = found.length > first;
  return {
    movements: entries.map((entry) => entry.open()),
    hasMore: isFull || !isOver,
    endCursor: (isFull || isOver ? ids.at(-1) : undefined) ?? after ?? null,
  };
}
