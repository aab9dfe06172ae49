import { invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import { isWholeNumber } from '../core/quantity';
import type { Refusal, RefusalCode, RefusedLine } from '../core/refusal';
import { scanRefusals } from '../redis/refusals';
import { readOrders } from '../redis/snapshots';
import type { InventoryDeps } from './deps';

/** Which refusals to find: all that is given must hold. */
export interface RefusalFilter {
  /** Ms since 1970, inclusive. */
  time?: { min?: number; max?: number };
  itemId?: string;
  orderId?: string;
  reason?: string;
}

/** A page of refusals, newest first. */
export interface ListRefusals {
  filter: RefusalFilter;
  /** 1..250. */
  first: number;
  /** Id of the refusal that the page starts after. */
  after?: string | undefined;
}

/** A page of refusals. */
export interface RefusalPage {
  refusals: Refusal[];
  hasMore: boolean;
}

const MAX_PAGE = 250;
const REFUSAL_ID = /^\d{1,15}-\d{1,15}$/;

/**
 * Refused calls, newest first; the hub keeps about 10,000 of a tenant.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function listRefusals(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  { filter, first, after }: ListRefusals,
): Promise<RefusalPage> {
  if (!isWholeNumber(first, 1, MAX_PAGE)) throw invalidInput('first', first, `1..${MAX_PAGE}`);
  if (after !== undefined && !REFUSAL_ID.test(after)) {
    throw invalidInput('after', after, "a refusal's id");
  }
  const found: Refusal[] = [];
  const stretch = { oldest: oldestOf(filter), newest: newestOf(filter, after) };
  const fits = refusalTest(filter);
  for await (const batch of scanRefusals(redis, tenantId, stretch)) {
    found.push(...batch.filter(fits));
    if (found.length > first) break;
  }
  return { refusals: found.slice(0, first), hasMore: found.length > first };
}

function oldestOf({ time }: RefusalFilter): string {
  return time?.min === undefined ? '-' : `${Math.max(time.min, 0)}`;
}

function newestOf({ time }: RefusalFilter, after: string | undefined): string {
  const max = time?.max === undefined ? undefined : Math.max(time.max, 0);
  if (after === undefined) return max === undefined ? '+' : `${max}`;
  return max !== undefined && max < Number(after.split('-')[0]) ? `${max}` : `(${after}`;
}

/** @throws InventoryError INVALID_INPUT */
function refusalTest({ itemId, orderId, reason }: RefusalFilter): (refusal: Refusal) => boolean {
  for (const [name, id] of Object.entries({ itemId, orderId })) {
    if (id !== undefined && !isGuid(id)) throw invalidInput(`filter.${name}`, id, 'a GUID');
  }
  const [item, order] = [itemId?.toLowerCase(), orderId?.toLowerCase()];
  return (refusal) =>
    (order === undefined || refusal.orderId === order) &&
    (reason === undefined || refusal.reason === reason) &&
    (item === undefined || refusal.lines.some((line) => line.itemId === item));
}

/** What was not sold of an item for one reason. */
export interface LostSale {
  itemId: string;
  /** Why it was not sold. */
  code: RefusalCode;
  /** Of an unknown item: what an order named. */
  reference: RefusedLine['reference'];
  /** Why orders wanted it. */
  reason: string | null;
  /** Orders that wanted it and did not get all of it later. */
  orders: number;
  /** Units they asked for and did not get later. */
  requested: number;
  /** Of these, the units beyond those there were. */
  missing: number;
  /** Time of the newest refusal, ms since 1970. */
  lastTimeMs: number;
}

/** What was not sold in a time. */
export interface LostSales {
  /** Most missing units first, at most 1,000. */
  sales: LostSale[];
  /** Refused calls that were looked at. */
  refusals: number;
}

/** One order's wish for one item. */
interface Wish {
  orderId: string;
  reason: string | null;
  line: RefusedLine;
  timeMs: number;
}

const ORDERS_PER_READ = 500;
const MAX_SALES = 1000;

/**
 * What orders asked for and did not get, by item, code and reason. An order that was refused
 * several times counts once per item, by its newest refusal, and less what it took after that.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function lostSales(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  time: NonNullable<RefusalFilter['time']>,
): Promise<LostSales> {
  if ((time.min ?? 0) > (time.max ?? Infinity)) {
    throw invalidInput('to', new Date(time.max!).toISOString(), 'no earlier than from');
  }
  const wishes = new Map<string, Wish>();
  let refusals = 0;
  const stretch = { oldest: oldestOf({ time }), newest: newestOf({ time }, undefined) };
  for await (const batch of scanRefusals(deps.redis, tenantId, stretch)) {
    for (const { operation, orderId, reason = null, timeMs, lines } of batch) {
      if (operation !== 'DECREMENT' || orderId === undefined) continue;
      refusals += 1;
      for (const line of lines) {
        const name = wishName(orderId, line.itemId);
        // Newest first.
        if (!wishes.has(name)) wishes.set(name, { orderId, reason, line, timeMs });
      }
    }
  }
  const taken = await unitsTaken(deps, tenantId, wishes);
  return { sales: sumUp(wishes, taken).slice(0, MAX_SALES), refusals };
}

function wishName(orderId: string, itemId: string): string {
  return `${orderId} ${itemId}`;
}

/** Units that orders have taken of the items they wished, by the names of the wishes. */
async function unitsTaken(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  wishes: ReadonlyMap<string, Wish>,
): Promise<Map<string, number>> {
  const taken = new Map<string, number>();
  const orderIds = [...new Set([...wishes.values()].map(({ orderId }) => orderId))];
  for (let at = 0; at < orderIds.length; at += ORDERS_PER_READ) {
    const ids = orderIds.slice(at, at + ORDERS_PER_READ);
    const records = await readOrders(redis, tenantId, ids);
    records.forEach((record, i) => {
      for (const item of record?.items ?? []) {
        const name = wishName(ids[i]!, item.itemId);
        if (wishes.has(name)) taken.set(name, item.taken);
      }
    });
  }
  return taken;
}

function sumUp(wishes: ReadonlyMap<string, Wish>, taken: ReadonlyMap<string, number>): LostSale[] {
  const sales = new Map<string, LostSale>();
  for (const [wish, { reason, line, timeMs }] of wishes) {
    const { itemId, code, reference, requested, available } = line;
    const since = Math.max((taken.get(wish) ?? 0) - (line.taken ?? 0), 0);
    if (since >= requested) continue;
    const name = JSON.stringify([itemId, code, reason]);
    const sale = sales.get(name) ?? {
      ...{ itemId, code, reference, reason, orders: 0, requested: 0, missing: 0, lastTimeMs: 0 },
    };
    sale.orders += 1;
    sale.requested += requested - since;
    sale.missing += Math.max(requested - Math.max(available, since), 0);
    sale.lastTimeMs = Math.max(sale.lastTimeMs, timeMs);
    sales.set(name, sale);
  }
  return [...sales.values()].sort((one, other) => other.missing - one.missing);
}
