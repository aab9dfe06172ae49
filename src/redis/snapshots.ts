import { guidOfKey, keyOfGuid } from '../core/identity';
import type { AvailabilityStatus, Level } from '../core/item';
import type { LedgerEntry } from '../core/movement';
import { whileStoreAnswers, type HubRedis } from './commands';
import { keys, LEVELS } from './keys';
import { STORED_LEVEL_BYTES, unpackHead, type Head } from './packedState';
import { checkEntry, openEntry, type CheckedEntry } from './ledgerEntry';
import { unpackLevel, unpackOrder, unpackTrail } from './packing';
import type { OrderRecord, Trail } from './packing';

/*
 * Reads that put what is stored side by side, for verification: each as of one moment.
 */

const STATUS_LETTERS: Readonly<Record<string, AvailabilityStatus>> = {
  O: 'OUT_OF_STOCK',
  P: 'PREORDER',
  I: 'IN_STOCK',
};
const LETTERS = Object.keys(STATUS_LETTERS);
const NO_ITEMS: ReadonlySet<string> = new Set(Object.values(LEVELS));
const SCAN_COUNT = 1000;

/** All that is stored about an item. */
export interface ItemSnapshot {
  id: string;
  /** The level as it is stored; null: there is none. */
  packed: Buffer | null;
  /** Null without a level, or when it has another size than a level. */
  level: Level | null;
  trail: Trail | null;
  /** The document as it is stored. */
  document: Buffer | null;
  /** The statuses the status index lists the item under: one, when all is well. */
  statuses: AvailabilityStatus[];
  /** Whether the low stock index lists it. */
  low: boolean;
  /** Scores it has in the indexes: all 0, when all is well. */
  scores: { statusIndex: number; lowStockIndex: number };
}

/** A tenant at one moment: where its ledger ends, and some of its items. */
export interface TenantSnapshot {
  /** Redis time, ms since 1970. */
  nowMs: number;
  /** The head as it is stored; null: there is none. */
  packedHead: Buffer | null;
  /** Null without a head, or when it has another size than a head. */
  head: Head | null;
  /** The settings as they are stored: JSON. */
  settings: string | null;
  /** Revision of the settings since which the low stock index is behind; null: it is not. */
  reindexing: string | null;
  /** Id of the last ledger entry; empty when there is none. */
  lastLedgerId: string;
  /** In the order asked for. */
  items: ItemSnapshot[];
}

/** The replies to what `readSnapshot` asks, in that order. */
type SnapshotReplies = [
  levels: (Buffer | null)[],
  documents: (Buffer | null)[],
  statuses: (string | null)[],
  lows: (string | null)[],
  last: [string, string[]][],
  settings: string | null,
  reindexing: string | null,
  time: [string, string],
];

/**
 * Reads a tenant's head and some items (0 or more ids) in one transaction.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readSnapshot(
  redis: HubRedis,
  tenantId: string,
  ids: readonly string[],
): Promise<TenantSnapshot> {
  const fields = ids.map(keyOfGuid);
  const members = fields.flatMap((key) => LETTERS.map((letter) => statusMember(letter, key)));
  // "head" is no item but is always a field that can be asked for: the commands need at least one.
  const none = Buffer.from('head');
  const replies = await whileStoreAnswers(() =>
    redis
      .multi()
      .hmgetBuffer(keys.levels(tenantId), 'head', ...fields)
      .hmgetBuffer(keys.documents(tenantId), none, ...fields)
      .zmscore(keys.statusIndex(tenantId), none, ...members)
      .zmscore(keys.lowStockIndex(tenantId), none, ...fields)
      .xrevrange(keys.ledger(tenantId), '+', '-', 'COUNT', 1)
      .get(keys.settings(tenantId))
      .get(keys.reindexLowStock(tenantId))
      .time()
      .exec(),
  );
  const [levels, documents, statuses, lows, last, ...rest] = replies!.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  }) as SnapshotReplies;
  const [settings, reindexing, [seconds, microseconds]] = rest;
  const packedHead = levels[0] ?? null;
  return {
    nowMs: Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000),
    packedHead,
    head: unpackHead(packedHead),
    settings,
    reindexing,
    lastLedgerId: last[0]?.[0] ?? '',
    items: ids.map((id, i) => {
      const packed = levels[i + 1] ?? null;
      const whole = packed?.length === STORED_LEVEL_BYTES;
      const listed = statuses.slice(1 + i * LETTERS.length, 1 + (i + 1) * LETTERS.length);
      const low = lows[i + 1] ?? null;
      return {
        id,
        packed,
        level: whole ? unpackLevel(packed) : null,
        trail: whole ? unpackTrail(packed) : null,
        document: documents[i + 1] ?? null,
        statuses: LETTERS.filter((_, at) => listed[at] != null).map(
          (letter) => STATUS_LETTERS[letter]!,
        ),
        low: low !== null,
        scores: {
          statusIndex: listed.map(Number).find((score) => score !== 0) ?? 0,
          lowStockIndex: Number(low),
        },
      };
    }),
  };
}

function statusMember(letter: string, key: Buffer): Buffer {
  return Buffer.concat([Buffer.from(letter), key]);
}

/** Where an item's id can stand. */
export type ItemPlace = 'levels' | 'documents' | 'statusIndex' | 'lowStockIndex';

/**
 * The ids of all items that stand in a place, in batches, in no order, each at least once. What is
 * no item id (nor a status letter and one) comes as `bytes:` and hexadecimal digits.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* scanItemIds(
  redis: HubRedis,
  tenantId: string,
  place: ItemPlace,
): AsyncGenerator<string[]> {
  const key = keys[place](tenantId);
  const isHash = place === 'levels' || place === 'documents';
  const prefixes = place === 'statusIndex' ? LETTERS : [''];
  let cursor = '0';
  do {
    const [next, pairs] = await whileStoreAnswers(() =>
      isHash
        ? redis.hscanBuffer(key, cursor, 'COUNT', SCAN_COUNT)
        : redis.zscanBuffer(key, cursor, 'COUNT', SCAN_COUNT),
    );
    cursor = next.toString();
    const members = pairs.filter((_, i) => i % 2 === 0);
    yield members
      .filter((member) => place !== 'levels' || !NO_ITEMS.has(member.toString('latin1')))
      .map((member) => {
        const prefix = prefixes.find((letter) => member.toString('latin1').startsWith(letter));
        const id = member.subarray(prefix?.length);
        const known = prefix !== undefined && id.length === 16;
        return known ? guidOfKey(id) : `bytes:${member.toString('hex')}`;
      });
  } while (cursor !== '0');
}

/**
 * How the stored levels of all items hang on the ledger, in batches. Levels of another size than
 * one has are left out.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* scanTrails(redis: HubRedis, tenantId: string): AsyncGenerator<Trail[]> {
  let cursor = '0';
  do {
    const [next, fields] = await whileStoreAnswers(() =>
      redis.hscanBuffer(keys.levels(tenantId), cursor, 'COUNT', SCAN_COUNT),
    );
    cursor = next.toString();
    yield fields
      .filter((value, i) => i % 2 === 1 && value.length === STORED_LEVEL_BYTES)
      .map(unpackTrail);
  } while (cursor !== '0');
}

/** An order's record as stored, and opened; `order` is null when it can't be opened. */
export interface OrderSnapshot {
  packed: Buffer;
  order: OrderRecord | null;
}

/**
 * Records of orders, in the order asked for; null where there is none. One round trip.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readOrders(
  redis: HubRedis,
  tenantId: string,
  orderIds: readonly string[],
): Promise<(OrderRecord | null)[]> {
  const snapshots = await readOrderSnapshots(redis, tenantId, orderIds);
  return snapshots.map((snapshot) => snapshot?.order ?? null);
}

/**
 * Records of orders as they are stored, in the order asked for; null where there is none. One round
 * trip.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readOrderSnapshots(
  redis: HubRedis,
  tenantId: string,
  orderIds: readonly string[],
): Promise<(OrderSnapshot | null)[]> {
  if (orderIds.length === 0) return [];
  const names = orderIds.map((orderId) => keys.order(tenantId, orderId));
  const packed = await whileStoreAnswers(() => redis.mgetBuffer(...names));
  return packed.map((order) => (order ? { packed: order, order: openOrder(order) } : null));
}

/** Null when it is not laid out as a record is. */
function openOrder(packed: Buffer): OrderRecord | null {
  if (packed.length < 2) return null;
  const movements = packed.readUInt16LE(0);
  const items = packed.length - 2 - movements;
  return movements % 37 === 0 && items >= 0 && items % 34 === 0 ? unpackOrder(packed) : null;
}

/**
 * Redis time, ms since 1970.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readTime(redis: HubRedis): Promise<number> {
  const [seconds, microseconds] = await whileStoreAnswers(() => redis.time());
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

/**
 * Ledger entries by id, in the order asked for; null where there is none. One round trip.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function readEntries(
  redis: HubRedis,
  tenantId: string,
  ledgerIds: readonly string[],
): Promise<(LedgerEntry | null)[]> {
  const entries = await readStreamEntries(redis, tenantId, ledgerIds);
  return entries.map((entry) => entry && openEntry(entry));
}

/**
 * The same as `readEntries`, for who checks them: those that can't be read too.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readCheckedEntries(
  redis: HubRedis,
  tenantId: string,
  ledgerIds: readonly string[],
): Promise<(CheckedEntry | null)[]> {
  const entries = await readStreamEntries(redis, tenantId, ledgerIds);
  return entries.map((entry) => entry && checkEntry(entry));
}

async function readStreamEntries(redis: HubRedis, tenantId: string, ledgerIds: readonly string[]) {
  const replies = await whileStoreAnswers(() =>
    Promise.all(ledgerIds.map((id) => redis.xrangeBuffer(keys.ledger(tenantId), id, id))),
  );
  return replies.map(([entry]) => entry ?? null);
}
