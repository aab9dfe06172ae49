import { randomUUID } from 'node:crypto';
import { guidOfKey, keyOfGuid } from '../core/identity';
import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** How long what became of a job can be read after its last step, ms. */
export const ITEM_JOB_KEPT_MS = 30 * 24 * 3600 * 1000;

/** How long a list of items lies about whose process died while it wrote it, ms. */
const DRAFT_KEPT_MS = 3600 * 1000;
const ID_BYTES = 16;
/** Ids of one write. */
const IDS_PER_PIECE = 4096;

/**
 * Stores a new job, JSON text, unless there is one with its id.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function addItemJob(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
  json: string,
): Promise<void> {
  const key = keys.itemJob(tenantId, jobId);
  await whileStoreAnswers(() => redis.set(key, json, 'PX', ITEM_JOB_KEPT_MS, 'NX'));
}

/** Stores how far a job has come, JSON text. @throws InventoryError REDIS_UNAVAILABLE */
export async function keepItemJob(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
  json: string,
): Promise<void> {
  await whileStoreAnswers(() =>
    Promise.all([
      redis.set(keys.itemJob(tenantId, jobId), json, 'PX', ITEM_JOB_KEPT_MS),
      redis.pexpire(keys.itemJobItems(tenantId, jobId), ITEM_JOB_KEPT_MS),
    ]),
  );
}

/** How far a job has come; null: there is none. @throws InventoryError REDIS_UNAVAILABLE */
export async function readItemJob(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.get(keys.itemJob(tenantId, jobId)));
}

/**
 * Keeps which items a job is about, in pieces. The first list that is complete counts: one that was
 * broken off, or that another process wrote at the same time, does not.
 *
 * @returns how many items the list that counts has
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function keepJobItems(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
  ids: readonly string[],
): Promise<number> {
  const list = keys.itemJobItems(tenantId, jobId);
  const draft = keys.itemJobItems(tenantId, `${jobId}:${randomUUID()}`);
  const bytes = await whileStoreAnswers(async () => {
    await redis.set(draft, '', 'PX', DRAFT_KEPT_MS);
    for (let at = 0; at < ids.length; at += IDS_PER_PIECE) {
      const piece = Buffer.concat(ids.slice(at, at + IDS_PER_PIECE).map(keyOfGuid));
      await redis.setrange(draft, at * ID_BYTES, piece);
    }
    await redis.copy(draft, list);
    await redis.unlink(draft);
    await redis.pexpire(list, ITEM_JOB_KEPT_MS);
    return redis.strlen(list);
  });
  return bytes / ID_BYTES;
}

/** Some of the items a job is about, by place. @throws InventoryError REDIS_UNAVAILABLE */
export async function readJobItems(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
  from: number,
  count: number,
): Promise<string[]> {
  const list = keys.itemJobItems(tenantId, jobId);
  const [first, last] = [from * ID_BYTES, (from + count) * ID_BYTES - 1];
  const bytes = await whileStoreAnswers(() => redis.getrangeBuffer(list, first, last));
  return Array.from({ length: bytes.length / ID_BYTES }, (_, i) =>
    guidOfKey(bytes.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)),
  );
}
