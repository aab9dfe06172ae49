import { InventoryError, invalidInput } from '../core/errors';
import { isBefore } from '../core/ledgerId';
import { callAbout } from '../inventory/keyedInput';
import { takeSteps } from '../inventory/keyedSteps';
import type { KeyedCall } from '../redis/callRecord';
import type { HubRedis } from '../redis/commands';
import { lastLedgerId, ledgerIdAt } from '../redis/reads';
import { readTime } from '../redis/snapshots';
import { receiverName, type DeliveryDeps } from './deliveryDeps';
import { expectEventsKept } from './keptEvents';
import { FEED_START, parseFeedCursor } from './feedCursor';
import { checkSubscription } from './subscriptions';

/** An end of what is sent once more: a cursor of events, or a time. */
export interface ReplayBound {
  cursor?: string | undefined;
  /** Ms since 1970. */
  timeMs?: number | undefined;
}

/** Events to send once more. */
export interface ReplayEvents {
  id: string;
  /** Events after it; by time: of this moment and later. */
  from: ReplayBound;
  /** The last movement; default: the present end. */
  to?: ReplayBound | undefined;
  call?: KeyedCall | undefined;
  /** An operator asks, who may name the process-wide target too. */
  operator?: boolean | undefined;
}

/**
 * Sends a receiver the events of the past once more, beside the new ones and with the same care. Of
 * calls without a key one at a time.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, CURSOR_GONE when movements after
 *   `from` are no longer kept, ALREADY_RUNNING, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function replayEvents(
  deps: Pick<DeliveryDeps, 'redis' | 'queues'>,
  tenantId: string,
  { id, from, to, call, operator }: ReplayEvents,
): Promise<{ replayed: boolean }> {
  const { redis, queues } = deps;
  const about = callAbout(call, { subscriptionId: id });
  const { replayed } = await takeSteps(deps, tenantId, about, {
    decide: async () => {
      const range = await rangeOf(redis, tenantId, from, to);
      await checkSubscription(deps, tenantId, id, { field: 'subscriptionId', operator });
      await expectEventsKept(redis, tenantId, range.cursor, 'from');
      if (to?.cursor !== undefined) await expectEventsKept(redis, tenantId, range.to, 'to');
      return range;
    },
    act: async (range) => {
      if (range.to === '') return;
      const { keyDigest, retentionMs } = call ?? {};
      const added = await queues.replay.add(
        { tenantId, id, ...range },
        keyDigest === undefined
          ? { single: receiverName({ tenantId, id }) }
          : { id: `${tenantId}/${keyDigest}`, rememberedMs: retentionMs! },
      );
      if (keyDigest === undefined && !added) {
        const message = `A replay for subscription ${id} waits or runs already.`;
        throw new InventoryError('ALREADY_RUNNING', message, { field: 'subscriptionId' });
      }
    },
  });
  return { replayed };
}

/** The places that the bounds mean. `to` is empty when there is no movement yet. */
async function rangeOf(
  redis: HubRedis,
  tenantId: string,
  from: ReplayBound,
  to: ReplayBound | undefined,
): Promise<{ cursor: string; to: string }> {
  const now = await readTime(redis);
  if (from.timeMs !== undefined && from.timeMs > now) {
    const bound = `no later than ${new Date(now).toISOString()}`;
    throw invalidInput('from', new Date(from.timeMs).toISOString(), bound);
  }
  const cursor = (await placeOf(redis, tenantId, from, 'from', -1)) || FEED_START;
  if (!to) return { cursor, to: await lastLedgerId(redis, tenantId) };
  const end = await placeOf(redis, tenantId, to, 'to', 0);
  const { timeMs } = to;
  const reversed =
    timeMs !== undefined && from.timeMs !== undefined
      ? timeMs < from.timeMs
      : isBefore(placeIn(end, 'to'), placeIn(cursor, 'from'));
  if (reversed)
    throw invalidInput('to', to.cursor ?? new Date(timeMs!).toISOString(), 'after from');
  return { cursor, to: end };
}

/** The ledger id of a cursor; of one within the events of a movement, that movement's. */
function placeIn(cursor: string, field: string): string {
  return cursor === '' ? '' : parseFeedCursor(cursor, field).ledgerId;
}

/** A cursor as given, or the last ledger id of a moment (plus some ms); empty: none so early. */
async function placeOf(
  redis: HubRedis,
  tenantId: string,
  { cursor, timeMs }: ReplayBound,
  field: string,
  plusMs: number,
): Promise<string> {
  if (cursor !== undefined && timeMs === undefined) {
    parseFeedCursor(cursor, `${field}.cursor`);
    return cursor;
  }
  if (cursor !== undefined || timeMs === undefined || !(timeMs >= 0)) {
    throw invalidInput(field, { cursor, timeMs }, 'either a cursor or a time');
  }
  return ledgerIdAt(redis, tenantId, Math.max(0, timeMs + plusMs));
}
