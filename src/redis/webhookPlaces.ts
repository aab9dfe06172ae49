import type { ChainableCommander } from 'ioredis';
import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';
import { laneOf, type Lane } from './webhooks';

/** How far a receiver is. */
export interface ReceiverPlace {
  /** Null: it has none yet. */
  cursor: string | null;
  lane: Lane;
  /** Id of the last ledger entry of its tenant; empty: there is none. */
  last: string;
}

/** The receivers of several tenants by id, as stored: JSON text. One round trip. */
export async function readWebhooksOf(
  redis: HubRedis,
  tenantIds: readonly string[],
): Promise<Map<string, string>[]> {
  const answers = await inOneTrip(redis, (asked) => {
    for (const tenantId of tenantIds) asked.hgetall(keys.webhooks(tenantId));
  });
  return answers.map((fields) => new Map(Object.entries(fields as Record<string, string>)));
}

/** How far receivers are, and where the ledgers of their tenants end. One round trip. */
export async function readPlaces(
  redis: HubRedis,
  receivers: readonly { tenantId: string; id: string }[],
): Promise<ReceiverPlace[]> {
  const answers = await inOneTrip(redis, (asked) => {
    for (const { tenantId, id } of receivers) {
      asked.hmget(keys.webhookState(tenantId, id), 'cursor', 'lane');
      asked.xrevrange(keys.ledger(tenantId), '+', '-', 'COUNT', 1);
    }
  });
  return receivers.map((_, i) => {
    const [cursor, lane] = answers[2 * i] as (string | null)[];
    const [newest] = answers[2 * i + 1] as [string, string[]][];
    return { cursor: cursor ?? null, lane: laneOf(lane), last: newest?.[0] ?? '' };
  });
}

async function inOneTrip(
  redis: HubRedis,
  ask: (asked: ChainableCommander) => void,
): Promise<unknown[]> {
  return whileStoreAnswers(async () => {
    const asked = redis.pipeline();
    ask(asked);
    const answers = (await asked.exec()) ?? [];
    return answers.map(([error, answer]) => {
      if (error) throw error;
      return answer;
    });
  });
}
