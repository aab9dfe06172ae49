import { guidOfKey, keyOfGuid } from '../core/identity';
import type { InventoryItem, ItemDocument, Level } from '../core/item';
import type { LedgerEntry } from '../core/movement';
import { whileStoreAnswers, type HubRedis } from './commands';
import { keys, LEVELS } from './keys';
import { unpackHead, type Head } from './packedState';
import { checkEntry, openEntry, type CheckedEntry, type StreamEntry } from './ledgerEntry';
import { unpackLevel, unpackOrder, type OrderRecord } from './packing';

/** Bytes of an item's field. */
const ID_BYTES = 16;

/** Items by id, in the order asked for; null where there is none. One round trip. */
export async function readItems(
  redis: HubRedis,
  tenantId: string,
  ids: readonly string[],
): Promise<(InventoryItem | null)[]> {
  if (ids.length === 0) return [];
  const fields = ids.map(keyOfGuid);
  const [levels, documents] = await whileStoreAnswers(() =>
    Promise.all([
      redis.hmgetBuffer(keys.levels(tenantId), ...fields),
      redis.hmgetBuffer(keys.documents(tenantId), ...fields),
    ]),
  );
  return ids.map((id, i) => {
    const [level, document] = [levels[i], documents[i]];
    if (!level || !document) return null;
    return { id, ...unpackLevel(level), ...(JSON.parse(document.toString()) as ItemDocument) };
  });
}

/** Document texts by item key, in the order asked for; empty where there is no item. */
export async function readDocuments(
  redis: HubRedis,
  tenantId: string,
  itemKeys: readonly Buffer[],
): Promise<string[]> {
  const texts = await whileStoreAnswers(() => redis.hmget(keys.documents(tenantId), ...itemKeys));
  return texts.map((text) => text ?? '');
}

/** Levels by item id; null where there is none. */
export async function readLevels(
  redis: HubRedis,
  tenantId: string,
  ids: readonly string[],
): Promise<(Level | null)[]> {
  if (ids.length === 0) return [];
  const packed = await whileStoreAnswers(() =>
    redis.hmgetBuffer(keys.levels(tenantId), ...ids.map(keyOfGuid)),
  );
  return packed.map((level) => (level ? unpackLevel(level) : null));
}

/**
 * All levels of a tenant, in batches, in no order. An item that is there all the time comes at
 * least once; a batch is as of its own moment.
 */
export async function* scanLevels(
  redis: HubRedis,
  tenantId: string,
  batchSize = 1000,
): AsyncGenerator<{ id: string; level: Level }[]> {
  let cursor = '0';
  do {
    const [next, fields] = await whileStoreAnswers(() =>
      redis.hscanBuffer(keys.levels(tenantId), cursor, 'COUNT', batchSize),
    );
    cursor = next.toString();
    const batch: { id: string; level: Level }[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i]!.length !== ID_BYTES) continue;
      batch.push({ id: guidOfKey(fields[i]!), level: unpackLevel(fields[i + 1]!) });
    }
    yield batch;
  } while (cursor !== '0');
}

/**
 * Ledger entries after an id ("": from the start) to the present end, oldest first, in batches.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, when those before
 *   it were given; REDIS_UNAVAILABLE
 */
export async function* readLedger(
  redis: HubRedis,
  tenantId: string,
  after = '',
  batchSize = 500,
): AsyncGenerator<LedgerEntry[]> {
  for await (const entries of readStream(redis, tenantId, after, batchSize)) {
    const opened: LedgerEntry[] = [];
    try {
      for (const entry of entries) opened.push(openEntry(entry));
    } catch (error) {
      if (opened.length > 0) yield opened;
      throw error;
    }
    yield opened;
  }
}

/**
 * The same entries as `readLedger` one by one, each opened when it is asked for: who takes long
 * over them can let others have their turn.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function* readLedgerSlowly(
  redis: HubRedis,
  tenantId: string,
  after: string,
  batchSize = 100,
): AsyncGenerator<LedgerEntry> {
  for await (const entries of readStream(redis, tenantId, after, batchSize)) {
    for (const entry of entries) yield openEntry(entry);
  }
}

/**
 * The same entries as `readLedger`, for who checks them: those that can't be read too.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* readCheckedLedger(
  redis: HubRedis,
  tenantId: string,
  after = '',
  batchSize = 500,
): AsyncGenerator<CheckedEntry[]> {
  for await (const entries of readStream(redis, tenantId, after, batchSize)) {
    yield entries.map(checkEntry);
  }
}

async function* readStream(
  redis: HubRedis,
  tenantId: string,
  after: string,
  batchSize: number,
): AsyncGenerator<StreamEntry[]> {
  let start = after ? `(${after}` : '-';
  for (;;) {
    const entries = await whileStoreAnswers(() =>
      redis.xrangeBuffer(keys.ledger(tenantId), start, '+', 'COUNT', batchSize),
    );
    if (entries.length === 0) return;
    yield entries;
    // Who writes all the time must not keep a reader for ever.
    if (entries.length < batchSize) return;
    start = `(${entries.at(-1)![0].toString()}`;
  }
}

/** An order's record; null when no movement named the order. */
export async function readOrder(
  redis: HubRedis,
  tenantId: string,
  orderId: string,
): Promise<OrderRecord | null> {
  const packed = await whileStoreAnswers(() => redis.getBuffer(keys.order(tenantId, orderId)));
  return packed ? unpackOrder(packed) : null;
}

/** A tenant's settings as stored: JSON text, or null. */
export async function readSettings(redis: HubRedis, tenantId: string): Promise<string | null> {
  return whileStoreAnswers(() => redis.get(keys.settings(tenantId)));
}

/**
 * Where a tenant's ledger is, and what movements follow besides; null: nothing was written. And
 * which rebuild was the last; empty: there was none.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readHead(
  redis: HubRedis,
  tenantId: string,
): Promise<{ head: Head | null; rebuilt: string }> {
  const [head = null, rebuilt] = await whileStoreAnswers(() =>
    redis.hmgetBuffer(keys.levels(tenantId), LEVELS.head, LEVELS.rebuilt),
  );
  return { head: unpackHead(head), rebuilt: rebuilt?.toString() ?? '' };
}

/** How far an import of a file came; null when none is under way. */
export async function readImportProgress(
  redis: HubRedis,
  tenantId: string,
  digest: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.get(keys.importProgress(tenantId, digest)));
}

/** Forgets how far an import came: it is done. */
export async function clearImportProgress(
  redis: HubRedis,
  tenantId: string,
  digest: string,
): Promise<void> {
  await whileStoreAnswers(() => redis.del(keys.importProgress(tenantId, digest)));
}

/** Whether Redis answers now. Never throws. */
export async function storeAnswers(redis: HubRedis): Promise<boolean> {
  return redis.ping().then(
    () => true,
    () => false,
  );
}

/** Whether a tenant has any item. */
export async function hasItems(redis: HubRedis, tenantId: string): Promise<boolean> {
  return whileStoreAnswers(async () => (await redis.exists(keys.documents(tenantId))) === 1);
}

/** Id of a tenant's last ledger entry; empty when there is none. */
export async function lastLedgerId(redis: HubRedis, tenantId: string): Promise<string> {
  const last = await whileStoreAnswers(() =>
    redis.xrevrange(keys.ledger(tenantId), '+', '-', 'COUNT', 1),
  );
  return last[0]?.[0] ?? '';
}

/** Id of the last ledger entry of a moment or earlier; empty when there is none. */
export async function ledgerIdAt(
  redis: HubRedis,
  tenantId: string,
  timeMs: number,
): Promise<string> {
  const found = await whileStoreAnswers(() =>
    redis.xrevrange(keys.ledger(tenantId), String(timeMs), '-', 'COUNT', 1),
  );
  return found[0]?.[0] ?? '';
}

/**
 * All items of a tenant, in batches, in no order. An item that is there all the time comes at least
 * once. A document is read after its level, so it is never older: whoever follows the ledger from
 * before the scan misses no change of it.
 */
export async function* scanItems(
  redis: HubRedis,
  tenantId: string,
  batchSize = 1000,
): AsyncGenerator<{ id: string; level: Level; document: ItemDocument }[]> {
  let cursor = '0';
  do {
    const [next, fields] = await whileStoreAnswers(() =>
      redis.hscanBuffer(keys.levels(tenantId), cursor, 'COUNT', batchSize),
    );
    cursor = next.toString();
    const levels = fields.flatMap((key, i) =>
      i % 2 === 1 || key.length !== ID_BYTES ? [] : [{ key, packed: fields[i + 1]! }],
    );
    if (levels.length === 0) continue;
    const documents = await whileStoreAnswers(() =>
      redis.hmgetBuffer(keys.documents(tenantId), ...levels.map(({ key }) => key)),
    );
    yield levels.flatMap(({ key, packed }, i) => {
      const text = documents[i];
      if (!text) return [];
      const document = JSON.parse(text.toString()) as ItemDocument;
      return [{ id: guidOfKey(key), level: unpackLevel(packed), document }];
    });
  } while (cursor !== '0');
}

/** The key that signs a tenant's cursors: the kept one, else the proposed one from now on. */
export async function keepCursorKey(
  redis: HubRedis,
  tenantId: string,
  proposed: Buffer,
): Promise<Buffer> {
  const kept = await whileStoreAnswers(() =>
    redis.setBuffer(keys.cursorKey(tenantId), proposed, 'NX', 'GET'),
  );
  return kept ?? proposed;
}

/** Locations by id, as stored: JSON text. */
export async function readLocations(
  redis: HubRedis,
  tenantId: string,
): Promise<Map<string, string>> {
  const fields = await whileStoreAnswers(() => redis.hgetall(keys.locations(tenantId)));
  return new Map(Object.entries(fields));
}
