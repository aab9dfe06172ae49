import { ledgerIdParts } from '../core/ledgerId';
import { compareLedgerIds, idOfPlace, placeAtTime } from '../core/ledgerPlace';
import type { LedgerEntry } from '../core/movement';
import { readClosedEntries, scanLedger, STEPS_PER_CALL } from '../redis/history';
import type { ClosedEntry, HistoryStep, LedgerStretch } from '../redis/history';
import { readLevels, readOrder } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { checkPage, itemHistories, MAX_ENTRIES_SEARCHED, MAX_HISTORY_PAGE } from './history';
import { asksForSubjects, checkMovementFilter, fitsCause, fitsTime } from './movementFilter';
import { lineTest, type MovementFilter } from './movementFilter';
import { Subjects } from './subjects';

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
 * Movements page by page. Those of an order come from its record, those of one item that is there
 * from its trail, all others from the ledger, of which one page looks at up to 20,000 entries.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function listMovements(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
): Promise<MovementPage> {
  checkPage(list.first, list.after);
  const asked = { ...list, filter: checkMovementFilter(list.filter) };
  const { orderId, itemIds } = asked.filter;
  if (orderId !== undefined) return ofOrder(deps, tenantId, asked, orderId);
  if (itemIds?.length === 1 && !asksForSubjects(asked.filter)) {
    const [itemId] = itemIds;
    const [level] = await readLevels(deps.redis, tenantId, [itemId!]);
    const page = level && (await ofItem(deps, tenantId, asked, itemId!));
    if (page) return page;
  }
  return searchLedger(deps, tenantId, asked);
}

async function ofOrder(
  deps: InventoryDeps,
  tenantId: string,
  { filter, first, after, oldestFirst }: ListMovements,
  orderId: string,
): Promise<MovementPage> {
  const record = await readOrder(deps.redis, tenantId, orderId);
  const ids = record ? [...record.movementIds] : [];
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

/** Null: the way back to the time asked for is too long. */
async function ofItem(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
  itemId: string,
): Promise<MovementPage | null> {
  const { filter, first, oldestFirst } = list;
  const { reasons, operations, actor, time } = filter;
  const every = !reasons && !operations && actor === undefined && !time;
  const steps = every ? Math.min(first + 1, MAX_HISTORY_PAGE) : MAX_HISTORY_PAGE;
  const request = { itemId, first: steps, oldestFirst };
  const found: HistoryStep[] = [];
  let after = oldestFirst ? laterStart(list) : list.after;
  for (let taken = 0, more = true; more && found.length <= first;) {
    const [history] = await itemHistories(deps, tenantId, [{ ...request, after }]);
    const { steps, hasMore, endCursor } = history!;
    const last = steps.at(-1);
    found.push(...steps.filter((s) => fitsTime(filter, s.timeMs) && fitsCause(filter, s)));
    after = endCursor ?? undefined;
    taken += steps.length;
    more = hasMore && !(last && isPast(list, last.timeMs));
    // Oldest first each page takes the whole way back.
    if (more && (oldestFirst || taken >= MAX_TRAIL_STEPS)) {
      if (last && !oldestFirst && last.timeMs > (filter.time?.max ?? Infinity)) return null;
      if (found.length <= first) return readPage(deps, tenantId, found, true, after ?? null);
    }
  }
  const page = found.slice(0, first);
  const endCursor = page.at(-1)?.id ?? after ?? null;
  return readPage(deps, tenantId, page, found.length > first, endCursor);
}

/** Where a page oldest first begins: after its cursor and not before its time. */
function laterStart({ filter, after }: ListMovements): string | undefined {
  const min = filter.time?.min ?? 0;
  const start = min > 0 ? idOfPlace(placeAtTime(min - 1)) : undefined;
  if (after === undefined || start === undefined) return after ?? start;
  return compareLedgerIds(after, start) > 0 ? after : start;
}

/** Whether all that comes is out of the time asked for. */
function isPast({ filter, oldestFirst }: ListMovements, timeMs: number): boolean {
  const { min = -Infinity, max = Infinity } = filter.time ?? {};
  return oldestFirst ? timeMs > max : timeMs < min;
}

async function readPage(
  { redis }: InventoryDeps,
  tenantId: string,
  steps: readonly HistoryStep[],
  hasMore: boolean,
  endCursor: string | null,
): Promise<MovementPage> {
  const ids = steps.map(({ id }) => id);
  const entries = await readClosedEntries(redis, tenantId, ids);
  return { movements: entries.map((entry) => entry.open()), hasMore, endCursor };
}

async function searchLedger(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements,
): Promise<MovementPage> {
  const { filter, first, after = null } = list;
  const test = new EntryTest(deps, tenantId, filter);
  const found: ClosedEntry[] = [];
  let [looked, hasMore, endCursor] = [0, false, after];
  for await (const batch of scanLedger(deps.redis, tenantId, stretchOf(list))) {
    found.push(...(await test.passing(batch, batch)));
    looked += batch.length;
    endCursor = batch.at(-1)!.id;
    hasMore = found.length > first || looked >= MAX_ENTRIES_SEARCHED;
    if (hasMore) break;
  }
  const page = found.slice(0, first);
  if (found.length > first) endCursor = page.at(-1)!.id;
  return { movements: page.map((entry) => entry.open()), hasMore, endCursor };
}

function stretchOf({ filter, after, oldestFirst }: ListMovements): LedgerStretch {
  const { min, max } = filter.time ?? {};
  const [from, to] = [min === undefined ? '-' : `${min}`, max === undefined ? '+' : `${max}`];
  if (after === undefined) return { oldest: from, newest: to, newestFirst: !oldestFirst };
  const { timeMs } = ledgerIdParts(after);
  if (oldestFirst) {
    const oldest = min !== undefined && min > timeMs ? from : `(${after}`;
    return { oldest, newest: to, newestFirst: false };
  }
  const newest = max !== undefined && max < timeMs ? to : `(${after}`;
  return { oldest: from, newest, newestFirst: true };
}

/** Which entries pass a filter whose time they are in. */
class EntryTest {
  private readonly subjects: Subjects;
  private readonly fitsLines: (entry: ClosedEntry) => boolean;

  constructor(
    { redis }: InventoryDeps,
    tenantId: string,
    private readonly filter: MovementFilter,
  ) {
    this.subjects = new Subjects(redis, tenantId);
    this.fitsLines = lineTest(filter, this.subjects.known);
  }

  /**
   * @param stretch the entries, when none between them was left out
   * @throws InventoryError REDIS_UNAVAILABLE
   */
  async passing(
    entries: readonly ClosedEntry[],
    stretch?: readonly ClosedEntry[],
  ): Promise<ClosedEntry[]> {
    const fits = entries.filter(({ cause }) => fitsCause(this.filter, cause));
    if (asksForSubjects(this.filter)) await this.subjects.learn(fits, stretch);
    return fits.filter(this.fitsLines);
  }
}
