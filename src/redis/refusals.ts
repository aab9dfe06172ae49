import type { Refusal, RefusedCall } from '../core/refusal';
import { keys } from './keys';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

/** How many refusals of a tenant are kept; a few more while Redis has not cut them off. */
export const MAX_REFUSALS = 10_000;
/** How long the same call that is refused again is the same refusal, ms. */
const REPEAT_MS = 60_000;

/**
 * Keeps a refused call, unless the same call was refused within the last minute.
 *
 * @param digest equal for the same call
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function keepRefusal(
  redis: HubRedis,
  tenantId: string,
  digest: string,
  call: RefusedCall,
): Promise<void> {
  const names = [keys.refusals(tenantId), keys.refused(tenantId, digest)];
  await run(redis, 'keepRefusal', [...names, JSON.stringify(call), REPEAT_MS, MAX_REFUSALS]);
}

/**
 * Refusals newest first, in batches.
 *
 * @param newest the first one's id or time in the words of XREVRANGE: `+`, `(<id>`, `<ms>`
 * @param oldest the last one's: `-` or `<ms>`
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* scanRefusals(
  redis: HubRedis,
  tenantId: string,
  { newest, oldest }: { newest: string; oldest: string },
  batchSize = 500,
): AsyncGenerator<Refusal[]> {
  let end = newest;
  for (;;) {
    const start = end;
    const entries = await whileStoreAnswers(() =>
      redis.xrevrange(keys.refusals(tenantId), start, oldest, 'COUNT', batchSize),
    );
    if (entries.length > 0) yield entries.map(([id, fields]) => toRefusal(id, fields));
    if (entries.length < batchSize) return;
    end = `(${entries.at(-1)![0]}`;
  }
}

function toRefusal(id: string, fields: string[]): Refusal {
  const call = JSON.parse(fields[fields.indexOf('refusal') + 1]!) as RefusedCall;
  return { ...call, id, timeMs: Number(id.split('-')[0]) };
}
