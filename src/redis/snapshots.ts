import { guidOfKey, keyOfGuid } from '../core/identity';
import type { AvailabilityStatus, ItemDocument, Level } from '../core/item';
import type { LedgerEntry } from '../core/movement';
import { whileStoreAnswers, type HubRedis } from './commands';
import { keys } from './keys';
import { unpackLedgerEntry, unpackLevel, unpackOrder, unpackTrail } from './packing';
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
const SCAN_COUNT = 1000;

/** All that is stored about an item. */
export interface ItemSnapshot {
  id: string;
  level: Level | null;
  /** Null without a level. */
  trail: Trail | null;
  document: ItemDocument | null;
  /** The statuses the status index lists the item under: one, when all is well. */
  statuses: AvailabilityStatus[];
  /** Whether the low stock index lists it. */
  low: boolean;
}

/** A tenant at one moment: where its ledger ends, and some of its items. */
export interface TenantSnapshot {
  /** Last sequence and the time that goes with it (ms), as the head says; zeros without a head. */
  head: { sequence: number; timeMs: number };
  /** Id of the last ledger entry; empty when there is none. */
  lastLedgerId: string;
  /** How many items have a level, and a document. */
  counts: { levels: number; documents: number };
  /** In the order asked for. */
  items: ItemSnapshot[];
}

/**
 * Reads a tenant's head, counts and some items (0 or more ids) in one transaction.
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
      .hlen(keys.levels(tenantId))
      .hlen(keys.documents(tenantId))
      .exec(),
  );
  const [levels, documents, statuses, lows, last, levelCount, documentCount] = replies!.map(
    ([error, reply]) => {
      if (error) throw error;
      return reply;
    },
  ) as [
    (Buffer | null)[],
    (Buffer | null)[],
    (string | null)[],
    (string | null)[],
    [string, string[]][],
    number,
    number,
  ];
  const head = levels[0];
  return {
    head: head
      ? { sequence: head.readUIntLE(0, 6), timeMs: head.readUIntLE(6, 6) }
      : { sequence: 0, timeMs: 0 },
    lastLedgerId: last[0]?.[0] ?? '',
    counts: { levels: levelCount - (head ? 1 : 0), documents: documentCount },
    items: ids.map((id, i) => {
      const [level, document] = [levels[i + 1], documents[i + 1]];
      return {
        id,
        level: level ? unpackLevel(level) : null,
        trail: level ? unpackTrail(level) : null,
        document: document ? (JSON.parse(document.toString()) as ItemDocument) : null,
        statuses: LETTERS.filter((_, at) => statuses[1 + i * LETTERS.length + at] != null).map(
          (letter) => STATUS_LETTERS[letter]!,
        ),
        low: lows[i + 1] != null,
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
      .filter((member) => place !== 'levels' || member.toString('latin1') !== 'head')
      .map((member) => {
        const prefix = prefixes.find((letter) => member.toString('latin1').startsWith(letter));
        const id = member.subarray(prefix?.length);
        const known = prefix !== undefined && id.length === 16;
        return known ? guidOfKey(id) : `bytes:${member.toString('hex')}`;
      });
  } while (cursor !== '0');
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
  if (orderIds.length === 0) return [];
  const names = orderIds.map((orderId) => keys.order(tenantId, orderId));
  const packed = await whileStoreAnswers(() => redis.mgetBuffer(...names));
  return packed.map((order) => (order ? unpackOrder(order) : null));
}

/**
 * Ledger entries by id, in the order asked for; null where there is none. One round trip.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readEntries(
  redis: HubRedis,
  tenantId: string,
  ledgerIds: readonly string[],
): Promise<(LedgerEntry | null)[]> {
  const replies = await whileStoreAnswers(() =>
    Promise.all(ledgerIds.map((id) => redis.xrangeBuffer(keys.ledger(tenantId), id, id))),
  );
  return replies.map(([entry]) =>
    entry ? unpackLedgerEntry(entry[0].toString(), entry[1]) : null,
  );
}
