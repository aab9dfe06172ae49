import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** How long what became of a job can be read after its last step, ms. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

/** Stores how far a job has come, JSON text. @throws InventoryError REDIS_UNAVAILABLE */
export async function keepItemJob(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
  json: string,
): Promise<void> {
  await whileStoreAnswers(() => redis.set(keys.itemJob(tenantId, jobId), json, 'PX', KEPT_MS));
}

/** How far a job has come; null: there is none. @throws InventoryError REDIS_UNAVAILABLE */
export async function readItemJob(
  redis: HubRedis,
  tenantId: string,
  jobId: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.get(keys.itemJob(tenantId, jobId)));
}
