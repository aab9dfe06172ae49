import { ledgerIdParts } from '../core/ledgerId';
import { scanLedger, type ClosedEntry, type LedgerStretch } from '../redis/history';
import type { InventoryDeps } from './deps';
import { MAX_ENTRIES_SEARCHED } from './historyScan';
import { asksForSubjects, fitsCause, lineTest, type MovementFilter } from './movementFilter';
import type { ListMovements, MovementPage } from './movements';
import { Subjects } from './subjects';

/** Whether a filter asks for one item's movements: lines that were ignored are none of them. */
export function isOfOneItem(filter: MovementFilter): boolean {
  return filter.orderId === undefined && filter.itemIds?.length === 1 && !asksForSubjects(filter);
}

/**
 * Movements that a filter finds in the ledger, of which a page looks at up to 20,000 entries.
 *
 * @throws InventoryError LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function searchLedger(
  deps: InventoryDeps,
  tenantId: string,
  list: ListMovements & LedgerEnd,
): Promise<MovementPage> {
  const { filter, first, after = null } = list;
  const test = new EntryTest(deps, tenantId, filter);
  const found: ClosedEntry[] = [];
  let [looked, hasMore, endCursor] = [0, false, after];
  for await (const batch of scanLedger(deps.redis, tenantId, stretchOf(list))) {
    const passing = await test.passing(batch, batch);
    found.push(...(isOfOneItem(filter) ? passing.filter(movesItem(filter.itemIds![0]!)) : passing));
    looked += batch.length;
    endCursor = batch.at(-1)!.id;
    hasMore = found.length > first || looked >= MAX_ENTRIES_SEARCHED;
    if (hasMore) break;
  }
  const page = found.slice(0, first);
  if (found.length > first) endCursor = page.at(-1)!.id;
  return { movements: page.map((entry) => entry.open()), hasMore, endCursor };
}

/** A test of entries about an item: whether they did something to it. */
function movesItem(itemId: string): (entry: ClosedEntry) => boolean {
  return (entry) => entry.open().lines.some((line) => line.itemId === itemId && !line.ignored);
}

/** Where a search oldest first ends: before an entry. */
interface LedgerEnd {
  until?: string;
}

function stretchOf({
  filter,
  after,
  oldestFirst,
  until,
}: ListMovements & LedgerEnd): LedgerStretch {
  const { min, max } = filter.time ?? {};
  const isUntil = until !== undefined && ledgerIdParts(until).timeMs <= (max ?? Infinity);
  const end = isUntil ? `(${until}` : max === undefined ? '+' : `${max}`;
  const [from, to] = [min === undefined ? '-' : `${min}`, end];
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
export class EntryTest {
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
